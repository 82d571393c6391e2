import type { TakeoverCheck } from '../model/check.ts'
import { datacenterNames, type DatacenterName } from '../model/datacenter.ts'
import { formatSeconds } from '../model/units.ts'
import type { Takeover } from '../model/takeover.ts'
import type { Timeline } from '../model/timeline.ts'
import type { CheckResult } from '../model/verdict.ts'
import { judgedTakeovers, type Facts } from './facts.ts'
import { faultSpans } from './fault-events.ts'
import { downOf, fruitlessLaunch } from './launches.ts'
import { isPassiveSide, livesAtEnd } from './liveness.ts'
import { boundsOf, cannotTell, formatMeasured, judgeAtMost } from './measured.ts'
import { cannotShowAbsence } from './observation.ts'

/** Whether the takeover that the scenario expects was seen, in time; or whether none was. */
export function checkTakeover(spec: TakeoverCheck, facts: Facts): CheckResult {
  const matching = judgedTakeovers(facts).filter(
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
  const fruitless = launchInVain(timeline, first)
  if (fruitless !== null) {
    const verdict = fruitless.isFinal ? 'fail' : 'inconclusive'
    const end = fruitless.isFinal ? '' : ' before the run ended'
    return { verdict, message: `${first.observer} declared ${first.of} down, but ${fruitless.what}${end}.` }
  }
  if (value === null) {
    const why = first.fault === undefined ? 'no fault came before it' : whyUnfinished(timeline, first)
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

/** A launched application without endpoints cannot be told to take anything over. */
function whyUnfinished(timeline: Timeline, { observer }: Takeover): string {
  const isDeaf = isPassiveSide(timeline, observer) && timeline.withoutEndpoints?.includes(observer) === true
  return isDeaf
    ? 'the run could not tell the launched application to send itself the stored snapshots, for it has no Data Exchange endpoints'
    : 'the run ended before it was done'
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
  const attempts = matching.map((takeover) => ({ takeover, inVain: launchInVain(timeline, takeover) }))
  const first = attempts.find(({ inVain }) => inVain === null)?.takeover
  if (first !== undefined) {
    const detection = first.phases.find(({ name }) => name === 'detection')
    const when = detection === undefined ? '' : ` at ${formatSeconds(detection.endSeconds)}`
    return {
      verdict: 'fail',
      message: `${first.observer} declared ${first.of} down${when}; no takeover was to happen.`,
    }
  }
  const failures = attempts.map(({ inVain }) => inVain).filter((inVain) => inVain !== null)
  const open = failures.find(({ isFinal }) => !isFinal)
  if (open !== undefined) {
    return { verdict: 'inconclusive', message: `No takeover was seen: ${open.what} before the run ended.` }
  }
  const said = failures.length === 0 ? '' : `: ${failures.map(({ what }) => what).join('; ')}`
  return judgeAbsence(spec, timeline, said)
}

/** No takeover at all: was everything watched for long enough to say so? */
function judgeAbsence(spec: TakeoverCheck, timeline: Timeline, said: string): Answer {
  const observers = observersOf(spec).filter((dc) => spec.by !== undefined || livesAtEnd(timeline, dc))
  const reasons = observers.map((observer) => cannotShowAbsence(timeline, observer)).filter((reason) => reason !== null)
  if (observers.length === 0)
    return { verdict: 'inconclusive', message: 'No datacenter is known to have lived to the end.' }
  if (reasons.length > 0) {
    return { verdict: 'inconclusive', message: `No takeover was seen, but ${reasons.join('; ')}.` }
  }
  return { verdict: 'pass', message: `No takeover happened${said}.` }
}

/** A passive side that declared the other down without bringing up a job took nothing over. */
function launchInVain(timeline: Timeline, takeover: Takeover): ReturnType<typeof fruitlessLaunch> {
  const span = downOf(timeline, takeover)
  return span && fruitlessLaunch(timeline, span)
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
