import { expect, test } from 'vitest'
import { deriveFacts } from './judge-check.ts'
import { checkObjectives } from './objectives.ts'
import { emptyTimeline, killTimeline, orderlyTimeline, state } from './testing/timeline-builder.ts'

const verdicts = (objectives: Parameters<typeof checkObjectives>[0], timeline = killTimeline()): readonly string[] =>
  checkObjectives(objectives, deriveFacts(timeline)).map(({ check, verdict }) => `${check}: ${verdict}`)

test('no promise, no result', () => {
  expect(verdicts({})).toEqual([])
})

test.each([
  ['total', 'rto_total', 121.5],
  ['detection', 'rto_detection', 120],
  ['takeover', 'rto_takeover', 1.5],
  ['injection', 'rto_injection', 0.5],
  ['decision', 'rto_decision', 0.2],
  ['first_output', 'rto_first_output', 0.5],
] as const)('the %s limit passes at its value and fails below it', (name, check, value) => {
  expect(verdicts({ rto: { [name]: value } })).toEqual([`${check}: pass`])
  expect(verdicts({ rto: { [name]: value + 1 } })).toEqual([`${check}: pass`])
  expect(verdicts({ rto: { [name]: value - 0.1 } })).toEqual([`${check}: fail`])
})

test('a phase that the takeover does not have is not known to keep its limit', () => {
  const [result] = checkObjectives({ rto: { drain: 10 } }, deriveFacts(killTimeline()))
  expect(result).toMatchObject({
    verdict: 'inconclusive',
    message: 'Drain is not known: this takeover has no such phase, or its ends were not seen.',
  })
})

test('a limit within the uncertainty is inconclusive and says so', () => {
  const [result] = checkObjectives({ rto: { total: 122 } }, deriveFacts(killTimeline({ resolutionSeconds: 1 })))
  expect(result).toMatchObject({
    verdict: 'inconclusive',
    message: 'RTO: the run cannot tell: 121.5 ± 1 s against 122 s; use a lower time scale.',
    evidence: { valueSeconds: 121.5, uncertaintySeconds: 1, limitSeconds: 122, basis: 'first_output' },
  })
})

test('with nothing to replay, the takeover takes no time', () => {
  expect(verdicts({ rto: { total: 110, takeover: 0 } }, orderlyTimeline())).toEqual([
    'rto_total: pass',
    'rto_takeover: pass',
  ])
  expect(verdicts({ rto: { takeover: 0 } }, orderlyTimeline({ resolutionSeconds: 1 }))).toEqual(['rto_takeover: pass'])
})

test('loss objectives pass at the limit and fail over it', () => {
  const timeline = killTimeline({ states: [state({ intervals: [{ from: 0, to: 323 }] })] })
  expect(verdicts({ lossPercent: 10, lossSeconds: 36 }, timeline)).toEqual(['loss_percent: pass', 'loss_seconds: pass'])
  expect(verdicts({ lossPercent: 9.9, lossSeconds: 35 }, timeline)).toEqual([
    'loss_percent: fail',
    'loss_seconds: fail',
  ])
})

test('without data every promise is inconclusive', () => {
  expect(
    verdicts({ rto: { total: 1, detection: 1, takeover: 1 }, lossPercent: 100, lossSeconds: 999 }, emptyTimeline()),
  ).toEqual([
    'rto_total: inconclusive',
    'rto_detection: inconclusive',
    'rto_takeover: inconclusive',
    'loss_percent: inconclusive',
    'loss_seconds: inconclusive',
  ])
})
