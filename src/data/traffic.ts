import type { Clock } from '../model/clock.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { DeliveryOutcome, LoadSeries, MeasuringFault } from '../model/timeline.ts'
import { formatSeconds } from '../model/units.ts'
import { textHash } from '../support/checksum.ts'
import type { DeliveryLedger } from './delivery-ledger.ts'
import { LoadRecorder } from './load-recorder.ts'
import type { Schedule } from './schedule.ts'
import { TrafficLane } from './traffic-lane.ts'
import type { TrafficTarget } from './traffic-lane.ts'
import type { TupleGenerator } from './tuple-generator.ts'
import type { DueTuples } from './tuple-queue.ts'
import { over } from '../support/over.ts'

/** Traffic of one generator. Seconds and rates are in the clock's (system) time unless they say otherwise. */
export interface TrafficOptions {
  /** What names it in reports. @default no name */
  readonly name?: string | undefined
  readonly generator: Pick<TupleGenerator, 'next'>
  readonly target: TrafficTarget
  readonly ledger: DeliveryLedger
  readonly clock: Clock
  /** Beginning now. */
  readonly schedule: Schedule
  /** Seconds at the beginning that figures leave out. @default 0 */
  readonly warmupSeconds?: number | undefined
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
  /** Real seconds by which a batch may be late before the load counts as another than the one asked for. @default 1 */
  readonly lateRealSecondsMax?: number
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
  /** Where it goes at the moment. */
  readonly into: DatacenterName
  /** Makes no more tuples, and resolves when those made have their outcome. */
  stop(): Promise<void>
  /** From now on this rate, evenly. @throws SettingsError for a replay, which goes by its own times */
  setRate(tuplesPerSecond: number): void
  /** From now on so many times what the schedule would have been. */
  setFactor(factor: number): void
  /** From now on into another DC: the same keys, and their numbers go on. */
  redirect(to: TrafficTarget): void
  /** Resolves when the traffic has ended: by its count, its time, `stop` or the signal. */
  readonly done: Promise<void>
  stats(): TrafficStats
  /** What became of the tuples so far, one series a DC that they went into. */
  series(): readonly LoadSeries[]
}

/** Real seconds that tuples made before a stop may take to be sent; a buffer that stays full must not hold up the end. */
export const drainRealSecondsMax = 5

/** Starts traffic; the first tuples are due one batch interval from now. */
export function startTraffic(options: TrafficOptions): Traffic {
  const pump = new TrafficPump(options)
  const done = pump.run()
  // `stop` and `done` pass an error on; without anybody waiting it must not end the process.
  done.catch(() => undefined)
  return {
    get into() {
      return pump.into
    },
    stop: async () => {
      pump.stop()
      await done
    },
    setRate: (tuplesPerSecond) => pump.setRate(tuplesPerSecond),
    setFactor: (factor) => pump.setFactor(factor),
    redirect: (to) => pump.redirect(to),
    done,
    stats: () => pump.stats(),
    series: () => pump.series(),
  }
}

class TrafficPump {
  readonly #options: TrafficOptions
  readonly #lanes: readonly TrafficLane[]
  readonly #stop = new AbortController()
  /** Aborted by `stop` or by the caller. */
  readonly #end: AbortSignal
  readonly #warmupUntil: number
  /** One for each target, in order of time. */
  readonly #loads: LoadRecorder[] = []
  #generated = 0
  #skipped = 0
  #isSaturated = false
  #latenessSecondsMax = 0
  #endedAt: number | undefined

  constructor(options: TrafficOptions) {
    this.#options = options
    const { clock, target, ledger, lanes = 1, warmupSeconds = 0 } = options
    const signal = options.signal ?? new AbortController().signal
    this.#end = AbortSignal.any([signal, this.#stop.signal])
    this.#warmupUntil = clock.now() + warmupSeconds
    this.#openLoad(target.dc)
    const onOutcome = (answered: DueTuples, outcome: DeliveryOutcome, time: number): void =>
      this.#noteOutcome(answered, outcome, time)
    this.#lanes = Array.from({ length: lanes }, () => new TrafficLane({ target, ledger, clock, signal, onOutcome }))
  }

  get into(): DatacenterName {
    return this.#load().into
  }

  stop(): void {
    this.#stop.abort(over)
  }

  setRate(tuplesPerSecond: number): void {
    this.#options.schedule.setRate(tuplesPerSecond, this.#options.clock.now())
  }

  setFactor(factor: number): void {
    this.#options.schedule.setFactor(factor, this.#options.clock.now())
  }

  redirect(to: TrafficTarget): void {
    this.#openLoad(to.dc)
    for (const lane of this.#lanes) lane.redirect(to)
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

  series(): readonly LoadSeries[] {
    const end = this.#endedAt ?? this.#options.clock.now()
    return this.#loads.map((load, index) => load.series(this.#loads[index + 1]?.startTime ?? end))
  }

  async run(): Promise<void> {
    const { clock } = this.#options
    await this.#followSchedule()
    this.#endedAt = clock.now()
    const giveUpAt = clock.now() + drainRealSecondsMax * clock.timeScale
    const results = await Promise.allSettled(this.#lanes.map(async (lane) => await lane.finish(giveUpAt)))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  async #followSchedule(): Promise<void> {
    const { clock, schedule, batchIntervalMs = 10 } = this.#options
    const interval = (batchIntervalMs / 1000) * clock.timeScale
    const start = clock.now()
    for (let round = 1; await this.#isReached(start + round * interval);) {
      const now = clock.now()
      this.#noteLateness(now - start - round * interval, now)
      this.#makeWhatIsDue(now)
      if (schedule.isOverAt(now)) return
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
    const due = this.#options.schedule.take(now)
    const room = Math.max(0, this.#backlogMax(now) - this.#backlog())
    const dueTimes = due.slice(0, room)
    for (const time of due) this.#loadAt(time).due(time)
    this.#noteSaturation(due.slice(room), now)
    this.#generated += dueTimes.length
    if (dueTimes.length > 0) this.#give({ tuples: this.#options.generator.next(dueTimes.length), dueTimes })
  }

  #give(due: DueTuples): void {
    const [only] = this.#lanes
    if (this.#lanes.length === 1) {
      only?.give(due)
      return
    }
    const laneOf = due.tuples.map(({ key }) => textHash(key) % this.#lanes.length)
    for (const [index, lane] of this.#lanes.entries()) {
      const isOwn = (_: unknown, at: number): boolean => laneOf[at] === index
      lane.give({ tuples: due.tuples.filter(isOwn), dueTimes: due.dueTimes.filter(isOwn) })
    }
  }

  #noteOutcome({ dueTimes }: DueTuples, outcome: DeliveryOutcome, time: number): void {
    for (const dueTime of dueTimes) this.#loadAt(dueTime).answered(dueTime, outcome, time)
  }

  /** One report for each time that the generator falls behind: which rate the system saw then is not the one that was asked for. */
  #noteSaturation(skipped: readonly number[], now: number): void {
    this.#skipped += skipped.length
    for (const time of skipped) this.#loadAt(time).skipped(time)
    const wasSaturated = this.#isSaturated
    this.#isSaturated = skipped.length > 0
    if (!this.#isSaturated || wasSaturated) return
    const rate = this.#options.schedule.rateAt(now)
    this.#fault(now, saturationMessage({ rate, into: this.into, backlogTuples: this.#backlog() }))
  }

  #noteLateness(seconds: number, now: number): void {
    const { clock, lateRealSecondsMax = 1 } = this.#options
    this.#latenessSecondsMax = Math.max(this.#latenessSecondsMax, seconds)
    const realSeconds = seconds / clock.timeScale
    if (realSeconds <= lateRealSecondsMax) return
    this.#fault(
      now,
      `The generator for ${this.into} was held up for ${formatSeconds(realSeconds)} of real time (${formatSeconds(seconds)} of system time), and what was due meanwhile went out at once; expected at most ${formatSeconds(lateRealSecondsMax)}. The test's machine is too busy.`,
    )
  }

  #fault(t: number, message: string): void {
    this.#options.onMeasuringFault?.({ t, dc: this.into, message })
  }

  #openLoad(into: DatacenterName): void {
    const { name, clock } = this.#options
    this.#loads.push(new LoadRecorder({ into, name, startTime: clock.now(), warmupUntil: this.#warmupUntil }))
  }

  #load(): LoadRecorder {
    const load = this.#loads.at(-1)
    if (load === undefined) throw new RangeError('Expected traffic to have a target.')
    return load
  }

  /** The one in which a tuple counts that was due at a time: a tuple counts where it was due, also when it went elsewhere later. */
  #loadAt(dueTime: number): LoadRecorder {
    const load = this.#load()
    if (dueTime > load.startTime) return load
    return this.#loads.findLast(({ startTime }) => startTime < dueTime) ?? this.#loads[0] ?? load
  }

  #backlog(): number {
    return this.#lanes.reduce((sum, { backlog }) => sum + backlog, 0)
  }

  #backlogMax(now: number): number {
    const { backlogTuplesMax, clock, schedule } = this.#options
    return backlogTuplesMax ?? defaultBacklogMax(schedule.rateAt(now), clock)
  }
}

/** Tuples that may wait for an answer at a rate in tuples a second: 5 real seconds' worth, at least 1000. */
export function defaultBacklogMax(rate: number, { timeScale }: Clock): number {
  return Math.max(1000, Math.ceil(rate * timeScale * 5))
}

/** Why not all tuples were made that were due. */
export function saturationMessage(of: {
  readonly rate: number
  readonly into: DatacenterName
  readonly backlogTuples: number
}): string {
  const { rate, into, backlogTuples } = of
  return `The generator could not keep to ${Number(rate.toFixed(3))} tuples a second into ${into}: ${backlogTuples} tuples wait for an answer, and those due are left out.`
}
