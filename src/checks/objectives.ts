import type { LossLimit, Objectives, RtoObjective } from '../model/check.ts'
import type { PhaseName, Rto } from '../model/takeover.ts'
import { formatSeconds } from '../model/units.ts'
import type { CheckResult } from '../model/verdict.ts'
import type { Facts } from './facts.ts'
import { describeLoss, lossBounds, lossEvidence, whyUnknown } from './loss-check.ts'
import { boundsOf, cannotTell, formatMeasured, judgeAtMost, type Measured } from './measured.ts'

/** The scenario's promises against what the run measured; one result a promise. */
export function checkObjectives(objectives: Objectives, facts: Facts): readonly CheckResult[] {
  const { rto = {}, lossPercent, lossSeconds } = objectives
  return [
    ...rtoObjectives(rto, facts.rto),
    ...(lossPercent === undefined ? [] : [checkLossObjective(facts, { unit: 'percent', value: lossPercent })]),
    ...(lossSeconds === undefined ? [] : [checkLossObjective(facts, { unit: 'seconds', value: lossSeconds })]),
  ]
}

const subjects: Readonly<Record<'total' | PhaseName, string>> = {
  total: 'RTO',
  injection: 'Injection',
  last_output: 'Last output',
  detection: 'Detection',
  decision: 'Decision',
  takeover: 'Takeover',
  first_output: 'First output',
  drain: 'Drain',
}

const parts = Object.keys(subjects).filter((part): part is 'total' | PhaseName => part in subjects)

/** One result for each limit, the whole first and the phases in their order. */
function rtoObjectives(objective: RtoObjective, rto: Rto): readonly CheckResult[] {
  return parts.flatMap((part) => {
    const limit = objective[part]
    if (limit === undefined) return []
    return [
      checkDuration({ check: `rto_${part}`, subject: subjects[part], limit, measured: durationOf(rto, part), rto }),
    ]
  })
}

/** `takeover` is all that follows detection; every other phase is what it is called. */
function durationOf(rto: Rto, part: 'total' | PhaseName): Measured | null {
  if (part === 'total') return totalOf(rto)
  return part === 'takeover' ? takeoverOf(rto) : phaseOf(rto, part)
}

function checkDuration(question: {
  readonly check: string
  readonly subject: string
  readonly limit: number
  readonly measured: Measured | null
  readonly rto: Rto
}): CheckResult {
  const { check, subject, limit, measured, rto } = question
  if (measured === null) {
    const message = `${subject} is not known: ${rto.totalSeconds === null ? 'no takeover was seen from the fault to its end' : 'this takeover has no such phase, or its ends were not seen'}.`
    return { check, verdict: 'inconclusive', message, evidence: { valueSeconds: null, limitSeconds: limit } }
  }
  const verdict = judgeAtMost(boundsOf(measured), limit)
  const evidence = {
    valueSeconds: measured.value,
    uncertaintySeconds: measured.uncertainty,
    limitSeconds: limit,
    basis: rto.basis,
  }
  const message =
    verdict === 'inconclusive'
      ? `${subject}: ${cannotTell(measured, limit)}.`
      : `${subject} ${formatMeasured(measured)}, ${verdict === 'pass' ? 'within' : 'over'} ${formatSeconds(limit)}.`
  return { check, verdict, message, evidence }
}

function totalOf({ totalSeconds, uncertaintySeconds }: Rto): Measured | null {
  return totalSeconds === null ? null : { value: totalSeconds, uncertainty: uncertaintySeconds }
}

function phaseOf({ phases }: Rto, wanted: PhaseName): Measured | null {
  const phase = phases.find(({ name }) => name === wanted)
  return phase === undefined
    ? null
    : { value: phase.endSeconds - phase.startSeconds, uncertainty: phase.uncertaintySeconds }
}

/** All that follows detection: deciding, replaying, and the first output. With nothing to replay that takes no time. */
function takeoverOf({ totalSeconds, uncertaintySeconds, phases }: Rto): Measured | null {
  const detection = phases.find(({ name }) => name === 'detection')
  if (totalSeconds === null || detection === undefined) return null
  const value = totalSeconds - (detection.endSeconds - detection.startSeconds)
  return { value, uncertainty: value === 0 ? 0 : uncertaintySeconds }
}

function checkLossObjective(facts: Facts, limit: Extract<LossLimit, { unit: 'percent' | 'seconds' }>): CheckResult {
  const check = limit.unit === 'percent' ? 'loss_percent' : 'loss_seconds'
  const evidence = lossEvidence(facts.loss, { kind: 'loss', atMost: limit })
  if (facts.loss.lostTuples === null) return { check, verdict: 'inconclusive', message: whyUnknown(facts), evidence }
  const bounds = lossBounds(facts, limit.unit)
  const verdict = judgeAtMost(bounds, limit.value)
  const allowed = limit.unit === 'percent' ? `${limit.value} %` : formatSeconds(limit.value)
  const doubt = verdict === 'inconclusive' ? '; the run cannot tell whether that holds' : ''
  return { check, verdict, message: `Lost ${describeLoss(facts.loss)}; allowed: at most ${allowed}${doubt}.`, evidence }
}
