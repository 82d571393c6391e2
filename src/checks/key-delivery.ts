import type { DatacenterName } from '../model/datacenter.ts'
import type { LostInterval } from '../model/takeover.ts'
import type { DeliveryOutcome, DeliverySpan, Timeline } from '../model/timeline.ts'
import { IntervalSet } from '../support/interval-set.ts'
import { answeredBy, answerTime } from './acceptance.ts'
import { cutOffOf, type CutOff } from './cut-off.ts'
import { held, type FinalState } from './final-state.ts'
import { groupBy } from './group-by.ts'
import { livesOf, runEnd } from './liveness.ts'
import { explainLoss } from './loss-reasons.ts'
import type { Scope } from './scope.ts'

/** What became of one key's tuples that one DC was given before a fault. */
export interface KeyDelivery {
  readonly into: DatacenterName
  readonly key: string
  /** Surely accepted before the fault. */
  readonly accepted: IntervalSet
  /** Injections whose answer was lost. */
  readonly unknown: IntervalSet
  /** Surely accepted, and nobody has them. */
  readonly lost: IntervalSet
  /** Possibly accepted before the fault, and nobody has them. */
  readonly possiblyLost: IntervalSet
  readonly spans: readonly DeliverySpan[]
  readonly cutOff: CutOff
}

/** Every key that went into a DC, against the states of the DCs that serve at the end. */
export function keyDeliveries(
  timeline: Timeline,
  which: { readonly into: DatacenterName; readonly states: readonly FinalState[]; readonly scope?: Scope | undefined },
): readonly KeyDelivery[] {
  const { into, states, scope } = which
  const cutOff = cutOffOf(timeline, into, scope)
  const { since } = cutOff
  const finished = finishedByShutdown(timeline, into)
  const byKey = groupBy(
    timeline.deliveries.filter((span) => span.into === into && span.outcome !== 'rejected'),
    ({ key }) => key,
  )
  return [...byKey].map(([key, spans]) => {
    const accepted = answered(spans, 'accepted', { since, by: cutOff.surelyBefore })
    const unknown = answered(spans, 'unknown', { since, by: cutOff.possiblyBefore })
    const possible = answered(spans, 'accepted', { since, by: cutOff.possiblyBefore }).union(unknown)
    const present = states
      .map((state) => held(state, { origin: into, key }))
      .reduce((all, some) => all.union(some), finished.get(key) ?? new IntervalSet())
    return {
      into,
      key,
      spans,
      cutOff,
      accepted,
      unknown,
      lost: accepted.minus(present),
      possiblyLost: possible.minus(present),
    }
  })
}

/** The runs of surely lost tuples, with the times of their acceptance and the reason; a run ends where the reason changes. */
export function lostIntervals(
  timeline: Timeline,
  delivery: KeyDelivery,
  states: readonly FinalState[],
): readonly LostInterval[] {
  const { into, key, spans, lost, cutOff } = delivery
  const runs = explainLoss(timeline, {
    into,
    key,
    lost,
    states,
    faults: cutOff.faults,
    acceptedAt: (seq) => answerTime(spans, seq),
  })
  return runs.map(({ from, to, reason }) => ({
    into,
    key,
    from,
    to,
    acceptedFromSeconds: answerTime(spans, from),
    acceptedToSeconds: answerTime(spans, to),
    reason,
  }))
}

/**
 * From the acceptance of the oldest of these tuples to the fault that followed it; 0 for none. Of a run of numbers that goes on past
 * a fault, what follows that one counts up to the next.
 */
export function secondsBeforeFault(timeline: Timeline, delivery: KeyDelivery, tuples: IntervalSet): number {
  const { spans, cutOff } = delivery
  const faults = cutOff.faults.map(({ effectiveAt }) => effectiveAt)
  const last = faults.at(-1) ?? runEnd(timeline)
  const lengths = tuples.intervals().flatMap(({ from, to }) => {
    const [begin, end] = [sentAt(spans, from), sentAt(spans, to)]
    const within = faults.filter((at) => at >= begin && at <= end)
    const next = faults.find((at) => at >= end)
    const cuts = [...within, ...(next === undefined || within.includes(next) ? [] : [next])]
    if (cuts.length === 0) return [last - begin]
    return cuts.map((cut, index) => cut - Math.max(begin, cuts[index - 1] ?? begin))
  })
  return lengths.reduce((longest, length) => Math.max(longest, length), 0)
}

/** A tuple whose answer was lost may have been accepted as soon as the one before it was answered. */
function sentAt(spans: readonly DeliverySpan[], seq: number): number {
  const span = spans.find(({ from, to }) => from <= seq && seq <= to)
  const before = span?.outcome === 'unknown' ? answerTime(spans, span.from - 1) : Number.NaN
  return Number.isNaN(before) ? answerTime(spans, seq) : before
}

function answered(
  spans: readonly DeliverySpan[],
  outcome: DeliveryOutcome,
  within: { readonly since: number; readonly by: number },
): IntervalSet {
  const own = spans.filter((span) => span.outcome === outcome)
  const upTo = (t: number): IntervalSet =>
    IntervalSet.of(own.map((span) => answeredBy(span, t)).filter((interval) => interval !== undefined))
  const all = upTo(within.by)
  return within.since === -Infinity ? all : all.minus(upTo(within.since))
}

/** What the DC had put out before it closed for an orderly shutdown counts as finished (decisions 4); later outputs do not. */
function finishedByShutdown(timeline: Timeline, dc: DatacenterName): ReadonlyMap<string, IntervalSet> {
  const closedAt = orderlyShutdownAt(timeline, dc)
  if (closedAt === undefined) return new Map()
  const own = timeline.outputs.filter(
    ({ producedBy, origin, t }) => producedBy === dc && origin === dc && t <= closedAt,
  )
  return new Map([...groupBy(own, ({ key }) => key)].map(([key, outputs]) => [key, IntervalSet.of(outputs)]))
}

/** Whether the last life of the DC's job ended, or is ending, with an orderly shutdown. A job put back afterwards has a new life. */
export function wasShutDownInOrder(timeline: Timeline, dc: DatacenterName): boolean {
  const closedAt = orderlyShutdownAt(timeline, dc)
  const lastLife = livesOf(timeline, dc).at(-1)
  return closedAt !== undefined && (lastLife === undefined || lastLife.from <= closedAt)
}

/** When the DC's toolkit last closed for an orderly shutdown. */
function orderlyShutdownAt(timeline: Timeline, dc: DatacenterName): number | undefined {
  return timeline.events.findLast(
    (event) =>
      event.dc === dc &&
      (event.event === 'orderly_shutdown' ||
        (event.event === 'fault_effective' && event.detail?.['kind'] === 'orderly_shutdown')),
  )?.t
}
