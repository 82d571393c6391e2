import type { StateCheck } from '../model/check.ts'
import { otherDatacenter, type DatacenterName } from '../model/datacenter.ts'
import type { Interval } from '../model/interval.ts'
import type { DeliverySpan, ObservedState } from '../model/timeline.ts'
import { counted } from '../model/units.ts'
import type { CheckResult } from '../model/verdict.ts'
import { IntervalSet } from '../support/interval-set.ts'
import { answeredBy } from './acceptance.ts'
import type { Facts } from './facts.ts'
import { faultSpans } from './fault-events.ts'
import { finalStates } from './final-state.ts'
import { groupBy } from './group-by.ts'

/** What a DC has of one origin's key. */
interface Holding {
  readonly origin: DatacenterName
  readonly key: string
  readonly tuples: IntervalSet
}

/** One key that is not as it was to be. */
interface Difference {
  readonly origin: DatacenterName
  readonly key: string
  readonly missing: readonly Interval[]
  readonly extra: readonly Interval[]
  /** Tuples are there and are not what was sent. */
  readonly isDamaged: boolean
}

/** What to compare with, or why there is nothing, as the end of a sentence. */
type Reference =
  | { readonly known: true; readonly least: readonly Holding[]; readonly most: readonly Holding[] }
  | { readonly known: false; readonly why: string }

/** Whether a DC's state at the end is what it was before the fault, what the replayed snapshot held, or what was sent. */
export function checkState(spec: StateCheck, facts: Facts): CheckResult {
  const { dc, equals } = spec
  const reports = finalReports(facts, dc)
  const result = (
    verdict: CheckResult['verdict'],
    message: string,
    more: CheckResult['evidence'] = {},
  ): CheckResult => ({
    check: 'state',
    verdict,
    message,
    evidence: { dc, equals, reports: reports.length, ...more },
  })
  if (reports.length === 0) return result('inconclusive', `${dc} did not say at the end what it has.`)
  const reference = referenceOf(spec, facts, reports)
  if (!reference.known)
    return result('inconclusive', `There is nothing to compare the state of ${dc} with: ${reference.why}.`)
  const differences = compare(reports, reference)
  const [first] = differences
  const count = { keys: reference.least.length, differenceCount: differences.length }
  if (first === undefined) {
    const size = counted(reference.least.length, 'key')
    return result('pass', `The state of ${dc} equals ${referenceWords[equals]} (${size}).`, count)
  }
  const shown = differences.slice(0, differencesShown).map((difference) => ({
    ...difference,
    missing: difference.missing.map((run) => ({ ...run })),
    extra: difference.extra.map((run) => ({ ...run })),
  }))
  const keys = counted(differences.length, 'key')
  return result('fail', `The state of ${dc} differs from ${referenceWords[equals]} in ${keys}; ${describe(first)}.`, {
    ...count,
    differences: shown,
  })
}

const referenceWords: Readonly<Record<StateCheck['equals'], string>> = {
  before_fault: 'what it was before the fault',
  snapshot: 'the snapshot that was replayed',
  reference: 'what was sent',
}

/** The evidence only needs to show where the states differ. */
const differencesShown = 20

/** What the DC said after everything: since the last fault, or, with a scope, since the effect of its step. */
function finalReports({ timeline, scope }: Facts, dc: DatacenterName): readonly ObservedState[] {
  const since = scope?.effectiveAt ?? faultSpans(timeline).at(-1)?.effectiveAt ?? -Infinity
  const final = finalStates(timeline).find((state) => state.dc === dc)
  return (final?.reports ?? []).filter(({ t, cause }) => t >= since && cause === 'query')
}

function referenceOf(spec: StateCheck, facts: Facts, reports: readonly ObservedState[]): Reference {
  switch (spec.equals) {
    case 'before_fault':
      return beforeFault(facts, spec.dc)
    case 'snapshot':
      return replayedSnapshot(facts, spec.dc)
    case 'reference':
      return whatWasSent(facts, { dc: spec.dc, reports })
    default:
      return spec.equals satisfies never
  }
}

/** Keys of an origin of which the DC had nothing before are none of its own: a takeover brings them. */
function beforeFault({ timeline, scope }: Facts, dc: DatacenterName): Reference {
  const fault = scope?.effectiveAt ?? faultSpans(timeline)[0]?.effectiveAt
  if (fault === undefined) return { known: false, why: 'no fault took effect' }
  const asked = timeline.states.filter(
    ({ producedBy, cause, t }) => producedBy === dc && cause === 'query' && t <= fault,
  )
  const held = holdings(asked)
  return held.length === 0 ? { known: false, why: `${dc} did not say before the fault what it had` } : same(held)
}

function replayedSnapshot({ timeline, scope }: Facts, dc: DatacenterName): Reference {
  const replays = timeline.states.filter(
    ({ producedBy, origin, cause, t }) =>
      producedBy === dc && origin === otherDatacenter(dc) && cause === 'replay' && t >= (scope?.from ?? -Infinity),
  )
  const held = holdings(replays)
  return held.length === 0 ? { known: false, why: `${dc} was not seen to replay anything` } : same(held)
}

/**
 * All that was surely accepted is there, and nothing that was not sent. Of the other DC's keys the DC need have only what that one had
 * accepted by the last takeover of them.
 */
function whatWasSent(
  { timeline, takeovers }: Facts,
  of: { readonly dc: DatacenterName; readonly reports: readonly ObservedState[] },
): Reference {
  const { dc, reports } = of
  const asked = reports.reduce((latest, { t }) => Math.max(latest, t), -Infinity)
  const takeover = takeovers.findLast((each) => each.observer === dc && each.partsReplayed > 0)
  const takenAt = takeover?.phases.find(({ name }) => name === 'decision')?.startSeconds
  const sent = timeline.deliveries.filter(
    ({ into, outcome }) => outcome !== 'rejected' && (into === dc || takenAt !== undefined),
  )
  if (sent.length === 0) return { known: false, why: 'nothing was seen to be sent' }
  // What was accepted after the question need not be in the answer.
  const needed = sent.map((span) => {
    const by = span.into === dc ? asked : Math.min(asked, takenAt ?? -Infinity)
    return { span, part: span.outcome === 'accepted' ? answeredBy(span, by) : undefined }
  })
  return {
    known: true,
    least: holdingsOf(needed.flatMap(({ span, part }) => (part === undefined ? [] : [{ ...span, ...part }]))),
    most: holdingsOf(sent),
  }
}

function holdingsOf(spans: readonly DeliverySpan[]): readonly Holding[] {
  return [...groupBy(spans, ({ into, key }) => `${into}/${key}`).values()].flatMap((own) => {
    const [first] = own
    return first === undefined ? [] : [{ origin: first.into, key: first.key, tuples: IntervalSet.of(own) }]
  })
}

function same(held: readonly Holding[]): Reference {
  return { known: true, least: held, most: held }
}

/** What some reports say together: within one life a state only grows. */
function holdings(reports: readonly ObservedState[]): readonly Holding[] {
  const named = reports.filter(({ intervals }) => intervals.length > 0)
  return [...groupBy(named, ({ origin, key }) => `${origin}/${key}`).values()].flatMap((own) => {
    const [first] = own
    if (first === undefined) return []
    return [{ origin: first.origin, key: first.key, tuples: IntervalSet.of(own.flatMap(({ intervals }) => intervals)) }]
  })
}

function compare(
  reports: readonly ObservedState[],
  { least, most }: Extract<Reference, { known: true }>,
): readonly Difference[] {
  const id = ({ origin, key }: { readonly origin: string; readonly key: string }): string => `${origin}/${key}`
  const now = new Map(holdings(reports).map((holding) => [id(holding), holding]))
  const needed = new Map(least.map((holding) => [id(holding), holding]))
  const allowed = new Map(most.map((holding) => [id(holding), holding]))
  const origins = new Set(least.map(({ origin }) => origin))
  const damaged = new Set(
    reports.filter(({ checksum, expectedChecksum, corrupt }) => checksum !== expectedChecksum || corrupt > 0).map(id),
  )
  const named = [...needed.values(), ...now.values()].filter(({ origin }) => origins.has(origin))
  const keys = new Map(named.map(({ origin, key }) => [id({ origin, key }), { origin, key }]))
  return [...keys].flatMap(([name, { origin, key }]) => {
    const has = now.get(name)?.tuples ?? new IntervalSet()
    const missing = (needed.get(name)?.tuples ?? new IntervalSet()).minus(has).intervals()
    const extra = has.minus(allowed.get(name)?.tuples ?? new IntervalSet()).intervals()
    const isDamaged = damaged.has(name)
    return missing.length > 0 || extra.length > 0 || isDamaged ? [{ origin, key, missing, extra, isDamaged }] : []
  })
}

function describe({ origin, key, missing, extra, isDamaged }: Difference): string {
  const size = (runs: readonly Interval[]): number => runs.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  const parts = [
    ...(missing.length === 0 ? [] : [`misses ${counted(size(missing), 'tuple')}, from ${missing[0]?.from ?? 0}`]),
    ...(extra.length === 0 ? [] : [`has ${counted(size(extra), 'tuple')} more, from ${extra[0]?.from ?? 0}`]),
    ...(isDamaged ? ['has tuples that are not what was sent'] : []),
  ]
  return `first key ${key} of ${origin}: it ${parts.join(' and ')}`
}
