import type { DatacenterName } from '../../model/datacenter.ts'
import { otherDatacenter } from '../../model/datacenter.ts'
import { FaultError, HealError } from '../../model/errors.ts'
import type { FaultSpec, ProcessTarget } from '../../model/fault.ts'
import type { ProcessInfo } from '../../model/testbed.ts'
import type { FaultContext } from '../context.ts'
import type { Effective, FaultKindDefinition, Injection, Undone } from '../fault-kind.ts'
import { heldPes, managementHolderOf } from '../overlaps.ts'
import { struckBy, struckByAll } from './effects.ts'
import { describeTarget, holdDownProblem } from './hold-down.ts'
import { pesOf, settleOwedJob } from './job-evidence.ts'
import { linkProbe, probeOnce, proveReachable, refuseLeaks } from './link-rules.ts'
import type { Direction, ProbedPort } from './link-rules.ts'
import { managementOf, managementProblem, proveAnswering, proveMute } from './management.ts'

type PauseFault = Extract<FaultSpec, { kind: 'pause' }>

/**
 * Processes stopped where they are: their sockets stay open and answer nothing (toolkit reference §7, 22). Healed, they go on with
 * the state that they had.
 */
export const pause: FaultKindDefinition<PauseFault> = {
  async unavailable({ target }, context) {
    if (target.management === true) return await managementProblem(context, target.dc, 'pause')
    return (
      (await holdDownProblem(target, context))?.replace(/ to kill$/, ' to pause') ??
      (await pausedAlready(target, context))
    )
  },

  inject: async ({ target }, context, injection) =>
    target.management === true
      ? await pauseManagement(target.dc, context, injection)
      : await pausePes(target, context, injection),
}

/** Why PEs cannot be paused, or null. Resuming them for one fault would end the other. */
export async function pausedAlready(target: ProcessTarget, context: FaultContext): Promise<string | null> {
  const paused = (await pesOf(context, target)).filter(({ isPaused }) => isPaused === true)
  if (paused.length === 0) return null
  const which = paused.map(({ indexWithinJob = 0 }) => `${target.dc}.pe[${indexWithinJob}]`).join(', ')
  return `${which} ${paused.length === 1 ? 'is' : 'are'} paused already`
}

/** The cross-DC ports of a DC as the other one reaches them. */
function portsInto(dc: DatacenterName, context: FaultContext): readonly Direction[] {
  const { heartbeat, snapshot } = context.ports(dc)
  return [{ from: otherDatacenter(dc), to: dc, ports: [heartbeat, ...snapshot] }]
}

/** @throws FaultError when one of the PEs is not paused */
export async function provePaused(
  target: ProcessTarget,
  context: FaultContext,
  what: string,
): Promise<readonly number[]> {
  const pes = await pesOf(context, target)
  const running = pes.filter(({ isPaused }) => isPaused !== true).map(({ pid }) => pid)
  if (pes.length === 0 || running.length > 0) {
    throw new FaultError(
      `${what} had no effect: ${pes.length === 0 ? 'no PE is there' : `still running: ${running.join(', ')}`}.`,
    )
  }
  return pes.map(({ pid }) => pid)
}

/** Has PEs go on, but for those that another fault keeps paused. */
export async function resumePes(
  target: Pick<ProcessTarget, 'dc' | 'pes'>,
  context: FaultContext,
  injection: Injection,
): Promise<{ readonly resumed: readonly number[]; readonly leftPaused: readonly number[]; readonly at: Undone['at'] }> {
  const { dc } = target
  const held = heldPes(dc, 'paused', injection.others())
  const isMine = ({ indexWithinJob = 0 }: ProcessInfo): boolean => held !== 'all' && !held.has(indexWithinJob)
  const pausedNow = (await pesOf(context, target)).filter(({ isPaused }) => isPaused === true)
  const mine = pausedNow.filter(isMine)
  const leftPaused = pausedNow.filter((pe) => !isMine(pe)).map(({ pid }) => pid)
  if (mine.length === 0) return { resumed: [], leftPaused, at: undefined }
  const pes = mine.map(({ indexWithinJob = 0 }) => indexWithinJob)
  const { outcomes } = await context.pair.acts.perform([{ kind: 'resume_pes', dc, pes }])
  const still = (await pesOf(context, { dc, pes })).filter(({ isPaused }) => isPaused === true)
  if (still.length > 0) {
    throw new HealError(`Expected the PEs of ${dc} to go on, yet paused: ${still.map(({ pid }) => pid).join(', ')}.`)
  }
  return { resumed: mine.map(({ pid }) => pid), leftPaused, at: struckBy(context, outcomes[0]) }
}

/** Has the management process go on, but for another fault that keeps it paused or dead. Answers what there is to say of it. */
export async function resumeManagement(
  dc: DatacenterName,
  context: FaultContext,
  injection: Injection,
): Promise<Undone['evidence']> {
  const others = injection.others()
  const holder = managementHolderOf(dc, 'paused', others) ?? managementHolderOf(dc, 'down', others)
  if (holder !== undefined) return { probe: 'the other faults that act', observed: { dc, leftTo: holder.id } }
  await context.pair.acts.perform([{ kind: 'resume_management', dc }])
  const process = await managementOf(context, dc)
  if (process === undefined || process.isPaused === true) {
    throw new HealError(
      `Expected ${dc}'s management process to go on, yet it is ${process === undefined ? 'dead' : 'paused'}.`,
    )
  }
  return await proveAnswering(context, dc)
}

async function pausePes(target: ProcessTarget, context: FaultContext, injection: Injection): Promise<Effective> {
  const what = `pause ${describeTarget(target)}`
  const { dc, pes } = target
  // Which PE has the ports is the testbed's affair, so that only the pause of all of them can be seen from outside.
  const directions = pes === undefined ? portsInto(dc, context) : []
  const before = await probeOnce(directions, context)
  injection.registerUndo(async () => await undo({ target, context, injection, directions, before, what }))
  const performed = await injection.strike([{ kind: 'pause_pes', dc, ...(pes === undefined ? {} : { pes }) }])
  const { t: effectiveAt, uncertainty } = struckByAll(context, performed)
  const pausedPids = await provePaused(target, context, what)
  const probes = await probeOnce(directions, context)
  refuseLeaks(probes, what, 'no_answer')
  return {
    effectiveAt,
    uncertainty,
    evidence: { probe: `process states, and ${linkProbe}`, observed: { pausedPids, probes } },
  }
}

async function undo(of: {
  readonly target: ProcessTarget
  readonly context: FaultContext
  readonly injection: Injection
  readonly directions: readonly Direction[]
  readonly before: readonly ProbedPort[]
  readonly what: string
}): Promise<Undone> {
  const { target, context, injection, directions, before, what } = of
  const { resumed, leftPaused, at } = await resumePes(target, context, injection)
  // What was killed meanwhile answers when its own fault is healed.
  const isWhole = leftPaused.length === 0 && resumed.length > 0
  const probes = isWhole ? await proveReachable(directions, context, { before, what }) : []
  const evidence = { probe: `process states, and ${linkProbe}`, observed: { resumed, leftPaused, probes } }
  return at === undefined ? { evidence } : { evidence, at: { t: at.t, uncertainty: at.uncertainty } }
}

async function pauseManagement(dc: DatacenterName, context: FaultContext, injection: Injection): Promise<Effective> {
  const what = `pause ${dc}.management`
  injection.registerUndo(async () => {
    const { probe, observed } = await resumeManagement(dc, context, injection)
    const job = await settleOwedJob({ dc, context, injection })
    return { evidence: { probe, observed: { ...observed, ...(job === null ? {} : { job: job.observed }) } } }
  })
  const performed = await injection.strike([{ kind: 'pause_management', dc }])
  const { t: effectiveAt, uncertainty } = struckByAll(context, performed)
  const process = await managementOf(context, dc)
  if (process?.isPaused !== true) throw new FaultError(`${what} had no effect: the process is not paused.`)
  const { probe, observed } = await proveMute(context, dc, what)
  return { effectiveAt, uncertainty, evidence: { probe, observed: { ...observed, pausedPid: process.pid } } }
}
