import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CarriedKeys } from './carried-keys.ts'
import { createSequenceGenerator } from './sequence-generator.ts'

const place = { seed: 1, origin: 'dc1', ordinal: 1 } as const

test('have the names, the numbers and the order of a sequence generator', () => {
  const counts = fc.array(fc.nat(40), { maxLength: 6 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), counts, (keyCount, batches) => {
      const keys = new CarriedKeys(place, keyCount)
      const generator = createSequenceGenerator({ ...place, keys: keyCount, sizeBytes: 0 })
      expect(keys.keys).toEqual(generator.keys)
      for (const count of batches) {
        const start = keys.make(count)
        const tuples = generator.next(count).map(({ key, seq }) => ({ key, seq }))
        const made = keys.runs(start, count)
        const single = made.flatMap(({ key, from, to, first, last }) =>
          Array.from({ length: to - from + 1 }, (_, index) => ({
            key,
            seq: from + index,
            at: first + (to === from ? 0 : (index * (last - first)) / (to - from)),
          })),
        )
        expect(single.toSorted((a, b) => a.at - b.at).map(({ key, seq }) => ({ key, seq }))).toEqual(tuples)
        expect(keys.made).toBe(start + count)
      }
    }),
  )
})

test('a run sums up to what is expected of its numbers', () => {
  const keys = new CarriedKeys(place, 3)
  for (const { key, from, to, checksum } of keys.runs(keys.make(20), 20)) {
    expect(keys.expectedChecksum(key, [{ from, to }])).toBe(checksum)
  }
})

test('numbers that were never made have no checksum', () => {
  const keys = new CarriedKeys(place, 3)
  keys.make(7)
  expect(keys.expectedChecksum('dc1-g2-k00', [{ from: 0, to: 2 }])).not.toBe(-1)
  expect(keys.expectedChecksum('dc1-g2-k00', [{ from: 0, to: 3 }])).toBe(-1)
  expect(keys.expectedChecksum('dc1-g2-k01', [{ from: 0, to: 2 }])).toBe(-1)
  expect(keys.expectedChecksum('dc1-g2-k01', [{ from: -1, to: 1 }])).toBe(-1)
  expect(keys.expectedChecksum('dc1-g2-k03', [{ from: 0, to: 0 }])).toBe(-1)
  expect(keys.expectedChecksum('dc1-g2-k00', [])).toBe(0)
  expect(keys.owns('dc1-g2-k03')).toBe(false)
})
