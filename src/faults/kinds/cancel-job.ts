import { FaultError } from '../../model/errors.ts'
import type { FaultSpec } from '../../model/fault.ts'
import type { Effective, FaultKindDefinition } from '../fault-kind.ts'
import { replaceJob } from './job-evidence.ts'

type CancelJobFault = Extract<FaultSpec, { kind: 'cancel_job' }>

/** A DC's job, cancelled through the management API without a word to the other DC (toolkit reference §7, 6). */
export const cancelJob: FaultKindDefinition<CancelJobFault> = {
  unavailable: async ({ target }, context) =>
    context.jobs.currentJobId(target.dc) === null ? `${target.dc} has no job to cancel` : null,

  async inject({ target }, context, injection): Promise<Effective> {
    const { dc } = target
    const jobId = context.jobs.currentJobId(dc)
    injection.registerUndo(() => replaceJob({ dc, actedOn: jobId, context }))
    const requestedAt = context.clock.now()
    await context.jobs.cancel(dc)
    const answeredAt = context.clock.now()
    const left = (await context.pair.datacenters[dc].streams.jobs()).filter(({ id }) => id === jobId)
    const processes = (await context.pair.processes.list()).filter(
      (one) => one.role === 'pe' && one.jobId === jobId && one.dc === dc,
    )
    if (left.length > 0 || processes.length > 0) {
      throw new FaultError(
        `cancel_job ${dc}.job had no effect: job ${jobId} is ${left[0]?.status ?? 'gone'}, its PEs run as ${processes.map(({ pid }) => pid).join(', ') || 'none'}.`,
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
  },
}
