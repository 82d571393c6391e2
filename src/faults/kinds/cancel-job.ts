import type { DatacenterName } from '../../model/datacenter.ts'
import { FaultError } from '../../model/errors.ts'
import type { FaultSpec } from '../../model/fault.ts'
import type { FaultContext } from '../context.ts'
import type { Effective, FaultKindDefinition } from '../fault-kind.ts'
import { replaceJob } from './job-evidence.ts'
import { muteProblem } from './management.ts'

type CancelJobFault = Extract<FaultSpec, { kind: 'cancel_job' }>

/** A DC's job, cancelled through the management API without a word to the other DC (toolkit reference §7, 6). */
export const cancelJob: FaultKindDefinition<CancelJobFault> = {
  unavailable: async ({ target: { dc } }, context) =>
    context.jobs.currentJobId(dc) === null ? `${dc} has no job to cancel` : await muteProblem(context, dc),

  async inject({ target }, context, injection): Promise<Effective> {
    const { dc } = target
    const struck: { jobId: string | null } = { jobId: context.jobs.currentJobId(dc) }
    injection.registerUndo(async () => await replaceJob({ dc, actedOn: struck.jobId, context, injection }))
    await injection.begin()
    struck.jobId = context.jobs.currentJobId(dc)
    return await cancelJobNow(dc, context, `cancel_job ${dc}.job`)
  },
}

/** Cancels the DC's present job and proves that it is gone. @throws FaultError */
export async function cancelJobNow(dc: DatacenterName, context: FaultContext, what: string): Promise<Effective> {
  const jobId = context.jobs.currentJobId(dc)
  if (jobId === null) throw new FaultError(`${what} had no effect: ${dc} has no job any more.`)
  const requestedAt = context.clock.now()
  await context.jobs.cancel(dc)
  const answeredAt = context.clock.now()
  const left = (await context.pair.datacenters[dc].streams.jobs()).filter(({ id }) => id === jobId)
  const processes = (await context.pair.processes.list()).filter(
    (one) => one.role === 'pe' && one.jobId === jobId && one.dc === dc,
  )
  if (left.length > 0 || processes.length > 0) {
    throw new FaultError(
      `${what} had no effect: job ${jobId} is ${left[0]?.status ?? 'gone'}, its PEs run as ${processes.map(({ pid }) => pid).join(', ') || 'none'}.`,
    )
  }
  return {
    effectiveAt: (requestedAt + answeredAt) / 2,
    uncertainty: (answeredAt - requestedAt) / 2,
    evidence: {
      probe: `jobs of ${dc}'s management API, process table`,
      observed: { jobId, listed: false, runningPids: [] },
    },
  }
}
