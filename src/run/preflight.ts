import { netemProperties } from '../faults/kinds/netem.ts'
import { builtinFacts } from '../model/builtin-applications.ts'
import { datacenterNames } from '../model/datacenter.ts'
import { TestbedError } from '../model/errors.ts'
import type { DatacenterRef, FaultSpec, NetemFault } from '../model/fault.ts'
import type { Scenario } from '../model/scenario.ts'
import { allSteps, faultSteps } from '../model/step.ts'
import type { Step, Trigger } from '../model/step.ts'
import type { TestbedCapabilities } from '../model/testbed.ts'
import { formatSeconds } from '../model/units.ts'
import { tooMuchOf } from './preflight-traffic.ts'

/** Real seconds below which timers cannot keep a duration (decisions 13). */
const realSecondsMin = 0.002

/** TCP's own timers do not scale: beyond this, lost packets say nothing of the toolkit (decisions 13). */
const lossTimeScaleMax = 4

/** A scenario, and the testbed that is to run it. */
export interface PreflightQuestion {
  readonly scenario: Scenario
  readonly capabilities: TestbedCapabilities
  readonly timeScale: number
}

/**
 * Refuses a scenario that the testbed cannot run, before anything is started (decisions 14).
 * @throws TestbedError that lists it all
 */
export function preflight(question: PreflightQuestion): void {
  const problems = unsupported(question)
  if (problems.length === 0) return
  const { scenario, capabilities } = question
  throw new TestbedError(
    `The ${capabilities.kind} testbed cannot run ${scenario.testId}:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
  )
}

/** Everything about a scenario that the testbed cannot do, each in a sentence; empty when it can all of it. */
export function unsupported(question: PreflightQuestion): readonly string[] {
  return [
    ...unknownApplications(question),
    ...unsupportedFaults(question),
    ...missingTargets(question),
    ...tooShort(question),
    ...tooMuchOf(question),
    ...unknownScript(question),
  ]
}

/** Without Streams a SAB is a file that nobody can run. */
function unknownApplications({ scenario, capabilities }: PreflightQuestion): readonly string[] {
  const { sab, emulateAs } = scenario
  if (hasStreams(capabilities) || emulateAs !== undefined) return []
  const paths = new Set(datacenterNames.map((dc) => sab[dc]).filter((path) => builtinFacts(path) === undefined))
  return [...paths].map(
    (path) =>
      `it has no Streams to run ${path}. Say with \`emulate_as\` which built-in stands in for it, such as builtin:ledger.`,
  )
}

/** A script of the user's own needs a shell. */
function unknownScript({ scenario, capabilities }: PreflightQuestion): readonly string[] {
  const { launchScript } = scenario
  if (!isVirtual(capabilities) || launchScript?.kind !== 'file') return []
  return [
    `it runs no processes, and so not the launch script ${launchScript.path}. Say what the script does, such as \`launch_script: {exit: 1}\`, \`{hang: true}\` or \`{delay: 10 s}\`.`,
  ]
}

function unsupportedFaults({ scenario, capabilities, timeScale }: PreflightQuestion): readonly string[] {
  return faultSteps(scenario.steps).flatMap(({ id, fault }) => {
    if (fault.kind === 'custom') return []
    if (!capabilities.faults.includes(fault.kind)) {
      return [`step ${id}: it has no fault "${fault.kind}". It has ${capabilities.faults.join(', ')}.`]
    }
    return fault.kind === 'netem' ? unsupportedNetem(id, fault, { capabilities, timeScale }) : []
  })
}

function unsupportedNetem(
  id: string,
  fault: NetemFault<DatacenterRef>,
  { capabilities, timeScale }: Pick<PreflightQuestion, 'capabilities' | 'timeScale'>,
): readonly string[] {
  const can = capabilities.netem?.can ?? []
  const lacking = netemProperties(fault).filter((name) => !can.includes(name))
  if (lacking.length > 0) {
    return [`step ${id}: its netem has no ${lacking.join(', ')}. It has ${can.join(', ') || 'nothing'}.`]
  }
  if (fault.lossPercent === undefined || isVirtual(capabilities) || timeScale <= lossTimeScaleMax) return []
  return [
    `step ${id}: packet loss at time scale ${timeScale} says nothing, for TCP's own timers do not scale. Expected \`opts.time_scale\` to be at most ${lossTimeScaleMax}.`,
  ]
}

/** PEs and hosts that there will not be. What a real instance has is known only once it runs. */
function missingTargets({ scenario, capabilities }: PreflightQuestion): readonly string[] {
  if (hasStreams(capabilities)) return []
  const pes = scenario.opts.pes ?? 1
  return faultSteps(scenario.steps).flatMap(({ id, fault }) => {
    if (!('target' in fault)) return []
    const { target } = fault
    const beyond = 'pes' in target ? (target.pes ?? []).filter((index) => index >= pes) : []
    const host = 'host' in target ? target.host : undefined
    return [
      ...beyond.map((index) => {
        const there = pes === 1 ? '.pe[0] only' : `.pe[0] to .pe[${pes - 1}]`
        return `step ${id}: ${target.dc}.pe[${index}] will not be there. A job has ${there}; \`opts.pes\` says how many.`
      }),
      ...(host === undefined || host === 0
        ? []
        : [`step ${id}: ${target.dc}.host[${host}] is not there. A datacenter has one host here, .host[0].`]),
    ]
  })
}

interface NamedDuration {
  readonly name: string
  readonly seconds: number | undefined
}

function tooShort({ scenario, capabilities, timeScale }: PreflightQuestion): readonly string[] {
  // There are no timers that could miss it.
  if (isVirtual(capabilities)) return []
  const { steps, opts } = scenario
  const durations: readonly NamedDuration[] = [
    ...allSteps(steps).flatMap((step) =>
      durationsOf(step).map(({ name, seconds }) => ({ name: `step ${step.id}: ${name}`, seconds })),
    ),
    { name: '`opts.link_delay`', seconds: opts.linkDelaySeconds },
  ]
  return durations.flatMap(({ name, seconds }) => {
    // Nothing at all is no duration that could be missed.
    if (seconds === undefined || seconds === 0 || seconds / timeScale >= realSecondsMin) return []
    const min = formatSeconds(realSecondsMin * timeScale)
    return [
      `${name} of ${formatSeconds(seconds)} is ${((seconds / timeScale) * 1000).toFixed(1)} ms of real time at time scale ${timeScale}. Expected at least ${min}, or a lower \`opts.time_scale\`.`,
    ]
  })
}

function durationsOf(step: Step): readonly NamedDuration[] {
  const began = triggerDelay(step.when, '`after`')
  if ('fault' in step) {
    const { fault, forSeconds, until } = step
    return [
      { name: '`for`', seconds: forSeconds },
      ...began,
      ...triggerDelay(until, '`after` of `until`'),
      ...durationsOfFault(fault),
    ]
  }
  if ('action' in step) {
    const { action } = step
    return action.kind === 'wait' ? [...began, { name: '`wait`', seconds: action.seconds }] : began
  }
  return began
}

function durationsOfFault(fault: FaultSpec<DatacenterRef>): readonly NamedDuration[] {
  switch (fault.kind) {
    case 'flap':
      return [
        { name: '`down`', seconds: fault.downSeconds },
        { name: '`up`', seconds: fault.upSeconds },
      ]
    case 'netem':
      return [
        { name: '`delay`', seconds: fault.delaySeconds },
        { name: '`jitter`', seconds: fault.jitterSeconds },
      ]
    case 'disk_slow':
      return [{ name: '`delay`', seconds: fault.delaySeconds }]
    default:
      return []
  }
}

function triggerDelay(trigger: Trigger | undefined, name: string): readonly NamedDuration[] {
  return [{ name, seconds: trigger?.afterSeconds }]
}

/** In virtual time nothing is late, however short it is, and TCP's timers are simulated with the rest. */
function isVirtual({ kind }: TestbedCapabilities): boolean {
  return kind === 'simulated'
}

function hasStreams({ kind }: TestbedCapabilities): boolean {
  return kind === 'hosts'
}
