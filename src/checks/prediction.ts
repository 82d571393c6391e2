import { otherDatacenter } from '../model/datacenter.ts'
import type { Takeover } from '../model/takeover.ts'
import type { Timeline } from '../model/timeline.ts'
import { formatSeconds } from '../model/units.ts'
import { worstVerdict, type CheckResult, type Verdict } from '../model/verdict.ts'
import { judgedTakeovers, type Facts } from './facts.ts'
import { faultSpans } from './fault-events.ts'
import { lossBounds, whyUnknown } from './loss-check.ts'
import { boundsOf, formatMeasured, judgeAtLeast, judgeAtMost, type Measured } from './measured.ts'
import { downOf, fruitlessLaunch, launchSeconds } from './launches.ts'
import { cannotShowAbsence } from './observation.ts'
import { driftSlack, latencyAllowance, predictDetection, windowOf, type TakeoverInRun } from './predicted-windows.ts'
import { predictLossSeconds } from './predicted-loss.ts'

interface Answer {
  readonly verdict: Verdict
  readonly message: string
}

/** Whether detection, takeover and loss came as the toolkit's settings predict. */
export function checkPrediction(facts: Facts): CheckResult {
  const { timeline, takeovers, loss } = facts
  const provoked = judgedTakeovers(facts).filter(({ fault }) => fault !== undefined)
  const answers = [
    ...(provoked.length === 0 ? [judgeAbsence(facts)] : []),
    ...provoked.map((takeover) => judgeTakeover(timeline, { takeover, takeovers })),
    ...judgeLoss(facts),
  ]
  const verdict = worstVerdict(answers.map((answer) => answer.verdict))
  const deciding = answers.filter((answer) => answer.verdict === verdict)
  const evidence = {
    takeovers: provoked.map((takeover) => evidenceOf(timeline, { takeover, takeovers })),
    lossSeconds: loss.seconds,
    lossSecondsMax: predictLossSeconds(timeline),
  }
  return { check: 'prediction', verdict, message: deciding.map(({ message }) => message).join(' '), evidence }
}

/** Whether one takeover came as the settings predict: the verdict within the window, and the rest within the allowance. */
function judgeTakeover(timeline: Timeline, which: TakeoverInRun): Answer {
  const { takeover } = which
  const { observer, of } = takeover
  const window = predictDetection(timeline, which)
  const measured = detectionOf(takeover)
  if (measured === null) return { verdict: 'inconclusive', message: `When ${observer} noticed is not known.` }
  const took = `${observer} noticed the loss of ${of} after ${formatMeasured(measured)}`
  if (window === null) return { verdict: 'fail', message: `${took}; its settings predict that it never does.` }

  const slack = driftSlack(timeline, observer)
  const bounds = boundsOf(measured)
  const early = judgeAtLeast(bounds, window.minSeconds - slack)
  const late = judgeAtMost(bounds, window.maxSeconds + slack)
  const predicted = `${formatSeconds(window.minSeconds)} to ${formatSeconds(window.maxSeconds)} predicted`
  if (early === 'fail')
    return { verdict: 'fail', message: `${took}, too early: ${predicted}. Heartbeats were missing before the fault.` }
  if (late === 'fail') return { verdict: 'fail', message: `${took}, too late: ${predicted}.` }
  const verdict = worstVerdict([early, late])
  if (verdict !== 'pass')
    return { verdict, message: `${took}; the run cannot tell whether that is as predicted: ${predicted}.` }
  return judgeRest(timeline, takeover, `${took}, as predicted (${predicted}).`)
}

/**
 * Deciding, replaying and putting out: nothing in the settings delays them. What a passive observer's script, its job and the
 * operator took no settings can tell, so it is taken as it was measured.
 */
function judgeRest(timeline: Timeline, takeover: Takeover, message: string): Answer {
  const detection = detectionOf(takeover)
  const launch = launchSeconds(timeline, takeover)
  if (takeover.totalSeconds === null || detection === null || launch === null) {
    return { verdict: 'inconclusive', message: `${message} ${whyOpen(timeline, takeover)}` }
  }
  if (takeover.basis === 'detection') return { verdict: 'pass', message }
  const rest = { value: takeover.totalSeconds - detection.value, uncertainty: takeover.uncertaintySeconds }
  const allowed = latencyAllowance(timeline) + launch
  const verdict = judgeAtMost(boundsOf(rest), allowed)
  if (verdict === 'pass') return { verdict, message }
  const doubt = verdict === 'inconclusive' ? '; the run cannot tell whether that holds' : ''
  const share = launch === 0 ? '' : `, of which the launch took ${formatSeconds(launch)}`
  return {
    verdict,
    message: `${message} The takeover then took ${formatMeasured(rest)}, allowed: at most ${formatSeconds(allowed)}${share}${doubt}.`,
  }
}

function whyOpen(timeline: Timeline, takeover: Takeover): string {
  const span = downOf(timeline, takeover)
  const fruitless = span && fruitlessLaunch(timeline, span)
  return fruitless === null
    ? 'The takeover did not end before the run did.'
    : `There was no takeover to compare with the prediction: ${fruitless.what}.`
}

/** Without a takeover: should there have been one? Only a fault that outlasted the window, in a run that did too, proves it. */
function judgeAbsence({ timeline, scope }: Facts): Answer {
  const faults = faultSpans(timeline).filter(({ id, stopsHeartbeats }) => stopsHeartbeats && (scope?.step ?? id) === id)
  for (const { id, dc, effectiveAt, healedAt } of faults) {
    const observer = dc === undefined ? 'dc2' : otherDatacenter(dc)
    const window = windowOf(timeline, observer, otherDatacenter(observer))
    if (window === null || cannotShowAbsence(timeline, observer) !== null) continue
    if ((healedAt ?? Infinity) > effectiveAt + window.maxSeconds + driftSlack(timeline, observer)) {
      const message = `${observer} never declared the other down, though fault ${id} lasted longer than ${formatSeconds(window.maxSeconds)}.`
      return { verdict: 'fail', message }
    }
  }
  return {
    verdict: 'inconclusive',
    message: 'No takeover was seen, so there is nothing to compare with the prediction.',
  }
}

/**
 * Without any traffic there is nothing to compare, nor while the run goes on and nobody was asked yet; with traffic and at the
 * end, an unknown loss leaves the prediction open.
 */
function judgeLoss(facts: Facts): readonly Answer[] {
  const { loss, timeline } = facts
  if (loss.acceptedTuples + loss.unknownTuples === 0) return []
  const isOver = timeline.events.some(({ event }) => event === 'run_ended' || event === 'state_verified')
  if (loss.seconds === null && !isOver) return [{ verdict: 'pass', message: 'The loss was not verified yet.' }]
  if (loss.seconds === null) return [{ verdict: 'inconclusive', message: whyUnknown(facts) }]
  const bound = predictLossSeconds(timeline)
  if (bound === null)
    return [
      {
        verdict: 'pass',
        message:
          'The settings predict no bound of the loss: there was no snapshot yet, nobody keeps it, or what died was back before anybody noticed.',
      },
    ]
  const verdict = judgeAtMost(lossBounds(facts, 'seconds'), bound)
  const doubt = verdict === 'inconclusive' ? '; the run cannot tell whether that holds' : ''
  const lost = `${formatSeconds(loss.seconds)} were lost, at most ${formatSeconds(bound)} predicted${doubt}.`
  return [{ verdict, message: lost }]
}

function evidenceOf(timeline: Timeline, which: TakeoverInRun): CheckResult['evidence'] {
  const { observer, of, totalSeconds } = which.takeover
  const window = predictDetection(timeline, which)
  return {
    observer,
    of,
    totalSeconds,
    detectionSeconds: detectionOf(which.takeover)?.value ?? null,
    detectionMinSeconds: window?.minSeconds ?? null,
    detectionMaxSeconds: window?.maxSeconds ?? null,
    driftSlackSeconds: driftSlack(timeline, observer),
    latencyAllowanceSeconds: latencyAllowance(timeline),
  }
}

function detectionOf({ phases }: Takeover): Measured | null {
  const phase = phases.find(({ name }) => name === 'detection')
  return phase === undefined
    ? null
    : { value: phase.endSeconds - phase.startSeconds, uncertainty: phase.uncertaintySeconds }
}
