import type { TakeoverCheck } from '../model/check.ts'
import { datacenterNames, type DatacenterName } from '../model/datacenter.ts'
import { formatSeconds } from '../model/units.ts'
import type { Takeover } from '../model/takeover.ts'
import type { Timeline } from '../model/timeline.ts'
import type { CheckResult } from '../model/verdict.ts'
import type { Facts } from './facts.ts'
import { faultSpans } from './fault-events.ts'
import { livesAtEnd } from './liveness.ts'
import { boundsOf, cannotTell, formatMeasured, judgeAtMost } from './measured.ts'
import { cannotShowAbsence } from './observation.ts'

/** Whether the takeover that the scenario expects was seen, in time; or whether none was. */
export function checkTakeover(spec: TakeoverCheck, facts: Facts): CheckResult {
  const matching = facts.takeovers.filter(
    ({ observer, of }) => (spec.by ?? observer) === observer && (spec.of ?? of) === of,
  )
  const evidence = { takeovers: matching.map(summarize) }
  const answer = spec.never ? judgeNever(spec, facts.timeline, matching) : judgeExpected(spec, facts.timeline, matching)
  return { check: 'takeover', ...answer, evidence }
}

type Answer = Pick<CheckResult, 'verdict' | 'message'>

function judgeExpected(
  spec: Extract<TakeoverCheck, { never: false }>,
  timeline: Timeline,
  matching: readonly Takeover[],
): Answer {
  const first = matching.find(({ fault }) => fault !== undefined) ?? matching[0]
  if (first === undefined) return judgeMissing(spec, timeline)
  const name = `${first.observer} took over for ${first.of}`
  const { totalSeconds: value, uncertaintySeconds: uncertainty } = first
  if (value === null) {
    const why = first.fault === undefined ? 'no fault came before it' : 'the run ended before it was done'
    const isMoot = first.fault === undefined && spec.within === undefined && faultSpans(timeline).length === 0
    return {
      verdict: isMoot ? 'pass' : 'inconclusive',
      message: `${first.observer} declared ${first.of} down, but ${why}.`,
    }
  }
  const measured = { value, uncertainty }
  if (spec.within === undefined) return { verdict: 'pass', message: `${name} in ${formatMeasured(measured)}.` }
  const verdict = judgeAtMost(boundsOf(measured), spec.within)
  if (verdict === 'inconclusive') return { verdict, message: `${name}, but ${cannotTell(measured, spec.within)}.` }
  return { verdict, message: `${name} in ${formatMeasured(measured)}; allowed: at most ${formatSeconds(spec.within)}.` }
}

/** A takeover that did not come is a failure only when it would have been seen. */
function judgeMissing(spec: TakeoverCheck, timeline: Timeline): Answer {
  const by = spec.by ?? 'either datacenter'
  if (faultSpans(timeline).length === 0) {
    return { verdict: 'inconclusive', message: `No takeover by ${by} was seen, but no fault took effect either.` }
  }
  const reasons = observersOf(spec).map((observer) => cannotShowAbsence(timeline, observer))
  if (reasons.every((reason) => reason !== null)) {
    return { verdict: 'inconclusive', message: `No takeover by ${by} was seen, but ${reasons.join('; ')}.` }
  }
  return {
    verdict: 'fail',
    message: `No takeover by ${by} came, though the run went on for the whole detection window.`,
  }
}

function judgeNever(spec: TakeoverCheck, timeline: Timeline, matching: readonly Takeover[]): Answer {
  const [first] = matching
  if (first !== undefined) {
    const detection = first.phases.find(({ name }) => name === 'detection')
    const when = detection === undefined ? '' : ` at ${formatSeconds(detection.endSeconds)}`
    return {
      verdict: 'fail',
      message: `${first.observer} declared ${first.of} down${when}; no takeover was to happen.`,
    }
  }
  const observers = observersOf(spec).filter((dc) => spec.by !== undefined || livesAtEnd(timeline, dc))
  const reasons = observers.map((observer) => cannotShowAbsence(timeline, observer)).filter((reason) => reason !== null)
  if (observers.length === 0)
    return { verdict: 'inconclusive', message: 'No datacenter is known to have lived to the end.' }
  if (reasons.length > 0) {
    return { verdict: 'inconclusive', message: `No takeover was seen, but ${reasons.join('; ')}.` }
  }
  return { verdict: 'pass', message: 'No takeover happened.' }
}

function observersOf({ by, of }: TakeoverCheck): readonly DatacenterName[] {
  return datacenterNames.filter((dc) => (by ?? dc) === dc && of !== dc)
}

function summarize({
  observer,
  of,
  totalSeconds,
  basis,
  partsReplayed,
}: Takeover): Readonly<Record<string, string | number | null>> {
  return { observer, of, totalSeconds, basis, partsReplayed }
}
