// Probes, metrics and checks of a user's own: what can only be looked at.

import { expect, test } from 'vitest'
import type { CheckSpec } from '../model/check.ts'
import type { MetricSample, ProbeReading } from '../model/timeline.ts'
import type { CheckResult } from '../model/verdict.ts'
import { judgeCheck } from './evaluate.ts'
import type { CustomChecks } from './judge-check.ts'
import { isSameValue } from './same-value.ts'
import { changed, event, killTimeline } from './testing/timeline-builder.ts'

const reading = (fields: Partial<ProbeReading>): ProbeReading => ({
  t: 880,
  name: 'p',
  when: 'after',
  value: true,
  ...fields,
})
const sample = (fields: Partial<MetricSample>): MetricSample => ({
  t: 100,
  source: 'rest dc1',
  name: 'm',
  value: 5,
  ...fields,
})

function probe(probes: readonly ProbeReading[], expect_?: ProbeReading['value']): CheckResult {
  return judgeCheck(
    { kind: 'probe', name: 'p', ...(expect_ === undefined ? {} : { expect: expect_ }) },
    killTimeline({ probes }),
  )
}

function steady(...probes: readonly ProbeReading[]): CheckResult {
  return judgeCheck({ kind: 'steady_state', probes: ['p'] }, killTimeline({ probes }))
}

test('a probe’s last word counts', () => {
  expect(probe([reading({ t: 1, value: false }), reading({})]).verdict).toBe('pass')
  expect(probe([reading({}), reading({ t: 881, value: false })]).verdict).toBe('fail')
  expect(probe([reading({ value: { a: 1, b: [2] } })], { b: [2], a: 1 }).verdict).toBe('pass')
  expect(probe([reading({ value: 3 })], 4)).toMatchObject({ verdict: 'fail', message: 'Probe p says 3; expected 4.' })
})

test('a probe that could not tell, was not asked, or says what nobody expected is inconclusive', () => {
  expect(probe([reading({ value: null, problem: 'no answer' })]).verdict).toBe('inconclusive')
  expect(probe([reading({ name: 'q' })]).verdict).toBe('inconclusive')
  expect(probe([reading({ value: 3 })]).verdict).toBe('inconclusive')
})

test('a steady state is the same before and after', () => {
  const before = reading({ t: 390, when: 'before', value: 7 })
  expect(steady(before, reading({ value: 7 })).verdict).toBe('pass')
  expect(steady(before, reading({ value: 8 })).verdict).toBe('fail')
  expect(steady(before).verdict).toBe('inconclusive')
  expect(steady(reading({ value: 7 })).verdict).toBe('inconclusive')
  expect(steady(before, reading({ value: null, problem: 'no answer' })).verdict).toBe('inconclusive')
})

test('what was unwell before is no steady state, though it stayed so', () => {
  expect(steady(reading({ when: 'before', value: false }), reading({ value: false })).verdict).toBe('fail')
})

test('a probe that was not asked does not hide one that fails', () => {
  const probes = [reading({ when: 'before', value: true }), reading({ value: false })]
  const both = judgeCheck({ kind: 'steady_state', probes: ['p', 'q'] }, killTimeline({ probes }))
  expect(both).toMatchObject({
    verdict: 'fail',
    message: 'Probe p said true before the fault and says false after it.',
  })
})

const metric = { kind: 'metric', source: { kind: 'rest', dc: 'dc1' }, name: 'm' } as const

test('a metric’s last value is held against both limits', () => {
  const at = (limits: { atMost?: number; atLeast?: number }): string =>
    judgeCheck({ ...metric, ...limits }, killTimeline({ samples: [sample({ value: 9 }), sample({ t: 200 })] })).verdict
  expect([at({ atMost: 5 }), at({ atMost: 4 }), at({ atLeast: 5 }), at({ atLeast: 6 })]).toEqual([
    'pass',
    'fail',
    'pass',
    'fail',
  ])
  expect(at({ atLeast: 1, atMost: 4 })).toBe('fail')
})

test('a metric that is missing is not zero', () => {
  const missing = sample({ t: 200, value: null, problem: 'job 1 in dc1 has no metric m' })
  expect(judgeCheck({ ...metric, atMost: 10 }, killTimeline({ samples: [sample({}), missing] }))).toMatchObject({
    verdict: 'inconclusive',
    message: 'Metric m of rest dc1 has no value: job 1 in dc1 has no metric m.',
  })
  expect(judgeCheck({ ...metric, atMost: 10 }, killTimeline({ samples: [sample({ name: 'n' })] })).verdict).toBe(
    'inconclusive',
  )
})

test('of a step the last sample within it counts', () => {
  const samples = [sample({ t: 450 }), sample({ t: 880, value: 50 })]
  const steps = [event(440, 'step_started', { fault: 's' }), event(500, 'step_ended', { fault: 's' })]
  const timeline = changed(killTimeline({ samples }), { plus: steps })
  expect(judgeCheck({ ...metric, atMost: 10, for: 's' }, timeline).verdict).toBe('pass')
  expect(judgeCheck({ ...metric, atMost: 10 }, timeline).verdict).toBe('fail')
})

const asked: CheckSpec = { kind: 'custom', name: 'mine', args: { limit: 3 } }
const by = (judge: unknown): CustomChecks => new Map([['mine', judge]]) as unknown as CustomChecks

test('a user’s check is given its arguments and the facts', () => {
  const seen: unknown[] = []
  const judge = (args: unknown, facts: { scope?: { step: string } }): unknown => {
    seen.push(args, facts.scope?.step)
    return { verdict: 'pass', message: 'Fine.', evidence: { limit: 3 } }
  }
  expect(judgeCheck({ ...asked, for: 'kill-1' }, killTimeline(), by(judge))).toEqual({
    check: 'mine',
    verdict: 'pass',
    message: 'Fine.',
    evidence: { limit: 3 },
    for: 'kill-1',
  })
  expect(seen).toEqual([{ limit: 3 }, 'kill-1'])
})

test.each([
  [
    'throws',
    () => {
      throw new Error('no such table')
    },
    'Check mine broke off: no such table',
  ],
  ['answers nothing', () => undefined, 'Check mine gave no answer'],
  [
    'answers by a promise',
    async () => await Promise.resolve({ verdict: 'pass', message: '' }),
    'Check mine gave no answer',
  ],
  ['answers a verdict of its own', () => ({ verdict: 'ok', message: '' }), 'Check mine gave no answer'],
])('a user’s check that %s is inconclusive', (_, judge, message) => {
  const result = judgeCheck(asked, killTimeline(), by(judge))
  expect(result).toMatchObject({ check: 'mine', verdict: 'inconclusive' })
  expect(result.message).toContain(message)
})

test('a check that nobody registered is inconclusive', () => {
  expect(judgeCheck(asked, killTimeline())).toMatchObject({
    verdict: 'inconclusive',
    message: 'No check named mine is registered here, so nobody could judge it.',
  })
})

test.each([
  [1, 1, true],
  [1, '1', false],
  [null, {}, false],
  [[], {}, false],
  [{ a: [1, { b: null }] }, { a: [1, { b: null }] }, true],
  [{ a: 1 }, { b: 1 }, false],
  [[1, 2], [2, 1], false],
])('%j and %j are the same: %s', (one, other, same) => {
  expect(isSameValue(one, other)).toBe(same)
})
