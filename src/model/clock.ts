/**
 * System time: the seconds that the emulated system lives through. On the embedded testbed one real second is `timeScale` of
 * them; on real hosts the two are the same; in the simulator system time is virtual.
 */
export interface Clock {
  /** System seconds per real second. */
  readonly timeScale: number
  /** System seconds since the clock's origin (a lease's beginning, or t = 0 for the clock that tests see). */
  now(): number
  /**
   * Resolves after that many system seconds.
   * @throws the signal's reason when it is aborted.
   */
  sleep(seconds: number, options?: WaitOptions): Promise<void>
  /** Resolves when the clock shows `time` (at once when that is past). */
  until(time: number, options?: WaitOptions): Promise<void>
}

/** Time scales that scenario files, options and the command line may ask for: system seconds per real second. */
export const timeScaleLimits = { min: 1, max: 1000 } as const

export interface WaitOptions {
  readonly signal?: AbortSignal
  /**
   * The wait only accompanies what others wait for, such as reading now and then, or a deadline: in the simulator, virtual time
   * does not go on because of it. @default false
   */
  readonly background?: boolean
}
