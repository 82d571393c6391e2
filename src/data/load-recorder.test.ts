import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DeliveryOutcome, LoadSeries } from '../model/timeline.ts'
import { LatencyCounts } from './latency-counts.ts'
import { LoadRecorder } from './load-recorder.ts'

const recorder = (startTime = 10): LoadRecorder => new LoadRecorder({ into: 'dc1', startTime, warmupUntil: startTime })

const latenciesOf = ({ slices }: LoadSeries): number =>
  slices.reduce(
    (sum, { latency }) => sum + (latency === undefined ? 0 : decodeFromCompressedBase64(latency).totalCount),
    0,
  )

test('slices follow each other without a gap to the end, the last one only as long as there was traffic', () => {
  const load = new LoadRecorder({ into: 'dc2', name: 'orders', startTime: 10, warmupUntil: 12 })
  load.due(10.5)
  load.due(11)
  load.due(13.25)
  load.answered(10.5, 'accepted', 10.75)
  load.skipped(13.25)
  const { slices, ...series } = load.series(13.5)
  expect(series).toEqual({ into: 'dc2', name: 'orders', warmupUntil: 12 })
  expect(slices.map(({ from, to, due, accepted, skipped }) => [from, to, due, accepted, skipped])).toEqual([
    [10, 11, 2, 1, 0],
    [11, 12, 0, 0, 0],
    [12, 13, 0, 0, 0],
    [13, 13.5, 1, 0, 1],
  ])
  expect(slices[1]).not.toHaveProperty('latency')
})

test('there are never more than 720 slices: twice as long a time has twice as wide ones, and nothing is lost', () => {
  const due = fc.array(
    fc.record({
      time: fc.double({ min: 0, max: 5000, noNaN: true }),
      outcome: fc.constantFrom<DeliveryOutcome>('accepted', 'rejected', 'unknown'),
    }),
    { minLength: 1, maxLength: 200, size: 'max' },
  )
  fc.assert(
    fc.property(due, (tuples) => {
      const load = recorder()
      for (const { time, outcome } of tuples) {
        load.due(10 + time)
        load.answered(10 + time, outcome, 11 + time)
      }
      const end = 10 + Math.max(...tuples.map(({ time }) => time))
      const series = load.series(end)
      const { slices } = series
      expect(slices.length).toBeLessThanOrEqual(720)
      expect(slices.every(({ from }, index) => from === (slices[index - 1]?.to ?? 10))).toBe(true)
      for (const outcome of ['accepted', 'rejected', 'unknown'] as const) {
        const count = tuples.filter((tuple) => tuple.outcome === outcome).length
        expect(slices.reduce((sum, slice) => sum + slice[outcome], 0)).toBe(count)
      }
      expect(latenciesOf(series)).toBe(tuples.filter(({ outcome }) => outcome === 'accepted').length)
    }),
    { numRuns: 30 },
  )
})

test.each([
  [730, 720, 1],
  [730.5, 361, 2],
  [1450, 720, 2],
  [1451, 361, 4],
])('up to %d s there are %d slices of %d s', (until, count, width) => {
  const { slices } = recorder().series(until)
  expect([slices.length, (slices[0]?.to ?? 0) - (slices[0]?.from ?? 0)]).toEqual([count, width])
})

test('a long even load is whole after each widening', () => {
  const load = recorder(0)
  for (let time = 1; time <= 3000; time += 1) load.due(time)
  const { slices } = load.series(3000)
  expect([slices.length, slices.every(({ due }) => due === 8)]).toEqual([375, true])
})

test('latencies come out as they went in, to three digits', () => {
  const values = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1, maxLength: 300, size: 'max' })
  fc.assert(
    fc.property(values, (all) => {
      const counts = new LatencyCounts()
      for (const value of all) counts.add(value)
      const histogram = decodeFromCompressedBase64(counts.encode() ?? '')
      const sorted = all.toSorted((a, b) => a - b)
      expect(histogram.totalCount).toBe(all.length)
      for (const percentile of [50, 99, 100]) {
        const exact = sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)] ?? 0
        expect(Math.abs(histogram.getValueAtPercentile(percentile) - exact)).toBeLessThanOrEqual(1 + exact / 500)
      }
    }),
    { numRuns: 50 },
  )
})

test.each([
  [-5, 0],
  [Number.MAX_SAFE_INTEGER, 2 ** 31 - 1],
])('a latency of %d ms counts as %d', (ms, counted) => {
  const counts = new LatencyCounts()
  counts.add(ms)
  expect(decodeFromCompressedBase64(counts.encode() ?? '').maxValue / Math.max(1, counted)).toBeCloseTo(
    counted === 0 ? 0 : 1,
    2,
  )
})
