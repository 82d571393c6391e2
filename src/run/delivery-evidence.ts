import { DeliveryLedger } from '../data/delivery-ledger.ts'
import { OutputCollector } from '../data/output-collector.ts'
import { createSequenceGenerator } from '../data/sequence-generator.ts'
import type { SequenceGenerator } from '../data/sequence-generator.ts'
import { StateCollector } from '../data/state-collector.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { otherDatacenter } from '../model/datacenter.ts'
import type { TrafficSpec } from '../model/scenario.ts'
import type { EventName, MeasuringFault, Timeline } from '../model/timeline.ts'
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
  readonly #clock: RunClock
  readonly #recorder: TimelineRecorder
  readonly #seed: number
  readonly #toleranceSeconds: number
  readonly #generators: SequenceGenerator[] = []
  readonly #outputs = new OutputCollector()
  readonly #states: StateCollector
  readonly #measuringFaults: MeasuringFault[] = []
  readonly #readFailures: MeasuringFault[] = []
  #queries = 0

  constructor(options: { clock: RunClock; recorder: TimelineRecorder; seed: number }) {
    this.#clock = options.clock
    const toleranceSeconds = answerToleranceRealSeconds * options.clock.timeScale
    this.deliveries = new DeliveryLedger({ toleranceSeconds })
    this.#toleranceSeconds = toleranceSeconds
    this.#recorder = options.recorder
    this.#seed = options.seed
    this.#states = new StateCollector({
      expectedChecksum: ({ origin, key, intervals }) => {
        // What a channel without any key answers.
        if (intervals.length === 0) return 0
        const generator = this.#generators.find((one) => one.origin === origin && one.keys.includes(key))
        return generator?.expectedChecksum(key, intervals) ?? -1
      },
    })
  }

  /** A generator of new keys for traffic into a DC. */
  newGenerator(dc: DatacenterName, spec: Pick<TrafficSpec, 'keys' | 'sizeBytes'>): SequenceGenerator {
    const firstKey = this.#generators
      .filter(({ origin }) => origin === dc)
      .reduce((sum, { keys }) => sum + keys.length, 0)
    const { keys, sizeBytes } = spec
    const generator = createSequenceGenerator({ seed: this.#seed, keys, sizeBytes, origin: dc, firstKey })
    this.#generators.push(generator)
    return generator
  }

  take({ job, outputs, states, before, after }: SinkRead): void {
    const read = { dc: job.dc, job: `${job.job.id}.${job.generation}`, time: after }
    this.#outputs.take({ ...read, items: outputs })
    this.#states.take({ ...read, items: states })
    // The answer to a query says what a job holds, not that it serves it.
    const served = [...outputs, ...states.filter(({ cause }) => cause === 'replay')]
    const firsts = served.some(({ origin }) => origin === otherDatacenter(job.dc))
    if (firsts) this.#noteFirstOutput(job.dc, { before, after })
  }

  /** A sink that could not be read. Whether that is to be wondered at shows when the events around it are known. */
  takeReadFailure({ job, error }: { job: RunningJob; error: unknown }): void {
    const message = `The sinks of job ${job.job.id} could not be read: ${error instanceof Error ? error.message : String(error)}`
    if (this.#readFailures.some((failure) => failure.dc === job.dc && failure.message === message)) return
    this.#readFailures.push({ t: this.#clock.now(), dc: job.dc, message })
  }

  measuringFault(dc: DatacenterName, message: string): void {
    this.#measuringFaults.push({ t: this.#clock.now(), dc, message })
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

  snapshot(): Pick<Timeline, 'acceptanceToleranceSeconds' | 'deliveries' | 'outputs' | 'states' | 'measuringFaults'> {
    return {
      acceptanceToleranceSeconds: this.#toleranceSeconds,
      deliveries: this.deliveries.deliveries(),
      outputs: this.#outputs.outputs(),
      states: this.#states.states(),
      measuringFaults: [
        ...this.#measuringFaults,
        ...this.#readFailures.filter((failure) => !this.#isExplained(failure)),
        ...this.#outputs.measuringFaults(),
        ...this.#states.measuringFaults(),
      ],
    }
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
    // It came out before the answer arrived, and not before the takeover began.
    const from = Math.max(read.before, started.t)
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
