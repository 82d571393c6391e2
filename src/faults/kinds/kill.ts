import { FaultError, HealError } from '../../model/errors.ts'
import type { FaultEvidence, FaultSpec } from '../../model/fault.ts'
import type { FaultContext } from '../context.ts'
import type { Effective, FaultKindDefinition } from '../fault-kind.ts'
import { pesOf, replaceJob } from './job-evidence.ts'

type KillFault = Extract<FaultSpec, { kind: 'kill' }>

/** Every PE of a DC's job, dead until healed (decisions 3): Streams' own restart would beat detection. */
export const kill: FaultKindDefinition<KillFault> = {
  async unavailable({ target }, context) {
    if (context.jobs.currentJobId(target.dc) === null) return `${target.dc} has no job to kill`
    return (await pesOf(context, target.dc)).length === 0 ? `${target.dc}'s job has no running PE to kill` : null
  },

  async inject({ target }, context, injection): Promise<Effective> {
    const jobId = context.jobs.currentJobId(target.dc)
    injection.registerUndo(() => undo({ dc: target.dc, jobId, context }))
    const effect = await context.pair.processes.holdDown(target)
    const alive = await pesOf(context, target.dc)
    if (effect.pids.length === 0 || alive.length > 0) {
      throw new FaultError(
        `kill ${target.dc}.job had no effect: killed ${effect.pids.length} processes, still running: ${alive.map(({ pid }) => pid).join(', ') || 'none'}.`,
      )
    }
    return {
      effectiveAt: context.toSystemTime(effect.time),
      uncertainty: effect.uncertainty,
      evidence: {
        probe: `process table, and the PEs' states in ${target.dc}'s management API`,
        observed: {
          killedPids: effect.pids,
          runningPids: [],
          peStatus: jobId === null ? [] : await peStatus(context, { dc: target.dc, jobId }),
        },
      },
    }
  },
}

/** How the management API sees the PEs. A standalone executable is no job any more once it is dead (toolkit reference §8). */
async function peStatus(
  context: FaultContext,
  { dc, jobId }: { readonly dc: KillFault['target']['dc']; readonly jobId: string },
): Promise<readonly string[]> {
  const { streams } = context.pair.datacenters[dc]
  try {
    return (await streams.processingElements(jobId)).map(({ id, status }) => `${id}: ${status}`)
  } catch (error) {
    if ((await streams.jobs()).some(({ id }) => id === jobId)) throw error
    return [`job ${jobId} is gone`]
  }
}

async function undo(state: {
  dc: KillFault['target']['dc']
  jobId: string | null
  context: FaultContext
}): Promise<FaultEvidence> {
  const { dc, jobId, context } = state
  // The old job goes before its PEs may come up again: a restarted PE with an empty state would be a job of its own kind.
  if (jobId !== null && context.jobs.currentJobId(dc) === jobId) await context.jobs.cancel(dc)
  await context.pair.processes.letUp({ dc })
  const evidence = await replaceJob({ dc, actedOn: jobId, context })
  if ((await pesOf(context, dc)).length === 0)
    throw new HealError(`kill ${dc}.job was undone, yet no PE of ${dc} runs.`)
  return evidence
}
