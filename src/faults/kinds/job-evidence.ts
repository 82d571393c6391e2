import { HealError } from '../../model/errors.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { FaultEvidence } from '../../model/fault.ts'
import type { ProcessInfo } from '../../model/testbed.ts'
import type { FaultContext } from '../context.ts'

/** The PE processes of the DC's present job. */
export async function pesOf(context: FaultContext, dc: DatacenterName): Promise<readonly ProcessInfo[]> {
  const jobId = context.jobs.currentJobId(dc)
  const processes = await context.pair.processes.list()
  return processes.filter((process) => process.role === 'pe' && process.dc === dc && process.jobId === jobId)
}

/**
 * Puts a healthy job where the fault's victim was: cancels it if it is still there and submits again. When another heal has
 * already replaced it, only the proof is left to do.
 * @throws HealError
 */
export async function replaceJob(state: {
  dc: DatacenterName
  /** The job that the fault acted on. */
  actedOn: string | null
  context: FaultContext
}): Promise<FaultEvidence> {
  const { dc, actedOn, context } = state
  const current = context.jobs.currentJobId(dc)
  if (current !== null && current === actedOn) await context.jobs.cancel(dc)
  if (context.jobs.currentJobId(dc) === null) await context.jobs.resubmit(dc)

  const jobId = context.jobs.currentJobId(dc)
  if (jobId === null) throw new HealError(`${dc} has no job after it was submitted again.`)
  const job = await context.pair.datacenters[dc].streams.job(jobId)
  if (job.health !== 'healthy') throw new HealError(`Expected job ${job.id} of ${dc} to be healthy, got ${job.health}.`)
  return { probe: `job ${job.id} in ${dc}'s management API`, observed: { status: job.status, health: job.health } }
}
