import { expect, test } from 'vitest'
import { deriveFacts } from './judge-check.ts'
import { checkSplitBrain, splitBrainSpans } from './split-brain.ts'
import { deriveTakeovers } from './takeovers.ts'
import {
  changed,
  emptyTimeline,
  event,
  faultEvents,
  killTimeline,
  orderlyTimeline,
  partitionTimeline,
} from './testing/timeline-builder.ts'

const never = { kind: 'split_brain', polarity: { is: 'never' } } as const
const expected = { kind: 'split_brain', polarity: { is: 'expected' } } as const
const atMost = (seconds: number) => ({ kind: 'split_brain', polarity: { is: 'at_most', seconds } }) as const
const spansOf = (timeline: ReturnType<typeof emptyTimeline>): ReturnType<typeof splitBrainSpans> =>
  splitBrainSpans(timeline, deriveTakeovers(timeline))

const dead = (t: number): ReturnType<typeof emptyTimeline> =>
  changed(partitionTimeline(), {
    without: ['run_ended'],
    plus: [...faultEvents(t, { fault: 'kill-1', kind: 'kill', dc: 'dc1' }), event(1000, 'run_ended')],
  })

test('after a cut both own the keys until the run ends', () => {
  expect(spansOf(partitionTimeline())).toEqual([{ from: 521, to: 900, uncertainty: 0, isOpen: true }])
  expect(checkSplitBrain(expected, deriveFacts(partitionTimeline())).verdict).toBe('pass')
  expect(checkSplitBrain(never, deriveFacts(partitionTimeline())).verdict).toBe('fail')
})

test('it ends when one side dies', () => {
  expect(spansOf(dead(821))).toEqual([{ from: 521, to: 821, uncertainty: 0, isOpen: false }])
})

test('it ends when one side’s process exits and restarts', () => {
  const restart = [
    event(0, 'pe_started', { dc: 'dc1', detail: { peId: '1' } }),
    event(700, 'pe_exited', { dc: 'dc1', detail: { peId: '1' } }),
    event(701, 'pe_started', { dc: 'dc1', detail: { peId: '1' } }),
  ]
  expect(spansOf(changed(partitionTimeline(), { plus: restart }))).toMatchObject([{ from: 521, to: 700 }])
})

test('at most: passes at the limit, fails a second over it, and does not judge one that is still on', () => {
  expect(checkSplitBrain(atMost(300), deriveFacts(dead(821))).verdict).toBe('pass')
  expect(checkSplitBrain(atMost(299), deriveFacts(dead(821))).verdict).toBe('fail')
  expect(checkSplitBrain(atMost(400), deriveFacts(partitionTimeline())).verdict).toBe('inconclusive')
  expect(checkSplitBrain(atMost(300), deriveFacts(partitionTimeline())).verdict).toBe('fail')
})

test('at most: is inconclusive when the resolution hides the length', () => {
  expect(checkSplitBrain(atMost(300), deriveFacts({ ...dead(821), resolutionSeconds: 1 })).verdict).toBe('inconclusive')
})

test('never: passes when the other datacenter is dead, or nothing was replayed', () => {
  expect(checkSplitBrain(never, deriveFacts(killTimeline())).verdict).toBe('pass')
  expect(checkSplitBrain(expected, deriveFacts(killTimeline())).verdict).toBe('fail')
  expect(checkSplitBrain(never, deriveFacts(orderlyTimeline())).verdict).toBe('pass')
})

test('a stretch shorter than its uncertainty is inconclusive', () => {
  expect(checkSplitBrain(never, deriveFacts({ ...dead(522), resolutionSeconds: 2 })).verdict).toBe('inconclusive')
})

test.each([never, expected, atMost(1)])(
  'is inconclusive without data, or while a takeover is under way: $polarity.is',
  (spec) => {
    expect(checkSplitBrain(spec, deriveFacts(emptyTimeline())).verdict).toBe('inconclusive')
    const unfinished = changed(partitionTimeline(), { without: ['takeover_done'] })
    expect(checkSplitBrain(spec, deriveFacts(unfinished)).verdict).toBe('inconclusive')
  },
)
