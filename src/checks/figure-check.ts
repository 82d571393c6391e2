// What availability, throughput, latency and error rate have in common: a figure of the load in a phase, against a limit of its own
// unit or against what the same figure was before the fault. A slice at the edge of the phase belongs to it in part only, so the
// figure is taken once without those slices and once with them; the truth is taken to lie between.

import type { FigureLimit, FigureLimits, LoadPhase } from '../model/check.ts'
import type { LoadSlice } from '../model/timeline.ts'
import { counted } from '../model/units.ts'
import { worstVerdict, type CheckResult, type Verdict } from '../model/verdict.ts'
import type { Facts } from './facts.ts'
import { slicesOf, windowOfPhase } from './load-phase.ts'
import { judgeAtLeast, judgeAtMost, type Bounds } from './measured.ts'
import type { Scope } from './scope.ts'

/** One of the figures. */
export interface Figure {
  readonly check: 'availability' | 'throughput' | 'latency' | 'error_rate'
  /** As the beginning of a sentence. */
  readonly subject: string
  /** What is known of it from these slices; null when they say nothing of it. */
  readonly measure: (slices: readonly LoadSlice[]) => Bounds | null
  /** Half-width in the figure's unit by which the run's clock may be wrong. @default 0 */
  readonly uncertainty?: number
  readonly format: (value: number) => string
}

type Measurement = { readonly ok: true; readonly bounds: Bounds } | { readonly ok: false; readonly why: string }

/** Whether a figure lies within its limits. */
export function checkFigure(figure: Figure, limits: FigureLimits, facts: Facts): CheckResult {
  const { check, subject } = figure
  const { atMost, atLeast, phase } = limits
  const asked = { phase, ...(atMost && { atMost: { ...atMost } }), ...(atLeast && { atLeast: { ...atLeast } }) }
  const measured = measure(figure, facts, { phase, scope: facts.scope })
  if (!measured.ok) {
    const message = `${subject} is not known: ${measured.why}.`
    return { check, verdict: 'inconclusive', message, evidence: asked }
  }
  const isRelative = atMost?.of === 'baseline' || atLeast?.of === 'baseline'
  const baseline = isRelative ? measure(figure, facts, { phase: 'before_fault', scope: undefined }) : null
  const evidence = {
    ...asked,
    lower: measured.bounds.lower,
    upper: measured.bounds.upper,
    ...(baseline?.ok === true ? { baselineLower: baseline.bounds.lower, baselineUpper: baseline.bounds.upper } : {}),
  }
  if (baseline?.ok === false) {
    const message = `${subject} ${formatBounds(figure, measured.bounds)}, but there is no baseline: ${baseline.why}.`
    return { check, verdict: 'inconclusive', message, evidence }
  }
  const base = baseline?.ok === true ? baseline.bounds : undefined
  const answers = [
    ...(atMost === undefined ? [] : [judge(figure, measured.bounds, { side: 'at most', limit: atMost, base })]),
    ...(atLeast === undefined ? [] : [judge(figure, measured.bounds, { side: 'at least', limit: atLeast, base })]),
  ]
  const verdict = worstVerdict(answers.map((answer) => answer.verdict))
  const doubt = verdict === 'inconclusive' ? ' The run cannot tell whether that holds.' : ''
  const expected = answers.map(({ expected: text }) => text).join(' and ')
  const when = `${phaseWords[phase]}${facts.scope === undefined ? '' : ` within ${facts.scope.step}`}`
  const message = `${subject}${when} ${formatBounds(figure, measured.bounds)}; expected ${expected}.${doubt}`
  return { check, verdict, message, evidence }
}

const phaseWords: Readonly<Record<LoadPhase, string>> = {
  whole: '',
  before_fault: ' before the fault',
  outage: ' during the outage',
  after: ' after the outage',
}

function measure(
  figure: Figure,
  facts: Facts,
  which: { readonly phase: LoadPhase; readonly scope: Scope | undefined },
): Measurement {
  const { load = [] } = facts.timeline
  if (load.length === 0) return { ok: false, why: 'no figures of the load were taken' }
  const window = windowOfPhase(facts, which.phase)
  if ('why' in window) return { ok: false, why: window.why }
  const { inner, outer } = slicesOf(facts, { window, scope: which.scope })
  const possible = figure.measure(outer)
  if (possible === null) return { ok: false, why: `nothing was due or answered${phaseWords[which.phase]}` }
  const sure = figure.measure(inner)
  if (sure === null)
    return { ok: false, why: `the phase is shorter than ${counted(outer.length, 'slice')} of the load` }
  const { uncertainty = 0 } = figure
  const lower = Math.max(0, Math.min(sure.lower, possible.lower) - uncertainty)
  return { ok: true, bounds: { lower, upper: Math.max(sure.upper, possible.upper) + uncertainty } }
}

/** A limit that itself was measured passes or fails by the end that is hardest to keep. */
function judge(
  figure: Figure,
  bounds: Bounds,
  to: { readonly side: 'at most' | 'at least'; readonly limit: FigureLimit; readonly base: Bounds | undefined },
): { readonly verdict: Verdict; readonly expected: string } {
  const { side, limit, base } = to
  const judgeSide = side === 'at most' ? judgeAtMost : judgeAtLeast
  if (limit.of === 'absolute') {
    return { verdict: judgeSide(bounds, limit.value), expected: `${side} ${figure.format(limit.value)}` }
  }
  const share = limit.percent / 100
  const [low, high] = [share * (base?.lower ?? 0), share * (base?.upper ?? 0)]
  const verdicts = [judgeSide(bounds, low), judgeSide(bounds, high)]
  const verdict = verdicts[0] === verdicts[1] ? (verdicts[0] ?? 'inconclusive') : 'inconclusive'
  const was = base === undefined ? '' : `, which was ${formatBounds(figure, base)}`
  return { verdict, expected: `${side} ${limit.percent} % of the baseline${was}` }
}

function formatBounds({ format }: Figure, { lower, upper }: Bounds): string {
  const [low, high] = [format(lower), format(upper)]
  return low === high ? low : `${low} to ${high}`
}

/** What became of the tuples of some slices. */
export interface SliceSums {
  readonly due: number
  readonly accepted: number
  readonly failed: number
  readonly skipped: number
  /** System seconds that the slices cover. */
  readonly seconds: number
}

/** The slices together. A series has no gaps, so several cover the time from the first beginning to the last end. */
export function sumOf(slices: readonly LoadSlice[]): SliceSums {
  let [due, accepted, failed, skipped, from, to] = [0, 0, 0, 0, Infinity, -Infinity]
  for (const slice of slices) {
    due += slice.due
    accepted += slice.accepted
    failed += slice.rejected + slice.unknown
    skipped += slice.skipped
    from = Math.min(from, slice.from)
    to = Math.max(to, slice.to)
  }
  return { due, accepted, failed, skipped, seconds: slices.length === 0 ? 0 : to - from }
}

/** `99.2 %` */
export function formatPercent(percent: number): string {
  return `${Number(percent.toFixed(3))} %`
}
