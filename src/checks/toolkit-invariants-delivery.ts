// The application's tuples through all of it: a DC that lives keeps what it took, a replay brings what its snapshot held, nothing is
// there twice without a reason, and what is there is what was sent.

import type { DatacenterName } from '../model/datacenter.ts'
import type { DeliverySpan, TimelineEvent } from '../model/timeline.ts'
import { counted, formatSeconds } from '../model/units.ts'
import { IntervalSet } from '../support/interval-set.ts'
import { answerTime } from './acceptance.ts'
import type { Facts } from './facts.ts'
import { finalStates, held, type FinalState } from './final-state.ts'
import { groupBy } from './group-by.ts'
import { checkIntegrity } from './integrity.ts'
import { checkOrder } from './order.ts'
import { predictLossSeconds } from './predicted-loss.ts'
import { splitBrainSpans } from './split-brain.ts'
import type { InvariantFindings } from './toolkit-invariants-findings.ts'
import { eachDc, lifeAround, numberIn, overlaps, textIn, type DcStory, type Story } from './toolkit-invariants-story.ts'

/** Judges what became of the tuples. */
export function judgeDelivery(story: Story, facts: Facts, findings: InvariantFindings): void {
  const states = finalStates(story.timeline)
  const verified = story.timeline.events.findLast(({ event }) => event === 'state_verified')?.t
  if (verified !== undefined) {
    for (const { own, other } of eachDc(story)) {
      judgeOwn(story, { own, states, verified, findings })
      judgeTakenOver(story, { own, other, states, verified, findings })
    }
  }
  judgeBound(story, facts, findings)
  judgeDuplicates(story, facts, findings)
  const order = checkOrder({ kind: 'order', per: 'key' }, facts)
  if (order.verdict !== 'inconclusive') {
    findings.judge('order_kept', order.verdict === 'pass' ? null : { t: story.end, message: order.message })
  }
  judgeChecksums(story, facts, findings)
}

interface Around {
  readonly own: DcStory
  readonly states: readonly FinalState[]
  readonly verified: number
  readonly findings: InvariantFindings
}

/** A DC that has lived since it took a tuple has it. */
function judgeOwn(story: Story, { own, states, verified, findings }: Around): void {
  const life = lifeAround(own, verified)
  const state = states.find(({ dc }) => dc === own.dc)
  if (life === undefined || state === undefined || life.resets.length > 0) return
  const during = { from: life.from, to: verified }
  judgeHeld(story, { origin: own.dc, during, state, life: own, findings })
}

/** What a replayed snapshot held stays with the DC that replayed it, as long as that one lives (toolkit reference §4.6, fail-back). */
function judgeTakenOver(story: Story, around: Around & { readonly other: DcStory }): void {
  const { own, other, states, verified, findings } = around
  const life = lifeAround(own, verified)
  const state = states.find(({ dc }) => dc === own.dc)
  if (life === undefined || state === undefined || life.resets.length > 0) return
  /** By part: when the signal was given whose snapshot is the newest stored one, and in which life. */
  const stored = new Map<string, { readonly signal: number; readonly from: number }>()
  let replayed = new Set<string>()
  for (const event of life.events) {
    if (event.event === 'snapshot_stored') {
      const signal = signalOf(story, other, event)
      if (signal === null) stored.clear()
      else stored.set(textIn(event, 'part'), signal)
    } else if (event.event === 'takeover_started') replayed = new Set()
    else if (event.event === 'snapshot_replayed') replayed.add(textIn(event, 'part'))
    else if (event.event === 'takeover_done') {
      const parts = [...stored.values()]
      const isWhole = parts.length > 0 && [...stored.keys()].every((part) => replayed.has(part))
      const [first] = parts
      const isOfOneLife = first !== undefined && parts.every(({ from }) => from === first.from)
      if (isWhole && isOfOneLife && isComplete(story, other.dc, stored.size)) {
        const until = Math.min(...parts.map(({ signal }) => signal))
        const during = { from: first.from, to: until }
        judgeHeld(story, { origin: other.dc, during, state, life: other, findings })
      }
      stored.clear()
    }
  }
}

/** Whether so many parts are all that the DC's state has: as many as any of its signals led to. */
function isComplete({ dcs }: Story, dc: DatacenterName, parts: number): boolean {
  const names = new Set(
    dcs[dc].lives.flatMap(({ events }) =>
      events
        .filter(({ event }) => event === 'snapshot_sent' || event === 'snapshot_failed')
        .map((event) => textIn(event, 'part')),
    ),
  )
  return names.size === parts
}

function signalOf(
  { slack }: Story,
  of: DcStory,
  stored: TimelineEvent,
): { readonly signal: number; readonly from: number } | null {
  const count = numberIn(stored, 'count')
  for (const life of of.lives.toReversed()) {
    const signal = life.events.findLast(
      (event) => event.event === 'snapshot_signal' && numberIn(event, 'count') === count && event.t <= stored.t + slack,
    )
    // Numbers begin again where the preparer started anew, so which signal it was is not sure.
    if (signal !== undefined) return life.resets.length > 0 ? null : { signal: signal.t, from: life.from }
  }
  return null
}

/** System seconds by which acceptances are known, and by which an application may lag behind its inlet. */
const marginSeconds = 1

function judgeHeld(
  { timeline, slack }: Story,
  of: {
    readonly origin: DatacenterName
    readonly during: { readonly from: number; readonly to: number }
    readonly state: FinalState
    readonly life: DcStory
    readonly findings: InvariantFindings
  },
): void {
  const { origin, during, state, findings } = of
  const margin = slack + (timeline.acceptanceToleranceSeconds ?? 0) + marginSeconds
  const from = during.from + margin
  const to = during.to - margin
  // While its process stands still a DC has accepted what it has not applied.
  if (of.life.lives.some(({ pauses }) => pauses.some((pause) => overlaps(pause, { from, to: during.to })))) return
  const spans = groupBy(
    timeline.deliveries.filter(({ into, outcome }) => into === origin && outcome === 'accepted'),
    ({ key }) => key,
  )
  for (const [key, own] of spans) {
    const accepted = IntervalSet.of(own.flatMap((span) => within(span, own, { from, to })))
    const missing = accepted.minus(held(state, { origin, key }))
    const [first] = missing.intervals()
    const message = `${state.dc} has lost ${counted(missing.count, 'tuple')} of key ${key} of ${origin}, which were accepted up to ${formatSeconds(to)} and which it must have: from number ${first?.from ?? 0}.`
    findings.judge('loss_within_bound', first === undefined ? null : { t: during.to, dc: state.dc, message })
  }
}

/** The numbers of a span that were accepted within a while, by halving. */
function within(
  span: DeliverySpan,
  spans: readonly DeliverySpan[],
  { from, to }: { readonly from: number; readonly to: number },
): readonly { readonly from: number; readonly to: number }[] {
  const firstFrom = (time: number): number => {
    let [low, high] = [span.from, span.to + 1]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (answerTime(spans, middle) >= time) high = middle
      else low = middle + 1
    }
    return low
  }
  if (span.endTime < from || span.startTime > to) return []
  const first = span.startTime >= from ? span.from : firstFrom(from)
  const last = (span.endTime < to ? span.to + 1 : firstFrom(to)) - 1
  return first > last ? [] : [{ from: first, to: last }]
}

/** One crash and nothing else: the loss lies within the bound that the oracle gives (toolkit reference §7, 2: B_rpo). */
function judgeBound({ timeline, disturbances, slack, dcs }: Story, { loss }: Facts, findings: InvariantFindings): void {
  const [only, ...more] = disturbances
  if (only === undefined || more.length > 0 || only.fault.toJob !== 'ends' || loss.secondsUpperBound === null) return
  // Back before it was noticed, nothing is replayed: all of it is lost (§7, 12).
  const isNoticed = timeline.events.some(
    ({ event, dc, t }) => event === 'remote_down' && dc !== only.fault.dc && t >= only.from,
  )
  if (!isNoticed || Object.values(dcs).some(({ isPassive }) => isPassive)) return
  const bound = predictLossSeconds(timeline)
  if (bound === null) return
  const most = bound + slack + (timeline.acceptanceToleranceSeconds ?? 0)
  const message = `${formatSeconds(loss.secondsUpperBound)} were lost, and the settings allow ${formatSeconds(bound)}.`
  findings.judge('loss_within_bound', loss.secondsUpperBound <= most ? null : { t: only.from, message })
}

/**
 * A DC has a tuple twice only where it was given what it had: by a DC that had taken over for it while it lived, by its own snapshot
 * sent back to it, or on request (toolkit reference §7, 15, 41 and 45).
 */
function judgeDuplicates({ timeline, dcs }: Story, { takeovers }: Facts, findings: InvariantFindings): void {
  const reports = finalStates(timeline).flatMap((state) => state.reports)
  if (reports.length === 0) return
  const isExplained =
    splitBrainSpans(timeline, takeovers).length > 0 ||
    Object.values(dcs).some(({ settings }) => settings.sendDataSnapshotsToOriginDCAtStartup) ||
    timeline.events.some((event) => textIn(event, 'cause') === 'special_message')
  const [first] = reports.filter(({ duplicates }) => duplicates.length > 0)
  if (first === undefined || isExplained) return findings.judge('no_duplicates', null)
  const { producedBy, origin, key, duplicates, t } = first
  const message = `${producedBy} has tuples of key ${key} of ${origin} twice, from number ${duplicates[0]?.from ?? 0}, and nobody took over for a DC that lived.`
  findings.judge('no_duplicates', { t, dc: producedBy, message })
}

/** Of what came twice by two ways only the numbers are known, not the sums. */
function judgeChecksums({ timeline }: Story, facts: Facts, findings: InvariantFindings): void {
  const clear = timeline.states.filter(({ duplicates }) => duplicates.length === 0)
  const integrity = checkIntegrity({ ...facts, timeline: { ...timeline, states: clear } })
  if (integrity.verdict === 'inconclusive') return
  const t = clear.at(-1)?.t ?? 0
  findings.judge('checksums_hold', integrity.verdict === 'pass' ? null : { t, message: integrity.message })
}
