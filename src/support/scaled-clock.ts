import type { Clock, WaitOptions } from '../model/clock.ts'
import { monotonicNowMs } from './monotonic-clock.ts'

/** The longest delay that Node's timers take; a longer one would fire at once. */
const timerMsMax = 2 ** 31 - 1

/**
 * System time as real time times `timeScale`, counted from `originMs` on the monotonic clock that the machine's processes share,
 * so that all of them see the same system time. `timeScale` 1 is real time.
 */
export function createScaledClock(options: { readonly originMs: number; readonly timeScale: number }): Clock {
  const { originMs, timeScale } = options
  if (!(Number.isFinite(timeScale) && timeScale > 0)) {
    throw new RangeError(`Expected a time scale above 0, got ${timeScale}`)
  }
  const now = (): number => ((monotonicNowMs() - originMs) / 1000) * timeScale

  const until = async (time: number, { signal }: WaitOptions = {}): Promise<void> => {
    signal?.throwIfAborted()
    // A timer may fire a little before its time by this clock, so one look is not enough.
    for (let left = time - now(); left > 0; left = time - now()) {
      await timer(Math.min(Math.ceil((left / timeScale) * 1000), timerMsMax), signal)
    }
  }

  return { timeScale, now, until, sleep: async (seconds, wait) => await until(now() + seconds, wait) }
}

/** The same clock read from another origin: it shows 0 when `clock` shows `originSeconds`. */
export function shiftedClock(clock: Clock, originSeconds: number): Clock {
  return {
    timeScale: clock.timeScale,
    now: () => clock.now() - originSeconds,
    sleep: async (seconds, wait) => await clock.sleep(seconds, wait),
    until: async (time, wait) => await clock.until(time + originSeconds, wait),
  }
}

async function timer(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(handle)
      // What the caller aborted with is what the caller gets, as with fetch.
      // eslint-disable-next-line typescript/prefer-promise-reject-errors
      reject(signal?.reason)
    }
    const handle = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, delayMs)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
