import type { CheckSpec } from '../model/check.ts'
import { datacenterNames, otherDatacenter, type DatacenterName } from '../model/datacenter.ts'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'
import { formatSeconds } from '../model/units.ts'
import type { CheckResult } from '../model/verdict.ts'
import { nextSignalWithinSeconds } from '../toolkit/oracle.ts'
import type { Facts } from './facts.ts'
import { faultSpans } from './fault-events.ts'
import { isPassiveSide, lifeAmong, livesAtEnd, runEnd, servingLivesOf } from './liveness.ts'
import { boundsOf, cannotTell, formatMeasured, judgeAtMost } from './measured.ts'
import type { Moment } from './moment.ts'
import { lastingMutualDown } from './mutual-down.ts'
import { behaviourOf, latencyAllowance } from './predicted-windows.ts'
import { statusChanges } from './status-changes.ts'

/** One thing that must be so again; `at` is absent while it is not. */
interface Condition {
  readonly what: string
  readonly at: Moment | undefined
}

/**
 * Whether everything is as before the faults: both DCs see each other up, each that sends snapshots has a new replica in the other,
 * and those serve that served before. Counted from the last healing, or from that of the scope's step.
 */
export function checkFailBack(
  spec: Extract<CheckSpec, { kind: 'fail_back' }>,
  { timeline, scope }: Facts,
): CheckResult {
  const { within } = spec
  const faults = faultSpans(timeline).filter(({ id }) => scope === undefined || id === scope.step)
  const healed = faults.map(({ healedAt }) => healedAt)
  const result = (
    verdict: CheckResult['verdict'],
    message: string,
    more: CheckResult['evidence'] = {},
  ): CheckResult => ({
    check: 'fail_back',
    verdict,
    message,
    evidence: { ...(within === undefined ? {} : { limitSeconds: within }), ...more },
  })
  if (faults.length === 0)
    return result('inconclusive', 'No fault took effect, so there was nothing to come back from.')
  const open = faults.find(({ healedAt }) => healedAt === null)
  if (open !== undefined) {
    return result('inconclusive', `Fault ${open.id} was not healed before the run's end, so nothing could fail back.`)
  }
  const since = Math.max(...healed.map((t) => t ?? 0))
  const conditions = conditionsOf(timeline, since)
  const evidence = {
    healedAt: since,
    conditions: conditions.map(({ what, at }) => ({ what, at: at?.t ?? null })),
  }
  const missing = conditions.filter(({ at }) => at === undefined)
  if (missing.length > 0) {
    const list = missing.map(({ what }) => what).join(', ')
    const answer = judgeMissing(timeline, { since, within, list })
    return result(answer.verdict, answer.message, evidence)
  }
  const last = conditions.reduce<Moment>((latest, { at }) => (at !== undefined && at.t > latest.t ? at : latest), {
    t: since,
    uncertainty: 0,
  })
  const measured = { value: last.t - since, uncertainty: last.uncertainty + timeline.resolutionSeconds }
  const said = `Replication was back both ways, with roles as before, ${formatMeasured(measured)} after the last healing`
  if (within === undefined) return result('pass', `${said}.`, evidence)
  const verdict = judgeAtMost(boundsOf(measured), within)
  if (verdict === 'inconclusive') return result(verdict, `${said}, but ${cannotTell(measured, within)}.`, evidence)
  return result(verdict, `${said}; allowed: at most ${formatSeconds(within)}.`, evidence)
}

function conditionsOf(timeline: Timeline, since: number): readonly Condition[] {
  const changes = statusChanges(timeline)
  return datacenterNames.flatMap((dc): readonly Condition[] => {
    const other = otherDatacenter(dc)
    const last = changes.findLast((change) => change.dc === dc)
    const isUp = last?.event === 'remote_up'
    const upAt = last === undefined || last.t < since ? { t: since, uncertainty: 0 } : last
    const replica = timeline.events.find((event) => event.t >= since && isNewReplica(event, { of: dc, at: other }))
    return [
      { what: `${dc} sees ${other} up`, at: isUp ? upAt : undefined },
      ...(isPassiveSide(timeline, dc) ? [] : [{ what: `a new replica of ${dc} in ${other}`, at: replica }]),
      {
        what: `${dc} ${isPassiveSide(timeline, dc) ? 'only watches' : 'serves'}`,
        at: roleAsBefore(timeline, dc, since),
      },
    ]
  })
}

function isNewReplica(
  { event, dc, of }: TimelineEvent,
  pair: { readonly of: DatacenterName; readonly at: DatacenterName },
): boolean {
  if (event === 'protected') return dc === pair.of
  return event === 'snapshot_stored' && dc === pair.at && (of === undefined || of === pair.of)
}

/** An active side serves to the end; a passive one lives, and serves no longer what it had taken over. */
function roleAsBefore(timeline: Timeline, dc: DatacenterName, since: number): Moment | undefined {
  const end = runEnd(timeline)
  const serving = lifeAmong(servingLivesOf(timeline, dc), end)
  if (!isPassiveSide(timeline, dc)) {
    return serving === undefined ? undefined : { t: Math.max(since, serving.from), uncertainty: 0 }
  }
  if (serving !== undefined || !livesAtEnd(timeline, dc)) return undefined
  const served = servingLivesOf(timeline, dc).at(-1)
  return { t: Math.max(since, served?.to ?? since), uncertainty: 0 }
}

/** What did not come back is a failure only when it had the time to: as long as was allowed, or as the settings take. */
function judgeMissing(
  timeline: Timeline,
  of: { readonly since: number; readonly within: number | undefined; readonly list: string },
): Pick<CheckResult, 'verdict' | 'message'> {
  const { since, within, list } = of
  const watched = runEnd(timeline) - since
  const message = `Not as before ${formatSeconds(watched)} after the last healing: ${list}`
  const stuck = lastingMutualDown(timeline)
  if (stuck?.isShown === true) {
    return { verdict: 'fail', message: `${message}. Neither side will see the other up again by itself (quirk Q4).` }
  }
  const needed = within ?? settlingTime(timeline)
  if (watched < needed + timeline.resolutionSeconds) {
    return { verdict: 'inconclusive', message: `${message}, but it may take ${formatSeconds(needed)}.` }
  }
  return { verdict: 'fail', message: `${message}; it may take ${formatSeconds(needed)}.` }
}

/** A first heartbeat after the longest initial delay, the other's next one, and a whole round of the snapshot counter. */
function settlingTime(timeline: Timeline): number {
  const { settings } = timeline
  const both = datacenterNames.map((dc) => settings[dc])
  const delay = Math.max(...both.map(({ crossDCInitDelay }) => crossDCInitDelay))
  const beats = both.reduce((sum, { heartbeatExchangeInterval }) => sum + heartbeatExchangeInterval, 0)
  const signals = both.map((own) => nextSignalWithinSeconds(own, behaviourOf(timeline)) ?? 0)
  return delay + beats + Math.max(...signals) + latencyAllowance(timeline)
}
