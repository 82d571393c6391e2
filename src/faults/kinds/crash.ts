import { FaultError } from '../../model/errors.ts'
import type { FaultSpec, ProcessTarget } from '../../model/fault.ts'
import type { ProcessingElement } from '../../model/streams-client.ts'
import type { TestbedAct } from '../../model/testbed-act.ts'
import type { FaultContext } from '../context.ts'
import type { Effective, FaultKindDefinition, Injection, Undone } from '../fault-kind.ts'
import { holderOf } from '../overlaps.ts'
import { pidsOf, struckByAll } from './effects.ts'
import { describeTarget, healthAgain, holdDownProblem } from './hold-down.ts'
import { pesOf, replaceJob } from './job-evidence.ts'
import { muteProblem } from './management.ts'
import { awaitRecovery } from './recovery.ts'

type CrashFault = Extract<FaultSpec, { kind: 'crash' }>

/** PEs killed once (decisions 3): Streams restarts them with empty state, usually faster than the other DC detects anything. */
export const crash: FaultKindDefinition<CrashFault> = {
  async unavailable({ target }, context) {
    if (target.management === true) {
      return `expected a job or PEs to crash, got ${describeTarget(target)}. Use kill or restart for the management process`
    }
    const problem = (await holdDownProblem(target, context))?.replace(/ to kill$/, ' to crash')
    return problem ?? (await muteProblem(context, target.dc))
  },

  async inject({ target }, context, injection): Promise<Effective> {
    const { dc, pes } = target
    const what = `crash ${describeTarget(target)}`
    const launchesBefore = await launchCounts(target, context)
    const struck: { jobId: string | null } = { jobId: context.jobs.currentJobId(dc) }
    injection.registerUndo(
      async () => await proveRestarted({ target, launchesBefore, jobId: struck.jobId, context, injection }),
    )
    const act: TestbedAct = { kind: 'kill_pes', dc, ...(pes === undefined ? {} : { pes }) }
    const { t: effectiveAt, uncertainty, detail } = struckByAll(context, await injection.strike([act]))
    struck.jobId = context.jobs.currentJobId(dc)
    const killed = pidsOf(detail)
    const alive = (await pesOf(context, target)).map(({ pid }) => pid).filter((pid) => killed.includes(pid))
    if (killed.length === 0 || alive.length > 0) {
      throw new FaultError(
        `${what} had no effect: killed ${killed.length} processes, still running: ${alive.join(', ') || 'none'}.`,
      )
    }
    return {
      effectiveAt,
      uncertainty,
      evidence: { probe: 'process table', observed: { killedPids: killed, launchesBefore } },
    }
  },
}

type LaunchCounts = Readonly<Record<string, number>>

/** Launch counts of the job's PEs by id, as the management API knows them; of all, for it does not tell which one is which. */
async function launchCounts({ dc }: ProcessTarget, context: FaultContext): Promise<LaunchCounts> {
  const jobId = context.jobs.currentJobId(dc)
  const known: readonly ProcessingElement[] =
    jobId === null ? [] : await context.pair.datacenters[dc].streams.processingElements(jobId)
  return Object.fromEntries(known.map(({ id, launchCount }) => [id, launchCount]))
}

async function proveRestarted(of: {
  readonly target: ProcessTarget
  readonly launchesBefore: LaunchCounts
  readonly jobId: string | null
  readonly context: FaultContext
  readonly injection: Injection
}): Promise<Undone> {
  const { target, launchesBefore, jobId, context, injection } = of
  const { dc } = target
  const holder = holderOf(dc, injection.others())
  if (holder !== undefined)
    return { evidence: { probe: 'the other faults that act', observed: { dc, leftTo: holder.id } } }
  const { streams } = context.pair.datacenters[dc]
  // A standalone executable is restarted by nobody (toolkit reference §8), and a job that was replaced since has other PEs.
  const isThere = jobId !== null && (await streams.jobs()).some(({ id }) => id === jobId)
  if (!isThere || context.jobs.currentJobId(dc) !== jobId) {
    return await replaceJob({ dc, actedOn: isThere ? null : jobId, context, injection })
  }
  const wanted = target.pes?.length ?? Object.keys(launchesBefore).length
  const launches = await awaitRecovery(context, {
    what: `Streams to restart ${describeTarget(target)}`,
    probe: async (say) => {
      const now = await launchCounts(target, context)
      say(now)
      const restarted = Object.entries(now).filter(([id, count]) => count > (launchesBefore[id] ?? 0))
      return restarted.length >= wanted ? now : undefined
    },
  })
  const health = await healthAgain(context, dc)
  return {
    evidence: {
      probe: `PEs of job ${jobId} in ${dc}'s management API`,
      observed: { launchesBefore, launches, ...health },
    },
  }
}
