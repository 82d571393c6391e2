import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RateBucket, RateBuckets } from './rate-bucket.ts'
import { RateLine } from './rate-line.ts'

test('a bucket counts out its rate from when data are there, and saves up nothing', () => {
  const bucket = new RateBucket(8)
  expect(bucket.reserve(10, 100)).toBe(110)
  expect(bucket.reserve(5, 100)).toBe(115)
  expect(bucket.reserve(5, 500)).toBe(505)
})

test('a piece is 10 ms of the rate, and a byte at least', () => {
  expect(new RateBucket(8000).pieceBytes).toBe(10_000)
  expect(new RateBucket(0.001).pieceBytes).toBe(1)
})

test('a rule has one bucket for each way, and a new one when its rate changes', () => {
  const buckets = new RateBuckets()
  const rate = { ruleId: 'a', bitsPerSecond: 1000 }
  const [there] = buckets.of([rate], 'there', 1000)
  expect(buckets.of([rate], 'there', 1000)).toEqual([there])
  expect(buckets.of([rate], 'there', 1000)[0]).toBe(there)
  expect(buckets.of([rate], 'back', 1000)[0]).not.toBe(there)
  const effect = { kind: 'rate', bitsPerSecond: 2000 } as const
  buckets.keep([{ id: 'a', from: 'dc1', to: 'dc2', ports: 'all', effect }])
  expect(buckets.of([rate], 'there', 1000)[0]).not.toBe(there)
})

test('whatever rates come and go, all data pass once and in order, the end last', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('push' as const), bytes: fc.integer({ min: 0, max: 3000 }) }),
    // Bits a millisecond; the slowest takes 2 ms for all that there can be.
    fc.record({
      do: fc.constant('rates' as const),
      bitsPerMs: fc.array(fc.integer({ min: 500_000, max: 10_000_000 }), { maxLength: 3 }),
    }),
    fc.record({ do: fc.constant('wait' as const) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      let buckets: readonly RateBucket[] = []
      const passed: (Buffer | null)[] = []
      let end: (() => void) | undefined
      const ended = new Promise<void>((resolve) => {
        end = resolve
      })
      const pass = (chunk: Buffer | null): void => {
        passed.push(chunk)
        if (chunk === null) end?.()
      }
      const line = new RateLine({ buckets: () => buckets, pass })
      let sent = 0
      for (const taken of steps) {
        if (taken.do === 'push') {
          const chunk = Buffer.from(Array.from({ length: taken.bytes }, () => (sent += 1) % 251))
          line.push(chunk)
        } else if (taken.do === 'rates') {
          buckets = taken.bitsPerMs.map((bitsPerMs) => new RateBucket(bitsPerMs))
          line.refresh()
        } else await turn()
      }
      line.push(null)
      await ended
      const bytes = Buffer.concat(passed.filter((chunk) => chunk !== null))
      expect(bytes.length).toBe(sent)
      expect(bytes.every((byte, index) => byte === (index + 1) % 251)).toBe(true)
      expect(passed.indexOf(null)).toBe(passed.length - 1)
      expect(line.waitingBytes).toBe(0)
    }),
    { numRuns: 150 },
  )
})
