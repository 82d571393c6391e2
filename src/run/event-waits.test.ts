import { expect, test } from 'vitest'
import { waitForEvents } from './event-waits.ts'
import type { EventWait } from './event-waits.ts'
import { RunClock } from './run-clock.ts'
import { InMemoryPair } from './testing/in-memory-pair.ts'
import { TimelineRecorder } from './timeline-recorder.ts'

function setUp(): { pair: InMemoryPair; wait: (options?: Partial<EventWait<number>>) => Promise<number> } {
  const pair = new InMemoryPair()
  const clock = new RunClock(pair.clock)
  clock.startAt(1000)
  const recorder = new TimelineRecorder({ clock, events: pair.events })
  return {
    pair,
    wait: async (options) =>
      await waitForEvents(
        { recorder, clock },
        {
          what: 'dc2 to declare dc1 down',
          timeoutSeconds: 150,
          find: (events) => events.find(({ event }) => event === 'remote_down')?.t,
          ...options,
        },
      ),
  }
}

test('resolves at once with what is already there', async () => {
  const { pair, wait } = setUp()
  pair.tell('dc2', 'remote_down')
  expect(await wait()).toBe(0)
})

test('resolves when it comes, without waiting for the deadline', async () => {
  const { pair, wait } = setUp()
  pair.at(1120, () => pair.tell('dc2', 'remote_down'))
  expect(await pair.drive(wait())).toBe(120)
  expect(pair.virtual.now()).toBe(1120)
})

test('a timeout names what was waited for and the last thing that happened, lateness aside', async () => {
  const { pair, wait } = setUp()
  pair.at(1030, () => pair.tell('dc2', 'remote_up'))
  pair.at(1040, () => pair.tell('dc2', 'lateness'))
  await expect(pair.drive(wait())).rejects.toThrow(
    'Timed out after 150 s (system time) waiting for dc2 to declare dc1 down; last seen: remote_up in dc2 at 30.0 s.',
  )
})

test('a timeout without any event says so', async () => {
  const { pair, wait } = setUp()
  await expect(pair.drive(wait())).rejects.toThrow('last seen: no event at all.')
})

test('an abort ends the wait with its reason, and nothing sleeps on', async () => {
  const { pair, wait } = setUp()
  const interrupt = new AbortController()
  const waiting = wait({ signal: interrupt.signal })
  interrupt.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  expect(pair.virtual.sleepers()).toBe(0)
})
