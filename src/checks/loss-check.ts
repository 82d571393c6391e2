import type { LossCheck, LossLimit } from '../model/check.ts'
import type { Loss } from '../model/takeover.ts'
import type { Timeline } from '../model/timeline.ts'
import { counted, formatSeconds } from '../model/units.ts'
import { worstVerdict, type CheckResult } from '../model/verdict.ts'
import type { Facts } from './facts.ts'
import { faultSpans } from './fault-events.ts'
import { judgeAtLeast, judgeAtMost, type Bounds } from './measured.ts'
import { openDetection } from './open-detection.ts'
import { isWithin } from './scope.ts'

/** Whether the loss lies within the limits: the upper bound for `at_most`, the lower for `at_least`. */
export function checkLoss(spec: LossCheck, facts: Facts): CheckResult {
  const evidence = { ...lossEvidence(facts.loss, spec), neverAcceptedTuples: neverAccepted(facts) }
  if (facts.loss.lostTuples === null) {
    return { check: 'loss', verdict: 'inconclusive', message: whyUnknown(facts), evidence }
  }
  const verdicts = [
    ...(spec.atMost === undefined ? [] : [judgeAtMost(lossBounds(facts, spec.atMost.unit), spec.atMost.value)]),
    ...(spec.atLeast === undefined ? [] : [judgeAtLeast(lossBounds(facts, spec.atLeast.unit), spec.atLeast.value)]),
  ]
  const limits = [
    ...(spec.atMost === undefined ? [] : [`at most ${formatLimit(spec.atMost)}`]),
    ...(spec.atLeast === undefined ? [] : [`at least ${formatLimit(spec.atLeast)}`]),
  ]
  const verdict = worstVerdict(verdicts)
  const doubt = verdict === 'inconclusive' ? ' The run cannot tell whether that holds.' : ''
  const message = `Lost ${describeLoss(facts.loss)}; expected ${limits.join(' and ')}.${doubt}`
  return { check: 'loss', verdict, message, evidence }
}

/** What is known of the loss in one of its measures. Seconds carry the uncertainty of the fault's time. */
export function lossBounds({ loss, timeline }: Pick<Facts, 'loss' | 'timeline'>, unit: LossLimit['unit']): Bounds {
  if (unit === 'tuples') return { lower: loss.lostTuples ?? 0, upper: loss.lostTuplesUpperBound ?? Infinity }
  if (unit === 'percent') return { lower: loss.percent ?? 0, upper: loss.percentUpperBound ?? Infinity }
  if (loss.lostTuplesUpperBound === 0) return { lower: 0, upper: 0 }
  const slack = lossSlack(timeline)
  const lower = Math.max(0, (loss.seconds ?? 0) - slack)
  return { lower, upper: (loss.secondsUpperBound ?? Infinity) + slack }
}

/** `16 tuples (0.04 %, 151 s)`, with the upper bound where it is another. */
export function describeLoss({ lostTuples, lostTuplesUpperBound, percent, seconds }: Loss): string {
  const isExact = lostTuplesUpperBound === lostTuples
  const tuples = isExact
    ? counted(lostTuples ?? 0, 'tuple')
    : `${lostTuples ?? '?'} to ${lostTuplesUpperBound ?? '?'} tuples`
  return `${tuples} (${Number((percent ?? Number.NaN).toFixed(3))} %, ${formatSeconds(seconds ?? Number.NaN)})`
}

/** Why the loss of a run is not known. */
export function whyUnknown({ loss, timeline }: Pick<Facts, 'loss' | 'timeline'>): string {
  if (loss.acceptedTuples === 0) return 'The loss is not known: no tuple was seen to be accepted before the fault.'
  const { why } = openDetection(timeline)
  if (why !== null) return `The loss is not known: ${why}.`
  return 'The loss is not known: the state of a datacenter that serves at the end was not seen in full.'
}

/** The figures that a judgement of the loss rests on. */
export function lossEvidence(loss: Loss, limits: LossCheck = { kind: 'loss' }): CheckResult['evidence'] {
  const { intervals, ...figures } = loss
  const { atMost, atLeast } = limits
  return {
    ...figures,
    intervals: intervals.slice(0, intervalsShown).map((interval) => ({ ...interval })),
    intervalCount: intervals.length,
    tuplesByReason: byReason(intervals),
    ...(atMost === undefined ? {} : { atMost: { ...atMost } }),
    ...(atLeast === undefined ? {} : { atLeast: { ...atLeast } }),
  }
}

function byReason(intervals: Loss['intervals']): Readonly<Record<string, number>> {
  const counts = new Map<string, number>()
  for (const { from, to, reason = 'unknown' } of intervals)
    counts.set(reason, (counts.get(reason) ?? 0) + to - from + 1)
  return Object.fromEntries(counts)
}

/** Tuples that were refused: whoever sent them knows it, so they are nobody's loss and are counted apart. */
function neverAccepted({ timeline, scope }: Facts): number {
  const refused = timeline.deliveries.filter(
    ({ outcome, endTime }) => outcome === 'rejected' && isWithin(scope, endTime),
  )
  return refused.reduce((sum, { from, to }) => sum + to - from + 1, 0)
}

/** The report holds all intervals beside the checks; the evidence only needs to show where they lie. */
const intervalsShown = 20

function lossSlack(timeline: Timeline): number {
  const uncertainties = faultSpans(timeline).map(({ uncertainty }) => uncertainty)
  return timeline.resolutionSeconds + (timeline.acceptanceToleranceSeconds ?? 0) + Math.max(0, ...uncertainties)
}

function formatLimit({ unit, value }: LossLimit): string {
  return unit === 'seconds' ? formatSeconds(value) : unit === 'percent' ? `${value} %` : counted(value, 'tuple')
}
