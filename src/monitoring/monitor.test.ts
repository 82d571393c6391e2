import { expect, test } from 'vitest'
import type { JsonValue } from '../model/json.ts'
import type { Metric, StreamsClient } from '../model/streams-client.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { askedMetrics, askedProbes, Monitor } from './monitor.ts'
import type { MonitorOptions, ProbeRead } from './monitor.ts'

const counter = (value: number): Metric => ({
  name: 'n',
  value,
  metricKind: 'counter',
  metricType: 'system',
  lastTimeRetrieved: 0,
})

function setUp(options: Partial<MonitorOptions> = {}): {
  monitor: Monitor
  clock: ReturnType<typeof createVirtualClock>
} {
  const clock = createVirtualClock(0)
  let reads = 0
  const streams: Pick<StreamsClient, 'operatorMetrics'> = { operatorMetrics: async () => [counter(++reads)] }
  const monitor = new Monitor({
    clock,
    intervalSeconds: 10,
    metrics: [{ source: { kind: 'rest', dc: 'dc1', operator: 'A' }, name: 'n' }],
    probes: new Map(),
    around: { streams: () => streams as StreamsClient, jobId: () => '1' },
    ...options,
  })
  return { monitor, clock }
}

async function pass(clock: ReturnType<typeof createVirtualClock>, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 1) await clock.advance(1)
}

test('reads each metric at every interval until it is disposed of', async () => {
  const { monitor, clock } = setUp()
  monitor.start()
  await pass(clock, 35)
  await monitor[Symbol.asyncDispose]()
  await pass(clock, 35)
  expect(monitor.samples().map(({ t, value }) => [t, value])).toEqual([
    [0, 1],
    [10, 2],
    [20, 3],
    [30, 4],
  ])
})

test('a metric that cannot be read gives a sample without a value', async () => {
  const { monitor } = setUp({
    around: { streams: () => Promise.reject(new Error('not asked')) as never, jobId: () => null },
  })
  await monitor.sampleAll()
  expect(monitor.samples()).toEqual([{ t: 0, source: 'rest dc1 A', name: 'n', value: null, problem: 'dc1 has no job' }])
})

test('keeps a bounded number of samples, thinned out evenly', async () => {
  const { monitor, clock } = setUp({ intervalSeconds: 1 })
  for (let count = 0; count < 9000; count += 1) {
    await monitor.sampleAll()
    await clock.advance(1)
  }
  const times = monitor.samples().map(({ t }) => t)
  expect(times.length).toBeLessThanOrEqual(2001)
  expect(times.length).toBeGreaterThan(900)
  expect(times[0]).toBe(0)
})

test('a probe says a value, or why it could not', async () => {
  const probes = new Map<string, ProbeRead>([
    ['depth', async (): Promise<JsonValue> => 4],
    ['broken', async (): Promise<JsonValue> => await Promise.reject(new Error('no route'))],
  ])
  const { monitor } = setUp({ probes })
  await monitor.probeAll('before')
  expect(monitor.readings()).toEqual([
    { t: 0, name: 'depth', when: 'before', value: 4 },
    { t: 0, name: 'broken', when: 'before', value: null, problem: 'no route' },
  ])
})

test('asks for each metric and probe once', () => {
  const metric = { kind: 'metric', source: { kind: 'rest', dc: 'dc1' }, name: 'n' } as const
  expect(askedMetrics([{ ...metric, atMost: 1 }, { ...metric, atLeast: 0 }, { kind: 'integrity' }])).toHaveLength(1)
  const probes = [
    { kind: 'probe', name: 'a' },
    { kind: 'steady_state', probes: ['a', 'b'] },
  ] as const
  expect(askedProbes(probes)).toEqual(['a', 'b'])
})
