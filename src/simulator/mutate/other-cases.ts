// Failures of what is around the toolkit: launch scripts, healing, input and logs.

import { datacenterNames } from '../../model/datacenter.ts'
import type { AskedCheck, FigureLimit, LoadPhase } from '../../model/check.ts'
import type { FaultKind } from '../../model/fault.ts'
import { faultSteps } from '../../model/step.ts'
import type { Assertion } from './assertion.ts'
import { assertionsOf } from './assertion.ts'
import type { Baseline } from './baseline.ts'
import type { PlantCase } from './plant-case.ts'
import { wholeCheck } from './violations.ts'

export function otherCases(baseline: Baseline): readonly PlantCase[] {
  return [...scriptCases(baseline), healCase(baseline), ...inputCases(baseline), logCase()]
}

function scriptCases(baseline: Baseline): readonly PlantCase[] {
  const { mode, launchScript } = baseline.scenario
  if (mode !== 'active-passive') return []
  const launches = baseline.timeline.events.filter(({ event }) => event === 'script_launched').length
  const counts = (assertion: Assertion, planted: number): boolean => {
    const launched = wholeCheck(assertion, 'script')?.launched
    return launched !== undefined && launched !== planted
  }
  const succeeds = launchScript === undefined || launchScript.kind === 'submit'
  return [
    {
      what: 'the passive side launches nothing',
      failure: { kind: 'script_never' },
      violates: (assertion) => counts(assertion, 0) || wholeCheck(assertion, 'script')?.exit !== undefined,
      advice: [`- script: { launched: ${launches} }`],
    },
    {
      what: 'the passive side launches its script twice',
      failure: { kind: 'script_twice' },
      violates: (assertion) => counts(assertion, 2 * launches),
      advice: [`- script: { launched: ${launches} }`],
    },
    {
      what: 'the launch script fails',
      failure: { kind: 'script_fails' },
      violates: (assertion) =>
        succeeds && (wantsTakeoverByPassive(assertion) || wholeCheck(assertion, 'script')?.exit === 0),
      advice: ['- takeover: { by: dc2, of: dc1 }'],
    },
  ]
}

function wantsTakeoverByPassive(assertion: Assertion): boolean {
  const check = wholeCheck(assertion, 'takeover')
  return check !== undefined && !check.never && check.by !== 'dc1'
}

/** Nothing of these is there to be taken back; what they ended is started anew. */
const instant: readonly FaultKind[] = [
  'crash',
  'restart',
  'operator_restart',
  'connection_reset',
  'cancel_job',
  'orderly_shutdown',
  'special_message',
]

/** A run proves of every fault that it is gone, whatever the scenario asks. */
function healCase({ scenario }: Baseline): PlantCase {
  const isHeld = faultSteps(scenario.steps).some(({ fault, heal }) => heal !== 'none' && !instant.includes(fault.kind))
  return {
    what: 'a fault stays when it is healed',
    failure: { kind: 'no_heal' },
    violates: ({ kind }) => isHeld && kind === 'restored',
    advice: ['- fail_back: { within: 400 s }'],
  }
}

function logCase(): PlantCase {
  const text = 'Planted failure: an error that no fault explains.'
  return {
    what: 'an operator logs an error that no fault explains',
    failure: { kind: 'error_logged' },
    violates: (assertion) => {
      const check = wholeCheck(assertion, 'log_sanity')
      return check !== undefined && !check.allow.some((pattern) => new RegExp(pattern).test(text))
    },
    advice: ['- log_sanity'],
  }
}

type LoadCheck = Extract<AskedCheck, { readonly phase: LoadPhase }>

/** Half of the input is refused, or waits. */
const badPercent = 50
/** How far from a half a short phase may be. */
const slackPercent = 10
/** Half of the tuples wait evenly up to five seconds. */
const waitSeconds = 2
const waitPercentile = 80

function inputCases(baseline: Baseline): readonly PlantCase[] {
  const starts = baseline.fed.map((dc) => baseline.firstAcceptance(dc) ?? 0)
  if (starts.length === 0 || datacenterNames.every((dc) => baseline.fed.every((fed) => fed !== dc))) return []
  // A limit that is a share of the figure before the fault shows nothing unless that figure is good.
  const checks = assertionsOf(baseline.scenario).flatMap((assertion) => loadCheckOf(assertion) ?? [])
  const isRelative = checks.some(({ atMost, atLeast }) => atMost?.of === 'baseline' || atLeast?.of === 'baseline')
  const fault = baseline.faults[0]?.effectiveAt
  const isSpared = isRelative && fault !== undefined
  const fromSeconds = isSpared ? fault : Math.min(...starts)
  const isStruck = (phase: LoadPhase): boolean => !isSpared || phase === 'outage' || phase === 'after'
  return [
    {
      what: 'half of the input is refused',
      failure: { kind: 'input_refused', fromSeconds },
      violates: (assertion) => {
        const check = loadCheckOf(assertion)
        return check !== undefined && isStruck(check.phase) && isRefusedTooMuch(check, baseline)
      },
      advice: ['- availability: { at_least: 90 % }', '- error_rate: { at_most: 10 % }'],
    },
    {
      what: 'input waits for seconds',
      failure: { kind: 'input_waits', fromSeconds },
      violates: (assertion) => {
        const check = loadCheckOf(assertion)
        return check?.kind === 'latency' && isStruck(check.phase) && isTooSlow(check, baseline)
      },
      advice: ['- latency: { percentile: 99, at_most: 1 s }'],
    },
  ]
}

function loadCheckOf(assertion: Assertion): LoadCheck | undefined {
  return (
    wholeCheck(assertion, 'availability') ??
    wholeCheck(assertion, 'throughput') ??
    wholeCheck(assertion, 'error_rate') ??
    wholeCheck(assertion, 'latency')
  )
}

/** The figure with half of it gone against the limit. */
function isRefusedTooMuch(check: LoadCheck, baseline: Baseline): boolean {
  const { kind, atLeast, atMost } = check
  const figure = figuresOf(check, baseline)
  if (figure === null) return false
  const left = (100 - badPercent + slackPercent) / 100
  if (kind === 'availability' || kind === 'throughput') {
    return atLeast !== undefined && figure.upper * left < valueOf(atLeast, figure)
  }
  return kind === 'error_rate' && atMost !== undefined && badPercent - slackPercent > valueOf(atMost, figure)
}

function isTooSlow(check: Extract<LoadCheck, { kind: 'latency' }>, baseline: Baseline): boolean {
  const { atMost, percentile } = check
  const figure = figuresOf(check, baseline)
  return (
    figure !== null && atMost !== undefined && percentile >= waitPercentile && valueOf(atMost, figure) < waitSeconds
  )
}

interface Figures {
  readonly upper: number
  /** Before the fault, where a limit is a share of it. */
  readonly baselineUpper: number
}

/** As the run without the plant showed them. */
function figuresOf(check: LoadCheck, baseline: Baseline): Figures | null {
  const { upper, baselineUpper = 0 } = baseline.judge(check).evidence
  return typeof upper === 'number' && typeof baselineUpper === 'number' ? { upper, baselineUpper } : null
}

function valueOf(limit: FigureLimit, { baselineUpper }: Figures): number {
  return limit.of === 'absolute' ? limit.value : (limit.percent / 100) * baselineUpper
}
