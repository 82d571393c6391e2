import type { BuiltinName } from '../../applications/builtins.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { Health } from '../../model/streams-client.ts'
import type { EventName } from '../../model/timeline.ts'
import type { JsonObject } from '../../model/json.ts'
import { leaseSeconds, type LeaseTime } from '../lease-time.ts'
import type { DatacenterHostMethods, PeState } from '../pair-protocol.ts'
import type { OperatorCounters } from '../pe/operator-counters.ts'
import type { Peer } from '../rpc/message-peer.ts'

/** A submitted job as the management process knows it. */
export interface JobRecord {
  readonly id: string
  readonly name: string
  readonly application: BuiltinName
  readonly submitTime: number
  readonly parameters: Readonly<Record<string, string>>
  status: 'running' | 'canceling'
  /** By the PE's id. */
  readonly pes: Map<string, PeState>
  /** As last read from its PEs; a dead PE answers no more. */
  operators: readonly OperatorCounters[]
  wasHealthy: boolean
}

interface JobsOptions {
  readonly dc: DatacenterName
  readonly supervisor: Peer<DatacenterHostMethods>
  readonly time: () => LeaseTime
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

  /** Registers a job and has its PE launched; returns before that runs, as Streams does. */
  submit(submission: {
    readonly application: BuiltinName
    readonly name: string | undefined
    readonly parameters: Readonly<Record<string, string>>
  }): JobRecord {
    const { application, parameters } = submission
    const id = String((this.#lastJob += 1))
    const peId = String((this.#lastPe += 1))
    const job: JobRecord = {
      id,
      name: submission.name ?? `com.teracloud.streams.failover::Ledger_${id}`,
      application,
      submitTime: Date.now(),
      parameters,
      status: 'running',
      pes: new Map([[peId, startingPe(id, peId)]]),
      operators: [],
      wasHealthy: false,
    }
    this.#jobs.set(id, job)
    this.#emit('job_submitted', { jobId: id, name: job.name })
    this.#options.supervisor.notify('startPe', { jobId: id, peId, application, parameters })
    return job
  }

  /** Ends a job's PEs and forgets it; resolves once they are dead. */
  async cancel(job: JobRecord): Promise<void> {
    job.status = 'canceling'
    await this.#options.supervisor.call('stopJob', { jobId: job.id })
    // A reset may have come first.
    if (this.#jobs.delete(job.id)) this.#emit('job_cancelled', { jobId: job.id })
  }

  peChanged(state: PeState): void {
    const job = this.#jobs.get(state.jobId)
    if (job === undefined) return
    job.pes.set(state.peId, state)
    const isHealthy = jobHealth(job) === 'healthy'
    if (isHealthy && !job.wasHealthy) this.#emit('job_healthy', { jobId: job.id })
    job.wasHealthy = isHealthy
  }

  clear(): void {
    this.#jobs.clear()
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

/** A PE's health by its status (streams-rest-api reference §9); connections between PEs do not occur. */
export function peHealth(pe: PeState): Health {
  return healthByStatus[pe.status]
}

/** A job's health as the sum of its PEs'. */
export function jobHealth(job: JobRecord): Health {
  const healths = [...job.pes.values()].map(peHealth)
  if (healths.every((health) => health === 'healthy')) return 'healthy'
  return healths.every((health) => health === 'unhealthy') ? 'unhealthy' : 'partiallyUnhealthy'
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
  }
}
