import { datacenterNames, type DatacenterName } from '../model/datacenter.ts'
import type { ObservedState, Timeline } from '../model/timeline.ts'
import { IntervalSet } from '../support/interval-set.ts'
import { groupBy } from './group-by.ts'
import { lifeAmong, livesOf, runEnd, servingLivesOf, type Life } from './liveness.ts'
import { perTimeline } from './per-timeline.ts'

/** What a DC that served at verification said that it has of everyone's keys. */
export interface FinalState {
  readonly dc: DatacenterName
  readonly reports: readonly ObservedState[]
}

/**
 * When the survivors were asked what they have: the run's own mark, or the last answer to a query. Healing may come after it, and
 * a job that healing starts anew serves nobody's old keys. Before the last fault nothing is verified, and the end of the run counts.
 */
export function verificationTime(timeline: Timeline): number {
  const marks = timeline.events.filter(({ event }) => event === 'state_verified')
  const answers = timeline.states.filter(({ cause }) => cause === 'query')
  const last = [...(marks.length > 0 ? marks : answers)].reduce((latest, { t }) => Math.max(latest, t), -Infinity)
  return last >= lastFaultTime(timeline) ? last : runEnd(timeline)
}

/**
 * The states of the DCs that served at verification, by all that each has said since its job's last start: within one life a
 * state only grows. A DC whose job was dead then serves nobody, whatever it said before.
 */
export const finalStates: (timeline: Timeline) => readonly FinalState[] = perTimeline((timeline) =>
  serving(timeline)
    .map(({ dc, life }) => ({ dc, reports: reportsSince(timeline, dc, life?.from ?? -Infinity) }))
    .filter(({ reports }) => reports.length > 0),
)

/**
 * DCs that served at verification and did not say what they have of an origin's keys since the last fault. A query is answered
 * for all keys; a report after a replay only tells of the origin whose snapshots were replayed.
 */
export function unseenSurvivors(timeline: Timeline, origin: DatacenterName): readonly DatacenterName[] {
  const since = lastFaultTime(timeline)
  return serving(timeline)
    .filter(({ life }) => life !== undefined)
    .filter(({ dc, life }) => {
      const reports = reportsSince(timeline, dc, Math.max(since, life?.from ?? since))
      return !reports.some((report) => report.cause === 'query' || (report.origin === origin && origin !== dc))
    })
    .map(({ dc }) => dc)
}

/** The sequence numbers of one origin's key that a DC has. */
export function held(state: FinalState, which: { readonly origin: DatacenterName; readonly key: string }): IntervalSet {
  const known = heldByKey.get(state) ?? deriveHeld(state)
  heldByKey.set(state, known)
  return known.get(idOf(which)) ?? new IntervalSet()
}

/** Loss, duplicates and others ask the same of every key, once for each check. */
const heldByKey = new WeakMap<FinalState, ReadonlyMap<string, IntervalSet>>()

function deriveHeld({ reports }: FinalState): ReadonlyMap<string, IntervalSet> {
  const byKey = [...groupBy(reports, idOf)]
  return new Map(byKey.map(([id, own]) => [id, IntervalSet.of(own.flatMap(({ intervals }) => intervals))]))
}

function idOf({ origin, key }: { readonly origin: DatacenterName; readonly key: string }): string {
  return `${origin}/${key}`
}

/** The DCs that served at verification, and those of which the timeline does not say whether they ever did. */
function serving(timeline: Timeline): readonly { readonly dc: DatacenterName; readonly life: Life | undefined }[] {
  const at = verificationTime(timeline)
  return datacenterNames
    .map((dc) => ({ dc, life: lifeAmong(servingLivesOf(timeline, dc), at) }))
    .filter(({ dc, life }) => life !== undefined || livesOf(timeline, dc).length === 0)
}

function reportsSince(timeline: Timeline, dc: DatacenterName, since: number): readonly ObservedState[] {
  return timeline.states.filter(({ producedBy, t }) => producedBy === dc && t >= since)
}

function lastFaultTime(timeline: Timeline): number {
  const effective = timeline.events.filter(({ event }) => event === 'fault_effective')
  return effective.reduce((latest, { t }) => Math.max(latest, t), -Infinity)
}
