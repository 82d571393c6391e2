import { expect, test } from 'vitest'
import { deriveFacts } from './judge-check.ts'
import { checkLoss } from './loss-check.ts'
import { delivery, killTimeline, state } from './testing/timeline-builder.ts'

const losing = (count: number, fields: Parameters<typeof killTimeline>[0] = {}): ReturnType<typeof deriveFacts> =>
  deriveFacts(killTimeline({ states: [state({ intervals: [{ from: 0, to: 359 - count }] })], ...fields }))

test('passes when every tuple is there', () => {
  const result = checkLoss({ kind: 'loss', atMost: { unit: 'tuples', value: 0 } }, deriveFacts(killTimeline()))
  expect(result).toMatchObject({ verdict: 'pass', message: 'Lost 0 tuples (0 %, 0 s); expected at most 0 tuples.' })
})

test('fails when one tuple is lost and none may be', () => {
  expect(checkLoss({ kind: 'loss', atMost: { unit: 'tuples', value: 0 } }, losing(1))).toMatchObject({
    verdict: 'fail',
  })
})

test.each([
  { unit: 'tuples', below: 9, at: 10, above: 11 },
  { unit: 'seconds', below: 9, at: 10, above: 11 },
  { unit: 'percent', below: 2.7, at: 2.8, above: 2.9 },
] as const)('limits in $unit hold on both sides', ({ unit, below, at, above }) => {
  const facts = losing(10)
  const atMost = (value: number): string => checkLoss({ kind: 'loss', atMost: { unit, value } }, facts).verdict
  const atLeast = (value: number): string => checkLoss({ kind: 'loss', atLeast: { unit, value } }, facts).verdict
  expect([atMost(below), atMost(at), atMost(above)]).toEqual(['fail', 'pass', 'pass'])
  expect([atLeast(below), atLeast(above)]).toEqual(['pass', 'fail'])
})

test('is inconclusive when the unanswered tuples decide', () => {
  const unknown = delivery({ from: 360, to: 360, outcome: 'unknown', startTime: 400, endTime: 400 })
  const facts = losing(0, { deliveries: [delivery(), unknown], states: [state()] })
  expect(checkLoss({ kind: 'loss', atMost: { unit: 'tuples', value: 0 } }, facts).verdict).toBe('inconclusive')
  expect(checkLoss({ kind: 'loss', atMost: { unit: 'tuples', value: 1 } }, facts).verdict).toBe('pass')
  expect(checkLoss({ kind: 'loss', atLeast: { unit: 'tuples', value: 1 } }, facts).verdict).toBe('inconclusive')
  expect(checkLoss({ kind: 'loss', atLeast: { unit: 'tuples', value: 2 } }, facts).verdict).toBe('fail')
})

test('is inconclusive when the resolution hides how many seconds were lost', () => {
  const facts = losing(10, { resolutionSeconds: 2 })
  expect(checkLoss({ kind: 'loss', atMost: { unit: 'seconds', value: 11 } }, facts).verdict).toBe('inconclusive')
  expect(checkLoss({ kind: 'loss', atMost: { unit: 'seconds', value: 12 } }, facts).verdict).toBe('pass')
  expect(checkLoss({ kind: 'loss', atMost: { unit: 'seconds', value: 7 } }, facts).verdict).toBe('fail')
})

test('is inconclusive without data', () => {
  const atMost = { unit: 'tuples', value: 1000 } as const
  expect(checkLoss({ kind: 'loss', atMost }, deriveFacts(killTimeline({ states: [] })))).toMatchObject({
    verdict: 'inconclusive',
    message: 'The loss is not known: the state of a datacenter that serves at the end was not seen in full.',
  })
  expect(checkLoss({ kind: 'loss', atMost }, deriveFacts(killTimeline({ deliveries: [] })))).toMatchObject({
    verdict: 'inconclusive',
    message: 'The loss is not known: no tuple was seen to be accepted before the fault.',
  })
  expect(checkLoss({ kind: 'loss' }, deriveFacts(killTimeline())).verdict).toBe('inconclusive')
})

test('is inconclusive when no tuple was surely accepted, whatever became of the unanswered ones', () => {
  const deliveries = [delivery({ outcome: 'unknown', startTime: 40, endTime: 40 })]
  const facts = deriveFacts(killTimeline({ deliveries }))
  for (const unit of ['tuples', 'seconds', 'percent'] as const) {
    expect(checkLoss({ kind: 'loss', atMost: { unit, value: 100 } }, facts)).toMatchObject({
      verdict: 'inconclusive',
      message: 'The loss is not known: no tuple was seen to be accepted before the fault.',
    })
  }
})
