import { expect, test } from 'vitest'
import type { AskedCheck } from '../model/check.ts'
import type { Timeline } from '../model/timeline.ts'
import { judgeCheck } from './evaluate.ts'
import { scopeOf } from './scope.ts'
import { loadTimeline, series, slice, withSlice } from './testing/load-builder.ts'
import {
  bothUp,
  changed,
  delivery,
  emptyTimeline,
  event,
  faultEvents,
  killTimeline,
  output,
  partitionTimeline,
  state,
  takeoverEvents,
} from './testing/timeline-builder.ts'

const verdict = (asked: AskedCheck, timeline: Timeline): string => judgeCheck(asked, timeline).verdict

/** dc1 killed at 400 s until 700 s and again at 1400 s; taken over by 520 s and 1530 s. */
function twice(fields: Partial<Timeline> = {}): Timeline {
  return emptyTimeline({
    events: [
      ...bothUp,
      event(345, 'protected', { dc: 'dc1', of: 'dc2' }),
      ...faultEvents(400, { fault: 'first', kind: 'kill', dc: 'dc1' }),
      ...takeoverEvents(520, 'dc2'),
      event(690, 'job_started', { dc: 'dc1' }),
      event(700, 'fault_healed', { fault: 'first', dc: 'dc1', seenBy: 'run', detail: { kind: 'kill' } }),
      event(740, 'remote_up', { dc: 'dc2', of: 'dc1' }),
      event(1000, 'protected', { dc: 'dc1', of: 'dc2' }),
      event(1345, 'protected', { dc: 'dc1', of: 'dc2' }),
      ...faultEvents(1400, { fault: 'second', kind: 'kill', dc: 'dc1' }),
      ...takeoverEvents(1530, 'dc2'),
      event(2000, 'run_ended', { seenBy: 'run' }),
    ],
    deliveries: [delivery(), delivery({ from: 360, to: 959, startTime: 750, endTime: 1349 })],
    states: [
      state({
        t: 1990,
        intervals: [
          { from: 0, to: 349 },
          { from: 360, to: 959 },
        ],
      }),
    ],
    ...fields,
  })
}

test('a fault lasts from its request to its healing, another step from its start to its end', () => {
  expect(scopeOf(partitionTimeline(), 'cut')).toEqual({ step: 'cut', from: 399.5, to: 800, effectiveAt: 400 })
  expect(scopeOf(killTimeline(), 'kill-1')).toEqual({ step: 'kill-1', from: 399.5, to: 900, effectiveAt: 400 })
  const load = changed(killTimeline(), {
    plus: [event(100, 'step_started', { fault: 'more' }), event(200, 'step_ended', { fault: 'more' })],
  })
  expect(scopeOf(load, 'more')).toEqual({ step: 'more', from: 100, to: 200 })
})

test('a fault that never took effect has no time of its own', () => {
  const failed = changed(killTimeline(), {
    plus: [event(600, 'fault_requested', { fault: 'late' }), event(601, 'fault_failed', { fault: 'late' })],
  })
  expect(scopeOf(failed, 'late')).toBeUndefined()
  expect(scopeOf(failed, 'nobody')).toBeUndefined()
})

test('each of two takeovers is judged by its own step', () => {
  const within = (step: string, seconds: number): string =>
    verdict({ kind: 'takeover', never: false, by: 'dc2', within: seconds, for: step }, twice())
  expect([within('first', 121.5), within('first', 121.4)]).toEqual(['pass', 'fail'])
  expect([within('second', 131.5), within('second', 131.4)]).toEqual(['pass', 'fail'])
})

test('a step that provoked no takeover has none, whatever another did', () => {
  const blip = [
    ...faultEvents(200, { fault: 'blip', kind: 'partition' }),
    event(230, 'fault_healed', { fault: 'blip', seenBy: 'run', detail: { kind: 'partition' } }),
  ]
  const timeline = changed(twice(), { plus: blip })
  const never = { kind: 'takeover', never: true, by: 'dc2' } as const
  expect(verdict({ ...never, for: 'blip' }, timeline)).toBe('pass')
  expect(verdict({ ...never, for: 'first' }, timeline)).toBe('fail')
  expect(verdict(never, timeline)).toBe('fail')
})

test('loss is counted to the fault that followed the acceptance', () => {
  const loss = (step?: string): unknown =>
    judgeCheck(
      { kind: 'loss', atMost: { unit: 'tuples', value: 0 }, ...(step === undefined ? {} : { for: step }) },
      twice(),
    ).evidence
  expect(loss()).toMatchObject({ lostTuples: 10, acceptedTuples: 960 })
  expect(loss('first')).toMatchObject({ lostTuples: 10, acceptedTuples: 360 })
  expect(loss('second')).toMatchObject({ lostTuples: 0, acceptedTuples: 600 })
})

test('a datacenter that was never struck itself is judged by every fault', () => {
  const timeline = twice({ deliveries: [delivery(), delivery({ into: 'dc2', key: 'own' })] })
  expect(
    judgeCheck({ kind: 'loss', atMost: { unit: 'tuples', value: 0 }, for: 'first' }, timeline).evidence,
  ).toMatchObject({
    acceptedTuples: 720,
  })
})

test('outputs, duplicates and states outside the step do not count', () => {
  const swapped = [output({ t: 300, counter: 1, from: 5, to: 9 }), output({ t: 300, counter: 2, from: 0, to: 4 })]
  const later = [output({ t: 500, counter: 3, from: 10, to: 12 })]
  const timeline = partitionTimeline({ outputs: [...swapped, ...later] })
  expect(verdict({ kind: 'order', per: 'key' }, timeline)).toBe('fail')
  expect(verdict({ kind: 'order', per: 'key', for: 'cut' }, timeline)).toBe('pass')
  const bad = partitionTimeline({ states: [state({ t: 500 }), state({ checksum: 1 })] })
  expect(verdict({ kind: 'integrity' }, bad)).toBe('fail')
  expect(verdict({ kind: 'integrity', for: 'cut' }, bad)).toBe('pass')
  const twiceApplied = killTimeline({ states: [state({ duplicates: [{ from: 7, to: 7 }] })] })
  const duplicates = { kind: 'duplicates', polarity: { is: 'never' } } as const
  expect(verdict({ ...duplicates, for: 'kill-1' }, twiceApplied)).toBe('pass')
})

test('of a span only what lies in the step is counted', () => {
  const brain = (seconds: number, step?: string): string =>
    verdict(
      { kind: 'split_brain', polarity: { is: 'at_most', seconds }, ...(step === undefined ? {} : { for: step }) },
      partitionTimeline(),
    )
  // From 521 s to the end of the run at 900 s; the cut is healed at 800 s.
  expect(brain(300)).toBe('fail')
  expect([brain(278, 'cut'), brain(280, 'cut')]).toEqual(['fail', 'inconclusive'])
})

test('figures of the load are taken of the step’s time', () => {
  const load = [withSlice(series({ from: 50, to: 400 }), slice(200, { accepted: 0, rejected: 10 }))]
  const timeline = changed(loadTimeline({ load }), {
    plus: [event(100, 'step_started', { fault: 'quiet' }), event(150, 'step_ended', { fault: 'quiet' })],
  })
  const availability = { kind: 'availability', atLeast: { of: 'absolute', value: 100 }, phase: 'whole' } as const
  expect(verdict(availability, timeline)).toBe('fail')
  expect(verdict({ ...availability, for: 'quiet' }, timeline)).toBe('pass')
})

test('a step without length, such as a mark, leaves no time in which anything could be seen', () => {
  const calm = twice()
  const moment = [
    event(1200, 'step_started', { fault: 'm', seenBy: 'run', detail: { kind: 'mark' } }),
    event(1200, 'step_ended', { fault: 'm', seenBy: 'run', detail: { kind: 'mark' } }),
  ]
  const timeline = { ...calm, events: [...calm.events, ...moment].toSorted((a, b) => a.t - b.t) }
  expect(verdict({ kind: 'split_brain', polarity: { is: 'never' }, for: 'm' }, timeline)).toBe('inconclusive')
  expect(verdict({ kind: 'takeover', never: true, for: 'm' }, timeline)).toBe('inconclusive')
})
