import { ApplicationOutputs, applicationItem } from '../data/application-outputs.ts'
import { createGenerator } from '../data/create-generator.ts'
import type { GeneratorRegistry, TupleSpec } from '../data/create-generator.ts'
import { DeliveryLedger } from '../data/delivery-ledger.ts'
import { OutputCollector } from '../data/output-collector.ts'
import { StateCollector } from '../data/state-collector.ts'
import { CarriedKeys } from '../data/carried-keys.ts'
import type { GeneratorPlace, TupleGenerator, TupleKeys } from '../data/tuple-generator.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { otherDatacenter } from '../model/datacenter.ts'
import type { Interval } from '../model/interval.ts'
import type { ApplicationFace } from '../model/scenario.ts'
import type { EventName, LoadSeries, MeasuringFault, ObservedState, Timeline } from '../model/timeline.ts'
import type { Tuple } from '../model/tuple.ts'
import { waitUntil } from '../support/wait-until.ts'
import type { RunningJob } from './datacenter-jobs.ts'
import type { SinkRead } from './job-reader.ts'
import type { RunClock } from './run-clock.ts'
import type { TimelineRecorder } from './timeline-recorder.ts'

/** A question put to a DC's job about its state. */
export interface StateQuery {
  readonly id: string
  /** Reads until every channel has answered. @throws WaitTimeoutError */
  answered(options: { timeoutSeconds: number; read: () => Promise<void> }): Promise<void>
}

/** Real seconds that the testbed may take to tell of a process's end. */
const exitReportRealSeconds = 1

/** Real seconds by which the time of an acceptance may be off: a batch holds as many milliseconds' worth of tuples. */
const answerToleranceRealSeconds = 0.01

/** Real seconds between looks for an answer. */
const answerPollRealSeconds = 0.01

/** What went in, what came out, and what the jobs say they hold: the evidence that loss, duplicates and order rest on. */
export class DeliveryEvidence {
  readonly deliveries: DeliveryLedger
  /** What is sent of a tuple, where the application has names of its own. */
  readonly itemOf: ((tuple: Tuple) => object) | undefined
  readonly #clock: RunClock
  readonly #recorder: TimelineRecorder
  readonly #seed: number
  readonly #registered: GeneratorRegistry
  readonly #generators: TupleKeys[] = []
  /** Of each DC, those being made included. */
  readonly #generatorCounts = { dc1: 0, dc2: 0 }
  readonly #loads: (() => readonly LoadSeries[])[] = []
  readonly #outputs = new OutputCollector()
  readonly #states: StateCollector
  /** In place of state reports, where the application is a user's own. */
  readonly #application: ApplicationOutputs | undefined
  readonly #applicationStates: ObservedState[] = []
  readonly #measuringFaults: MeasuringFault[] = []
  readonly #readFailures: MeasuringFault[] = []
  #queries = 0

  constructor(options: {
    clock: RunClock
    recorder: TimelineRecorder
    seed: number
    /** Generators that users registered. @default none */
    registered?: GeneratorRegistry | undefined
    /** Of a user's own application. @default the ledger */
    application?: ApplicationFace | undefined
  }) {
    this.#clock = options.clock
    this.deliveries = new DeliveryLedger({
      toleranceSeconds: answerToleranceRealSeconds * options.clock.timeScale,
    })
    this.#recorder = options.recorder
    this.#seed = options.seed
    this.#registered = options.registered ?? new Map()
    const expectedChecksum = (key: string, intervals: readonly Interval[]): number =>
      // What a channel without any key answers.
      intervals.length === 0 ? 0 : (this.#generatorOf(key)?.expectedChecksum(key, intervals) ?? -1)
    this.#states = new StateCollector({
      expectedChecksum: ({ key, intervals }) => expectedChecksum(key, intervals),
    })
    const { application } = options
    if (application !== undefined) {
      this.itemOf = (tuple) => applicationItem(tuple, application)
      const originOf = (key: string, seq: number): DatacenterName | undefined =>
        // What comes out before its answer came in was sent where the generator began.
        this.deliveries.whereSent(key, seq) ?? this.#generatorOf(key)?.origin
      const known = { originOf, expectedChecksum }
      this.#application = new ApplicationOutputs({ names: application, known })
    }
  }

  /** A generator of new keys for traffic into a DC. @throws SettingsError for a file that cannot be read */
  async newGenerator(dc: DatacenterName, spec: TupleSpec): Promise<TupleGenerator> {
    const place = this.#newPlace(dc)
    const generator = await createGenerator(spec, { place, registered: this.#registered })
    this.#generators.push(generator)
    return generator
  }

  /** New keys for traffic into a DC whose tuples are carried as runs. */
  newCarriedKeys(dc: DatacenterName, { keys: keyCount }: Pick<TupleSpec, 'keys'>): CarriedKeys {
    const keys = new CarriedKeys(this.#newPlace(dc), keyCount)
    this.#generators.push(keys)
    return keys
  }

  /** Traffic whose figures belong to the run. */
  addLoad(series: () => readonly LoadSeries[]): void {
    this.#loads.push(series)
  }

  take({ job, outputs, states, before, after }: SinkRead): void {
    const read = { dc: job.dc, job: `${job.job.id}.${job.generation}`, time: after }
    const ofOutputs = { ...read, items: outputs }
    const application = job.endpoints?.state === null ? this.#application : undefined
    const { items } = application?.take(ofOutputs) ?? ofOutputs
    this.#outputs.take({ ...read, items })
    this.#states.take({ ...read, items: states })
    // The answer to a query says what a job holds, not that it serves it.
    const served = [...items, ...states.filter(({ cause }) => cause === 'replay')]
    const firsts = served.some(({ origin }) => origin === otherDatacenter(job.dc))
    if (firsts) this.#noteFirstOutput(job.dc, { before, after })
  }

  /** A sink that could not be read. Whether that is to be wondered at shows when the events around it are known. */
  takeReadFailure({ job, error }: { job: RunningJob; error: unknown }): void {
    const message = `The sinks of job ${job.job.id} could not be read: ${error instanceof Error ? error.message : String(error)}`
    if (this.#readFailures.some((failure) => failure.dc === job.dc && failure.message === message)) return
    this.#readFailures.push({ t: this.#clock.now(), dc: job.dc, message })
  }

  /** `t` @default now */
  measuringFault(dc: DatacenterName, message: string, t = this.#clock.now()): void {
    this.#measuringFaults.push({ t, dc, message })
  }

  /** Makes states of live DCs, whose application tells none, of what was put out so far. */
  deriveStates(live: readonly DatacenterName[]): void {
    this.#applicationStates.push(...(this.#application?.states(live, this.#clock.now()) ?? []))
  }

  newQuery(dc: DatacenterName): StateQuery {
    const id = `q${++this.#queries}`
    return {
      id,
      answered: async ({ timeoutSeconds, read }) => {
        await waitUntil({
          what: `${dc} to report its state`,
          clock: this.#clock,
          timeoutSeconds,
          pollSeconds: answerPollRealSeconds * this.#clock.timeScale,
          lastSeen: () => this.#states.answerTo(dc, id).description,
          probe: async () => {
            await read()
            return this.#states.answerTo(dc, id).isComplete ? true : undefined
          },
        })
      },
    }
  }

  snapshot(): Pick<
    Timeline,
    'acceptanceToleranceSeconds' | 'deliveries' | 'outputs' | 'states' | 'measuringFaults' | 'load'
  > {
    // First: series bring their traffic up to date, and with it what else is told here.
    const load = this.#loads.flatMap((series) => series())
    return {
      acceptanceToleranceSeconds: this.deliveries.toleranceSeconds,
      deliveries: this.deliveries.deliveries(),
      outputs: this.#outputs.outputs(),
      states: [...this.#states.states(), ...this.#applicationStates],
      load,
      measuringFaults: [
        ...this.#measuringFaults,
        ...this.#readFailures.filter((failure) => !this.#isExplained(failure)),
        ...this.#outputs.measuringFaults(),
        ...this.#states.measuringFaults(),
        ...(this.#application?.measuringFaults() ?? []),
      ],
    }
  }

  #newPlace(origin: DatacenterName): GeneratorPlace {
    const ordinal = this.#generatorCounts[origin]
    this.#generatorCounts[origin] += 1
    return { seed: this.#seed, origin, ordinal }
  }

  #generatorOf(key: string): TupleKeys | undefined {
    return this.#generators.find((generator) => generator.owns(key))
  }

  /** Nobody reads the sinks of a job whose process is dead; its end may be reported a little after the first failed read. */
  #isExplained({ dc, t }: MeasuringFault): boolean {
    const slack = exitReportRealSeconds * this.#clock.timeScale
    const ends: readonly EventName[] = ['pe_exited', 'job_cancelled', 'management_exited']
    const events = this.#recorder.events().filter((event) => event.dc === dc)
    // The end of a job that another one has replaced since explains nothing.
    const start = events.findLast(({ event, t: at }) => event === 'job_started' && at <= t)?.t ?? -Infinity
    return events.some(({ event, t: at }) => ends.includes(event) && at >= start && at <= t + slack)
  }

  /** The first of the failed DC's keys that this run read from the survivor, once a takeover. */
  #noteFirstOutput(dc: DatacenterName, read: { before: number; after: number }): void {
    const events = this.#recorder.events()
    const started = events.findLast(({ event, dc: where }) => event === 'takeover_started' && where === dc)
    if (started === undefined) return
    const known = events.some(
      ({ event, dc: where, seenBy, t }) =>
        event === 'first_output' && where === dc && seenBy === 'run' && t >= started.t,
    )
    if (known) return
    // It came out before the answer arrived, and not before the takeover began. Where nobody could read for a while, such as without
    // the management, the testbed knows that it was earlier than this read.
    const told = events.find(
      ({ event, dc: where, seenBy, t }) =>
        event === 'first_output' && where === dc && seenBy === 'testbed' && t >= started.t,
    )
    const from = Math.min(Math.max(read.before, started.t), told?.t ?? Number.POSITIVE_INFINITY)
    this.#recorder.record({
      t: (from + read.after) / 2,
      uncertainty: (read.after - from) / 2,
      event: 'first_output',
      dc,
      of: otherDatacenter(dc),
      seenBy: 'run',
    })
  }
}
