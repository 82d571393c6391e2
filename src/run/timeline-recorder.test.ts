import { expect, test } from 'vitest'
import type { TimelineEvent } from '../model/timeline.ts'
import { RunClock } from './run-clock.ts'
import { InMemoryPair } from './testing/in-memory-pair.ts'
import { TimelineRecorder } from './timeline-recorder.ts'

function setUp(): { pair: InMemoryPair; clock: RunClock; recorder: TimelineRecorder } {
  const pair = new InMemoryPair()
  const clock = new RunClock(pair.clock)
  return { pair, clock, recorder: new TimelineRecorder({ clock, events: pair.events }) }
}

test('a testbed’s event counts from t = 0, also when that was set later', async () => {
  const { pair, clock, recorder } = setUp()
  pair.tell('dc1', 'job_submitted')
  await pair.virtual.advance(5)
  pair.tell('dc1', 'job_started')
  clock.startAt(1005)
  expect(recorder.events()).toEqual([
    { t: -5, uncertainty: 0, event: 'job_submitted', dc: 'dc1', of: 'dc2', seenBy: 'testbed' },
    { t: 0, uncertainty: 0, event: 'job_started', dc: 'dc1', of: 'dc2', seenBy: 'testbed' },
  ])
})

test('events of the testbed and of the run come in order of time', async () => {
  const { pair, clock, recorder } = setUp()
  clock.startAt(1000)
  await pair.virtual.advance(10)
  pair.tell('dc1', 'pe_exited')
  recorder.record({ t: 4, uncertainty: 1, event: 'fault_effective', seenBy: 'run' })
  await pair.virtual.advance(10)
  recorder.note('mark', { detail: { label: 'here' } })
  expect(recorder.events().map(({ t, event }) => `${t} ${event}`)).toEqual([
    '4 fault_effective',
    '10 pe_exited',
    '20 mark',
  ])
})

test('subscribers hear of both kinds of events, from then on and until they end it', () => {
  const { pair, recorder } = setUp()
  const heard: TimelineEvent['event'][] = []
  recorder.note('run_started')
  const unsubscribe = recorder.subscribe(({ event }) => heard.push(event))
  pair.tell('dc1', 'remote_up')
  recorder.note('mark')
  unsubscribe()
  recorder.note('run_ended')
  expect(heard).toEqual(['remote_up', 'mark'])
})

test('a disposed recorder keeps what it has and takes no more from the testbed', () => {
  const { pair, recorder } = setUp()
  pair.tell('dc1', 'remote_up')
  recorder[Symbol.dispose]()
  pair.tell('dc1', 'remote_down')
  expect(recorder.events().map(({ event }) => event)).toEqual(['remote_up'])
})
