// Why a tuple was lost, as far as the timeline shows it; where it does not, the reason is `unknown`. A snapshot holds what its DC had
// taken by the signal that asked for it (toolkit reference §5.2). Snapshots and signals carry the same count (§2), so a stored snapshot
// leads back to its signal. A run that is lost from a signal on is not split for the few tuples around the signal: they are known to
// the run's resolution only, and the snapshot shows on which side of the signal they fell.

import { otherDatacenter, type DatacenterName } from '../model/datacenter.ts'
import type { Interval } from '../model/interval.ts'
import type { LossReason } from '../model/takeover.ts'
import type { EventName, Timeline, TimelineEvent } from '../model/timeline.ts'
import { IntervalSet } from '../support/interval-set.ts'
import type { FaultSpan } from './fault-events.ts'
import type { FinalState } from './final-state.ts'
import { lifeAt, livesOf } from './liveness.ts'
import { perTimeline } from './per-timeline.ts'

/** Lost tuples of one key. */
export interface LostTuples {
  readonly into: DatacenterName
  readonly key: string
  readonly lost: IntervalSet
  /** Of the DCs that serve at the end. */
  readonly states: readonly FinalState[]
  /** Those that the loss is counted to, oldest first. */
  readonly faults: readonly FaultSpan[]
  readonly acceptedAt: (seq: number) => number
}

/** A run of tuples lost for one reason. */
export interface ExplainedRun extends Interval {
  readonly reason: LossReason
}

/** The lost runs in order, each ended where its reason changes. */
export function explainLoss(timeline: Timeline, lost: LostTuples): readonly ExplainedRun[] {
  if (lost.lost.runs === 0) return []
  const stranded = strandedTuples(timeline, lost)
  const reports = lost.states.flatMap((state) => state.reports)
  const askedUntil = reports.reduce((latest, { t }) => Math.max(latest, t), -Infinity) + slackOf(timeline)
  const copies = copiesAt(timeline, lost)
  const runs = [
    ...lost.lost
      .intersect(stranded)
      .intervals()
      .map((run): ExplainedRun => ({ ...run, reason: 'stranded' })),
    ...lost.lost
      .minus(stranded)
      .intervals()
      .flatMap((run): readonly ExplainedRun[] => {
        const { acceptedAt } = lost
        const accepted = acceptedAt(run.from)
        return accepted > askedUntil
          ? [{ ...run, reason: 'late' }]
          : explainRun({ run, acceptedAt, copies: copies(accepted) })
      }),
  ]
  return runs.toSorted((one, other) => one.from - other.from)
}

/** What the DC itself said after the fault that it has, though it does not serve at the end. */
function strandedTuples(timeline: Timeline, { into, key, faults }: LostTuples): IntervalSet {
  const since = faults.at(-1)?.effectiveAt ?? Infinity
  const said = timeline.states.filter(
    ({ producedBy, origin, key: of, t }) => producedBy === into && origin === into && of === key && t > since,
  )
  return IntervalSet.of(said.flatMap(({ intervals }) => intervals))
}

function explainRun(of: {
  readonly run: Interval
  readonly acceptedAt: (seq: number) => number
  readonly copies: Copies | null
}): readonly ExplainedRun[] {
  const { run, acceptedAt, copies } = of
  if (copies === null) return [{ ...run, reason: 'unknown' }]
  const inEvery = firstFrom({ run, acceptedAt, time: copies.oldestNewest })
  const inNone = firstFrom({ run, acceptedAt, time: copies.newest })
  const parts: readonly ExplainedRun[] = [
    { from: run.from, to: inEvery - 1, reason: copies.wereReplayed ? 'unknown' : 'not_taken_over' },
    { from: Math.max(run.from, inEvery), to: inNone - 1, reason: 'unknown' },
    { from: Math.max(run.from, inNone), to: run.to, reason: 'not_replicated' },
  ]
  return parts.filter(({ from, to }) => from <= to)
}

/** What copies of a DC's state there were, by the times that they are of. */
interface Copies {
  /** What was accepted from then on is in none of them. */
  readonly newest: number
  /** What was accepted before is in the newest stored one of every part. */
  readonly oldestNewest: number
  /** Whether any part was replayed: then the reason lies elsewhere. */
  readonly wereReplayed: boolean
}

/** The copies of the job's state in which a tuple could be that was accepted at a time; looked for once a life and fault. */
function copiesAt(timeline: Timeline, { into, faults }: LostTuples): (acceptedAt: number) => Copies | null {
  const known = knownCopies(timeline)
  return (acceptedAt) => {
    const life = lifeAt(timeline, into, acceptedAt)
    const fault = faults.find(({ effectiveAt }) => effectiveAt >= acceptedAt) ?? faults.at(-1)
    const id = `${into} ${life?.from} ${fault?.effectiveAt}`
    const found = known.get(id)
    if (found !== undefined) return found
    const copies = copiesOf(timeline, {
      into,
      since: life?.from ?? -Infinity,
      until: livesOf(timeline, into).find(({ from }) => from > acceptedAt)?.from ?? Infinity,
      struckAt: fault?.effectiveAt ?? -Infinity,
    })
    known.set(id, copies)
    return copies
  }
}

/** By DC, life and fault. */
const knownCopies = perTimeline((): Map<string, Copies | null> => new Map())

/** What a timeline tells of one DC's replication. */
interface Replication {
  /** Snapshots that left the DC. */
  readonly left: readonly TimelineEvent[]
  readonly stored: readonly TimelineEvent[]
  readonly replayed: readonly TimelineEvent[]
  readonly signals: readonly TimelineEvent[]
}

/** Looked for once, because every lost key asks. */
const replications = perTimeline(({ events }) => {
  const told = events.filter(({ event }) => event.startsWith('snapshot_'))
  const find = (event: EventName, at: DatacenterName): readonly TimelineEvent[] =>
    told.filter((each) => each.event === event && each.dc === at)
  const of = (dc: DatacenterName): Replication => ({
    left: find('snapshot_sent', dc),
    stored: find('snapshot_stored', otherDatacenter(dc)),
    replayed: find('snapshot_replayed', otherDatacenter(dc)),
    signals: find('snapshot_signal', dc),
  })
  // A testbed that tells of heartbeats tells of snapshots too.
  const isWatched = events.some(({ event, seenBy }) => seenBy === 'testbed' && event === 'heartbeat_sent')
  return { dc1: of('dc1'), dc2: of('dc2'), isWatched }
})

/** Null when the timeline does not tell: it saw no replication at all, or a snapshot whose signal it did not see. */
function copiesOf(
  timeline: Timeline,
  of: { readonly into: DatacenterName; readonly since: number; readonly until: number; readonly struckAt: number },
): Copies | null {
  const { into, since, until, struckAt } = of
  const { isWatched, [into]: told } = replications(timeline)
  const inLife = (events: readonly TimelineEvent[]): readonly TimelineEvent[] =>
    events.filter(({ t }) => t >= since && t < until)
  const stored = inLife(told.stored)
  const copies = [...inLife(told.left), ...stored]
  if (copies.length === 0) {
    return isWatched ? { newest: -Infinity, oldestNewest: -Infinity, wereReplayed: false } : null
  }
  const signals = new Map(inLife(told.signals).map((event) => [countOf(event), event]))
  const slack = slackOf(timeline)
  let newest = -Infinity
  for (const copy of copies) {
    const signal = signals.get(countOf(copy))
    if (signal === undefined) return null
    newest = Math.max(newest, signal.t - signal.uncertainty - slack)
  }
  const newestOfParts = new Map(
    stored.map((copy) => [JSON.stringify(copy.detail?.['part'] ?? ''), signals.get(countOf(copy))?.t ?? 0]),
  )
  const oldestNewest = stored.length === 0 ? -Infinity : Math.min(...newestOfParts.values()) - slack
  // What the next life had stored is what is replayed from then on.
  const overwrittenAt = told.stored.find(({ t }) => t >= until)?.t ?? Infinity
  const wereReplayed = told.replayed.some(({ t }) => t >= struckAt && t < overwrittenAt)
  return { newest, oldestNewest: Math.min(oldestNewest, newest), wereReplayed }
}

/** The first sequence number of a run that was accepted at a time or later; one beyond the run when none was. */
function firstFrom(of: {
  readonly run: Interval
  readonly acceptedAt: (seq: number) => number
  readonly time: number
}): number {
  const { run, acceptedAt, time } = of
  let [low, high] = [run.from, run.to + 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (acceptedAt(middle) >= time) high = middle
    else low = middle + 1
  }
  return low
}

function countOf({ detail }: TimelineEvent): number {
  const count = detail?.['count']
  // No signal is found by it.
  return typeof count === 'number' ? count : Number.NaN
}

function slackOf({ resolutionSeconds, acceptanceToleranceSeconds = 0 }: Timeline): number {
  return resolutionSeconds + acceptanceToleranceSeconds
}
