import { expect, test } from 'vitest'
import type { StateCheck } from '../model/check.ts'
import type { ObservedState, Timeline } from '../model/timeline.ts'
import { deriveFacts } from './judge-check.ts'
import { checkState } from './state-check.ts'
import { delivery, killTimeline, state } from './testing/timeline-builder.ts'

function judge(
  equals: StateCheck['equals'],
  timeline: Timeline,
  dc: StateCheck['dc'] = 'dc2',
): ReturnType<typeof checkState> {
  return checkState({ kind: 'state', dc, equals }, deriveFacts(timeline))
}

function own(t: number, to: number, fields: Partial<ObservedState> = {}): ObservedState {
  return state({ t, origin: 'dc2', key: 'own', intervals: [{ from: 0, to }], ...fields })
}

test('equals before_fault: what it had, no more and no less', () => {
  const at = (to: number): Timeline => killTimeline({ states: [own(390, 99), own(890, to), state()] })
  // The keys that it took over are none that it had.
  expect(judge('before_fault', at(99))).toMatchObject({
    verdict: 'pass',
    message: 'The state of dc2 equals what it was before the fault (1 key).',
  })
  expect(judge('before_fault', at(98))).toMatchObject({
    verdict: 'fail',
    message:
      'The state of dc2 differs from what it was before the fault in 1 key; first key own of dc2: it misses 1 tuple, from 99.',
  })
  expect(judge('before_fault', at(101)).message).toContain('it has 2 tuples more, from 100')
})

test('a state with other content is another state, though it lists the same tuples', () => {
  const timeline = killTimeline({ states: [own(390, 99), own(890, 99, { checksum: 99 })] })
  expect(judge('before_fault', timeline)).toMatchObject({ verdict: 'fail' })
})

test('a key that is gone altogether is missing', () => {
  const timeline = killTimeline({ states: [own(390, 99), own(390, 9, { key: 'other' }), own(890, 99)] })
  expect(judge('before_fault', timeline).message).toContain('first key other of dc2: it misses 10 tuples, from 0')
})

test('equals snapshot: what the replay brought is all that there is of it', () => {
  const replay = state({ cause: 'replay', t: 522, intervals: [{ from: 0, to: 308 }] })
  const at = (to: number): Timeline => killTimeline({ states: [replay, state({ intervals: [{ from: 0, to }] })] })
  expect(judge('snapshot', at(308)).verdict).toBe('pass')
  expect(judge('snapshot', at(307)).verdict).toBe('fail')
  expect(judge('snapshot', at(309)).verdict).toBe('fail')
  expect(judge('snapshot', killTimeline())).toMatchObject({
    verdict: 'inconclusive',
    message: 'There is nothing to compare the state of dc2 with: dc2 was not seen to replay anything.',
  })
})

test('equals reference: all that was accepted, and nothing that was not sent', () => {
  const unknown = delivery({ from: 360, to: 361, outcome: 'unknown', startTime: 399.5, endTime: 399.9 })
  const deliveries = [delivery(), unknown]
  const at = (to: number): Timeline => killTimeline({ deliveries, states: [state({ intervals: [{ from: 0, to }] })] })
  expect(judge('reference', at(359)).verdict).toBe('pass')
  // Nobody knows whether those whose answer was lost were taken.
  expect(judge('reference', at(361)).verdict).toBe('pass')
  expect(judge('reference', at(358)).verdict).toBe('fail')
  expect(judge('reference', at(362)).verdict).toBe('fail')
})

test('equals reference: of the other one’s keys, what it had accepted by the takeover', () => {
  const afterwards = delivery({ from: 360, to: 399, startTime: 700, endTime: 740 })
  const timeline = killTimeline({ deliveries: [delivery(), afterwards], states: [state()] })
  expect(judge('reference', timeline).verdict).toBe('pass')
})

test('is inconclusive without an answer at the end, or of before the fault', () => {
  expect(judge('before_fault', killTimeline({ states: [own(390, 99)] }))).toMatchObject({
    verdict: 'inconclusive',
    message: 'dc2 did not say at the end what it has.',
  })
  expect(judge('before_fault', killTimeline({ states: [own(890, 99)] })).verdict).toBe('inconclusive')
  expect(judge('before_fault', killTimeline(), 'dc1').verdict).toBe('inconclusive')
})
