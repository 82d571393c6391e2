import { expect, test } from 'vitest'
import { defaultBehaviour } from '../model/toolkit-behaviour.ts'
import { deriveFacts } from './judge-check.ts'
import { checkMutualDown, lastingMutualDown, mutualDownSpans } from './mutual-down.ts'
import {
  bothUp,
  changed,
  emptyTimeline,
  event,
  faultEvents,
  killTimeline,
  partitionTimeline,
  settingsOf,
} from './testing/timeline-builder.ts'

const never = { kind: 'mutual_down', polarity: { is: 'never' } } as const
const expected = { kind: 'mutual_down', polarity: { is: 'expected' } } as const
const atMost = (seconds: number) => ({ kind: 'mutual_down', polarity: { is: 'at_most', seconds } }) as const
const judge = (spec: Parameters<typeof checkMutualDown>[0], timeline: ReturnType<typeof emptyTimeline>): string =>
  checkMutualDown(spec, deriveFacts(timeline)).verdict

const endingAt = (t: number): ReturnType<typeof emptyTimeline> => {
  const { states: _, ...timeline } = changed(partitionTimeline(), {
    without: ['run_ended'],
    plus: [event(t, 'run_ended')],
  })
  return { ...timeline, states: [] }
}

test('after a cut both are silent for each other, also after the heal', () => {
  expect(mutualDownSpans(partitionTimeline())).toEqual([{ from: 530, to: 900, uncertainty: 0, isOpen: true }])
  expect(judge(expected, partitionTimeline())).toBe('pass')
  expect(judge(never, partitionTimeline())).toBe('fail')
})

test('it takes a whole heartbeat interval after the heal to show it, not a second less', () => {
  expect(judge(expected, endingAt(830))).toBe('pass')
  expect(judge(expected, endingAt(829))).toBe('inconclusive')
  expect(judge(never, endingAt(829))).toBe('inconclusive')
  expect(judge(expected, { ...endingAt(830), resolutionSeconds: 1 })).toBe('inconclusive')
  expect(judge(expected, { ...endingAt(831), resolutionSeconds: 1 })).toBe('pass')
})

test('it is not shown while the fault acts', () => {
  expect(judge(expected, changed(partitionTimeline(), { without: ['fault_healed'] }))).toBe('inconclusive')
})

test.each([
  event(810, 'remote_up', { dc: 'dc1', of: 'dc2' }),
  event(810, 'heartbeat_sent', { dc: 'dc1' }),
  event(810, 'heartbeat_received', { dc: 'dc2' }),
  event(810, 'job_started', { dc: 'dc1' }),
])('$event ends it', (ending) => {
  const timeline = changed(partitionTimeline(), { plus: [ending] })
  expect(mutualDownSpans(timeline)).toEqual([{ from: 530, to: 810, uncertainty: 0, isOpen: false }])
  expect(judge(atMost(280), timeline)).toBe('pass')
  expect(judge(atMost(279), timeline)).toBe('fail')
  expect(judge(never, timeline)).toBe('fail')
})

test('one side down is no mutual silence', () => {
  expect(mutualDownSpans(killTimeline())).toEqual([])
  expect(judge(never, killTimeline())).toBe('pass')
  expect(judge(expected, killTimeline())).toBe('fail')
  const early = changed(killTimeline({ states: [] }), { without: ['run_ended'], plus: [event(530, 'run_ended')] })
  expect(judge(never, early)).toBe('pass')
})

test('two healthy datacenters watched for the whole window are not silent', () => {
  const healthy = emptyTimeline({ events: [...bothUp, event(900, 'run_ended')] })
  expect(judge(never, healthy)).toBe('pass')
  expect(judge(expected, healthy)).toBe('inconclusive')
  const struck = changed(healthy, { plus: faultEvents(400, { fault: 'cut', kind: 'partition' }) })
  expect(judge(expected, struck)).toBe('fail')
})

test('a longer heartbeat interval must be watched for longer', () => {
  const slow = settingsOf('dc2', { heartbeatExchangeInterval: 101 })
  expect(judge(expected, partitionTimeline({ settings: { dc1: settingsOf('dc1'), dc2: slow } }))).toBe('inconclusive')
})

test.each([never, expected, atMost(1)])('is inconclusive without data: $polarity.is', (spec) => {
  expect(judge(spec, emptyTimeline())).toBe('inconclusive')
})

test('it is not ruled out while both may still declare each other down', () => {
  const early = changed(partitionTimeline({ states: [] }), {
    without: ['remote_down', 'fault_healed', 'run_ended'],
    plus: [event(540, 'run_ended')],
  })
  expect(judge(never, early)).toBe('inconclusive')
})

const withoutQ4 = { quirks: { ...defaultBehaviour.quirks, Q4: false }, isFused: false }

test('without Q4 heartbeats go on, and it lasts until one side sees the other up', () => {
  const timeline = changed(partitionTimeline({ toolkit: withoutQ4 }), {
    plus: [event(540, 'heartbeat_sent', { dc: 'dc1' }), event(810, 'remote_up', { dc: 'dc2', of: 'dc1' })],
  })
  expect(mutualDownSpans(timeline)).toEqual([{ from: 530, to: 810, uncertainty: 0, isOpen: false }])
  expect(judge(atMost(280), timeline)).toBe('pass')
  expect(judge(atMost(279), timeline)).toBe('fail')
})

test('it is shown to last only where the oracle says that nothing will end it', () => {
  expect(lastingMutualDown(partitionTimeline())).toMatchObject({ isShown: true })
  expect(lastingMutualDown(partitionTimeline({ toolkit: withoutQ4 }))).toMatchObject({ isShown: false })
})
