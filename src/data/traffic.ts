import type { Clock } from '../model/clock.ts'
import type { ExchangeClient, ExchangeEndpoint } from '../model/exchange-client.ts'
import type { MeasuringFault } from '../model/timeline.ts'
import type { Tuple } from '../model/tuple.ts'
import type { DeliveryLedger } from './delivery-ledger.ts'
import { RateSchedule } from './rate-schedule.ts'
import type { SequenceGenerator } from './sequence-generator.ts'
import { TrafficLane } from './traffic-lane.ts'

/** Traffic of one generator into its DC. Seconds and rates are in the clock's (system) time unless they say otherwise. */
export interface TrafficOptions {
  readonly generator: SequenceGenerator
  readonly exchange: ExchangeClient
  /** The ingest endpoint at the moment, or undefined while the DC has no job: its tuples are then rejected, as by a dead one. */
  readonly endpoint: () => ExchangeEndpoint | undefined
  readonly ledger: DeliveryLedger
  readonly clock: Clock
  readonly rateTuplesPerSecond: number
  /** Stop after so many tuples. @default never */
  readonly count?: number | undefined
  /** Stop after so many seconds. @default never */
  readonly forSeconds?: number | undefined
  /** Ends the traffic at once; injections under way then have an unknown outcome. */
  readonly signal?: AbortSignal | undefined
  /** Called when the generator could not keep to its schedule. */
  readonly onMeasuringFault?: (fault: MeasuringFault) => void
  /** Real milliseconds between batches. @default 10 */
  readonly batchIntervalMs?: number
  /** Requests under way at once; keys are dealt out to them, so that order per key holds. @default 1 */
  readonly lanes?: number
  /** Tuples that may wait for an answer; beyond that the schedule is missed, and said to be. @default 5 real seconds' worth, at least 1000 */
  readonly backlogTuplesMax?: number
}

/** How traffic is getting on. */
export interface TrafficStats {
  readonly generatedTuples: number
  /** Tuples that were due and not made, because too many were waiting for answers. */
  readonly skippedTuples: number
  /** Tuples made and not yet answered. */
  readonly backlogTuples: number
  readonly requests: number
  /** The longest that a batch came after its time, in seconds of the clock. */
  readonly latenessSecondsMax: number
}

/** Traffic that flows. */
export interface Traffic {
  /** Makes no more tuples, and resolves when those made have their outcome. */
  stop(): Promise<void>
  setRate(tuplesPerSecond: number): void
  /** Resolves when the traffic has ended: by its count, its time, `stop` or the signal. */
  readonly done: Promise<void>
  stats(): TrafficStats
}

/** Real seconds that tuples made before a stop may take to be sent; a buffer that stays full must not hold up the end. */
const drainRealSecondsMax = 5

/** Starts traffic; the first tuples are due one batch interval from now. */
export function startTraffic(options: TrafficOptions): Traffic {
  const pump = new TrafficPump(options)
  const done = pump.run()
  // `stop` and `done` pass an error on; without anybody waiting it must not end the process.
  done.catch(() => undefined)
  return {
    stop: async () => {
      pump.stop()
      await done
    },
    setRate: (tuplesPerSecond) => pump.setRate(tuplesPerSecond),
    done,
    stats: () => pump.stats(),
  }
}

class TrafficPump {
  readonly #options: TrafficOptions
  readonly #schedule: RateSchedule
  readonly #lanes: readonly TrafficLane[]
  readonly #laneOfKey: ReadonlyMap<string, number>
  readonly #stop = new AbortController()
  /** Aborted by `stop` or by the caller. */
  readonly #end: AbortSignal
  #generated = 0
  #skipped = 0
  #isSaturated = false
  #latenessSecondsMax = 0

  constructor(options: TrafficOptions) {
    this.#options = options
    const { clock, rateTuplesPerSecond, count, forSeconds, generator, lanes = 1 } = options
    this.#schedule = new RateSchedule({
      startTime: clock.now(),
      tuplesPerSecond: rateTuplesPerSecond,
      count,
      forSeconds,
    })
    const { exchange, endpoint, ledger } = options
    const signal = options.signal ?? new AbortController().signal
    this.#end = AbortSignal.any([signal, this.#stop.signal])
    const lane = { into: generator.origin, exchange, endpoint, ledger, clock, signal }
    this.#lanes = Array.from({ length: lanes }, () => new TrafficLane(lane))
    this.#laneOfKey = new Map(generator.keys.map((key, index) => [key, index % lanes]))
  }

  stop(): void {
    this.#stop.abort()
  }

  setRate(tuplesPerSecond: number): void {
    this.#schedule.setRate(tuplesPerSecond, this.#options.clock.now())
  }

  stats(): TrafficStats {
    return {
      generatedTuples: this.#generated,
      skippedTuples: this.#skipped,
      backlogTuples: this.#backlog(),
      requests: this.#lanes.reduce((sum, { requests }) => sum + requests, 0),
      latenessSecondsMax: this.#latenessSecondsMax,
    }
  }

  async run(): Promise<void> {
    const { clock } = this.#options
    await this.#followSchedule()
    const giveUpAt = clock.now() + drainRealSecondsMax * clock.timeScale
    const results = await Promise.allSettled(this.#lanes.map(async (lane) => await lane.finish(giveUpAt)))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  async #followSchedule(): Promise<void> {
    const { clock, batchIntervalMs = 10 } = this.#options
    const interval = (batchIntervalMs / 1000) * clock.timeScale
    const start = clock.now()
    for (let round = 1; await this.#isReached(start + round * interval);) {
      const now = clock.now()
      this.#latenessSecondsMax = Math.max(this.#latenessSecondsMax, now - start - round * interval)
      this.#makeWhatIsDue(now)
      if (this.#schedule.isOverAt(now)) return
      // After a hold-up the missed batches come as one: what is due is counted by the clock, not by the rounds.
      round = Math.max(round, Math.floor((now - start) / interval)) + 1
    }
  }

  /** Whether the time came before the end did. */
  async #isReached(time: number): Promise<boolean> {
    try {
      await this.#options.clock.until(time, { signal: this.#end })
      return true
    } catch (error) {
      if (this.#end.aborted) return false
      throw error
    }
  }

  #makeWhatIsDue(now: number): void {
    const due = this.#schedule.dueAt(now) - this.#generated - this.#skipped
    const room = Math.max(0, this.#backlogMax() - this.#backlog())
    const made = Math.min(due, room)
    this.#noteSaturation(due - made, now)
    if (made > 0) this.#give(this.#options.generator.next(made))
    this.#generated += made
  }

  #give(tuples: readonly Tuple[]): void {
    const [only] = this.#lanes
    if (this.#lanes.length === 1) {
      only?.give(tuples)
      return
    }
    for (const [index, lane] of this.#lanes.entries()) {
      lane.give(tuples.filter(({ key }) => this.#laneOfKey.get(key) === index))
    }
  }

  /** One report for each time that the generator falls behind: which rate the system saw then is not the one that was asked for. */
  #noteSaturation(skipped: number, now: number): void {
    this.#skipped += skipped
    const wasSaturated = this.#isSaturated
    this.#isSaturated = skipped > 0
    if (!this.#isSaturated || wasSaturated) return
    const { generator, onMeasuringFault } = this.#options
    const rate = this.#schedule.tuplesPerSecond
    const message = `The generator could not keep to ${rate} tuples a second into ${generator.origin}: ${this.#backlog()} tuples wait for an answer, and those due are left out.`
    onMeasuringFault?.({ t: now, dc: generator.origin, message })
  }

  #backlog(): number {
    return this.#lanes.reduce((sum, { backlog }) => sum + backlog, 0)
  }

  #backlogMax(): number {
    const { backlogTuplesMax, clock } = this.#options
    return backlogTuplesMax ?? Math.max(1000, Math.ceil(this.#schedule.tuplesPerSecond * clock.timeScale * 5))
  }
}
