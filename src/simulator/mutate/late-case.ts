// A takeover that comes too late, by more than the scenario's tightest limit allows.

import type { Takeover } from '../../model/takeover.ts'
import type { Assertion } from './assertion.ts'
import { assertionsOf } from './assertion.ts'
import type { Baseline } from './baseline.ts'
import type { PlantCase } from './plant-case.ts'
import { hasInvariant, wholeCheck } from './violations.ts'

/** Nothing where the run saw no takeover that could be late. */
export function lateCase(baseline: Baseline): readonly PlantCase[] {
  const provoked = baseline.report.takeovers.filter(({ fault, totalSeconds }) => {
    return fault !== undefined && totalSeconds !== null
  })
  if (provoked.length === 0) return []
  const rooms = assertionsOf(baseline.scenario).flatMap((assertion) => roomOf(assertion, baseline) ?? [])
  const least = Math.min(...provoked.map((takeover) => quantumOf(baseline, takeover)))
  const bySeconds = Math.max(least, Math.min(...rooms.filter((room) => room >= 0), Infinity) + 1)
  const asked = Number.isFinite(bySeconds) ? bySeconds : least
  return [
    {
      what: `a DC that falls silent is declared down ${Math.round(asked)} s or more too late`,
      failure: { kind: 'takeover_late', bySeconds: asked },
      violates: (assertion, acts) => {
        const room = roomOf(assertion, baseline)
        const { observer } = provoked[0] ?? {}
        return room !== null && room < asked && acts.some(({ dc }) => dc === observer) && lastsLonger(baseline, asked)
      },
      advice: adviceOf(baseline, provoked),
    },
  ]
}

/** A takeover that is wanted, of whatever step. */
export function expectsTakeover(assertion: Assertion, baseline: Baseline): boolean {
  if (assertion.kind === 'check' && assertion.check.kind === 'takeover') return !assertion.check.never
  return wholeCheck(assertion, 'prediction') !== undefined && lastsLonger(baseline, 0)
}

/** After a false sign of life the watchdog takes so long again (toolkit reference §4.3). */
function quantumOf({ timeline }: Baseline, { observer }: Takeover): number {
  const { heartbeatExchangeInterval, consecutiveHeartbeatMissesAllowed } = timeline.settings[observer]
  return heartbeatExchangeInterval * consecutiveHeartbeatMissesAllowed
}

/** By how many seconds the takeover may be later, as far as an assertion limits it; null where it does not. */
function roomOf(assertion: Assertion, baseline: Baseline): number | null {
  const { report } = baseline
  const { rto, takeovers } = report
  if (assertion.kind === 'rto') {
    if (rto.totalSeconds === null) return null
    if (assertion.part === 'total') return assertion.limit - rto.totalSeconds
    return assertion.part === 'detection' ? assertion.limit - (detectionOf(rto.phases) ?? Infinity) : null
  }
  const takeover = assertion.kind === 'check' && assertion.check.kind === 'takeover' ? assertion.check : undefined
  if (takeover !== undefined && !takeover.never && takeover.within !== undefined) {
    const { by, of, for: step, within } = takeover
    const match = takeovers.find(
      (one) => (by ?? one.observer) === one.observer && (of ?? one.of) === one.of && (step ?? one.fault) === one.fault,
    )
    const total = match?.totalSeconds ?? null
    return total === null ? null : within - total
  }
  if (wholeCheck(assertion, 'prediction') === undefined && !hasInvariant(assertion, 'silence_window')) return null
  if (rto.prediction === null || rto.totalSeconds === null) return null
  return rto.prediction.maxSeconds - rto.totalSeconds
}

function detectionOf(phases: Takeover['phases']): number | null {
  const phase = phases.find(({ name }) => name === 'detection')
  return phase === undefined ? null : phase.endSeconds - phase.startSeconds
}

/** Whether the fault and the run go on until the late takeover is over. */
function lastsLonger({ detections, faults, scenario }: Baseline, bySeconds: number): boolean {
  const [first] = detections
  if (first === undefined) return false
  const at = first.at + bySeconds + marginSeconds
  const isHealed = faults.some(({ effectiveAt, healedAt }) => effectiveAt < first.at && (healedAt ?? Infinity) < at)
  return !isHealed && at < (scenario.opts.runForSeconds ?? Infinity)
}

/** For the interval by which a late verdict may be later still, and what follows it. */
const marginSeconds = 60

function adviceOf({ report }: Baseline, [first]: readonly Takeover[]): readonly string[] {
  if (first === undefined) return ['- prediction']
  const most = Math.ceil(report.rto.prediction?.maxSeconds ?? (first.totalSeconds ?? 0) + 1)
  return [`- takeover: { by: ${first.observer}, of: ${first.of}, within: ${most} s }`, '- prediction']
}
