import { expect, test } from 'vitest'
import type { CheckResult } from '../model/verdict.ts'
import { evaluateTimeline } from './evaluate.ts'
import { outcomeOf } from './outcome.ts'
import { emptyTimeline, killTimeline, state } from './testing/timeline-builder.ts'

function result(verdict: CheckResult['verdict'], fields: Partial<CheckResult> = {}): CheckResult {
  return { check: 'loss', verdict, message: `It is ${verdict}.`, evidence: {}, ...fields }
}

test('fail over inconclusive over pass, and the first that decides is named', () => {
  expect(outcomeOf([result('pass'), result('inconclusive')])).toEqual({
    verdict: 'inconclusive',
    reason: 'loss: It is inconclusive.',
  })
  expect(outcomeOf([result('inconclusive'), result('fail'), result('fail', { check: 'order' })])).toEqual({
    verdict: 'fail',
    reason: 'loss: It is fail.',
  })
})

test('what is below critical never decides, and is named when it failed', () => {
  const warning = result('fail', { check: 'latency', severity: 'warning' })
  const info = result('inconclusive', { severity: 'info' })
  expect(outcomeOf([result('pass'), warning, info])).toEqual({
    verdict: 'pass',
    reason: 'The one check passed. As warning, latency failed: It is fail.',
  })
  expect(outcomeOf([result('inconclusive'), warning]).verdict).toBe('inconclusive')
})

test('a scenario without any critical check asserts nothing', () => {
  expect(outcomeOf([result('pass', { severity: 'info' })])).toEqual({
    verdict: 'inconclusive',
    reason: 'Nothing was asserted: no check of the scenario is critical.',
  })
  expect(outcomeOf([]).verdict).toBe('inconclusive')
})

test('a known issue turns a failure into a pass that says so', () => {
  const knownIssue = 'Q4: neither recovers'
  expect(outcomeOf([result('fail')], { knownIssue })).toEqual({
    verdict: 'pass',
    reason: 'Fails as known (Q4: neither recovers): loss: It is fail.',
  })
  expect(outcomeOf([result('pass')], { knownIssue })).toEqual({
    verdict: 'fail',
    reason: 'Passes although known_issue says "Q4: neither recovers": remove it.',
  })
  expect(outcomeOf([result('inconclusive')], { knownIssue }).verdict).toBe('inconclusive')
  expect(outcomeOf([], { knownIssue }).verdict).toBe('inconclusive')
})

test('a known issue stands in the notes of the run, whose checks keep their own verdicts', () => {
  const timeline = killTimeline({ states: [state({ intervals: [{ from: 0, to: 300 }] })] })
  const question = { checks: [{ kind: 'loss', atMost: { unit: 'tuples', value: 0 } }], objectives: {} } as const
  const evaluation = evaluateTimeline({ ...question, timeline, knownIssue: 'Q9: the replica is forgotten' })
  expect(evaluation).toMatchObject({ verdict: 'pass', checks: [{ verdict: 'fail' }] })
  expect(evaluation.notes[0]).toBe('Known issue: Q9: the replica is forgotten')
  expect(evaluateTimeline({ ...question, timeline: emptyTimeline(), knownIssue: 'Q9' }).verdict).toBe('inconclusive')
})

test('the severity and the step of a check stand in its result', () => {
  const { checks } = evaluateTimeline({
    timeline: killTimeline(),
    checks: [
      { kind: 'integrity', severity: 'warning' },
      { kind: 'loss', atMost: { unit: 'tuples', value: 0 }, for: 'kill-1' },
    ],
    objectives: {},
  })
  expect(checks[0]).toMatchObject({ check: 'integrity', severity: 'warning' })
  expect(checks[1]).toMatchObject({ check: 'loss', for: 'kill-1', verdict: 'pass' })
  expect(checks[1]).not.toHaveProperty('severity')
})
