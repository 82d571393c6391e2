/** Differences of times leave dust, such as 100.1 − 100; it must not cost a tuple. */
const dust = 1e-6

/** How many tuples are due at a time: an open schedule that goes by the clock alone, whatever the answers do. */
export class RateSchedule {
  readonly #endTime: number
  readonly #countMax: number
  #rate: number
  /** Due before `#since`, with its fraction. */
  #dueBefore = 0
  #since: number

  /** Times are seconds of the traffic's clock. */
  constructor(options: {
    readonly startTime: number
    readonly tuplesPerSecond: number
    /** @default no limit */
    readonly count?: number | undefined
    /** @default no limit */
    readonly forSeconds?: number | undefined
  }) {
    this.#since = options.startTime
    this.#rate = checkRate(options.tuplesPerSecond)
    this.#countMax = options.count ?? Number.POSITIVE_INFINITY
    this.#endTime = options.startTime + (options.forSeconds ?? Number.POSITIVE_INFINITY)
  }

  get tuplesPerSecond(): number {
    return this.#rate
  }

  /** How many tuples are due from the start until `time`. */
  dueAt(time: number): number {
    return Math.min(Math.floor(this.#exactlyDueAt(time) + dust), this.#countMax)
  }

  /** Whether nothing more will be due after `time`. */
  isOverAt(time: number): boolean {
    return time >= this.#endTime || this.dueAt(time) >= this.#countMax
  }

  /** Changes the rate from `time` on. */
  setRate(tuplesPerSecond: number, time: number): void {
    const rate = checkRate(tuplesPerSecond)
    this.#dueBefore = this.#exactlyDueAt(time)
    this.#since = Math.max(this.#since, Math.min(time, this.#endTime))
    this.#rate = rate
  }

  #exactlyDueAt(time: number): number {
    return this.#dueBefore + this.#rate * Math.max(0, Math.min(time, this.#endTime) - this.#since)
  }
}

function checkRate(tuplesPerSecond: number): number {
  if (Number.isFinite(tuplesPerSecond) && tuplesPerSecond >= 0) return tuplesPerSecond
  throw new RangeError(`Expected a rate of 0 tuples a second or more, got ${tuplesPerSecond}`)
}
