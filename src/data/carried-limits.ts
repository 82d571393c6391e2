import type { Clock } from '../model/clock.ts'
import type { UnderWay } from './carried-backlog.ts'
import type { Schedule } from './schedule.ts'
import { defaultBacklogMax, drainRealSecondsMax } from './traffic.ts'

/** Real seconds after which no answer is waited for any more, as with the client of Data Exchange. */
const answerRealSecondsMax = 10

/** A batch holds what is due but for the clock's rounding. */
const dust = 1e-6

/** How much and how long carried traffic waits: as much and as long as ordinary traffic. Times are of its clock. */
export class CarriedLimits {
  readonly #clock: Clock
  readonly #schedule: Pick<Schedule, 'rateAt'>
  readonly #startTime: number
  readonly #batchSeconds: number
  readonly #backlogMax: number | undefined

  constructor(options: {
    readonly clock: Clock
    readonly schedule: Pick<Schedule, 'rateAt'>
    readonly startTime: number
    readonly batchIntervalMs?: number
    readonly backlogTuplesMax?: number
  }) {
    const { clock, schedule, startTime, batchIntervalMs = 10, backlogTuplesMax } = options
    this.#clock = clock
    this.#schedule = schedule
    this.#startTime = startTime
    this.#batchSeconds = (batchIntervalMs / 1000) * clock.timeScale
    this.#backlogMax = backlogTuplesMax
  }

  /** Tuples that may wait. */
  backlogMax(now: number): number {
    return this.#backlogMax ?? defaultBacklogMax(this.#schedule.rateAt(now), this.#clock)
  }

  /** When the batch goes out in which a tuple is that was due at a time. */
  batchTime(time: number): number {
    const batches = Math.ceil((time - this.#startTime) / this.#batchSeconds - dust)
    // Never before what is in it.
    return Math.max(time, this.#startTime + batches * this.#batchSeconds)
  }

  /** When what was not sent is given up after a stop. */
  giveUpAt(stoppedAt: number): number {
    return stoppedAt + drainRealSecondsMax * this.#clock.timeScale
  }

  /** When the answer to a request is not waited for any longer. */
  answerBy(underWay: UnderWay | undefined): number {
    return (underWay?.sentTime ?? Infinity) + answerRealSecondsMax * this.#clock.timeScale
  }
}
