// Which assertions a known harm goes against. Nothing here looks at what the planted run was judged to be: what was planted says how
// great the harm is, the run without it where it happened, and the assertion's own limit whether it allows for it. Where that
// cannot be told the answer is no, so that a scenario is never blamed for what it may well allow.

import type { AskedCheck, LossLimit, ToolkitInvariant } from '../../model/check.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { Assertion } from './assertion.ts'
import type { Baseline } from './baseline.ts'

/** The check of an assertion, where it is one of this kind that looks at the whole run. */
export function wholeCheck<Kind extends AskedCheck['kind']>(
  assertion: Assertion,
  kind: Kind,
): Extract<AskedCheck, { readonly kind: Kind }> | undefined {
  if (assertion.kind !== 'check' || assertion.check.for !== undefined) return undefined
  return isOfKind(assertion.check, kind) ? assertion.check : undefined
}

function isOfKind<Kind extends AskedCheck['kind']>(
  check: AskedCheck,
  kind: Kind,
): check is Extract<AskedCheck, { readonly kind: Kind }> {
  return check.kind === kind
}

/** `toolkit_invariants` with one of these rules in it. */
export function hasInvariant(assertion: Assertion, ...wanted: readonly ToolkitInvariant[]): boolean {
  const check = wholeCheck(assertion, 'toolkit_invariants')
  return check !== undefined && wanted.some((rule) => check.only === undefined || check.only.includes(rule))
}

/** `never`, of a check that has the three polarities. */
export function saysNever(assertion: Assertion, kind: 'duplicates' | 'split_brain' | 'mutual_down'): boolean {
  return wholeCheck(assertion, kind)?.polarity.is === 'never'
}

export function saysExpected(assertion: Assertion, kind: 'duplicates' | 'split_brain' | 'mutual_down'): boolean {
  return wholeCheck(assertion, kind)?.polarity.is === 'expected'
}

/** More than was lost anyway. */
export interface MoreLoss {
  readonly tuples: number
  /** From the acceptance of the oldest one, at the latest, to the fault. */
  readonly seconds: number
}

/** Seconds that decide nothing: acceptances are known to a tuple's share of a span. */
const slackSeconds = 1

/** Whether limits of the loss, the objectives' among them, are passed when so much more is lost. */
export function losesTooMuch(assertion: Assertion, baseline: Baseline, more: MoreLoss | null): boolean {
  if (more === null || more.tuples < 1) return false
  const { loss } = baseline.report
  // What is older than all that was lost is not among it.
  if (loss.lostTuples === null || (loss.secondsUpperBound ?? 0) >= more.seconds) return false
  if (assertion.kind === 'loss') return isOver(baseline, more, { unit: assertion.unit, value: assertion.limit })
  const check = wholeCheck(assertion, 'loss')
  if (check?.atMost !== undefined) return isOver(baseline, more, check.atMost)
  const bound = baseline.lossBoundSeconds
  const isBounded = wholeCheck(assertion, 'prediction') !== undefined || hasInvariant(assertion, 'loss_within_bound')
  return isBounded && bound !== null && more.seconds > bound + slackSeconds
}

function isOver({ report }: Baseline, more: MoreLoss, { unit, value }: LossLimit): boolean {
  const { lostTuples, acceptedTuples } = report.loss
  const lost = (lostTuples ?? 0) + more.tuples
  switch (unit) {
    case 'tuples':
      return lost > value
    case 'percent':
      return acceptedTuples > 0 && (100 * lost) / acceptedTuples > value
    case 'seconds':
      return more.seconds > value + slackSeconds
    default:
      return unit satisfies never
  }
}

/** `takeover: never`, where this one is meant. A passive side whose script brings nothing up takes nothing over. */
export function forbidsTakeover(assertion: Assertion, { scenario }: Baseline, by: DatacenterName): boolean {
  const { mode, launchScript } = scenario
  const isInVain =
    mode === 'active-passive' && by === 'dc2' && launchScript !== undefined && launchScript.kind !== 'submit'
  const check = wholeCheck(assertion, 'takeover')
  return check?.never === true && (check.by ?? by) === by && check.of !== by && !isInVain
}

/** `status` with a number of changes that so many more pass. */
export function forbidsChanges(
  assertion: Assertion,
  baseline: Baseline,
  more: { dc: DatacenterName; count: number },
): boolean {
  const check = wholeCheck(assertion, 'status')
  if (check?.changesAtMost === undefined || check.dc !== more.dc) return false
  return baseline.changesAfterFirstUp(more.dc).length + more.count > check.changesAtMost
}
