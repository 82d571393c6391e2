import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { FaultSpec } from '../model/fault.ts'
import type { TrafficSpec } from '../model/scenario.ts'
import { IntervalSet } from '../support/interval-set.ts'
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

const kill = { kind: 'kill', target: { dc: 'dc1' } } as const

test('after a fault that stops its DC, and the time that was asked for, traffic goes on into the survivor', async () => {
  const pair = new InMemoryPair()
  await using session = sampleSession(pair)
  const redirect = { to: 'survivor', afterSeconds: 5 } as const
  const traffic = await pair.drive(session.send('dc1', { ...spec, keys: 1, redirect }))
  await pair.drive(session.clock.sleep(20))
  const fault = await pair.drive(session.inject(kill, { id: 'outage' }))
  await pair.drive(session.clock.sleep(20))
  await pair.drive(traffic.stop())
  const redirected = session.recorder.events().find(({ event }) => event === 'traffic_redirected')
  expect(redirected).toMatchObject({ dc: 'dc2', of: 'dc1', fault: 'outage' })
  expect(redirected?.t).toBeCloseTo(fault.effectiveAt + 5)
  const { deliveries, load = [] } = await session.timeline()
  const into = (dc: string): IntervalSet => IntervalSet.of(deliveries.filter((span) => span.into === dc))
  expect(into('dc1').union(into('dc2')).intervals()).toEqual([{ from: 0, to: traffic.stats().generatedTuples - 1 }])
  expect(into('dc1').intersect(into('dc2')).count).toBe(0)
  expect(into('dc2').count).toBeGreaterThan(20)
  expect(deliveries.filter((span) => span.into === 'dc2').every(({ outcome }) => outcome === 'accepted')).toBe(true)
  expect(load.map((series) => series.into)).toEqual(['dc1', 'dc2'])
  expect(load[0]?.slices.at(-1)?.to).toBeCloseTo(fault.effectiveAt + 5)
  await pair.drive(session[Symbol.asyncDispose]())
})

test.each<[string, FaultSpec, number]>([
  ['one that was healed by then', kill, 1],
  ['one of the other DC', { kind: 'kill', target: { dc: 'dc2' } }, 20],
  ['one of the link', { kind: 'partition', from: 'dc1', to: 'dc2', direction: 'both', ports: 'all', how: 'drop' }, 20],
])('traffic stays where it is after %s', async (_, fault, seconds) => {
  const pair = new InMemoryPair()
  await using session = sampleSession(pair)
  const redirect = { to: 'survivor', afterSeconds: 5 } as const
  const traffic = await pair.drive(session.send('dc1', { ...spec, redirect }))
  const injected = await pair.drive(session.inject(fault))
  await pair.drive(session.clock.sleep(seconds))
  await pair.drive(injected.heal())
  await pair.drive(session.clock.sleep(20))
  await pair.drive(traffic.stop())
  expect(traffic.into).toBe('dc1')
  expect(session.recorder.events().map(({ event }) => event)).not.toContain('traffic_redirected')
  await pair.drive(session[Symbol.asyncDispose]())
})

test('the highest rate that a ramp or a burst reaches is what the testbed has to carry', async () => {
  const pair = new InMemoryPair()
  await using session = sampleSession(pair)
  await pair.drive(session.start())
  const ramp = { kind: 'ramp', toRate: 101, overSeconds: 10 } as const
  await expect(session.send('dc1', { ...spec, arrival: ramp })).rejects.toThrow('101/s of system time')
})

test('a recording has the rate of its records, at the speed at which it is played', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'replay-'))
  onTestFinished(async () => await rm(folder, { recursive: true }))
  const path = join(folder, 'a.csv')
  await writeFile(path, `at\n${Array.from({ length: 101 }, (_, index) => `${index / 10}\n`).join('')}`)
  const pair = new InMemoryPair()
  await using session = sampleSession(pair)
  await pair.drive(session.start())
  const replay = { kind: 'replay', path, format: 'csv', time: 'at' } as const
  const at = (speed: number): TrafficSpec => ({ ...spec, rate: 0, generator: { ...replay, speed } })
  await expect(session.send('dc1', at(10))).rejects.toThrow('101/s of system time at time scale 60')
  const traffic = await session.send('dc1', at(2))
  await pair.drive(traffic.done)
  expect(traffic.stats()).toMatchObject({ generatedTuples: 101, skippedTuples: 0 })
  const started = session.recorder.events().find(({ event }) => event === 'traffic_started')
  expect(started?.detail?.['rateTuplesPerSecond']).toBeCloseTo(20.2)
})
