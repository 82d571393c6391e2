import type { JobRun } from '../../applications/hosting/job-run.ts'
import { describeBuiltin } from '../../applications/builtins.ts'
import type { ApplicationDescription } from '../../applications/application.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { Health } from '../../model/streams-client.ts'
import type { EventName } from '../../model/timeline.ts'
import type { JsonObject } from '../../model/json.ts'
import { leaseSeconds, type LeaseTime } from '../lease-time.ts'
import type { DatacenterHostMethods, PeState } from '../pair-protocol.ts'
import { partitionOperators } from '../../applications/hosting/partition-operators.ts'
import { pairsOf } from '../../applications/hosting/job-settings.ts'
import type { OperatorCounters } from '../../applications/hosting/operator-counters.ts'
import type { Peer } from '../rpc/message-peer.ts'
import type { ManagementState } from './management-journal.ts'
import type { Submission } from './submission.ts'

/** A submitted job as the management process knows it. */
export interface JobRecord {
  readonly id: string
  readonly name: string
  readonly run: JobRun
  readonly description: ApplicationDescription
  readonly submitTime: number
  status: 'running' | 'canceling'
  /** By the PE's id, in the order of `indexWithinJob`. */
  readonly pes: Map<string, PeState>
  /** By the PE's id, as last read from it; a dead PE answers no more. */
  readonly operators: Map<string, readonly OperatorCounters[]>
  wasHealthy: boolean
}

interface JobsOptions {
  readonly dc: DatacenterName
  readonly supervisor: Peer<DatacenterHostMethods>
  readonly time: () => LeaseTime
  /** What `remembered` says changed. */
  readonly changed: () => void
}

/** The jobs of one datacenter. Their PEs are the supervisor's children, so that they outlive the management process. */
export class Jobs {
  readonly #options: JobsOptions
  readonly #jobs = new Map<string, JobRecord>()
  #lastJob = 0
  #lastPe = 0

  constructor(options: JobsOptions) {
    this.#options = options
  }

  list(): readonly JobRecord[] {
    return [...this.#jobs.values()]
  }

  get(id: string): JobRecord | undefined {
    return this.#jobs.get(id)
  }

  /** Registers a job and has its PEs launched; returns before those run, as Streams does. */
  submit(submission: Submission): JobRecord {
    const run = this.#runOf(submission)
    const { jobId: id } = run
    const description = describeBuiltin(run.application)
    const job: JobRecord = {
      id,
      name: submission.name ?? `${description.applicationName}_${id}`,
      run,
      description,
      submitTime: Date.now(),
      status: 'running',
      pes: new Map(run.pes.map(({ peId }) => [peId, startingPe(id, peId)])),
      operators: new Map(),
      wasHealthy: false,
    }
    this.#jobs.set(id, job)
    this.#options.changed()
    this.#emit('job_submitted', { jobId: id, name: job.name })
    this.#options.supervisor.notify('startJob', run)
    return job
  }

  /** Ends a job's PEs and forgets it; resolves once they are dead. */
  async cancel(job: JobRecord): Promise<void> {
    job.status = 'canceling'
    await this.#options.supervisor.call('stopJob', { jobId: job.id })
    // A reset may have come first.
    if (this.#forget(job)) this.#emit('job_cancelled', { jobId: job.id })
  }

  peChanged(state: PeState): void {
    const job = this.#jobs.get(state.jobId)
    if (job === undefined) return
    job.pes.set(state.peId, state)
    this.#seeHealth(job)
    // A standalone executable is no job of the instance's: nobody restarts it, and nothing of it stays.
    const isOver = job.run.isStandalone && state.status === 'stopped' && job.status === 'running'
    if (isOver && this.#forget(job)) this.#emit('job_cancelled', { jobId: job.id, reason: 'ended' })
  }

  clear(): void {
    this.#jobs.clear()
  }

  /** What the next process is to know. */
  remembered(): Pick<ManagementState, 'lastJob' | 'lastPe' | 'jobs'> {
    const jobs = this.list().map(({ name, run, submitTime, wasHealthy }) => ({ name, run, submitTime, wasHealthy }))
    return { lastJob: this.#lastJob, lastPe: this.#lastPe, jobs }
  }

  /** Takes up what the process before knew. A job none of whose PEs is there was never started, or has ended meanwhile. */
  restore(state: ReturnType<Jobs['remembered']>, pes: readonly PeState[]): void {
    this.#lastJob = state.lastJob
    this.#lastPe = state.lastPe
    for (const { name, run, submitTime, wasHealthy } of state.jobs) {
      const own = pes.filter(({ jobId }) => jobId === run.jobId)
      if (own.length === 0) continue
      const states = run.pes.map(({ peId }) => own.find((pe) => pe.peId === peId) ?? startingPe(run.jobId, peId))
      const job: JobRecord = {
        id: run.jobId,
        name,
        run,
        description: describeBuiltin(run.application),
        submitTime,
        status: 'running',
        pes: new Map(states.map((pe) => [pe.peId, pe])),
        operators: new Map(),
        wasHealthy,
      }
      this.#jobs.set(job.id, job)
    }
    // Not before all are there: what is remembered next must hold them all.
    for (const job of this.#jobs.values()) this.#seeHealth(job)
  }

  #seeHealth(job: JobRecord): void {
    const isHealthy = jobHealth(job) === 'healthy'
    if (isHealthy === job.wasHealthy) return
    job.wasHealthy = isHealthy
    this.#options.changed()
    if (isHealthy) this.#emit('job_healthy', { jobId: job.id })
  }

  #forget(job: JobRecord): boolean {
    const wasThere = this.#jobs.delete(job.id)
    if (wasThere) this.#options.changed()
    return wasThere
  }

  #runOf({ bundle, parameters, tracing, fusionTargetPeCount }: Submission): JobRun {
    const { application, toolkit, operatorParameters } = bundle
    const { isStandalone } = describeBuiltin(application)
    const what = { application, parameters, operatorParameters, isStandalone }
    // A standalone executable is one process.
    const count = isStandalone ? 1 : fusionTargetPeCount
    const parts = partitionOperators({ count, pairs: pairsOf(what) })
    const pes = parts.map((part) => ({ part, peId: String((this.#lastPe += 1)) }))
    return { ...what, jobId: String((this.#lastJob += 1)), toolkit, tracing, pes }
  }

  #emit(event: EventName, detail: JsonObject): void {
    const { dc, supervisor, time } = this.#options
    const { leaseId } = time()
    supervisor.notify('event', {
      leaseId,
      event: { time: leaseSeconds(time()), uncertainty: 0, event, dc, detail },
    })
  }
}

const healthByStatus: Readonly<Record<PeState['status'], Health>> = {
  running: 'healthy',
  starting: 'partiallyUnhealthy',
  stopped: 'unhealthy',
}

/** How a PE's connections to the job's other PEs are, all of which it needs. */
export function peConnections(job: JobRecord, pe: PeState): 'connected' | 'partiallyConnected' | 'disconnected' {
  const others = [...job.pes.values()].filter(({ peId }) => peId !== pe.peId)
  const running = others.filter(({ status }) => status === 'running')
  if (pe.status === 'running' && running.length === others.length) return 'connected'
  return pe.status === 'running' && running.length > 0 ? 'partiallyConnected' : 'disconnected'
}

/** A PE's health by its status and its connections (streams-rest-api reference §9). */
export function peHealth(job: JobRecord, pe: PeState): Health {
  const health = healthByStatus[pe.status]
  return health === 'healthy' && peConnections(job, pe) !== 'connected' ? 'partiallyUnhealthy' : health
}

/** A job's health as the sum of its PEs'. */
export function jobHealth(job: JobRecord): Health {
  const healths = [...job.pes.values()].map((pe) => peHealth(job, pe))
  if (healths.every((health) => health === 'healthy')) return 'healthy'
  return healths.every((health) => health === 'unhealthy') ? 'unhealthy' : 'partiallyUnhealthy'
}

/** The PE that has the application with its endpoints: the first (partition-operators.ts). */
export function applicationPe(job: JobRecord): PeState | undefined {
  return [...job.pes.values()][0]
}

function startingPe(jobId: string, peId: string): PeState {
  return {
    jobId,
    peId,
    status: 'starting',
    statusReason: 'none',
    launchCount: 0,
    pid: null,
    internals: null,
    failure: null,
    isPaused: false,
  }
}
