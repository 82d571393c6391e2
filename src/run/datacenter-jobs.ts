import type { JobControl } from '../faults/context.ts'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { TestbedError } from '../model/errors.ts'
import type { ExchangeEndpoint } from '../model/exchange-client.ts'
import { ledgerOperators, ledgerParameters } from '../model/ledger.ts'
import type { LedgerCommand } from '../model/ledger.ts'
import type { PerDatacenter } from '../model/scenario.ts'
import type { Job, SubmitRequest } from '../model/streams-client.ts'
import type { LeasedPair } from '../model/testbed.ts'
import { waitForHealthyJob } from './job-health.ts'
import { configurationFile, settingsFor } from './job-settings.ts'
import type { JobDefinition } from './job-settings.ts'

/** A job as this run submitted it. `generation` counts the DC's jobs from 1, so that a restart can be told from a gap. */
export interface RunningJob {
  readonly dc: DatacenterName
  readonly generation: number
  readonly job: Job
  readonly endpoints: LedgerEndpoints
}

/** The ledger application's four ports on Data Exchange. */
export type LedgerEndpoints = Readonly<Record<keyof typeof ledgerOperators, ExchangeEndpoint>>

/** The two jobs of a run: submitted once each, cancelled and submitted again by faults and their healing. */
export class DatacenterJobs implements JobControl {
  readonly settings: PerDatacenter<CrossDcSettings>
  readonly #pair: LeasedPair
  readonly #definition: JobDefinition
  readonly #onJob: (job: RunningJob) => Promise<void>
  readonly #onGone: (dc: DatacenterName) => Promise<void>
  readonly #requests = new Map<DatacenterName, SubmitRequest>()
  readonly #current = new Map<DatacenterName, RunningJob>()
  readonly #generations = new Map<DatacenterName, number>()

  constructor(options: {
    pair: LeasedPair
    definition: JobDefinition
    /** A job became healthy. */
    onJob: (job: RunningJob) => Promise<void>
    /** The DC's job is about to be cancelled. */
    onGone: (dc: DatacenterName) => Promise<void>
  }) {
    this.#pair = options.pair
    this.#definition = options.definition
    this.#onJob = options.onJob
    this.#onGone = options.onGone
    const { dc1, dc2 } = options.pair.datacenters
    this.settings = { dc1: settingsFor(options.definition, dc1), dc2: settingsFor(options.definition, dc2) }
  }

  current(dc: DatacenterName): RunningJob | undefined {
    return this.#current.get(dc)
  }

  currentJobId(dc: DatacenterName): string | null {
    return this.#current.get(dc)?.job.id ?? null
  }

  /** Uploads the application and the toolkit's settings, so that submitting is all that is left to do. */
  async prepare(dc: DatacenterName): Promise<void> {
    const { streams } = this.#pair.datacenters[dc]
    const settings = this.settings[dc]
    const [configFileName, bundleId] = await Promise.all([
      this.#pair.installFile({ dc, name: 'crossdc-config.txt', content: configurationFile(settings) }),
      this.#pair.applicationBundle(this.#definition.sab).then((sab) => streams.uploadBundle(sab)),
    ])
    this.#requests.set(dc, {
      bundleId,
      submissionParameters: {
        ...this.#definition.submissionParameters[dc],
        [ledgerParameters.configFileName]: configFileName,
        [ledgerParameters.numberOfHttpSenderReceiverPairs]: String(settings.numberOfHttpSenderReceiverPairs),
      },
    })
  }

  /** Submits the DC's job and waits until it is healthy and its endpoints are known. */
  async submit(dc: DatacenterName, signal?: AbortSignal): Promise<RunningJob> {
    const request = this.#requests.get(dc)
    if (request === undefined) throw new TestbedError(`The application of ${dc} has not been prepared.`)
    const { streams } = this.#pair.datacenters[dc]
    const submitted = await streams.submitJob(request)
    const generation = (this.#generations.get(dc) ?? 0) + 1
    this.#generations.set(dc, generation)
    const { events, clock } = this.#pair
    const job = await waitForHealthyJob({
      dc,
      jobId: submitted.id,
      streams,
      events,
      clock,
      ...(signal === undefined ? {} : { signal }),
    })
    const running: RunningJob = { dc, generation, job, endpoints: await this.#findEndpoints(dc, job.id) }
    this.#current.set(dc, running)
    await this.#onJob(running)
    return running
  }

  async resubmit(dc: DatacenterName): Promise<void> {
    await this.submit(dc)
  }

  async cancel(dc: DatacenterName): Promise<void> {
    const running = this.#current.get(dc)
    if (running === undefined) return
    await this.#onGone(dc)
    await this.#pair.datacenters[dc].streams.cancelJob(running.job.id)
    this.#current.delete(dc)
  }

  async sendSpecialMessage(
    dc: DatacenterName,
    message: 'OrderlyShutdown' | 'SendMeDataFromSnapshotFiles',
  ): Promise<void> {
    await this.command(dc, { command: 'special', queryId: '', argument: message })
  }

  /** Sends a word to the DC's ledger application. @throws TestbedError when it was not taken. */
  async command(dc: DatacenterName, command: LedgerCommand): Promise<void> {
    const running = this.#current.get(dc)
    if (running === undefined) throw new TestbedError(`${dc} has no job to send "${command.command}" to.`)
    const outcome = await this.#pair.datacenters[dc].exchange.inject(running.endpoints.control, [command])
    if (outcome.outcome === 'accepted') return
    const why = 'message' in outcome ? outcome.message : `only ${outcome.added} of 1 were taken`
    throw new TestbedError(
      `Command "${command.command}" to job ${running.job.id} of ${dc} was ${outcome.outcome}: ${why}`,
    )
  }

  async #findEndpoints(dc: DatacenterName, jobId: string): Promise<LedgerEndpoints> {
    const endpoints = await this.#pair.datacenters[dc].exchange.endpoints(jobId)
    const find = (operator: string, kind: ExchangeEndpoint['kind']): ExchangeEndpoint => {
      const found = endpoints.find((endpoint) => endpoint.operator === operator && endpoint.kind === kind)
      if (found !== undefined) return found
      const offered = endpoints.map((endpoint) => `${endpoint.operator} (${endpoint.kind})`).join(', ')
      throw new TestbedError(
        `Expected job ${jobId} of ${dc} to have the endpoint ${operator} (${kind}), got ${offered || 'none'}. The application must have the ledger's endpoint operators.`,
      )
    }
    return {
      ingest: find(ledgerOperators.ingest, 'inject'),
      control: find(ledgerOperators.control, 'inject'),
      output: find(ledgerOperators.output, 'inspect'),
      state: find(ledgerOperators.state, 'inspect'),
    }
  }
}
