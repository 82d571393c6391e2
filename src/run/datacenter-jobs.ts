import type { JobChanges, JobControl } from '../faults/context.ts'
import { withoutSecrets } from '../model/crossdc-settings.ts'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { TestbedError } from '../model/errors.ts'
import type { LedgerCommand } from '../model/ledger.ts'
import type { PerDatacenter } from '../model/scenario.ts'
import type { Job, SubmitRequest } from '../model/streams-client.ts'
import type { LeasedPair } from '../model/testbed.ts'
import { waitForHealthyJob } from './job-health.ts'
import { prepareJobs } from './job-requests.ts'
import type { JobRequests } from './job-requests.ts'
import { applicationOf, changedDefinition, launchedSettings, settingsFor, withPassword } from './job-settings.ts'
import type { Environment, JobDefinition } from './job-settings.ts'
import { findLedgerEndpoints } from './ledger-endpoints.ts'
import type { LedgerEndpoints } from './ledger-endpoints.ts'

/** A DC's job. `generation` counts the DC's jobs from 1, so that a restart can be told from a gap. */
export interface RunningJob {
  readonly dc: DatacenterName
  readonly generation: number
  readonly job: Job
  /** Null for an application without the ledger's endpoints: it takes no traffic, and its state cannot be seen. */
  readonly endpoints: LedgerEndpoints | null
  /**
   * `passive`: only watches the other DC. `launched`: what such a one brought up in its place. `active`: the DC's own from the
   * beginning.
   */
  readonly role: 'active' | 'passive' | 'launched'
}

/**
 * The jobs of a run: submitted once in each DC, cancelled and submitted again by faults and their healing, and in the passive DC
 * launched by its script.
 */
export class DatacenterJobs implements JobControl {
  /** Those that the run began with, without secrets: they go into timelines and reports. */
  readonly settings: PerDatacenter<CrossDcSettings>
  /** Of the job that the passive DC's script submits; undefined where nobody is passive. Without secrets. */
  readonly launched: CrossDcSettings | undefined
  /** As the jobs get them, passwords and all. */
  #settings: PerDatacenter<CrossDcSettings>
  readonly #pair: LeasedPair
  readonly #environment: Environment
  readonly #hasStreams: boolean
  /** As restarts have changed it. */
  #definition: JobDefinition
  readonly #onJob: (job: RunningJob) => Promise<void>
  readonly #onGone: (dc: DatacenterName) => Promise<void>
  readonly #requests = new Map<DatacenterName, JobRequests>()
  readonly #current = new Map<DatacenterName, RunningJob>()
  readonly #generations = new Map<DatacenterName, number>()
  /** The last role of each DC's job, also when the job is gone. */
  readonly #roles = new Map<DatacenterName, RunningJob['role']>()
  /** Submissions of this run, under way or done; each resolves to the job's id. */
  readonly #submissions: Promise<string>[] = []
  /** Of what restarts changed, so that no file is written over that a job still reads. */
  #revisions = 0

  /** @throws SettingsError when the settings name an environment variable that is not set */
  constructor(options: {
    pair: LeasedPair
    definition: JobDefinition
    /** Holds the passwords that the settings refer to. @default the process's */
    environment?: Environment
    /** Whether the DCs run Streams, so that no built-in has to stand in for a SAB. @default false */
    hasStreams?: boolean
    /** A job became healthy. */
    onJob: (job: RunningJob) => Promise<void>
    /** The DC's job is about to be cancelled, or was replaced. */
    onGone: (dc: DatacenterName) => Promise<void>
  }) {
    this.#pair = options.pair
    this.#definition = options.definition
    this.#onJob = options.onJob
    this.#onGone = options.onGone
    const { dc1, dc2 } = options.pair.datacenters
    const { definition, environment = process.env, hasStreams = false } = options
    this.#environment = environment
    this.#hasStreams = hasStreams
    this.#settings = {
      dc1: withPassword(settingsFor(definition, dc1), environment),
      dc2: withPassword(settingsFor(definition, dc2), environment),
    }
    this.settings = { dc1: withoutSecrets(this.#settings.dc1), dc2: withoutSecrets(this.#settings.dc2) }
    this.launched = launchedSettings(definition, this.settings.dc2)
  }

  current(dc: DatacenterName): RunningJob | undefined {
    return this.#current.get(dc)
  }

  currentJobId(dc: DatacenterName): string | null {
    return this.#current.get(dc)?.job.id ?? null
  }

  settingsInForce(dc: DatacenterName): CrossDcSettings {
    return withoutSecrets(this.#settings[dc])
  }

  /** Uploads and installs what the DC's jobs are made of. */
  async prepare(dc: DatacenterName): Promise<void> {
    const { requests, isPassive } = await this.#prepare(dc, this.#definition, this.#settings[dc])
    this.#requests.set(dc, requests)
    this.#roles.set(dc, isPassive ? 'passive' : 'active')
  }

  async prepareChange(dc: DatacenterName, changes: JobChanges): Promise<() => void> {
    const definition = changedDefinition(this.#definition, dc, changes)
    const settings = withPassword(settingsFor(definition, this.#pair.datacenters[dc]), this.#environment)
    this.#revisions += 1
    const { requests } = await this.#prepare(dc, definition, settings)
    return () => {
      // On what is in force by then, for the other DC may have been changed meanwhile.
      this.#definition = changedDefinition(this.#definition, dc, changes)
      this.#settings = { ...this.#settings, [dc]: settings }
      this.#requests.set(dc, requests)
    }
  }

  /** Submits the DC's job and waits until it is healthy and its endpoints are known. */
  async submit(dc: DatacenterName, signal?: AbortSignal): Promise<RunningJob> {
    const requests = this.#requests.get(dc)
    if (requests === undefined) throw new TestbedError(`The application of ${dc} has not been prepared.`)
    const role = this.#roles.get(dc) ?? 'active'
    const jobId = await this.#submit(dc, role === 'launched' ? (requests.launched ?? requests.first) : requests.first)
    const { events, clock, datacenters } = this.#pair
    const { streams } = datacenters[dc]
    const wait = { dc, jobId, streams, events, clock }
    const job = await waitForHealthyJob(signal === undefined ? wait : { ...wait, signal })
    return await this.#take({ dc, job, role })
  }

  /** Submits again what was there last: in a passive DC the application, once it has been launched. */
  async resubmit(dc: DatacenterName): Promise<void> {
    await this.submit(dc)
  }

  /** Goes on with a job that a launch script submitted, in place of the one that launched it. */
  async adopt(dc: DatacenterName, jobId: string): Promise<RunningJob> {
    const job = await this.#pair.datacenters[dc].streams.job(jobId)
    await this.#onGone(dc)
    return await this.#take({ dc, job, role: 'launched' })
  }

  /** Whether this run itself submitted the job. */
  async isOwn(dc: DatacenterName, jobId: string): Promise<boolean> {
    const known = await Promise.allSettled(this.#submissions)
    return known.some((submission) => submission.status === 'fulfilled' && submission.value === nameOf(dc, jobId))
  }

  async cancel(dc: DatacenterName): Promise<void> {
    const running = this.#current.get(dc)
    if (running === undefined) return
    await this.#onGone(dc)
    await this.#pair.datacenters[dc].streams.cancelJob(running.job.id)
    this.#current.delete(dc)
  }

  async sendSpecialMessage(dc: DatacenterName, message: string): Promise<void> {
    await this.command(dc, { command: 'special', queryId: '', argument: message })
  }

  /** Sends a word to the DC's ledger application. @throws TestbedError when it was not taken. */
  async command(dc: DatacenterName, command: LedgerCommand): Promise<void> {
    const running = this.#current.get(dc)
    const word = command.command === 'special' ? command.argument : command.command
    if (running === undefined) throw new TestbedError(`${dc} has no job to send "${word}" to.`)
    const control = running.endpoints?.control ?? null
    if (control === null) throw new TestbedError(withoutEndpoints(running, `the word "${word}"`))
    const outcome = await this.#pair.datacenters[dc].exchange.inject(control, [command])
    if (outcome.outcome === 'accepted') return
    const why = 'message' in outcome ? outcome.message : `only ${outcome.added} of 1 were taken`
    throw new TestbedError(`Command "${word}" to job ${running.job.id} of ${dc} was ${outcome.outcome}: ${why}`)
  }

  async #prepare(
    dc: DatacenterName,
    definition: JobDefinition,
    settings: CrossDcSettings,
  ): Promise<{ readonly requests: JobRequests; readonly isPassive: boolean }> {
    const launched = launchedSettings(definition, settings)
    const sab = { dc1: this.#applicationOf(definition, 'dc1'), dc2: this.#applicationOf(definition, 'dc2') }
    const revision = this.#revisions
    const requests = await prepareJobs({ pair: this.#pair, definition, dc, settings, launched, sab, revision })
    return { requests, isPassive: launched !== undefined }
  }

  #applicationOf(definition: JobDefinition, dc: DatacenterName): string {
    return applicationOf(definition, dc, { hasStreams: this.#hasStreams })
  }

  async #submit(dc: DatacenterName, request: SubmitRequest): Promise<string> {
    const submission = this.#pair.datacenters[dc].streams.submitJob(request)
    this.#submissions.push(submission.then(({ id }) => nameOf(dc, id)))
    this.#submissions.at(-1)?.catch(() => undefined)
    return (await submission).id
  }

  async #take(found: Pick<RunningJob, 'dc' | 'job' | 'role'>): Promise<RunningJob> {
    const { dc, job, role } = found
    const generation = (this.#generations.get(dc) ?? 0) + 1
    this.#generations.set(dc, generation)
    const { exchange } = this.#pair.datacenters[dc]
    const { application } = this.#definition
    const sab = this.#applicationOf(this.#definition, dc)
    const endpoints =
      role === 'passive' ? null : await findLedgerEndpoints({ dc, jobId: job.id, sab, exchange, application })
    const running: RunningJob = { dc, generation, job, endpoints, role }
    this.#current.set(dc, running)
    this.#roles.set(dc, role)
    await this.#onJob(running)
    return running
  }
}

/** Why something cannot be given to a job, and what to do. */
export function withoutEndpoints({ dc, job, role }: RunningJob, what: string): string {
  const whose = `job ${job.id} of ${dc} (${job.applicationName})`
  if (role === 'passive') {
    return `Expected an application that takes ${what}, but ${whose} only watches the other datacenter. Wait until it has launched the application.`
  }
  return `Expected an application that takes ${what}, but ${whose} has no Data Exchange endpoint for that. Use builtin:ledger, or an application with its endpoint operators.`
}

/** Both DCs number their jobs from 1. */
function nameOf(dc: DatacenterName, jobId: string): string {
  return `${dc} ${jobId}`
}
