import type { OperatorCounters } from '../../applications/hosting/operator-counters.ts'
import type { Job, Operator, ProcessingElement } from '../../model/streams-client.ts'
import type { WorldJob } from '../world/job.ts'
import type { WorldPe } from '../world/pe.ts'

/** A job as the REST API describes it (streams-rest-api reference §8); `instance` is the instance's URI. */
export function jobOf(job: WorldJob, instance: string): Job {
  const { id, name, status, health } = job
  const { applicationName } = job.description
  // Milliseconds, as Streams has them; of system time, which the same run always has the same of.
  const submitTime = Math.round(job.submitTime * 1000)
  return { id, name, status, health, submitTime, applicationName, self: `${instance}/jobs/${id}` }
}

/** A PE (streams-rest-api reference §10). */
export function peOf(job: WorldJob, pe: WorldPe, instance: string): ProcessingElement {
  const { id, status, statusReason, launchCount } = pe
  return {
    id,
    status,
    statusReason,
    health: job.peHealth(pe),
    processId: pe.pid === null ? '' : String(pe.pid),
    launchCount,
    self: `${instance}/pes/${id}`,
  }
}

/** An operator (streams-rest-api reference §10). */
export function operatorOf(job: WorldJob, { name, operatorKind }: OperatorCounters, instance: string): Operator {
  return { name, operatorKind, self: `${instance}/jobs/${job.id}/operators/${encodeURIComponent(name)}` }
}
