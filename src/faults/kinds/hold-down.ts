// Processes that are dead until healed: what `kill` and `restart` of PEs and of the management process have in common.

import { FaultError } from '../../model/errors.ts'
import type { ProcessTarget } from '../../model/fault.ts'
import type { ProcessInfo } from '../../model/testbed.ts'
import type { TestbedAct } from '../../model/testbed-act.ts'
import type { FaultContext } from '../context.ts'
import type { Effective, Injection, Undone } from '../fault-kind.ts'
import { heldPes, managementHolderOf } from '../overlaps.ts'
import { pidsOf, struckByAll } from './effects.ts'
import type { Struck } from './effects.ts'
import { healthyJob, pesOf, replaceJob, settleOwedJob } from './job-evidence.ts'
import { managementOf, managementProblem, proveAnswering, proveMute } from './management.ts'
import { awaitRecovery } from './recovery.ts'

/** A target in words: `dc1.job`, `dc1.pe[0]`, `dc1.management`. */
export function describeTarget({ dc, pes, management }: ProcessTarget): string {
  if (management === true) return `${dc}.management`
  return pes === undefined ? `${dc}.job` : pes.map((index) => `${dc}.pe[${index}]`).join(', ')
}

/** Why the processes cannot be killed, or null. */
export async function holdDownProblem(target: ProcessTarget, context: FaultContext): Promise<string | null> {
  const { dc, pes, management } = target
  if (management === true) return await managementProblem(context, dc, 'kill')
  if (context.jobs.currentJobId(dc) === null) return `${dc} has no job to kill`
  const running = await pesOf(context, { dc, pes })
  if (pes === undefined) return running.length === 0 ? `${dc}'s job has no running PE to kill` : null
  const missing = pes.filter((index) => !running.some(({ indexWithinJob = 0 }) => indexWithinJob === index))
  return missing.length === 0 && pes.length > 0
    ? null
    : `expected running PEs of ${dc}'s job (${await runningIndexes(context, dc)}), got ${missing.join(', ') || 'none'}`
}

/** Kills the processes, proves that they are dead, and keeps them so. */
export async function holdDown(
  target: ProcessTarget,
  context: FaultContext,
  { injection, what }: { readonly injection: Injection; readonly what: string },
): Promise<Effective> {
  if (target.management === true) return await stopManagement(target, context, { injection, what })
  const { dc, pes } = target
  const struck: { jobId: string | null } = { jobId: context.jobs.currentJobId(dc) }
  injection.registerUndo(async () =>
    pes === undefined
      ? await letJobUp({ dc, jobId: struck.jobId, context, injection })
      : await letPesUp({ dc, pes, jobId: struck.jobId, context, injection }),
  )
  const act: TestbedAct = { kind: 'hold_down', dc, ...(pes === undefined ? {} : { pes }) }
  const { t: effectiveAt, uncertainty, detail } = struckByAll(context, await injection.strike([act]))
  // Where the act waited for an event, the job may be another one by then.
  const jobId = context.jobs.currentJobId(dc)
  struck.jobId = jobId
  return { effectiveAt, uncertainty, evidence: await proveDead({ dc, pes, jobId, context, what, detail }) }
}

/** Every PE of the job dead by the process table, and what the management API says of them. @throws FaultError */
export async function proveDead(of: {
  readonly dc: ProcessTarget['dc']
  readonly pes?: readonly number[] | undefined
  readonly jobId: string | null
  readonly context: FaultContext
  readonly what: string
  readonly detail: Struck['detail']
}): Promise<Effective['evidence']> {
  const { dc, pes, jobId, context, what, detail } = of
  const killed = pidsOf(detail)
  const alive = await pesOf(context, { dc, pes })
  if (killed.length === 0 || alive.length > 0) {
    throw new FaultError(
      `${what} had no effect: killed ${killed.length} processes, still running: ${alive.map(({ pid }) => pid).join(', ') || 'none'}.`,
    )
  }
  return {
    probe: `process table, and the PEs' states in ${dc}'s management API`,
    observed: {
      killedPids: killed,
      runningPids: [],
      peStatus: jobId === null ? [] : await peStatus(context, { dc, jobId }),
    },
  }
}

async function stopManagement(
  { dc }: ProcessTarget,
  context: FaultContext,
  { injection, what }: { readonly injection: Injection; readonly what: string },
): Promise<Effective> {
  injection.registerUndo(async () => await startManagement({ dc, context, injection }))
  const performed = await injection.strike([{ kind: 'stop_management', dc }])
  const { t: effectiveAt, uncertainty, detail } = struckByAll(context, performed)
  const left = await managementOf(context, dc)
  if (left !== undefined) throw new FaultError(`${what} had no effect: process ${left.pid} still runs.`)
  const { probe, observed } = await proveMute(context, dc, what)
  return { effectiveAt, uncertainty, evidence: { probe, observed: { ...observed, ...detail } } }
}

/** Has the management process run again, unless another fault keeps it down. */
export async function startManagement(of: {
  readonly dc: ProcessTarget['dc']
  readonly context: FaultContext
  readonly injection: Injection
}): Promise<Undone> {
  const { dc, context, injection } = of
  const holder = managementHolderOf(dc, 'down', injection.others())
  if (holder !== undefined)
    return { evidence: { probe: 'the other faults that act', observed: { dc, leftTo: holder.id } } }
  await context.pair.acts.perform([{ kind: 'start_management', dc }])
  const paused = managementHolderOf(dc, 'paused', injection.others())
  // A process that another fault paused was killed: the new one is not paused by anybody.
  const { probe, observed } = await proveAnswering(context, dc)
  const job = await settleOwedJob({ dc, context, injection })
  return {
    evidence: {
      probe,
      observed: {
        ...observed,
        ...(job === null ? {} : { job: job.observed }),
        ...(paused === undefined ? {} : { pausedBefore: paused.id }),
      },
    },
  }
}

async function letJobUp(of: {
  readonly dc: ProcessTarget['dc']
  readonly jobId: string | null
  readonly context: FaultContext
  readonly injection: Injection
}): Promise<Undone> {
  const { jobId: actedOn, ...rest } = of
  return await replaceJob({ ...rest, actedOn })
}

/** Streams starts single PEs again by itself, with empty state, in the job that they belong to. */
async function letPesUp(of: {
  readonly dc: ProcessTarget['dc']
  readonly pes: readonly number[]
  readonly jobId: string | null
  readonly context: FaultContext
  readonly injection: Injection
}): Promise<Undone> {
  const { dc, pes, jobId, context, injection } = of
  const held = heldPes(dc, 'down', injection.others())
  const mine = held === 'all' ? [] : pes.filter((index) => !held.has(index))
  if (held === 'all' || mine.length === 0)
    return { evidence: { probe: 'the other faults that act', observed: { dc, leftDown: pes } } }
  await context.pair.acts.perform([{ kind: 'let_up', dc, pes: mine }])
  const owed = await settleOwedJob({ dc, context, injection })
  if (owed !== null) return { evidence: owed }
  if (context.jobs.currentJobId(dc) !== jobId || jobId === null) {
    return { evidence: { probe: `the jobs of ${dc}`, observed: { jobId: context.jobs.currentJobId(dc), was: jobId } } }
  }
  const running = await awaitRecovery(context, {
    what: `${mine.map((index) => `${dc}.pe[${index}]`).join(', ')} to run again`,
    probe: async (say) => {
      const now = await pesOf(context, { dc, pes: mine })
      say(`${now.length} of ${mine.length}`)
      return now.length === mine.length ? now : undefined
    },
  })
  const health = held.size > 0 ? {} : await healthAgain(context, dc)
  return {
    evidence: { probe: 'process table', observed: { runningPids: running.map(({ pid }) => pid), ...health } },
  }
}

/** @throws HealError */
export async function healthAgain(
  context: FaultContext,
  dc: ProcessTarget['dc'],
): Promise<{ readonly health: string }> {
  return await awaitRecovery(context, {
    what: `${dc}'s job to be healthy`,
    probe: async (say) => {
      try {
        await healthyJob(context, dc)
        return { health: 'healthy' }
      } catch (error) {
        say(error instanceof Error ? error.message : String(error))
        return undefined
      }
    },
  })
}

/**
 * How the management API sees the PEs. A standalone executable is no job any more once it is dead (toolkit reference §8), and a
 * management process that another fault struck says nothing.
 */
async function peStatus(
  context: FaultContext,
  { dc, jobId }: { readonly dc: ProcessTarget['dc']; readonly jobId: string },
): Promise<readonly string[]> {
  const management = await managementOf(context, dc)
  if (management === undefined || management.isPaused === true) return ['the management API is down']
  const { streams } = context.pair.datacenters[dc]
  try {
    return (await streams.processingElements(jobId)).map(({ id, status }) => `${id}: ${status}`)
  } catch (error) {
    if ((await streams.jobs()).some(({ id }) => id === jobId)) throw error
    return [`job ${jobId} is gone`]
  }
}

async function runningIndexes(context: FaultContext, dc: ProcessTarget['dc']): Promise<string> {
  const running: readonly ProcessInfo[] = await pesOf(context, { dc })
  return running.map(({ indexWithinJob = 0 }) => indexWithinJob).join(', ') || 'none runs'
}
