import { expect, test } from 'vitest'
import { addChecksums, tupleChecksum } from '../support/checksum.ts'
import { createSequenceGenerator } from './sequence-generator.ts'
import type { SequenceGeneratorOptions } from './sequence-generator.ts'

const options: SequenceGeneratorOptions = { seed: 7, keys: 3, sizeBytes: 16, origin: 'dc1', ordinal: 0 }

test('numbers each key from 0, keys in turn, also across calls', () => {
  const generator = createSequenceGenerator(options)
  const tuples = [...generator.next(4), ...generator.next(3)]
  expect(tuples.map(({ key, seq }) => `${key}:${seq}`)).toEqual([
    'dc1-k00:0',
    'dc1-k01:0',
    'dc1-k02:0',
    'dc1-k00:1',
    'dc1-k01:1',
    'dc1-k02:1',
    'dc1-k00:2',
  ])
})

test('the same options give the same tuples; another seed or DC gives others', () => {
  const first = createSequenceGenerator(options).next(50)
  expect(createSequenceGenerator(options).next(50)).toEqual(first)
  const payloads = (tuples: typeof first): readonly string[] => tuples.map(({ payload }) => payload)
  expect(payloads(createSequenceGenerator({ ...options, seed: 8 }).next(50))).not.toEqual(payloads(first))
  const other = createSequenceGenerator({ ...options, origin: 'dc2' })
  expect(other.keys).toEqual(['dc2-k00', 'dc2-k01', 'dc2-k02'])
  expect(payloads(other.next(50))).not.toEqual(payloads(first))
})

test('payloads have the size asked for, and every tuple its checksum', () => {
  for (const sizeBytes of [0, 1, 16, 5000]) {
    const tuples = createSequenceGenerator({ ...options, sizeBytes }).next(9)
    for (const tuple of tuples) {
      expect(Buffer.byteLength(tuple.payload)).toBe(sizeBytes)
      expect(tuple.checksum).toBe(tupleChecksum(tuple))
    }
  }
})

test('payloads of one key differ', () => {
  const tuples = createSequenceGenerator({ ...options, keys: 1 }).next(1000)
  expect(new Set(tuples.map(({ payload }) => payload)).size).toBe(1000)
})

test('knows the sum of the checksums of any intervals', () => {
  const generator = createSequenceGenerator({ ...options, keys: 2 })
  const tuples = generator.next(10_000).filter(({ key }) => key === 'dc1-k01')
  const sumOf = (from: number, to: number): number =>
    tuples.filter(({ seq }) => seq >= from && seq <= to).reduce((sum, { checksum }) => addChecksums(sum, checksum), 0)
  const ends = [0, 1, 1022, 1023, 1024, 1025, 2047, 2048, 4095, 4999]
  for (const from of ends) {
    for (const to of ends.filter((end) => end >= from)) {
      expect(generator.expectedChecksum('dc1-k01', [{ from, to }])).toBe(sumOf(from, to))
    }
  }
  const two = [
    { from: 5, to: 9 },
    { from: 3000, to: 3001 },
  ]
  expect(generator.expectedChecksum('dc1-k01', two)).toBe(addChecksums(sumOf(5, 9), sumOf(3000, 3001)))
  expect(generator.expectedChecksum('dc1-k01', [])).toBe(0)
})

test('tuples that were never made have no sum', () => {
  const generator = createSequenceGenerator({ ...options, keys: 1 })
  generator.next(10)
  expect(generator.expectedChecksum('dc1-k00', [{ from: 0, to: 9 }])).not.toBe(-1)
  expect(generator.expectedChecksum('dc1-k00', [{ from: 0, to: 10 }])).toBe(-1)
  expect(generator.expectedChecksum('dc1-k00', [{ from: -1, to: 3 }])).toBe(-1)
  expect(generator.expectedChecksum('dc2-k00', [{ from: 0, to: 0 }])).toBe(-1)
})

test('generators of one DC can have keys of their own', () => {
  expect(createSequenceGenerator({ ...options, keys: 2, ordinal: 1 }).keys).toEqual(['dc1-g2-k00', 'dc1-g2-k01'])
})

test.each([
  [{ keys: 0 }, 'Expected `keys` to be a whole number from 1 and up, got 0'],
  [{ keys: 1.5 }, 'Expected `keys`'],
  [{ sizeBytes: -1 }, 'Expected `sizeBytes` to be a whole number from 0 and up, got -1'],
  [{ sizeBytesMax: 15 }, 'Expected `sizeBytesMax` to be a whole number from 16 and up, got 15'],
])('refuses %j', (wrong, message) => {
  expect(() => createSequenceGenerator({ ...options, ...wrong })).toThrow(message)
})
