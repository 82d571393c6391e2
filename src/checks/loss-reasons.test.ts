import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LossReason } from '../model/takeover.ts'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'
import { checkLoss } from './loss-check.ts'
import { deriveFacts } from './judge-check.ts'
import { assessLoss } from './loss.ts'
import { changed, delivery, emptyTimeline, event, killTimeline, state } from './testing/timeline-builder.ts'

const dc1 = { dc: 'dc1', of: 'dc2' } as const
const dc2 = { dc: 'dc2', of: 'dc1' } as const
const beat = event(60, 'heartbeat_sent', dc1)

/** A snapshot of dc1's: asked for, sent, and stored by dc2. */
function snapshot(t: number, count: number, part = '0'): readonly TimelineEvent[] {
  return [
    event(t, 'snapshot_signal', { ...dc1, detail: { count } }),
    event(t + 0.1, 'snapshot_sent', { ...dc1, detail: { count, part } }),
    event(t + 0.2, 'snapshot_stored', { ...dc2, detail: { count, part } }),
  ]
}

/** dc1 is killed at 400 s; a tuple a second from 40 s on, of which dc2 has the first so many. */
function losing(
  has: number,
  plus: readonly TimelineEvent[],
  without: readonly TimelineEvent['event'][] = [],
): Timeline {
  const states = [state({ intervals: has === 0 ? [] : [{ from: 0, to: has - 1 }] })]
  return changed(killTimeline({ states }), { without, plus: [beat, ...plus] })
}

function reasons(timeline: Timeline): readonly (readonly [number, number, LossReason | undefined])[] {
  return assessLoss(timeline).intervals.map(({ from, to, reason }) => [from, to, reason])
}

test('what was accepted after the last snapshot was not replicated', () => {
  // The snapshot of 345 s holds tuple 305, accepted then, or not.
  expect(reasons(losing(306, snapshot(345, 12)))).toEqual([[306, 359, 'not_replicated']])
  expect(reasons(losing(305, snapshot(345, 12)))).toEqual([[305, 359, 'not_replicated']])
})

test('what a replayed snapshot should have held is not explained', () => {
  expect(reasons(losing(300, snapshot(345, 12)))).toEqual([
    [300, 304, 'unknown'],
    [305, 359, 'not_replicated'],
  ])
})

test('what a stored snapshot held that nobody replayed was not taken over', () => {
  const never = ['takeover_started', 'snapshot_replayed', 'takeover_done', 'first_output'] as const
  expect(reasons(losing(0, snapshot(345, 12), never))).toEqual([
    [0, 304, 'not_taken_over'],
    [305, 359, 'not_replicated'],
  ])
})

test('without any snapshot nothing was replicated', () => {
  expect(reasons(losing(0, []))).toEqual([[0, 359, 'not_replicated']])
})

test('nothing is guessed where the timeline does not tell', () => {
  const blind = changed(losing(0, []), { without: ['heartbeat_sent'] })
  expect(reasons(blind)).toEqual([[0, 359, 'unknown']])
  // A snapshot without the signal that it answers may be of any time.
  const unsigned = changed(losing(306, snapshot(345, 12)), { without: ['snapshot_signal'] })
  expect(reasons(unsigned)).toEqual([[306, 359, 'unknown']])
})

test('of two parts the one with the older snapshot decides what every part surely held', () => {
  const parts = [...snapshot(195, 6, '0'), ...snapshot(195, 6, '1'), ...snapshot(345, 11, '0')]
  const never = ['takeover_started', 'snapshot_replayed', 'takeover_done', 'first_output'] as const
  expect(reasons(losing(0, parts, never))).toEqual([
    [0, 154, 'not_taken_over'],
    [155, 304, 'unknown'],
    [305, 359, 'not_replicated'],
  ])
})

test('a snapshot that was sent and never stored may have held it', () => {
  const sentOnly = snapshot(345, 11).filter((each) => each.event !== 'snapshot_stored')
  expect(reasons(losing(156, [...snapshot(195, 6), ...sentOnly]))).toEqual([
    [156, 304, 'unknown'],
    [305, 359, 'not_replicated'],
  ])
})

test('the snapshots of the job’s next life say nothing of what the first one lost', () => {
  const nextLife = [event(600, 'job_started', { dc: 'dc1' }), ...snapshot(800, 12), ...snapshot(850, 17)]
  const timeline = losing(306, [...snapshot(345, 12), ...nextLife])
  const states = [...timeline.states, state({ producedBy: 'dc1', intervals: [] })]
  expect(reasons({ ...timeline, states })).toEqual([[306, 359, 'not_replicated']])
})

test('what the failed datacenter said after the fault that it has is stranded there', () => {
  const states = [state({ intervals: [] }), state({ producedBy: 'dc1', t: 500, intervals: [{ from: 0, to: 99 }] })]
  expect(reasons(changed(killTimeline({ states }), { plus: [beat] }))).toEqual([
    [0, 99, 'stranded'],
    [100, 359, 'not_replicated'],
  ])
})

test('what came after the last question is late', () => {
  const timeline = emptyTimeline({
    events: [event(0, 'job_started', { dc: 'dc1' }), event(900, 'run_ended')],
    deliveries: [delivery(), delivery({ from: 360, to: 369, startTime: 895, endTime: 899 })],
    states: [state({ producedBy: 'dc1' })],
  })
  expect(reasons(timeline)).toEqual([[360, 369, 'late']])
})

test('the check tells how many were lost for which reason, and the refused ones apart', () => {
  const refused = delivery({ from: 360, to: 364, outcome: 'rejected', startTime: 401, endTime: 405 })
  const timeline = { ...losing(306, snapshot(345, 12)), deliveries: [delivery(), refused] }
  const { evidence } = checkLoss({ kind: 'loss', atMost: { unit: 'tuples', value: 100 } }, deriveFacts(timeline))
  expect(evidence).toMatchObject({ lostTuples: 54, tuplesByReason: { not_replicated: 54 }, neverAcceptedTuples: 5 })
})

const seqMax = 40

/** Random spans of one key into each DC, by one sequence: what a bit of the second says is in one state, and of the third in the other. */
const randomRun = fc.record({
  outcomes: fc.array(fc.constantFrom('accepted', 'accepted', 'rejected', 'unknown'), {
    minLength: 1,
    maxLength: seqMax,
  }),
  inDc1: fc.array(fc.boolean(), { minLength: seqMax, maxLength: seqMax }),
  inDc2: fc.array(fc.boolean(), { minLength: seqMax, maxLength: seqMax }),
  cutAt: fc.integer({ min: 0, max: seqMax }),
})

test('loss agrees with counting tuple by tuple', () => {
  fc.assert(
    fc.property(randomRun, ({ outcomes, inDc1, inDc2, cutAt }) => {
      const deliveries = outcomes.map((outcome, seq) =>
        delivery({ from: seq, to: seq, outcome, startTime: 100 + seq, endTime: 100 + seq }),
      )
      const intervals = (has: readonly boolean[]): { from: number; to: number }[] =>
        has.flatMap((isIn, seq) => (isIn ? [{ from: seq, to: seq }] : []))
      const timeline = emptyTimeline({
        events: [
          event(0, 'job_started', { dc: 'dc1' }),
          event(0, 'job_started', { dc: 'dc2' }),
          event(99.5 + cutAt, 'fault_effective', { fault: 'cut', detail: { kind: 'partition' } }),
          event(900, 'run_ended'),
        ],
        deliveries,
        states: [state({ producedBy: 'dc1', intervals: intervals(inDc1) }), state({ intervals: intervals(inDc2) })],
      })
      const before = (seq: number): boolean => 100 + seq <= 99.5 + cutAt
      const missing = (seq: number): boolean => inDc1[seq] !== true && inDc2[seq] !== true
      const accepted = outcomes.flatMap((outcome, seq) => (outcome === 'accepted' && before(seq) ? [seq] : []))
      const unknown = outcomes.flatMap((outcome, seq) => (outcome === 'unknown' && before(seq) ? [seq] : []))
      const lost = accepted.filter(missing)
      const loss = assessLoss(timeline)
      const isKnown = accepted.length > 0
      expect(loss.lostTuples).toBe(isKnown ? lost.length : null)
      expect(loss.lostTuplesUpperBound).toBe(isKnown ? lost.length + unknown.filter(missing).length : null)
      const told = loss.intervals.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, at) => from + at))
      expect(told).toEqual(isKnown ? lost : [])
      const [oldest] = lost
      const seconds = isKnown ? (oldest === undefined ? 0 : 99.5 + cutAt - (100 + oldest)) : null
      expect(loss.seconds).toBe(seconds)
    }),
  )
})
