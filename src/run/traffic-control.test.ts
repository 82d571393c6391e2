import { expect, test } from 'vitest'
import type { TrafficSpec } from '../model/scenario.ts'
import { InMemoryPair } from './testing/in-memory-pair.ts'
import { sampleSession, sampleTraffic } from './testing/sample-session.ts'

const spec: TrafficSpec = { ...sampleTraffic, rate: 2 }

test('a rate above what the testbed carries is refused, with both ways out', async () => {
  const pair = new InMemoryPair()
  await using session = sampleSession(pair)
  await pair.drive(session.start())
  await expect(session.send('dc1', { ...spec, rate: 101 })).rejects.toThrow(
    'Traffic into dc1: 101/s of system time at time scale 60 is 6060 tuples a real second; it carries 6000. Lower the rate to 100/s or the time scale to 59.',
  )
  expect(session.recorder.events().map(({ event }) => event)).not.toContain('traffic_started')
})

test('the highest rate that the testbed carries is taken', async () => {
  const pair = new InMemoryPair()
  await using session = sampleSession(pair)
  const traffic = await pair.drive(session.send('dc1', { ...spec, rate: 100, forSeconds: 1 }))
  await pair.drive(traffic.done)
  expect(traffic.stats().generatedTuples).toBe(100)
})

test('the timeline says when traffic began and ended, and how much of it there was', async () => {
  const pair = new InMemoryPair()
  await using session = sampleSession(pair)
  const traffic = await pair.drive(session.send('dc1', { ...spec, count: 10 }))
  await pair.drive(traffic.done)
  const events = session.recorder.events().filter(({ event }) => event.startsWith('traffic_'))
  expect(events).toMatchObject([
    { event: 'traffic_started', dc: 'dc1', detail: { rateTuplesPerSecond: 2, realTuplesPerSecond: 120, keys: 2 } },
    { event: 'traffic_stopped', dc: 'dc1', detail: { generatedTuples: 10 } },
  ])
})

test('tuples for a DC that has no job are rejected', async () => {
  const pair = new InMemoryPair()
  await using session = sampleSession(pair)
  await pair.drive(session.start())
  await pair.drive(session.jobs.cancel('dc1'))
  const traffic = await pair.drive(session.send('dc1', { ...spec, count: 10 }))
  await pair.drive(traffic.done)
  const { deliveries } = await session.timeline()
  expect(new Set(deliveries.map(({ outcome }) => outcome))).toEqual(new Set(['rejected']))
})
