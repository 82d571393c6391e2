import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'
import { deriveFacts } from './judge-check.ts'
import { ageSpans, checkReplicationAge } from './replication-age.ts'
import {
  bothUp,
  changed,
  emptyTimeline,
  event,
  faultEvents,
  killTimeline,
  takeoverEvents,
} from './testing/timeline-builder.ts'

const at2 = { dc: 'dc2', of: 'dc1' } as const
const stored = (t: number, part = '0'): TimelineEvent => event(t, 'snapshot_stored', { ...at2, detail: { part } })
const gone = (t: number, reason: string, part = '0'): TimelineEvent =>
  event(t, 'snapshot_deleted', { ...at2, detail: { part, reason } })
const isProtected = (t: number): TimelineEvent => event(t, 'protected', { dc: 'dc1', of: 'dc2' })

function judge(timeline: Timeline, atMost: number): ReturnType<typeof checkReplicationAge> {
  return checkReplicationAge({ kind: 'replication_age', dc: 'dc1', atMost }, deriveFacts(timeline))
}

/** dc1 killed at 400 s, with these in the place of its protections. */
function killed(...plus: readonly TimelineEvent[]): Timeline {
  return changed(killTimeline(), { without: ['protected'], plus })
}

test('the age is watched from the first protection to the death', () => {
  const timeline = killed(stored(195), isProtected(195), stored(345), isProtected(345))
  expect(ageSpans(timeline, 'dc1').map(({ from, to }) => [from, to])).toEqual([
    [195, 345],
    [345, 400],
  ])
  expect(judge(timeline, 150).verdict).toBe('pass')
  expect(judge(timeline, 149)).toMatchObject({
    verdict: 'fail',
    message: 'The replica of part 0 of dc1 grew 150 ± 0 s old, from 195 s to 345 s; allowed: at most 149 s.',
    evidence: { maxSeconds: 150, ageAtFaultSeconds: 55, overCount: 1 },
  })
})

test('each part has an age of its own', () => {
  const timeline = killed(stored(190, '0'), stored(195, '1'), isProtected(195), stored(345, '1'))
  expect(judge(timeline, 205)).toMatchObject({ verdict: 'fail', evidence: { maxSeconds: 210, ageAtFaultSeconds: 210 } })
})

test('silent replication grows old as long as the datacenter lives', () => {
  const timeline = emptyTimeline({
    events: [...bothUp, stored(195), isProtected(195), event(2000, 'run_ended')],
  })
  expect(judge(timeline, 1805).verdict).toBe('pass')
  expect(judge(timeline, 1804).verdict).toBe('fail')
})

test('a takeover ends the watch, and a new protection begins another', () => {
  const timeline = emptyTimeline({
    events: [
      ...bothUp,
      stored(195),
      isProtected(195),
      ...faultEvents(200, { fault: 'cut', kind: 'partition' }),
      ...takeoverEvents(330, 'dc2', 1),
      gone(330.5, 'replayed'),
      event(700, 'fault_healed', { fault: 'cut', detail: { kind: 'partition' } }),
      stored(900),
      isProtected(900),
      event(1000, 'run_ended'),
    ].toSorted((a, b) => a.t - b.t),
  })
  expect(ageSpans(timeline, 'dc1').map(({ from, to }) => [from, to])).toEqual([
    [195, 330.2],
    [900, 1000],
  ])
})

test('a replica that was lost is too old at once', () => {
  const timeline = killed(stored(195), isProtected(195), gone(300, 'write_error'))
  expect(judge(timeline, 1000)).toMatchObject({
    verdict: 'fail',
    message: 'Nothing was kept of part 0 of dc1 from 300 s to 400 s: its replica had been deleted.',
  })
  expect(judge(killed(stored(195), isProtected(195), gone(300, 'orderly_shutdown')), 1000).verdict).toBe('pass')
})

test('a limit within the uncertainty is inconclusive', () => {
  const timeline = { ...killed(stored(195), isProtected(195), stored(345)), resolutionSeconds: 1 }
  expect(judge(timeline, 150)).toMatchObject({ verdict: 'inconclusive' })
  expect([judge(timeline, 148).verdict, judge(timeline, 152).verdict]).toEqual(['fail', 'pass'])
})

test('the greatest age is the greatest gap between consecutive replicas', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 41, max: 399 }), { minLength: 1, maxLength: 20 }), (times) => {
      const sorted = times.toSorted((a, b) => a - b)
      const [first = 0] = sorted
      const gaps = [...sorted, 400].map((t, index, all) => (index === 0 ? 0 : t - (all[index - 1] ?? 0)))
      const timeline = killed(...sorted.map((t) => stored(t)), isProtected(first))
      expect(judge(timeline, 0).evidence['maxSeconds']).toBe(Math.max(...gaps))
    }),
  )
})
