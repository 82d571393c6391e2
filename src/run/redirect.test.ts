import { expect, onTestFinished, test } from 'vitest'
import type { TrafficTarget } from '../data/traffic-lane.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { JsonObject } from '../model/json.ts'
import { redirectAfterFault } from './redirect.ts'
import { RunClock } from './run-clock.ts'
import { InMemoryPair } from './testing/in-memory-pair.ts'
import { TimelineRecorder } from './timeline-recorder.ts'

interface Trial {
  /** Where the traffic goes. */
  readonly into: () => DatacenterName
  readonly happen: (event: 'fault_effective' | 'fault_healed', dc: DatacenterName, detail: JsonObject) => void
  readonly pass: (seconds: number) => Promise<void>
  readonly stop: () => void
}

/** Traffic into dc1 that is redirected 5 s after a fault. */
function setUp(): Trial {
  const pair = new InMemoryPair()
  const clock = new RunClock(pair.clock)
  const recorder = new TimelineRecorder({ clock, events: pair.events })
  let into: DatacenterName = 'dc1'
  const end = new AbortController()
  onTestFinished(() => end.abort())
  const traffic = {
    get into() {
      return into
    },
    redirect: ({ dc }: TrafficTarget) => {
      into = dc
    },
  }
  const target = (dc: DatacenterName): TrafficTarget => ({
    dc,
    exchange: pair.datacenters[dc].exchange,
    endpoint: () => undefined,
  })
  const stop = redirectAfterFault({ traffic, afterSeconds: 5, target, clock, recorder, signal: end.signal })
  return {
    into: () => into,
    happen: (event, dc, detail) =>
      recorder.record({ t: clock.now(), uncertainty: 0, event, dc, fault: 'outage', seenBy: 'run', detail }),
    pass: async (seconds) => await pair.drive(clock.sleep(seconds)),
    stop,
  }
}

test.each([
  ['kill', {}, 'dc2'],
  ['pause', {}, 'dc2'],
  ['cancel_job', {}, 'dc2'],
  ['orderly_shutdown', {}, 'dc2'],
  ['datacenter_outage', {}, 'dc2'],
  ['host_hang', {}, 'dc2'],
  ['power_loss', {}, 'dc2'],
  ['kill', { management: true }, 'dc1'],
  ['crash', {}, 'dc1'],
  ['disk_full', {}, 'dc1'],
])('after %s %j of dc1 traffic goes into %s', async (kind, detail, dc) => {
  const trial = setUp()
  trial.happen('fault_effective', 'dc1', { kind, ...detail })
  await trial.pass(4.9)
  expect(trial.into()).toBe('dc1')
  await trial.pass(0.2)
  expect(trial.into()).toBe(dc)
})

test('it goes back again when the survivor fails as well', async () => {
  const trial = setUp()
  trial.happen('fault_effective', 'dc1', { kind: 'kill' })
  await trial.pass(6)
  trial.happen('fault_effective', 'dc2', { kind: 'kill' })
  await trial.pass(6)
  expect(trial.into()).toBe('dc1')
})

test('a fault that comes again after it was healed counts anew', async () => {
  const trial = setUp()
  trial.happen('fault_effective', 'dc1', { kind: 'kill' })
  await trial.pass(2)
  trial.happen('fault_healed', 'dc1', { kind: 'kill' })
  await trial.pass(10)
  expect(trial.into()).toBe('dc1')
  trial.happen('fault_effective', 'dc1', { kind: 'kill' })
  await trial.pass(6)
  expect(trial.into()).toBe('dc2')
})

test('traffic that has ended is not redirected', async () => {
  const trial = setUp()
  trial.happen('fault_effective', 'dc1', { kind: 'kill' })
  trial.stop()
  await trial.pass(10)
  expect(trial.into()).toBe('dc1')
})
