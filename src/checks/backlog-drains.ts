import type { CheckSpec } from '../model/check.ts'
import { counted, formatSeconds } from '../model/units.ts'
import type { CheckResult } from '../model/verdict.ts'
import { drainedFrom, backlogReadings, hasTrafficFrom, levelBeforeFault } from './backlog.ts'
import { judgedTakeovers, type Facts } from './facts.ts'
import { runEnd } from './liveness.ts'
import { endOfOutage } from './load-phase.ts'
import { boundsOf, cannotTell, formatMeasured, judgeAtMost } from './measured.ts'

/**
 * Whether, from the end of the takeover, or of the outage where nobody took over, the tuples that were accepted and not put out are
 * back at the level of before the fault in time.
 */
export function checkBacklogDrains(spec: Extract<CheckSpec, { kind: 'backlog_drains' }>, facts: Facts): CheckResult {
  const { within } = spec
  const { timeline } = facts
  const from = endOfOutage({ ...facts, takeovers: judgedTakeovers(facts) })
  const level = levelBeforeFault(timeline)
  const result = (
    verdict: CheckResult['verdict'],
    message: string,
    more: CheckResult['evidence'] = {},
  ): CheckResult => ({
    check: 'backlog_drains',
    verdict,
    message,
    evidence: { limitSeconds: within, levelTuples: level, fromSeconds: from?.t ?? null, ...more },
  })
  if (from === undefined) return result('inconclusive', 'No outage was seen to its end, so no backlog could drain.')
  if (level === null) return result('inconclusive', 'No output was seen before the fault, so its backlog is not known.')
  const [gap] = timeline.measuringFaults
  if (gap !== undefined) return result('inconclusive', `Some outputs were not read: ${gap.message}`)
  const readings = backlogReadings(timeline).filter(({ t }) => t >= from.t)
  if (readings.length === 0 && !hasTrafficFrom(timeline, from.t)) {
    return result(
      'inconclusive',
      'Nothing went in or came out after the outage, so there was nothing to catch up with.',
    )
  }
  const peak = readings.reduce((most, { tuples }) => Math.max(most, tuples), 0)
  const slack = from.uncertainty
  const drained = drainedFrom(timeline, from.t)
  if (drained === null) {
    const watched = runEnd(timeline) - from.t
    const message = `The backlog was not back at ${counted(level, 'tuple')} ${formatSeconds(watched)} after the outage`
    const isOver = watched - slack > within
    const limit = isOver ? `; allowed: at most ${formatSeconds(within)}.` : ', when the run ended.'
    return result(isOver ? 'fail' : 'inconclusive', `${message}${limit}`, { peakTuples: peak })
  }
  const bounds = { lower: drained.after - from.t - slack, upper: drained.at - from.t + slack }
  const verdict = judgeAtMost(bounds, within)
  const measured = { value: drained.at - from.t, uncertainty: slack }
  const evidence = { peakTuples: peak, drainedSeconds: measured.value, lowerSeconds: Math.max(0, bounds.lower) }
  const said = `The backlog was back at ${counted(level, 'tuple')} ${formatMeasured(measured)} after the outage`
  if (verdict !== 'inconclusive') {
    return result(verdict, `${said}; allowed: at most ${formatSeconds(within)}.`, evidence)
  }
  const isCoarse = judgeAtMost(boundsOf(measured), within) !== 'inconclusive'
  const why = isCoarse
    ? `it may have been so from ${formatSeconds(drained.after)} on, and that is ${formatSeconds(drained.after - from.t)} after it`
    : cannotTell(measured, within)
  return result(verdict, `${said}, but ${why}.`, evidence)
}
