import { expect, test } from 'vitest'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'
import { checkFailBack } from './fail-back.ts'
import { deriveFacts } from './judge-check.ts'
import { passiveTimeline } from './testing/passive-timelines.ts'
import {
  bothUp,
  changed,
  emptyTimeline,
  event,
  faultEvents,
  killTimeline,
  partitionTimeline,
  takeoverEvents,
} from './testing/timeline-builder.ts'

function judge(timeline: Timeline, within?: number): ReturnType<typeof checkFailBack> {
  return checkFailBack({ kind: 'fail_back', ...(within === undefined ? {} : { within }) }, deriveFacts(timeline))
}

const healed = { fault: 'kill-1', dc: 'dc1', seenBy: 'run', detail: { kind: 'kill' } } as const
const stored1 = (t: number): TimelineEvent => event(t, 'snapshot_stored', { dc: 'dc1', of: 'dc2' })
const stored2 = (t: number): TimelineEvent => event(t, 'snapshot_stored', { dc: 'dc2', of: 'dc1' })

/** dc1 killed at 400 s, taken over, submitted again at 600 s. */
function returned(plus: readonly TimelineEvent[], end = 1500): Timeline {
  return emptyTimeline({
    events: [
      ...bothUp,
      ...faultEvents(400, { fault: 'kill-1', kind: 'kill', dc: 'dc1' }),
      ...takeoverEvents(520, 'dc2'),
      event(600, 'job_started', { dc: 'dc1' }),
      event(610, 'fault_healed', healed),
      ...plus,
      event(end, 'run_ended', { seenBy: 'run' }),
    ].toSorted((a, b) => a.t - b.t),
  })
}

const bothSee = [event(640, 'remote_up', { dc: 'dc2', of: 'dc1' }), event(655, 'remote_up', { dc: 'dc1', of: 'dc2' })]

test('counts from the last healing to the last of what must be so again', () => {
  const timeline = returned([...bothSee, stored2(790), stored1(810)])
  expect(judge(timeline)).toMatchObject({
    verdict: 'pass',
    message: 'Replication was back both ways, with roles as before, 200 ± 0 s after the last healing.',
  })
  expect(judge(timeline, 200).verdict).toBe('pass')
  expect(judge(timeline, 199).verdict).toBe('fail')
  expect(judge({ ...timeline, resolutionSeconds: 1 }, 200).verdict).toBe('inconclusive')
})

test.each([
  ['a new replica of dc2 in dc1', [...bothSee, stored2(790)]],
  ['a new replica of dc2 in dc1', [...bothSee, stored1(500), stored2(790)]],
  ['dc2 sees dc1 up', [stored1(790), stored2(790), event(640, 'remote_up', { dc: 'dc1', of: 'dc2' })]],
  ['dc1 serves', [...bothSee, stored1(790), stored2(790), event(900, 'job_cancelled', { dc: 'dc1' })]],
])('fails without %s', (what, plus) => {
  expect(judge(returned(plus))).toMatchObject({ verdict: 'fail' })
  expect(judge(returned(plus)).message).toContain(what)
})

test('what is missing when the run ended early is not known to be missing', () => {
  expect(judge(returned(bothSee, 700)).verdict).toBe('inconclusive')
  expect(judge(returned(bothSee, 700), 80).verdict).toBe('fail')
  expect(judge(returned(bothSee, 700), 100).verdict).toBe('inconclusive')
})

test('two sides that hold each other for down fail for good', () => {
  expect(judge(partitionTimeline(), 1000)).toMatchObject({ verdict: 'fail' })
  expect(judge(partitionTimeline(), 1000).message).toContain('(quirk Q4)')
})

test('is inconclusive without a fault, or without a healing', () => {
  expect(judge(emptyTimeline({ events: bothUp })).verdict).toBe('inconclusive')
  expect(judge(killTimeline()).verdict).toBe('inconclusive')
})

test('a passive side that goes on serving has another role than before', () => {
  const timeline = changed(passiveTimeline(), {
    plus: [
      event(600, 'job_started', { dc: 'dc1' }),
      event(610, 'fault_healed', { ...healed, fault: 'outage' }),
      event(640, 'remote_up', { dc: 'dc2', of: 'dc1' }),
      event(640, 'remote_up', { dc: 'dc1', of: 'dc2' }),
      stored2(790),
    ],
  })
  expect(judge(timeline, 300)).toMatchObject({ verdict: 'fail' })
  expect(judge(timeline, 300).message).toContain('dc2 only watches')
})
