import { datacenterNames, type DatacenterName } from '../model/datacenter.ts'
import type { ObservedState, Timeline } from '../model/timeline.ts'
import { IntervalSet } from '../support/interval-set.ts'
import { livesAtEnd, livesOf } from './liveness.ts'

/** What a DC that lived to the end of the run had of everyone's keys then. */
export interface FinalState {
  readonly dc: DatacenterName
  readonly reports: readonly ObservedState[]
}

/**
 * The last known states of the DCs that serve at the end: the answers to queries since the job's last start or, of a DC that
 * was not queried, its reports after replays. A DC whose job was dead then serves nobody, whatever it said before.
 */
export function finalStates(timeline: Timeline): readonly FinalState[] {
  return datacenterNames
    .filter((dc) => livesAtEnd(timeline, dc) || livesOf(timeline, dc).length === 0)
    .map((dc) => ({ dc, reports: reportsOf(timeline, dc) }))
    .filter(({ reports }) => reports.length > 0)
}

/** DCs whose job lived to the end and of which no state was seen: what they hold is not known. */
export function unseenSurvivors(timeline: Timeline): readonly DatacenterName[] {
  const seen = finalStates(timeline).map(({ dc }) => dc)
  return datacenterNames.filter((dc) => livesAtEnd(timeline, dc) && !seen.includes(dc))
}

/** The sequence numbers of one origin's key that a DC has. */
export function held(state: FinalState, which: { readonly origin: DatacenterName; readonly key: string }): IntervalSet {
  const matching = state.reports.filter(({ origin, key }) => origin === which.origin && key === which.key)
  return IntervalSet.of(matching.flatMap(({ intervals }) => intervals))
}

function reportsOf(timeline: Timeline, dc: DatacenterName): readonly ObservedState[] {
  const lifeStart = livesOf(timeline, dc).at(-1)?.from ?? -Infinity
  const reports = timeline.states.filter(({ producedBy, t }) => producedBy === dc && t >= lifeStart)
  const answers = reports.filter(({ cause }) => cause === 'query')
  return answers.length > 0 ? answers : reports
}
