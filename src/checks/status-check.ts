import type { StatusCheck } from '../model/check.ts'
import { otherDatacenter } from '../model/datacenter.ts'
import type { Timeline } from '../model/timeline.ts'
import { counted, formatSeconds } from '../model/units.ts'
import { worstVerdict, type CheckResult, type Verdict } from '../model/verdict.ts'
import { connectedWithinSeconds } from '../toolkit/oracle.ts'
import type { Facts } from './facts.ts'
import { faultSpans } from './fault-events.ts'
import { livesOf, runEnd } from './liveness.ts'
import { boundsOf, cannotTell, formatMeasured, judgeAtMost } from './measured.ts'
import { cannotShowAbsence } from './observation.ts'
import type { Scope } from './scope.ts'
import { statusChanges, type StatusChange } from './status-changes.ts'

interface Answer {
  readonly verdict: Verdict
  readonly message: string
}

/** What a DC reported of the other one: that it is up or down, in time, and how often it changed its mind. */
export function checkStatus(spec: StatusCheck, { timeline, scope }: Facts): CheckResult {
  const { dc, changesAtMost } = spec
  const changes = statusChanges(timeline).filter((change) => change.dc === dc)
  const evidence = { dc, changes: changes.map(({ t, event }) => ({ t, event })) }
  if (changes.length === 0) {
    const message = `${dc} never reported anything of ${otherDatacenter(dc)}.`
    const answer = judgeSilence(spec, timeline, message)
    return { check: 'status', ...answer, evidence }
  }
  const answers = [
    ...(spec.remote === undefined ? [] : [judgeReport({ ...spec, remote: spec.remote }, { timeline, changes, scope })]),
    ...(changesAtMost === undefined ? [] : [judgeChanges({ dc, changesAtMost }, { timeline, changes, scope })]),
  ]
  const verdict = worstVerdict(answers.map((answer) => answer.verdict))
  const deciding = answers.filter((answer) => answer.verdict === verdict).map(({ message }) => message)
  return { check: 'status', verdict, message: deciding.join(' '), evidence }
}

interface Observed {
  readonly timeline: Timeline
  /** The DC's own, in order of time. */
  readonly changes: readonly StatusChange[]
  readonly scope: Scope | undefined
}

/** Without any report, even a first UP that is overdue is a failure only where the DC was seen alive. */
function judgeSilence(spec: StatusCheck, timeline: Timeline, message: string): Answer {
  const wasSeen = timeline.events.some(({ event, dc }) => dc === spec.dc && event === 'job_healthy')
  const isOverdue = spec.within !== undefined && runEnd(timeline) > referenceTime(timeline, undefined).t + spec.within
  const isFailure = spec.remote !== undefined && wasSeen && isOverdue
  return { verdict: isFailure ? 'fail' : 'inconclusive', message }
}

/** The last fault's effect, the effect of the scope's step, or t = 0 without any. */
function referenceTime(
  timeline: Timeline,
  scope: Scope | undefined,
): { readonly t: number; readonly uncertainty: number } {
  if (scope !== undefined) return { t: scope.effectiveAt ?? scope.from, uncertainty: 0 }
  const last = faultSpans(timeline).at(-1)
  return last === undefined ? { t: 0, uncertainty: 0 } : { t: last.effectiveAt, uncertainty: last.uncertainty }
}

/**
 * A report since the reference time counts, and so does one of before it that held to the end: a DC that never changed its mind
 * reports nothing anew.
 */
function judgeReport(spec: StatusCheck & { readonly remote: 'up' | 'down' }, seen: Observed): Answer {
  const { dc, remote, within } = spec
  const { timeline, changes, scope } = seen
  const since = referenceTime(timeline, scope)
  const until = scope?.to ?? Infinity
  const of = otherDatacenter(dc)
  const wanted = remote === 'up' ? 'remote_up' : 'remote_down'
  const before = changes.findLast(({ t }) => t < since.t)
  const after = changes.filter(({ t }) => t >= since.t && t <= until)
  if (after.length === 0 && before?.event === wanted) {
    const isWatched =
      livesOf(timeline, dc).length === 0 || livesAtLeastTo(timeline, dc, Math.min(until, runEnd(timeline)))
    const message = `${dc} held ${of} for ${remote} all along`
    return isWatched
      ? { verdict: 'pass', message: `${message}.` }
      : { verdict: 'inconclusive', message: `${message}, but did not live to the end.` }
  }
  const first = after.find(({ event }) => event === wanted)
  if (first === undefined) return judgeMissing(spec, seen, since.t)
  const measured = {
    value: first.t - since.t,
    uncertainty: first.uncertainty + since.uncertainty + timeline.resolutionSeconds,
  }
  const said = `${dc} reported ${of} ${remote} after ${formatMeasured(measured)}`
  if (within === undefined) return { verdict: 'pass', message: `${said}.` }
  const verdict = judgeAtMost(boundsOf(measured), within)
  if (verdict === 'inconclusive') return { verdict, message: `${said}, but ${cannotTell(measured, within)}.` }
  return { verdict, message: `${said}; allowed: at most ${formatSeconds(within)}.` }
}

function livesAtLeastTo(timeline: Timeline, dc: StatusCheck['dc'], t: number): boolean {
  return livesOf(timeline, dc).some(({ from, to }) => from <= t && to >= t)
}

/** A report that did not come is a failure only when it would have been seen. */
function judgeMissing(spec: StatusCheck & { readonly remote: 'up' | 'down' }, seen: Observed, since: number): Answer {
  const { dc, remote, within } = spec
  const { timeline, scope } = seen
  const of = otherDatacenter(dc)
  const message = `${dc} did not report ${of} ${remote}`
  const end = Math.min(scope?.to ?? Infinity, runEnd(timeline))
  if (!livesAtLeastTo(timeline, dc, end)) {
    return { verdict: 'inconclusive', message: `${message}, but it is not known to have lived to the end.` }
  }
  const watched = end - since
  if (within !== undefined) {
    const isOver = watched >= within + timeline.resolutionSeconds
    const verdict = isOver ? 'fail' : 'inconclusive'
    return { verdict, message: `${message} in ${formatSeconds(watched)}; allowed: at most ${formatSeconds(within)}.` }
  }
  const doubt = remote === 'down' ? cannotShowAbsence(timeline, dc) : doubtOfUp(timeline, dc, end)
  if (doubt !== null) return { verdict: 'inconclusive', message: `${message}, but ${doubt}.` }
  return { verdict: 'fail', message: `${message} up to the end.` }
}

/** Once the other lives and the way is free, a first heartbeat comes after its initial delay and an interval at the latest. */
function doubtOfUp(timeline: Timeline, dc: StatusCheck['dc'], end: number): string | null {
  const of = otherDatacenter(dc)
  const { settings } = timeline
  const started = livesOf(timeline, of).at(-1)?.from ?? 0
  const healed = faultSpans(timeline).map(({ healedAt }) => healedAt ?? 0)
  const since = Math.max(started, ...healed)
  const needed = connectedWithinSeconds({ started: settings[of], running: settings[dc] }) + timeline.resolutionSeconds
  if (end - since >= needed) return null
  return `the run went on for ${formatSeconds(end - since)} after the last change; ${of} may take ${formatSeconds(needed)}`
}

function judgeChanges(limit: { readonly dc: string; readonly changesAtMost: number }, seen: Observed): Answer {
  const { dc, changesAtMost } = limit
  const { changes, scope } = seen
  const firstUp = changes.findIndex(({ event }) => event === 'remote_up')
  if (firstUp === -1) {
    return { verdict: 'inconclusive', message: `${dc} never reported the other up, so it had no mind to change.` }
  }
  const counting = changes
    .slice(firstUp + 1)
    .filter(({ t }) => scope === undefined || (t >= scope.from && t <= scope.to))
  const said = `${dc} changed its mind ${counted(counting.length, 'time')}`
  if (counting.length <= changesAtMost) return { verdict: 'pass', message: `${said}.` }
  return { verdict: 'fail', message: `${said}; allowed: at most ${changesAtMost}.` }
}
