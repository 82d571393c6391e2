import { evenRuns } from './due-run.ts'
import type { DueRun } from './due-run.ts'
import { constantRate } from './rate-profile.ts'
import type { RateProfile } from './rate-profile.ts'
import { checkRate } from './schedule.ts'
import type { Schedule } from './schedule.ts'

/** Differences of times leave dust, such as 100.1 − 100; it must not cost a tuple. */
const dust = 1e-6

/** A time during which the rate follows one profile. */
interface Segment {
  readonly since: number
  /** Due before `since`, with its fraction. */
  readonly dueBefore: number
  readonly profile: RateProfile
  /** Where the profile's own time begins. */
  readonly origin: number
  readonly factor: number
}

/** A schedule by a rate, which may change with time, and may be changed. */
export class RateSchedule implements Schedule {
  readonly #startTime: number
  readonly #endTime: number
  readonly #countMax: number
  readonly #profile: RateProfile
  readonly #gap: () => number
  /** The first is the one in which the next tuple is due, or one before it. */
  readonly #segments: Segment[]
  #taken = 0
  /** How much must be due for the next tuple. */
  #nextDue: number

  /** Times are seconds of the traffic's clock. */
  constructor(options: {
    readonly startTime: number
    readonly profile: RateProfile
    /** @default no limit */
    readonly count?: number | undefined
    /** @default no limit */
    readonly forSeconds?: number | undefined
    /** How much more is due from one tuple to the next, 1 on average. @default 1 */
    readonly gap?: (() => number) | undefined
  }) {
    const { startTime, profile, count = Infinity, forSeconds = Infinity, gap = () => 1 } = options
    this.#startTime = startTime
    this.#endTime = startTime + forSeconds
    this.#countMax = count
    this.#profile = profile
    this.#gap = gap
    this.#segments = [{ since: startTime, dueBefore: 0, profile, origin: startTime, factor: 1 }]
    this.#nextDue = gap()
  }

  rateAt(time: number): number {
    const { profile, origin, factor } = this.#last()
    return factor * profile.rateAt(Math.max(0, time - origin))
  }

  take(time: number): readonly number[] {
    const due = this.#dueBy(time) + dust
    const times: number[] = []
    while (this.#taken < this.#countMax && this.#nextDue <= due) {
      times.push(Math.min(time, this.#endTime, this.#timeOf(this.#nextDue)))
      this.#taken += 1
      this.#nextDue += this.#gap()
    }
    return times
  }

  /**
   * What `take` gives, as runs of tuples that come due evenly, to within so many seconds: the work goes with how often the pace
   * changes, not with the tuples. Only where no gap is left to chance.
   */
  takeRuns(time: number, toleranceSeconds: number): readonly DueRun[] {
    const due = Math.floor(this.#dueBy(time) + dust)
    const first = this.#taken + 1
    const last = Math.min(due, this.#countMax)
    if (last < first) return []
    this.#taken = last
    this.#nextDue = last + 1
    const timeOf = (place: number): number => Math.min(time, this.#endTime, this.#timeOf(place))
    return evenRuns({ first, last, timeOf, toleranceSeconds })
  }

  /** When the tuple after so many more will be due, as things stand; Infinity where it never is. */
  dueAfter(count: number): number {
    const place = this.#taken + count + 1
    const time = place > this.#countMax ? Infinity : this.#timeOf(place)
    return time > this.#endTime ? Infinity : time
  }

  /** When nothing more will be due, as things stand; Infinity where there is no end. */
  overAt(): number {
    if (this.#countMax === Infinity) return this.#endTime
    const left = this.#countMax - this.#taken
    return left <= 0 ? -Infinity : Math.min(this.#endTime, this.dueAfter(left - 1))
  }

  isOverAt(time: number): boolean {
    return time >= this.#endTime || this.#taken >= this.#countMax
  }

  setRate(tuplesPerSecond: number, time: number): void {
    const since = this.#bounded(time)
    const profile = constantRate(checkRate('a rate in tuples a second', tuplesPerSecond))
    this.#segments.push({ since, dueBefore: this.#dueBy(since), profile, origin: since, factor: 1 })
  }

  setFactor(factor: number, time: number): void {
    const since = this.#bounded(time)
    checkRate('a factor of the rate', factor)
    const dueBefore = this.#dueBy(since)
    this.#segments.push({ since, dueBefore, profile: this.#profile, origin: this.#startTime, factor })
  }

  #bounded(time: number): number {
    return Math.max(this.#last().since, Math.min(time, this.#endTime))
  }

  #dueBy(time: number): number {
    const segment = this.#last()
    const { since, dueBefore, profile, origin, factor } = segment
    const until = this.#bounded(time)
    return dueBefore + factor * (profile.dueBy(until - origin) - profile.dueBy(since - origin))
  }

  #timeOf(due: number): number {
    // A rate may have changed since the tuple was due.
    while ((this.#segments[1]?.dueBefore ?? Infinity) + dust < due) this.#segments.shift()
    const { since, dueBefore, profile, origin, factor } = this.#segments[0] ?? this.#last()
    if (factor === 0) return Infinity
    const timeOf = (much: number): number =>
      origin + profile.timeOf((much - dueBefore) / factor + profile.dueBy(since - origin))
    const time = timeOf(due)
    // What is due but for dust at the end of a ramp to 0 was due there.
    return time === Infinity ? timeOf(due - dust) : time
  }

  #last(): Segment {
    const segment = this.#segments.at(-1)
    if (segment === undefined) throw new RangeError('A schedule has at least one segment.')
    return segment
  }
}
