import type { DatacenterName } from '../../model/datacenter.ts'
import { HealError } from '../../model/errors.ts'
import type { FaultEvidence } from '../../model/fault.ts'
import type { Job } from '../../model/streams-client.ts'
import type { ProcessInfo } from '../../model/testbed.ts'
import type { FaultContext } from '../context.ts'
import type { Injection, Undone } from '../fault-kind.ts'
import { holderOf } from '../overlaps.ts'

/** The PE processes of the DC's present job, or those of them that are named. */
export async function pesOf(
  context: FaultContext,
  { dc, pes }: { readonly dc: DatacenterName; readonly pes?: readonly number[] | undefined },
): Promise<readonly ProcessInfo[]> {
  const jobId = context.jobs.currentJobId(dc)
  const processes = await context.pair.processes.list()
  return processes.filter(
    ({ role, dc: where, jobId: of, indexWithinJob: index = 0 }) =>
      role === 'pe' && where === dc && of === jobId && (pes === undefined || pes.includes(index)),
  )
}

/** A fault's victim: the job that it acted on, and what it may know of the faults beside it. */
export interface StruckJob {
  readonly dc: DatacenterName
  /** The job that the fault acted on. */
  readonly actedOn: string | null
  readonly context: FaultContext
  readonly injection: Pick<Injection, 'others' | 'owedJobs'>
}

/**
 * Puts a healthy job where the fault's victim was: cancels it if it is still there and submits again. When another heal has
 * already replaced it, only the proof is left to do; when another fault still holds the DC, the job is left to that one.
 * @throws HealError
 */
export async function replaceJob(struck: StruckJob): Promise<Undone> {
  const { dc, actedOn, context, injection } = struck
  const holder = holderOf(dc, injection.others())
  if (holder !== undefined) {
    injection.owedJobs.add(dc)
    return { evidence: { probe: 'the other faults that act', observed: { dc, leftTo: holder.id } } }
  }
  injection.owedJobs.delete(dc)
  const current = context.jobs.currentJobId(dc)
  // The old job goes before its PEs may come up again: a restarted PE with an empty state would be a job of its own kind.
  if (current !== null && current === actedOn) await context.jobs.cancel(dc)
  await context.pair.acts.perform([{ kind: 'let_up', dc }])
  if (context.jobs.currentJobId(dc) === null) await context.jobs.resubmit(dc)
  return { evidence: await healthyJob(context, dc) }
}

/** After a fault let go of a DC: puts the DC's job back if an earlier heal had to leave it down. Answers the proof, if so. */
export async function settleOwedJob(struck: Omit<StruckJob, 'actedOn'>): Promise<FaultEvidence | null> {
  const { dc, context, injection } = struck
  if (!injection.owedJobs.has(dc)) return null
  return (await replaceJob({ ...struck, actedOn: context.jobs.currentJobId(dc) })).evidence
}

/** The proof that the DC's job is healthy. @throws HealError */
export async function healthyJob(context: FaultContext, dc: DatacenterName): Promise<FaultEvidence> {
  const jobId = context.jobs.currentJobId(dc)
  if (jobId === null) throw new HealError(`${dc} has no job after it was submitted again.`)
  const job: Job = await context.pair.datacenters[dc].streams.job(jobId)
  if (job.health !== 'healthy') throw new HealError(`Expected job ${job.id} of ${dc} to be healthy, got ${job.health}.`)
  if ((await pesOf(context, { dc })).length === 0)
    throw new HealError(`Expected a PE of job ${job.id} of ${dc} to run, got none.`)
  return { probe: `job ${job.id} in ${dc}'s management API`, observed: { status: job.status, health: job.health } }
}
