import type { Clock } from '../model/clock.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { CarriedPlace, Intake, LoadCarrier } from '../model/load-carrier.ts'
import type { DeliveryOutcome, LoadSeries, MeasuringFault } from '../model/timeline.ts'
import { CarriedBacklog } from './carried-backlog.ts'
import type { MadeRun } from './carried-backlog.ts'
import { CarriedLimits } from './carried-limits.ts'
import type { CarriedKeys, KeyRun } from './carried-keys.ts'
import type { DeliveryLedger } from './delivery-ledger.ts'
import { dueTime, partOfRun } from './due-run.ts'
import type { DueRun } from './due-run.ts'
import { LoadRecorder } from './load-recorder.ts'
import type { RateSchedule } from './rate-schedule.ts'
import { saturationMessage } from './traffic.ts'
import type { Traffic, TrafficStats } from './traffic.ts'
import { batchTuplesMax } from './traffic-lane.ts'
import type { TrafficTarget } from './traffic-lane.ts'

/** Traffic that a testbed in virtual time carries as runs. Seconds and rates are in the clock's (system) time. */
export interface CarriedTrafficOptions {
  /** What names it in reports. @default no name */
  readonly name?: string | undefined
  readonly keys: CarriedKeys
  readonly target: Omit<TrafficTarget, 'exchange' | 'itemOf'>
  readonly carrier: LoadCarrier
  readonly ledger: DeliveryLedger
  readonly clock: Clock
  /** Beginning now, with no gap left to chance. */
  readonly schedule: RateSchedule
  /** Seconds at the beginning that figures leave out. @default 0 */
  readonly warmupSeconds?: number | undefined
  /** Ends the traffic at once; injections under way then have an unknown outcome. */
  readonly signal?: AbortSignal | undefined
  /** Called when the generator could not keep to its schedule. */
  readonly onMeasuringFault?: (fault: MeasuringFault) => void
  /** Real milliseconds between batches where answers are waited for. @default 10 */
  readonly batchIntervalMs?: number
  /** Tuples that may wait for an answer; beyond that the schedule is missed, and said to be. @default 5 real seconds' worth, at least 1000 */
  readonly backlogTuplesMax?: number
}

/** By which a time of a ramp's tuple may be off, in seconds: so few runs make up for it. */
const paceToleranceSeconds = 0.001

/**
 * Starts traffic that is carried. What came due since the last look is settled whenever the carrier asks: each tuple was accepted
 * when it was due, for between two looks nothing changed. Where no answer comes, tuples wait as they do behind the batch under way of
 * ordinary traffic (traffic-lane.ts), and have the same outcomes.
 */
export function startCarriedTraffic(options: CarriedTrafficOptions): Traffic {
  return new CarriedTraffic(options)
}

class CarriedTraffic implements Traffic {
  readonly done: Promise<void>
  readonly #options: CarriedTrafficOptions
  readonly #place: CarriedPlace
  readonly #startTime: number
  readonly #limits: CarriedLimits
  readonly #warmupUntil: number
  readonly #backlog = new CarriedBacklog()
  /** One for each target, in order of time. */
  readonly #loads: LoadRecorder[] = []
  /** Aborted when the last tuple has its outcome. */
  readonly #ended = new AbortController()
  #resolveDone: () => void = () => undefined
  #target: CarriedTrafficOptions['target']
  /** No more tuples are made from then on. */
  #stoppedAt: number | undefined
  #settledAt: number
  /** Since when no answer comes. */
  #waitsSince: number | undefined
  #skipped = 0
  #isSaturated = false
  #requests = 0

  constructor(options: CarriedTrafficOptions) {
    const { clock, target, carrier, warmupSeconds = 0, signal } = options
    this.#options = options
    this.#target = target
    this.#startTime = clock.now()
    this.#settledAt = this.#startTime
    this.#limits = new CarriedLimits({ ...options, startTime: this.#startTime })
    this.#warmupUntil = this.#startTime + warmupSeconds
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve
    })
    this.#openLoad(target.dc)
    this.#place = carrier.join({ settle: () => this.#settle() })
    this.#settle()
    const abort = (): void => this.#abort()
    if (signal?.aborted === true) abort()
    else signal?.addEventListener('abort', abort, { signal: this.#ended.signal })
  }

  get into(): DatacenterName {
    return this.#load().into
  }

  async stop(): Promise<void> {
    const { clock, carrier } = this.#options
    carrier.settle()
    this.#stoppedAt ??= clock.now()
    carrier.settle()
    const { signal } = this.#ended
    while (!signal.aborted) {
      // What ends the traffic earlier ends the wait, not with an error.
      await clock.until(this.#nextGivingUp(clock.now()), { signal }).catch(() => undefined)
      carrier.settle()
    }
  }

  setRate(tuplesPerSecond: number): void {
    const { carrier, schedule, clock } = this.#options
    carrier.settle()
    schedule.setRate(tuplesPerSecond, clock.now())
    carrier.settle()
  }

  setFactor(factor: number): void {
    const { carrier, schedule, clock } = this.#options
    carrier.settle()
    schedule.setFactor(factor, clock.now())
    carrier.settle()
  }

  /** An answer that is still due from the old target is not waited for: what came of those tuples stays unknown. */
  redirect(to: TrafficTarget): void {
    const { carrier, clock } = this.#options
    carrier.settle()
    this.#answerUnderWay('unknown', clock.now())
    this.#openLoad(to.dc)
    this.#target = to
    this.#waitsSince = undefined
    carrier.settle()
  }

  /** Runs that were handed over at once count as one request. */
  stats(): TrafficStats {
    this.#options.carrier.settle()
    return {
      generatedTuples: this.#options.keys.made,
      skippedTuples: this.#skipped,
      backlogTuples: this.#backlog.tuples,
      requests: this.#requests,
      latenessSecondsMax: 0,
    }
  }

  series(): readonly LoadSeries[] {
    this.#options.carrier.settle()
    const end = this.#stoppedAt ?? this.#options.clock.now()
    return this.#loads.map((load, index) => load.series(this.#loads[index + 1]?.startTime ?? end))
  }

  /** Since the last time nothing has changed: what came due since then met what is met now. */
  #settle(): void {
    if (this.#ended.signal.aborted) return
    const { clock, schedule } = this.#options
    const now = clock.now()
    if (this.#backlog.tuples > 0) this.#moveWaiting(now)
    const intake = this.#intake()
    // Had it come later, there would have been another settlement before it.
    this.#waitsSince = intake.kind === 'waits' ? (this.#waitsSince ?? this.#settledAt) : undefined
    this.#settledAt = now
    // An answer that is given up makes room for what is due in the same moment.
    if (intake.kind === 'waits') this.#waitForAnswers(now)
    if (this.#stoppedAt === undefined) {
      const overAt = schedule.overAt()
      for (const run of schedule.takeRuns(now, paceToleranceSeconds)) this.#takeDue(run, now)
      if (schedule.isOverAt(now)) this.#stoppedAt = Math.max(this.#startTime, Math.min(now, overAt))
    }
    if (intake.kind === 'waits') this.#waitForAnswers(now)
    if (this.#stoppedAt !== undefined && this.#backlog.tuples === 0) this.#finish()
    else this.#askForNext(now)
  }

  #intake(): Intake {
    const endpoint = this.#target.endpoint()
    return endpoint === undefined ? refuses : this.#options.carrier.intake(this.#target.dc, endpoint)
  }

  /** Tuples that came due since the last time. */
  #takeDue(run: DueRun, now: number): void {
    const { keys } = this.#options
    const load = this.#load()
    load.dueRun(run)
    const intake = this.#intake()
    if (intake.kind === 'refuses') {
      this.#answer({ first: keys.make(run.count), due: run, load }, 'rejected')
      return
    }
    const taken = intake.kind === 'takes' && this.#backlog.tuples === 0 ? Math.min(intake.room, run.count) : 0
    if (taken > 0) this.#hand({ first: keys.make(taken), due: partOfRun(run, 0, taken), load })
    const room = Math.max(0, this.#limits.backlogMax(now) - this.#backlog.tuples)
    const made = Math.min(run.count, taken + room)
    if (made > taken) {
      this.#backlog.add({ first: keys.make(made - taken), due: partOfRun(run, taken, made), load })
    }
    if (made > 0) this.#isSaturated = false
    if (made < run.count) this.#noteSkipped(partOfRun(run, made, run.count), load)
  }

  /** What becomes of those that wait, as things have stood since a moment ago. */
  #moveWaiting(now: number): void {
    const backlog = this.#backlog
    const intake = this.#intake()
    if (intake.kind === 'refuses') {
      // An answer that was waited for does not come any more, and what goes out now is refused.
      this.#answerUnderWay('unknown', now)
      for (const run of backlog.take(backlog.tuples)) this.#answer(run, 'rejected', { time: now, sentTime: now })
    } else if (intake.kind === 'takes') {
      let { room } = intake
      const sentTime = backlog.underWay?.sentTime ?? now
      for (const run of backlog.takeUnderWay(room)) {
        room -= run.due.count
        this.#hand(run, { time: now, sentTime })
      }
      for (const run of backlog.take(room)) this.#hand(run, { time: now, sentTime: now })
    }
    if (this.#stoppedAt !== undefined && now >= this.#limits.giveUpAt(this.#stoppedAt)) {
      for (const run of backlog.takeUnsent()) this.#answer(run, 'rejected', { time: now, sentTime: now })
    }
  }

  /** The first of those that wait were sent with the batch in which they would have been; those behind them wait for the answer. */
  #waitForAnswers(now: number): void {
    const backlog = this.#backlog
    while (backlog.firstTime !== undefined) {
      if (backlog.underWay === undefined) {
        const sentTime = Math.max(this.#limits.batchTime(backlog.firstTime), this.#waitsSince ?? now)
        if (sentTime > now) return
        backlog.send({ tuples: Math.min(batchTuplesMax, backlog.dueBy(sentTime)), sentTime })
      }
      const givenUpAt = this.#limits.answerBy(backlog.underWay)
      if (givenUpAt > now) return
      this.#answerUnderWay('unknown', givenUpAt)
      this.#waitsSince = givenUpAt
    }
  }

  /** The application takes them in; each when it was due, unless they had to wait. */
  #hand(run: MadeRun, answer?: Answer): void {
    const { keys, carrier } = this.#options
    const endpoint = this.#target.endpoint()
    if (endpoint === undefined) throw new RangeError('Expected an endpoint that tuples are handed to.')
    const runs = keys.runs(run.first, run.due.count)
    carrier.give(this.#target.dc, endpoint, runs)
    this.#requests += 1
    this.#record(run, { runs, outcome: 'accepted', answer })
  }

  #answer(run: MadeRun, outcome: DeliveryOutcome, answer?: Answer): void {
    this.#record(run, { runs: this.#options.keys.runs(run.first, run.due.count), outcome, answer })
  }

  #answerUnderWay(outcome: DeliveryOutcome, time: number): void {
    const { sentTime = time } = this.#backlog.underWay ?? {}
    for (const run of this.#backlog.takeUnderWay()) this.#answer(run, outcome, { time, sentTime })
  }

  #record(
    { due, load }: MadeRun,
    of: {
      readonly runs: readonly KeyRun[]
      readonly outcome: DeliveryOutcome
      readonly answer: Answer | undefined
    },
  ): void {
    const { runs, outcome, answer } = of
    const timeOf = (place: number): number => answer?.time ?? dueTime(due, place)
    this.#options.ledger.recordRuns({ into: this.#target.dc, runs, outcome, timeOf, sentTime: answer?.sentTime })
    load.answeredRun(due, outcome, answer?.time)
  }

  /** One report for each time that the generator falls behind. */
  #noteSkipped(skipped: DueRun, load: LoadRecorder): void {
    this.#skipped += skipped.count
    load.skippedRun(skipped)
    if (this.#isSaturated) return
    this.#isSaturated = true
    const { schedule, onMeasuringFault } = this.#options
    const t = skipped.firstTime
    const { into } = load
    const message = saturationMessage({ rate: schedule.rateAt(t), into, backlogTuples: this.#backlog.tuples })
    onMeasuringFault?.({ t, dc: into, message })
  }

  /** Moments that the carrier does not know of: the end, and the tuple that finds no more room among those that wait. */
  #askForNext(now: number): void {
    const { schedule } = this.#options
    let next = this.#nextGivingUp(now)
    if (this.#stoppedAt === undefined) next = Math.min(next, schedule.overAt())
    const isWaiting = this.#waitsSince !== undefined || this.#backlog.tuples > 0
    if (isWaiting && !this.#isSaturated && this.#stoppedAt === undefined) {
      next = Math.min(next, schedule.dueAfter(Math.max(0, this.#limits.backlogMax(now) - this.#backlog.tuples)))
    }
    if (Number.isFinite(next)) this.#place.settleIn(Math.max(0, next - now))
  }

  /** When something that waits is not waited for any longer. */
  #nextGivingUp(now: number): number {
    const { underWay, tuples } = this.#backlog
    const isUnsent = this.#stoppedAt !== undefined && tuples > (underWay?.tuples ?? 0)
    const giveUpAt = isUnsent ? this.#limits.giveUpAt(this.#stoppedAt ?? now) : Infinity
    return underWay === undefined ? giveUpAt : Math.min(giveUpAt, this.#limits.answerBy(this.#backlog.underWay))
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

  #abort(): void {
    const { carrier, clock } = this.#options
    carrier.settle()
    const now = clock.now()
    this.#stoppedAt ??= now
    this.#answerUnderWay('unknown', now)
    for (const run of this.#backlog.take(this.#backlog.tuples)) {
      this.#answer(run, 'rejected', { time: now, sentTime: now })
    }
    this.#finish()
  }

  #finish(): void {
    if (this.#ended.signal.aborted) return
    this.#ended.abort(trafficEnded)
    this.#place.leave()
    this.#resolveDone()
  }
}

/** When tuples that had to wait got their outcome, and when the request with them went out. */
interface Answer {
  readonly time: number
  readonly sentTime: number
}

/** Nobody sees it: it ends a wait. */
const trafficEnded = 'The traffic has ended'

const refuses: Intake = { kind: 'refuses' }
