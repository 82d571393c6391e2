import type { CheckSpec } from '../model/check.ts'
import { datacenterNames, otherDatacenter } from '../model/datacenter.ts'
import type { EventName, Timeline } from '../model/timeline.ts'
import { formatSeconds } from '../model/units.ts'
import type { CheckResult } from '../model/verdict.ts'
import { whyNeverRecovers } from '../toolkit/oracle.ts'
import type { Facts } from './facts.ts'
import { faultSpans } from './fault-events.ts'
import { livesAtEnd, livesOf, runEnd } from './liveness.ts'
import { cannotShowAbsence } from './observation.ts'
import { behaviourOf } from './predicted-windows.ts'
import { clipSpans } from './scope.ts'
import { statusChanges, type StatusChange } from './status-changes.ts'
import { doubtOfExpectation, judgeSpans, type TimeSpan } from './time-span.ts'

/** What ends mutual silence: a side that sees the other up, or a new start. */
const endings: readonly EventName[] = ['remote_up', 'job_started', 'pe_started']
/** A word from one side ends it too, where sides that saw the other down are silent. */
const words: readonly EventName[] = ['heartbeat_sent', 'heartbeat_received']

/**
 * When both DCs held each other for down and neither sent. While the fault lasts that is the toolkit's plain duty; after the heal
 * it is quirk Q4 (toolkit reference §4.2): neither ever sends again until one application restarts. A toolkit without that quirk
 * goes on sending, and the span ends when one side sees the other up.
 */
export function mutualDownSpans(timeline: Timeline): readonly TimeSpan[] {
  const changes = statusChanges(timeline)
  const spans: TimeSpan[] = []
  for (const second of changes.filter(({ event }) => event === 'remote_down')) {
    const first = changes.findLast(({ dc, t }) => dc === otherDatacenter(second.dc) && t <= second.t)
    const isBeginning = first?.event === 'remote_down' && (first.t < second.t || first.dc === 'dc1')
    if (isBeginning) spans.push(spanFrom(timeline, first, second))
  }
  return spans
}

/**
 * The last mutual silence that is still there at the end and outlasted its fault, and whether it is shown to last: it was watched
 * long enough, and the oracle says that nothing will end it.
 */
export function lastingMutualDown(
  timeline: Timeline,
): { readonly span: TimeSpan; readonly isShown: boolean } | undefined {
  const span = mutualDownSpans(timeline).at(-1)
  if (span === undefined || !span.isOpen) return undefined
  const reason = whyNeverRecovers({
    settings: timeline.settings,
    statuses: { dc1: 'down', dc2: 'down' },
    behaviour: behaviourOf(timeline),
  })
  return { span, isShown: reason !== null && doubtOfSilence(timeline, span) === null }
}

/** Whether both DCs fell silent for each other, as the scenario says. */
export function checkMutualDown(
  spec: Extract<CheckSpec, { kind: 'mutual_down' }>,
  { timeline, scope }: Facts,
): CheckResult {
  const spans = clipSpans(mutualDownSpans(timeline), scope)
  const evidence = { spans: spans.map((span) => ({ ...span })), polarity: { ...spec.polarity } }
  const unshown = spans.map((span) => doubtOfSilence(timeline, span)).find((doubt) => doubt !== null)
  if (unshown !== undefined && spans.length > 0) {
    const message = `Both datacenters were down for each other, but ${unshown}.`
    return { check: 'mutual_down', verdict: 'inconclusive', message, evidence }
  }
  const doubt = doubtOfExpectation(spec.polarity, timeline) ?? doubtOfAbsence(timeline)
  const answer = judgeSpans({ polarity: spec.polarity, subject: 'mutual silence', spans, doubt })
  return { check: 'mutual_down', ...answer, evidence }
}

/** It takes two: one side that is dead, or that was watched and never declared the other down, rules mutual silence out. */
function doubtOfAbsence(timeline: Timeline): string | null {
  const reasons = datacenterNames.map((dc) => {
    const hasDied = livesOf(timeline, dc).length > 0 && !livesAtEnd(timeline, dc)
    return hasDied ? null : cannotShowAbsence(timeline, dc)
  })
  return reasons.includes(null) ? null : reasons.join('; ')
}

/** A silence still there at the end must be watched for a heartbeat interval after the heal, or it may be about to end. */
function doubtOfSilence(timeline: Timeline, span: TimeSpan): string | null {
  if (!span.isOpen) return null
  const cut = faultSpans(timeline).findLast(({ effectiveAt }) => effectiveAt <= span.from)
  if (cut === undefined) return null
  if (cut.healedAt === null)
    return `fault ${cut.id} was never healed, so nothing shows that they stay silent without it`
  const interval = Math.max(...datacenterNames.map((dc) => timeline.settings[dc].heartbeatExchangeInterval))
  const watched = runEnd(timeline) - Math.max(cut.healedAt, span.from)
  if (watched >= interval + timeline.resolutionSeconds) return null
  return `the run ended ${formatSeconds(watched)} after the heal, within one heartbeat interval of ${formatSeconds(interval)}`
}

function spanFrom(timeline: Timeline, first: StatusChange, second: StatusChange): TimeSpan {
  const uncertainty = first.uncertainty + second.uncertainty + timeline.resolutionSeconds
  const from = second.t
  // A heartbeat queued before the verdict may still leave just after it; see toolkit reference §3.4 on ghost heartbeats.
  const ends = behaviourOf(timeline).quirks.Q4 ? [...endings, ...words] : endings
  const ending = timeline.events.find(({ event, t }) => ends.includes(event) && t > from + uncertainty)
  const to = ending?.t ?? runEnd(timeline)
  return { from, to, uncertainty, isOpen: ending === undefined }
}
