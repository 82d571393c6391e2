import type { CheckSpec } from '../model/check.ts'
import { otherDatacenter, type DatacenterName } from '../model/datacenter.ts'
import type { EventName, Timeline, TimelineEvent } from '../model/timeline.ts'
import { formatSeconds } from '../model/units.ts'
import type { CheckResult } from '../model/verdict.ts'
import type { Facts } from './facts.ts'
import { faultSpans } from './fault-events.ts'
import { lifeAt, runEnd } from './liveness.ts'
import { boundsOf, cannotTell, formatMeasured, judgeAtMost } from './measured.ts'
import type { Scope } from './scope.ts'

/** A time in which one part's newest replica grew old, up to the next one or to the end of the watch. */
export interface AgeSpan {
  readonly part: string
  /** When the replica was stored; where it was deleted and nothing kept since, when that happened. */
  readonly from: number
  readonly to: number
  /** Half-width of what is known of the length. */
  readonly uncertainty: number
  /** Nothing was kept at all in this time, so that there is no age that would be short enough. */
  readonly isWithoutReplica: boolean
}

/** Whether the replica of a DC's state was never older than allowed, watched all along from its first protection on. */
export function checkReplicationAge(
  spec: Extract<CheckSpec, { kind: 'replication_age' }>,
  { timeline, scope }: Facts,
): CheckResult {
  const { dc, atMost } = spec
  const spans = ageSpans(timeline, dc).flatMap((span) => clipped(span, scope))
  const oldest = spans.reduce<AgeSpan | undefined>(
    (worst, each) => (worst === undefined || ageOf(each) > ageOf(worst) ? each : worst),
    undefined,
  )
  const over = spans.filter((span) => ageOf(span) - span.uncertainty > atMost)
  const evidence = {
    dc,
    limitSeconds: atMost,
    ages: spans.length,
    maxSeconds: oldest === undefined || oldest.isWithoutReplica ? null : oldest.to - oldest.from,
    ageAtFaultSeconds: ageAtFault(timeline, dc, spans),
    over: over.slice(0, spansShown).map((span) => ({ ...span })),
    overCount: over.length,
  }
  const result = (verdict: CheckResult['verdict'], message: string): CheckResult => ({
    check: 'replication_age',
    verdict,
    message,
    evidence,
  })
  if (oldest === undefined) {
    return result('inconclusive', `No replica of the state of ${dc} was seen to be kept, so none could grow old.`)
  }
  const when = `from ${formatSeconds(oldest.from)} to ${formatSeconds(oldest.to)}`
  if (oldest.isWithoutReplica) {
    return result('fail', `Nothing was kept of part ${oldest.part} of ${dc} ${when}: its replica had been deleted.`)
  }
  const measured = { value: ageOf(oldest), uncertainty: oldest.uncertainty }
  const verdict = judgeAtMost(boundsOf(measured), atMost)
  const said = `The replica of part ${oldest.part} of ${dc} grew ${formatMeasured(measured)} old, ${when}`
  if (verdict === 'inconclusive') return result(verdict, `${said}, but ${cannotTell(measured, atMost)}.`)
  return result(verdict, `${said}; allowed: at most ${formatSeconds(atMost)}.`)
}

/** The evidence only needs to show where the replica was too old. */
const spansShown = 20

function ageOf({ from, to, isWithoutReplica }: AgeSpan): number {
  return isWithoutReplica && to > from ? Infinity : to - from
}

/** The age counts from the replica's own storing also where that lies before the scope. */
function clipped(span: AgeSpan, scope: Scope | undefined): readonly AgeSpan[] {
  if (scope === undefined) return [span]
  if (span.from > scope.to || span.to < scope.from) return []
  const from = span.isWithoutReplica ? Math.max(span.from, scope.from) : span.from
  return [{ ...span, from, to: Math.min(span.to, scope.to) }]
}

/** What ends a watch: the replica was taken over or given back, or the DC said that it needs none. */
const ends: readonly EventName[] = ['takeover_started', 'snapshot_replayed']
/** Reasons of a deletion after which no replica is missed (toolkit reference §3.3, §5.4, §5.5). */
const endingReasons: readonly unknown[] = ['replayed', 'orderly_shutdown', 'sent_on_request', 'returned']

/**
 * How old the newest replica of each part of a DC's state grew. The watch begins when the DC is first protected and ends with its
 * life, with a takeover of it, or with the run; a new protection begins it anew.
 */
export function ageSpans(timeline: Timeline, dc: DatacenterName): readonly AgeSpan[] {
  const other = otherDatacenter(dc)
  const spans: AgeSpan[] = []
  let watch = new Map<string, Kept>()
  let early = new Map<string, Kept>()
  let isWatching = false
  let life = lifeAt(timeline, dc, -Infinity)
  const close = (t: number, uncertainty: number): void => {
    if (isWatching) for (const [part, kept] of watch) spans.push(spanOf({ part, kept, t, uncertainty, timeline }))
    watch = new Map()
    early = new Map()
    isWatching = false
  }
  const relevant = timeline.events.filter((each) => concerns(each, { dc, other }))
  for (const each of relevant.toSorted((a, b) => a.t - b.t)) {
    if (isWatching && life !== undefined && each.t > life.to) close(life.to, 0)
    const { event, t, uncertainty } = each
    if (event === 'protected') {
      if (!isWatching) {
        isWatching = true
        life = lifeAt(timeline, dc, t)
        // What was stored before belongs to the watch; on testbeds that tell of protection only, that is all there is.
        watch = early.size === 0 ? new Map([['', { t, uncertainty, isGone: false }]]) : early
      } else if (watch.has('')) renew(each, '')
    } else if (event === 'snapshot_stored') renew(each, partOf(each))
    else if (event === 'snapshot_deleted' && !endingReasons.includes(each.detail?.['reason'])) lose(each)
    else close(t, uncertainty)
  }
  const last = Math.min(life?.to ?? Infinity, runEnd(timeline))
  close(last, 0)
  return spans

  function renew(stored: TimelineEvent, part: string): void {
    const { t, uncertainty } = stored
    const parts = isWatching ? watch : early
    const kept = parts.get(part)
    if (isWatching && kept !== undefined) spans.push(spanOf({ part, kept, t, uncertainty, timeline }))
    parts.set(part, { t, uncertainty, isGone: false })
  }

  function lose(deleted: TimelineEvent): void {
    const { t, uncertainty } = deleted
    const part = partOf(deleted)
    const parts = isWatching ? watch : early
    const kept = parts.get(part)
    if (kept === undefined || kept.isGone) return
    if (isWatching) spans.push(spanOf({ part, kept, t, uncertainty, timeline }))
    parts.set(part, { t, uncertainty, isGone: true })
  }
}

/** The newest that happened to a part's replica. */
interface Kept {
  readonly t: number
  readonly uncertainty: number
  readonly isGone: boolean
}

function spanOf(of: {
  readonly part: string
  readonly kept: Kept
  readonly t: number
  readonly uncertainty: number
  readonly timeline: Timeline
}): AgeSpan {
  const { part, kept, t, uncertainty, timeline } = of
  return {
    part,
    from: kept.t,
    to: t,
    uncertainty: kept.uncertainty + uncertainty + timeline.resolutionSeconds,
    isWithoutReplica: kept.isGone,
  }
}

function concerns(
  { event, dc, of }: TimelineEvent,
  pair: { readonly dc: DatacenterName; readonly other: DatacenterName },
): boolean {
  if (event === 'protected') return dc === pair.dc
  const isAtOther = dc === pair.other && (of === undefined || of === pair.dc)
  return isAtOther && (event === 'snapshot_stored' || event === 'snapshot_deleted' || ends.includes(event))
}

function partOf({ detail }: TimelineEvent): string {
  const part = detail?.['part']
  return typeof part === 'string' || typeof part === 'number' ? String(part) : ''
}

/** The oldest part's age when the DC was struck, or null when it was not, or nothing was kept of it then. */
function ageAtFault(timeline: Timeline, dc: DatacenterName, spans: readonly AgeSpan[]): number | null {
  const fault = faultSpans(timeline).find((each) => each.dc === dc)
  if (fault === undefined) return null
  const slack = fault.uncertainty + timeline.resolutionSeconds
  const ages = spans
    .filter(
      ({ from, to, isWithoutReplica }) =>
        !isWithoutReplica && from <= fault.effectiveAt && to >= fault.effectiveAt - slack,
    )
    .map(({ from }) => fault.effectiveAt - from)
  return ages.length === 0 ? null : Math.max(...ages)
}
