import { expect, test } from 'vitest'
import type { TimelineEvent } from '../model/timeline.ts'
import { takeoverEnd } from './takeover-settled.ts'
import { bothUp, emptyTimeline, event } from './testing/timeline-builder.ts'

const stored = event(190, 'snapshot_stored', { dc: 'dc2', of: 'dc1' })
const down = event(520, 'remote_down', { dc: 'dc2', of: 'dc1' })
const started = event(520.01, 'takeover_started', { dc: 'dc2', of: 'dc1' })
const done = event(520.1, 'takeover_done', { dc: 'dc2', of: 'dc1' })
const output = event(520.3, 'first_output', { dc: 'dc2', of: 'dc1', seenBy: 'run' })

function endAfter(...events: readonly TimelineEvent[]): TimelineEvent | undefined {
  return takeoverEnd(emptyTimeline({ events: [...bothUp, ...events] }), { observer: 'dc2', since: 400 })
}

test('with something to replay, the takeover ends with the first output that the run saw', () => {
  expect(endAfter(stored, down, started, done, output)).toBe(output)
})

test('it is not over at any event before that, however they trickle in', () => {
  expect(endAfter(stored)).toBeUndefined()
  expect(endAfter(stored, down)).toBeUndefined()
  expect(endAfter(stored, down, started)).toBeUndefined()
  expect(endAfter(stored, down, started, done)).toBeUndefined()
  expect(endAfter(stored, down, started, done, { ...output, seenBy: 'testbed' })).toBeUndefined()
})

test('with nothing to replay, it ends with the DOWN', () => {
  expect(endAfter(down)).toBe(down)
  const closed = event(400, 'orderly_shutdown', { dc: 'dc1' })
  expect(endAfter(stored, closed, down)).toBe(down)
})

test('a DOWN from before, or of the other datacenter, is none', () => {
  expect(endAfter({ ...down, t: 399 })).toBeUndefined()
  expect(endAfter({ ...down, dc: 'dc1', of: 'dc2' })).toBeUndefined()
})
