import { expect, test } from 'vitest'
import { assessLoss } from './loss.ts'
import {
  changed,
  delivery,
  emptyTimeline,
  event,
  faultEvents,
  killTimeline,
  orderlyTimeline,
  output,
  partitionTimeline,
  state,
} from './testing/timeline-builder.ts'

test('nothing is lost when the survivor has every accepted tuple', () => {
  expect(assessLoss(killTimeline())).toEqual({
    lostTuples: 0,
    lostTuplesUpperBound: 0,
    seconds: 0,
    secondsUpperBound: 0,
    percent: 0,
    percentUpperBound: 0,
    acceptedTuples: 360,
    unknownTuples: 0,
    intervals: [],
  })
})

test('one tuple that nobody has is one lost tuple, with the time of its acceptance', () => {
  const states = [
    state({
      intervals: [
        { from: 0, to: 99 },
        { from: 101, to: 359 },
      ],
    }),
  ]
  const loss = assessLoss(killTimeline({ states }))
  expect(loss).toMatchObject({ lostTuples: 1, lostTuplesUpperBound: 1, seconds: 260, percent: 100 / 360 })
  expect(loss.intervals).toEqual([
    { into: 'dc1', key: 'k0', from: 100, to: 100, acceptedFromSeconds: 140, acceptedToSeconds: 140, reason: 'unknown' },
  ])
})

test('the tail since the last snapshot is one run', () => {
  const loss = assessLoss(killTimeline({ states: [state({ intervals: [{ from: 0, to: 309 }] })] }))
  expect(loss).toMatchObject({ lostTuples: 50, seconds: 50 })
  expect(loss.intervals).toHaveLength(1)
})

test('tuples whose answer was lost count in the upper bounds only', () => {
  const deliveries = [
    delivery(),
    delivery({ from: 360, to: 363, outcome: 'unknown', startTime: 400.2, endTime: 400.2 }),
  ]
  expect(assessLoss(killTimeline({ deliveries }))).toMatchObject({
    lostTuples: 0,
    lostTuplesUpperBound: 4,
    seconds: 0,
    // It may have been taken as soon as the one before it was answered.
    secondsUpperBound: 1,
    percentUpperBound: 400 / 364,
    unknownTuples: 4,
  })
})

test('an unknown tuple that the survivor has is not lost', () => {
  const deliveries = [delivery(), delivery({ from: 360, to: 360, outcome: 'unknown', startTime: 400, endTime: 400 })]
  const states = [state({ intervals: [{ from: 0, to: 360 }] })]
  expect(assessLoss(killTimeline({ deliveries, states }))).toMatchObject({ lostTuplesUpperBound: 0 })
})

test('rejected tuples are nobody’s loss', () => {
  const deliveries = [delivery(), delivery({ from: 360, to: 500, outcome: 'rejected', startTime: 401, endTime: 500 })]
  expect(assessLoss(killTimeline({ deliveries }))).toMatchObject({ lostTuplesUpperBound: 0, acceptedTuples: 360 })
})

test('what a dead datacenter accepted came before the fault, however late the answer was read', () => {
  const deliveries = [delivery({ endTime: 403 })]
  expect(
    assessLoss(killTimeline({ deliveries, states: [state({ intervals: [{ from: 0, to: 358 }] })] })),
  ).toMatchObject({
    lostTuples: 1,
    acceptedTuples: 360,
    seconds: 0,
  })
})

test('at the edge of a cut, acceptance within the uncertainty counts in the upper bound only', () => {
  const deliveries = [delivery({ to: 759, endTime: 799 })]
  const states = [state({ intervals: [] }), state({ producedBy: 'dc1', intervals: [] })]
  const timeline = partitionTimeline({ deliveries, states, resolutionSeconds: 10 })
  expect(assessLoss(timeline)).toMatchObject({ lostTuples: 351, lostTuplesUpperBound: 371, acceptedTuples: 351 })
})

test('a live datacenter that answered the query holds its own tuples', () => {
  const states = [state({ producedBy: 'dc1' }), state({ intervals: [] }), state({ producedBy: 'dc1', origin: 'dc2' })]
  expect(assessLoss(partitionTimeline({ states }))).toMatchObject({ lostTuples: 0 })
})

test('a dead datacenter’s last words are no state that serves', () => {
  const states = [state({ intervals: [] }), state({ producedBy: 'dc1', t: 390 })]
  expect(assessLoss(killTimeline({ states }))).toMatchObject({ lostTuples: 360, percent: 100 })
})

test('a report after a replay counts when its datacenter was not queried', () => {
  const replay = state({ cause: 'replay', t: 522, intervals: [{ from: 0, to: 308 }] })
  expect(assessLoss(killTimeline({ states: [replay] }))).toMatchObject({ lostTuples: 51 })
  expect(assessLoss(killTimeline({ states: [replay, state()] }))).toMatchObject({ lostTuples: 0 })
})

test('after an orderly shutdown, what was put out counts as finished', () => {
  expect(assessLoss(orderlyTimeline())).toMatchObject({ lostTuples: 0, seconds: 0 })
  expect(assessLoss(orderlyTimeline({ outputs: [output({ to: 358 })] }))).toMatchObject({ lostTuples: 1 })
})

test('without an orderly shutdown, output is not enough', () => {
  const timeline = changed(orderlyTimeline(), { without: ['orderly_shutdown'] })
  const events = timeline.events.filter(({ fault }) => fault !== 'shutdown')
  expect(assessLoss({ ...timeline, events })).toMatchObject({ lostTuples: 360 })
})

test('unread outputs leave the loss after an orderly shutdown unknown', () => {
  const measuringFaults = [{ t: 300, dc: 'dc1', message: 'counter jumped from 3 to 5' }] as const
  expect(assessLoss(orderlyTimeline({ outputs: [output({ to: 358 })], measuringFaults }))).toMatchObject({
    lostTuples: null,
  })
  expect(assessLoss(orderlyTimeline({ measuringFaults }))).toMatchObject({ lostTuples: 0 })
})

test.each([
  ['no state was seen', killTimeline({ states: [] })],
  ['one of two survivors was not seen', partitionTimeline({ states: [state()] })],
  ['there was no traffic', killTimeline({ deliveries: [] })],
  ['there is nothing at all', emptyTimeline()],
])('nothing is known of the loss when %s', (_, timeline) => {
  expect(assessLoss(timeline)).toMatchObject({
    lostTuples: null,
    lostTuplesUpperBound: null,
    seconds: null,
    secondsUpperBound: null,
    percent: null,
    percentUpperBound: null,
  })
})

test('a restarted datacenter’s state of before the restart does not count', () => {
  const restart = [event(700, 'job_started', { dc: 'dc1' })]
  const states = [
    state({ intervals: [] }),
    state({ producedBy: 'dc1', t: 390 }),
    state({ producedBy: 'dc1', t: 800, intervals: [] }),
  ]
  expect(assessLoss(changed(killTimeline({ states }), { plus: restart }))).toMatchObject({ lostTuples: 360 })
})

test('what healing restarts after the verification neither serves nor hides the loss', () => {
  const healed = [
    event(895, 'job_started', { dc: 'dc1' }),
    event(896, 'fault_healed', { fault: 'kill-1', dc: 'dc1', seenBy: 'run' }),
  ]
  expect(assessLoss(changed(killTimeline(), { plus: healed }))).toMatchObject({ lostTuples: 0 })
  const states = [state({ intervals: [{ from: 0, to: 349 }] })]
  expect(assessLoss(changed(killTimeline({ states }), { plus: healed }))).toMatchObject({ lostTuples: 10 })
})

test('a verification of before the last fault says nothing of what that fault cost', () => {
  expect(assessLoss(killTimeline({ states: [state({ t: 399 })] }))).toMatchObject({ lostTuples: null })
  expect(assessLoss(killTimeline({ states: [state({ t: 401 })] }))).toMatchObject({ lostTuples: 0 })
})

test('a report after a replay says nothing of the survivor’s own keys', () => {
  const states = [state({ cause: 'replay', t: 522 })]
  const deliveries = [delivery(), delivery({ into: 'dc2' })]
  expect(assessLoss(killTimeline({ states, deliveries }))).toMatchObject({ lostTuples: null })
})

test('what two live datacenters have together is not lost', () => {
  const states = [
    state({ producedBy: 'dc1', intervals: [{ from: 0, to: 199 }] }),
    state({ intervals: [{ from: 150, to: 359 }] }),
  ]
  expect(assessLoss(partitionTimeline({ deliveries: [delivery()], states }))).toMatchObject({ lostTuples: 0 })
})

test('a datacenter that was given back an old snapshot of its own did not say what it has now', () => {
  const states = [state({ origin: 'dc2', cause: 'replay', t: 600 })]
  expect(assessLoss(killTimeline({ states, deliveries: [delivery({ into: 'dc2' })] }))).toMatchObject({
    lostTuples: null,
  })
})

test('an orderly shutdown finishes nothing of the job that is put back after it', () => {
  // Shut down at 150 s, put back at 180 s, killed at 400 s: the second life's outputs are no finished work.
  const events = [
    event(150, 'orderly_shutdown', { dc: 'dc1' }),
    event(170, 'pe_exited', { dc: 'dc1' }),
    event(180, 'job_started', { dc: 'dc1' }),
  ]
  const outputs = [output({ to: 99, t: 149 }), output({ from: 100, to: 359, t: 399.5 })]
  const deliveries = [delivery({ to: 99, endTime: 149 }), delivery({ from: 100, startTime: 185 })]
  const states = [state({ intervals: [{ from: 100, to: 299 }] })]
  const timeline = changed(killTimeline({ outputs, deliveries, states }), { plus: events })
  expect(assessLoss(timeline)).toMatchObject({ lostTuples: 60, intervals: [{ from: 300, to: 359 }] })
})

test('seconds of a loss that goes on past a fault count up to each fault that cost some of it', () => {
  const second = faultEvents(300, { fault: 'restart-1', kind: 'restart', dc: 'dc1' })
  const timeline = changed(killTimeline({ states: [state({ intervals: [{ from: 0, to: 249 }] })] }), { plus: second })
  // Tuples are accepted each second from 40 s on: from 290 s to 399 s, across the restart at 300 s, up to the kill at 400 s.
  expect(assessLoss(timeline)).toMatchObject({ lostTuples: 110, seconds: 100 })
})
