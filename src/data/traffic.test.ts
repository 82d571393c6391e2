import { build, decodeFromCompressedBase64 } from 'hdr-histogram-js'
import type { Histogram } from 'hdr-histogram-js'
import { expect, test } from 'vitest'
import type { Clock } from '../model/clock.ts'
import type { ExchangeEndpoint, InjectOutcome } from '../model/exchange-client.ts'
import type { LoadSeries, MeasuringFault } from '../model/timeline.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import type { VirtualClock } from '../support/virtual-clock.ts'
import { DeliveryLedger } from './delivery-ledger.ts'
import { constantRate, rateProfile } from './rate-profile.ts'
import { RateSchedule } from './rate-schedule.ts'
import { acceptAll, createInMemoryExchange, ingest } from './testing/in-memory-exchange.ts'
import type { InMemoryExchange, Injection } from './testing/in-memory-exchange.ts'
import { createSequenceGenerator } from './sequence-generator.ts'
import { startTraffic } from './traffic.ts'
import type { Traffic, TrafficOptions } from './traffic.ts'

interface Bench {
  readonly clock: VirtualClock
  readonly exchange: InMemoryExchange
  readonly ledger: DeliveryLedger
  readonly faults: readonly MeasuringFault[]
  readonly traffic: Traffic
}

type Answer = (injection: Injection, signal: AbortSignal | undefined) => InjectOutcome | Promise<InjectOutcome>

interface BenchOptions extends Partial<TrafficOptions> {
  readonly answer?: (clock: VirtualClock) => Answer
  /** @default 100 */
  readonly rate?: number
  readonly count?: number
  readonly forSeconds?: number
  readonly endpoint?: () => ExchangeEndpoint | undefined
}

/** Traffic of 100 tuples a second over 4 keys in virtual time, where a batch is due every 10 ms. */
function startBench(options: BenchOptions = {}): Bench {
  const clock = createVirtualClock()
  const { answer, rate = 100, count, forSeconds, endpoint = () => ingest, ...rest } = options
  const exchange = createInMemoryExchange({ clock, ...(answer === undefined ? {} : { answer: answer(clock) }) })
  const ledger = new DeliveryLedger()
  const faults: MeasuringFault[] = []
  const traffic = startTraffic({
    generator: createSequenceGenerator({ seed: 1, keys: 4, sizeBytes: 4, origin: 'dc1', ordinal: 0 }),
    target: { dc: 'dc1', exchange, endpoint },
    ledger,
    clock,
    schedule: new RateSchedule({ startTime: clock.now(), profile: constantRate(rate), count, forSeconds }),
    onMeasuringFault: (fault) => faults.push(fault),
    ...rest,
  })
  return { clock, exchange, ledger, faults, traffic }
}

/** Numbers as they arrived, key by key. */
function arrived(exchange: InMemoryExchange): ReadonlyMap<string, readonly number[]> {
  const keys = new Map<string, number[]>()
  for (const { key, seq } of exchange.injections.flatMap(({ tuples }) => tuples))
    keys.set(key, [...(keys.get(key) ?? []), seq])
  return keys
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)

/** Lets time go on until the traffic has ended. */
async function finish({ clock, traffic }: Bench): Promise<void> {
  const ended = traffic.stop().then(() => true)
  while (!(await Promise.race([ended, clock.advance(0.01)]))) continue
}

test('sends at its rate, each key in order, and records when each answer came', async () => {
  const bench = startBench()
  await bench.clock.advance(10)
  await finish(bench)
  const { exchange, ledger, traffic } = bench
  expect(ledger.totals()).toMatchObject({ sent: 1000, accepted: 1000 })
  expect([...arrived(exchange).values()]).toEqual([upTo(250), upTo(250), upTo(250), upTo(250)])
  expect(ledger.deliveries().findLast(({ key }) => key === 'dc1-k03')).toMatchObject({
    into: 'dc1',
    to: 249,
    outcome: 'accepted',
    endTime: 10,
  })
  expect(traffic.stats()).toMatchObject({ generatedTuples: 1000, skippedTuples: 0, backlogTuples: 0 })
})

test('makes nothing more after a stop, and a second stop is the same', async () => {
  const bench = startBench()
  await bench.clock.advance(1)
  await finish(bench)
  await bench.traffic.stop()
  await bench.traffic.done
  await bench.clock.advance(5)
  expect(bench.ledger.totals().sent).toBe(100)
})

test('a new rate holds at once', async () => {
  const bench = startBench()
  await bench.clock.advance(1)
  bench.traffic.setRate(500)
  await bench.clock.advance(1)
  bench.traffic.setRate(0)
  await bench.clock.advance(5)
  expect(bench.ledger.totals().sent).toBe(600)
  await finish(bench)
})

test.each([{ count: 123 }, { forSeconds: 1.23 }])('ends by itself: %j', async (limit) => {
  const { clock, traffic, ledger } = startBench(limit)
  await clock.advance(3)
  await traffic.done
  expect(ledger.totals().accepted).toBe(123)
})

test('the schedule does not wait for answers', async () => {
  const slow =
    (clock: VirtualClock): Answer =>
    async (injection) => {
      await clock.sleep(1)
      return acceptAll(injection)
    }
  const bench = startBench({ answer: slow })
  await bench.clock.advance(4)
  expect(bench.traffic.stats()).toMatchObject({ generatedTuples: 400, skippedTuples: 0 })
  // What came due while the first request was out went out as one.
  expect(bench.exchange.injections.slice(0, 3).map(({ tuples }) => tuples.length)).toEqual([1, 99, 100])
  await finish(bench)
  expect(bench.ledger.totals()).toMatchObject({ accepted: 400, answerSecondsMax: 1 })
  expect([...arrived(bench.exchange).values()]).toEqual([upTo(100), upTo(100), upTo(100), upTo(100)])
  expect(bench.faults).toEqual([])
})

test('a generator that cannot keep up says so once, and leaves no gap in the numbers', async () => {
  const never = (): Answer => async (_, signal) =>
    await new Promise((resolve) => {
      signal?.addEventListener('abort', () => resolve({ outcome: 'unknown', message: '' }), { once: true })
    })
  const stop = new AbortController()
  const { clock, traffic, ledger, faults } = startBench({ answer: never, backlogTuplesMax: 150, signal: stop.signal })
  await clock.advance(4)
  expect(traffic.stats()).toMatchObject({ generatedTuples: 150, skippedTuples: 250, backlogTuples: 150 })
  expect(faults).toMatchObject([
    { dc: 'dc1', message: expect.stringContaining('could not keep to 100 tuples a second into dc1: 150 tuples wait') },
  ])
  expect(faults[0]?.t).toBeCloseTo(1.51)
  stop.abort()
  await traffic.done
  // One request was out, the rest had not been sent.
  expect(ledger.totals()).toMatchObject({ sent: 150, unknown: 1, rejected: 149 })
})

test('sends the rest of a batch again that a full buffer had not taken, after a pause, in order', async () => {
  let room = 0
  const tight =
    (): Answer =>
    ({ tuples }) => {
      const added = Math.min(tuples.length, room)
      room = 0
      return added === tuples.length ? { outcome: 'accepted', added } : { outcome: 'partial', added }
    }
  const bench = startBench({ answer: tight, rate: 1000, count: 10 })
  await bench.clock.advance(0.011)
  expect(bench.exchange.injections).toHaveLength(1)
  room = 3
  await bench.clock.advance(0.02)
  expect(bench.ledger.totals().accepted).toBe(3)
  const refused = bench.exchange.injections.length
  await bench.clock.advance(1)
  // Pauses grow to 64 ms while nothing is taken.
  expect(bench.exchange.injections.length - refused).toBeLessThan(30)
  room = 100
  await bench.clock.advance(1)
  await bench.traffic.done
  expect(bench.ledger.totals()).toMatchObject({ sent: 10, accepted: 10 })
  const keys = ['dc1-k00', 'dc1-k01', 'dc1-k02', 'dc1-k03']
  const accepted = keys.map((key) => bench.ledger.key('dc1', key).accepted.intervals())
  expect(accepted).toEqual([2, 2, 1, 1].map((to) => [{ from: 0, to }]))
})

test('after a stop, a buffer that stays full is given up: what it did not take is rejected', async () => {
  const bench = startBench({ answer: () => () => ({ outcome: 'partial', added: 0 }) })
  await bench.clock.advance(1)
  const before = bench.clock.now()
  await finish(bench)
  expect(bench.clock.now() - before).toBeLessThan(5.2)
  expect(bench.ledger.totals()).toMatchObject({ sent: 100, accepted: 0, rejected: 100 })
})

test('an abort ends the sending again, and what was not taken is rejected', async () => {
  const stop = new AbortController()
  const { clock, traffic, ledger } = startBench({
    answer: () => () => ({ outcome: 'partial', added: 0 }),
    signal: stop.signal,
  })
  await clock.advance(1)
  stop.abort(new Error('enough'))
  await traffic.done
  expect(ledger.totals()).toMatchObject({ sent: 100, rejected: 100 })
})

test('after a hold-up, what was missed comes at once, as one batch, and the lateness is known', async () => {
  const clock = createVirtualClock()
  let jump = 0
  let waits = 0
  const held: Clock = {
    ...clock,
    now: () => clock.now() + jump,
    until: async (time, wait) => {
      waits += 1
      await clock.until(time - jump, wait)
    },
  }
  const bench = startBench({ clock: held })
  await clock.advance(0.1)
  const waitsBefore = waits
  jump = 1
  await clock.advance(0.01)
  await bench.traffic.stop()
  expect(bench.exchange.injections.at(-1)?.tuples).toHaveLength(101)
  expect(bench.traffic.stats().latenessSecondsMax).toBeCloseTo(1)
  expect(waits - waitsBefore).toBe(1)
})

test('goes on at its rate while the job is gone, and with it when it is back', async () => {
  let isThere = true
  const bench = startBench({
    answer: () => (injection) =>
      isThere ? acceptAll(injection) : { outcome: 'rejected', added: 0, status: undefined, message: 'refused' },
  })
  await bench.clock.advance(1)
  isThere = false
  await bench.clock.advance(2)
  isThere = true
  await bench.clock.advance(1)
  expect(bench.exchange.injections).toHaveLength(400)
  expect(bench.ledger.totals()).toMatchObject({ accepted: 200, rejected: 200 })
  expect(bench.ledger.key('dc1', 'dc1-k00').rejected.intervals()).toEqual([{ from: 25, to: 74 }])
  await finish(bench)
})

test('without a job there is no request, and the tuples are rejected', async () => {
  let job: typeof ingest | undefined = ingest
  const bench = startBench({ endpoint: () => job })
  await bench.clock.advance(1)
  job = undefined
  await bench.clock.advance(1)
  expect(bench.exchange.injections).toHaveLength(100)
  expect(bench.ledger.totals()).toMatchObject({ accepted: 100, rejected: 100 })
  await finish(bench)
})

test('an unknown outcome is recorded as such and never sent again', async () => {
  const bench = startBench({ answer: () => () => ({ outcome: 'unknown', message: 'lost' }) })
  await bench.clock.advance(1)
  await finish(bench)
  expect(bench.ledger.totals()).toMatchObject({ sent: 100, unknown: 100 })
  expect([...arrived(bench.exchange).values()]).toEqual([upTo(25), upTo(25), upTo(25), upTo(25)])
})

test('several lanes have a request out each, and a key keeps to its lane', async () => {
  const slow =
    (clock: VirtualClock): Answer =>
    async (injection) => {
      await clock.sleep(0.5)
      return acceptAll(injection)
    }
  const bench = startBench({ answer: slow, lanes: 2, rate: 1000 })
  await bench.clock.advance(0.4)
  const keys = bench.exchange.injections.map(({ tuples }) => [...new Set(tuples.map(({ key }) => key))])
  expect(keys).toHaveLength(2)
  expect(keys.flat().toSorted()).toEqual(['dc1-k00', 'dc1-k01', 'dc1-k02', 'dc1-k03'])
  await bench.clock.advance(3)
  await finish(bench)
  expect([...arrived(bench.exchange).values()].map(({ length }) => length)).toEqual([850, 850, 850, 850])
  expect([...arrived(bench.exchange).values()]).toEqual([upTo(850), upTo(850), upTo(850), upTo(850)])
})

test('bodies stay bounded when a lane catches up', async () => {
  const bench = startBench({
    rate: 10_000,
    answer: (clock) => async (injection) => {
      await clock.sleep(0.3)
      return acceptAll(injection)
    },
  })
  await bench.clock.advance(2)
  expect(Math.max(...bench.exchange.injections.map(({ tuples }) => tuples.length))).toBe(1000)
  await finish(bench)
})

test('an error of the client comes out of stop and done', async () => {
  const { clock, traffic } = startBench({
    answer: () => () => {
      throw new Error('a bug')
    },
  })
  await clock.advance(1)
  await expect(traffic.stop()).rejects.toThrow('a bug')
  await expect(traffic.done).rejects.toThrow('a bug')
})

/** Slices of the only series, added up. */
function sums({ traffic }: Bench): Record<'due' | 'accepted' | 'rejected' | 'unknown' | 'skipped', number> {
  const all = { due: 0, accepted: 0, rejected: 0, unknown: 0, skipped: 0 }
  for (const { slices } of traffic.series()) {
    for (const slice of slices) {
      all.due += slice.due
      all.accepted += slice.accepted
      all.rejected += slice.rejected
      all.unknown += slice.unknown
      all.skipped += slice.skipped
    }
  }
  return all
}

/** All latencies of a series, in milliseconds. */
function latencies({ slices }: LoadSeries): Histogram {
  const all = build()
  for (const { latency } of slices) if (latency !== undefined) all.add(decodeFromCompressedBase64(latency))
  return all
}

test('latency is from the time at which a tuple was due, so that one slow answer shows in all that waited behind it', async () => {
  const slowOnce =
    (clock: VirtualClock): Answer =>
    async (injection) => {
      if (injection.time > 1 && injection.time < 1.05) await clock.sleep(1)
      return acceptAll(injection)
    }
  const bench = startBench({ answer: slowOnce })
  await bench.clock.advance(4)
  await finish(bench)
  const [series] = bench.traffic.series()
  if (series === undefined) throw new Error('no series')
  const all = latencies(series)
  // Of 400 tuples a hundred were due while the answer was awaited: from 1 s down to none.
  expect(all.totalCount).toBe(400)
  expect(all.getValueAtPercentile(74)).toBeLessThanOrEqual(10)
  expect(all.getValueAtPercentile(88)).toBeGreaterThan(400)
  expect(all.maxValue).toBeGreaterThanOrEqual(1000)
  expect(all.maxValue).toBeLessThanOrEqual(1010)
})

test('a saturated generator counts what it left out where that was due', async () => {
  const never = (): Answer => async (_, signal) =>
    await new Promise((resolve) => {
      signal?.addEventListener('abort', () => resolve({ outcome: 'unknown', message: '' }), { once: true })
    })
  const stop = new AbortController()
  const bench = startBench({ answer: never, backlogTuplesMax: 150, signal: stop.signal })
  await bench.clock.advance(4)
  stop.abort()
  await bench.traffic.done
  expect(sums(bench)).toEqual({ due: 400, accepted: 0, rejected: 149, unknown: 1, skipped: 250 })
  const [series] = bench.traffic.series()
  expect(series?.slices.map(({ skipped }) => skipped)).toEqual([0, 50, 100, 100])
})

test('a batch whose answer is lost is unknown, all of it, and what comes after it is not touched', async () => {
  let count = 0
  const bench = startBench({
    rate: 1000,
    answer: () => (injection) => (++count === 50 ? { outcome: 'unknown', message: 'lost' } : acceptAll(injection)),
  })
  await bench.clock.advance(1)
  await finish(bench)
  expect(bench.ledger.totals()).toMatchObject({ sent: 1000, accepted: 990, unknown: 10 })
  const { accepted, unknown } = bench.ledger.key('dc1', 'dc1-k00')
  expect(accepted.intersect(unknown).count).toBe(0)
  expect(accepted.union(unknown).intervals()).toEqual([{ from: 0, to: 249 }])
  expect(sums(bench)).toMatchObject({ due: 1000, accepted: 990, unknown: 10 })
})

test('a redirect goes on into the other DC with the same keys and numbers, and gives up an answer that does not come', async () => {
  const bench = startBench({
    answer: () => async (injection, signal) => {
      if (injection.time < 1) return acceptAll(injection)
      return await new Promise((resolve) => {
        signal?.addEventListener('abort', () => resolve({ outcome: 'unknown', message: '' }), { once: true })
      })
    },
  })
  const survivor = createInMemoryExchange({ clock: bench.clock })
  await bench.clock.advance(2)
  bench.traffic.redirect({ dc: 'dc2', exchange: survivor, endpoint: () => ingest })
  expect(bench.traffic.into).toBe('dc2')
  await bench.clock.advance(1)
  await finish(bench)
  const first = bench.ledger.key('dc1', 'dc1-k00')
  const second = bench.ledger.key('dc2', 'dc1-k00')
  expect(bench.ledger.totals()).toMatchObject({ sent: 300, rejected: 0 })
  expect(first.unknown.count + first.accepted.count + second.accepted.count).toBe(75)
  expect(first.sent.union(second.sent).intervals()).toEqual([{ from: 0, to: 74 }])
  expect(first.sent.intersect(second.sent).count).toBe(0)
  expect(bench.traffic.series().map(({ into, slices }) => [into, slices[0]?.from, slices.at(-1)?.to])).toEqual([
    ['dc1', 0, 2],
    ['dc2', 2, 3],
  ])
  // What was due before the redirect counts there, wherever it went.
  expect(bench.traffic.series()[0]?.slices.reduce((sum, { due }) => sum + due, 0)).toBe(200)
  expect(sums(bench)).toMatchObject({ due: 300, skipped: 0 })
  const outcomes = bench.traffic
    .series()
    .map(({ slices }) =>
      slices.reduce((sum, { accepted, rejected, unknown }) => sum + accepted + rejected + unknown, 0),
    )
  expect(outcomes).toEqual([200, 100])
})

test.each([
  [1, 0],
  [1.02, 1],
])('a generator that was held up for %d s of real time says so %d times', async (seconds, faults) => {
  const clock = createVirtualClock()
  let jump = 0
  const held: Clock = {
    ...clock,
    now: () => clock.now() + jump,
    until: async (time, wait) => await clock.until(time - jump, wait),
  }
  const bench = startBench({ clock: held })
  await clock.advance(0.1)
  jump = seconds
  await clock.advance(0.01)
  await bench.traffic.stop()
  const said = bench.faults.filter(({ message }) =>
    message.includes('The generator for dc1 was held up for 1.02 s of real time'),
  )
  expect([bench.faults.length, said.length]).toEqual([faults, faults])
})

test('a factor keeps the form of the load, a rate takes its place', async () => {
  const clock = createVirtualClock()
  const profile = rateProfile({ kind: 'ramp', toRate: 200, overSeconds: 2 }, 0)
  const bench = startBench({ clock, schedule: new RateSchedule({ startTime: 0, profile }) })
  await clock.advance(1)
  expect(bench.ledger.totals().sent).toBe(50)
  bench.traffic.setFactor(2)
  await clock.advance(1)
  expect(bench.ledger.totals().sent).toBe(350)
  bench.traffic.setRate(10)
  await clock.advance(1)
  expect(bench.ledger.totals().sent).toBe(360)
})
