import { SettingsError } from '../model/errors.ts'
import { checkRate } from './schedule.ts'
import type { Schedule } from './schedule.ts'

/** A schedule by the times of a recording: each tuple once, at its own time. */
export class ListedSchedule implements Schedule {
  readonly #times: Float64Array
  readonly #endTime: number
  readonly #countMax: number
  #taken = 0
  /** Recorded time that corresponds to `#since`. */
  #recorded = 0
  #since: number
  #factor = 1

  constructor(options: {
    readonly startTime: number
    /** Seconds from the recording's beginning, ascending, at the speed at which it is played. */
    readonly times: Float64Array
    /** @default all */
    readonly count?: number | undefined
    /** @default no limit */
    readonly forSeconds?: number | undefined
  }) {
    const { startTime, times, count = Infinity, forSeconds = Infinity } = options
    this.#since = startTime
    this.#endTime = startTime + forSeconds
    this.#times = times
    this.#countMax = Math.min(count, times.length)
  }

  /** On average: a recording has no rate of its own. */
  rateAt(): number {
    const seconds = this.#times.at(-1) ?? 0
    return seconds === 0 ? this.#times.length : (this.#factor * this.#times.length) / seconds
  }

  take(time: number): readonly number[] {
    if (time < this.#since) return []
    const until = this.#recordedAt(time)
    const due: number[] = []
    for (; this.#taken < this.#countMax; this.#taken += 1) {
      const recorded = this.#times[this.#taken] ?? Infinity
      if (recorded > until) break
      // What came due just before the speed was changed is taken a moment later.
      due.push(Math.min(time, this.#since + Math.max(0, recorded - this.#recorded) / this.#factor))
    }
    return due
  }

  isOverAt(time: number): boolean {
    return time >= this.#endTime || this.#taken >= this.#countMax
  }

  setRate(): void {
    throw new SettingsError(
      'Expected a factor for the load of a replay, got a rate: a replay goes by the times of its recording. Use `load: {factor: …}`.',
    )
  }

  setFactor(factor: number, time: number): void {
    checkRate('a factor of the speed', factor)
    this.#recorded = this.#recordedAt(time)
    this.#since = Math.max(this.#since, Math.min(time, this.#endTime))
    this.#factor = factor
  }

  #recordedAt(time: number): number {
    return this.#recorded + this.#factor * Math.max(0, Math.min(time, this.#endTime) - this.#since)
  }
}
