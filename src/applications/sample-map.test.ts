import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../support/random.ts'
import { MessageFormatError } from '../toolkit/errors.ts'
import { decodeSampleMap, encodeSampleMap } from './sample-map.ts'
import type { SampleMap } from './sample-map.ts'
import { isRefusalOrNothing, refusalOf } from './testing/refusal.ts'

const entry = fc.record({
  s1: fc.string({ unit: 'grapheme', maxLength: 200 }),
  i1: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  f1: fc.double(),
  b1: fc.boolean(),
})
const map = fc.array(fc.tuple(fc.string({ maxLength: 200 }), entry)).map((entries) => new Map(entries))

const inOrder = (): number => 0

const one: SampleMap = new Map([['k', { s1: 'dc1_2_9', i1: 2, f1: 0.5, b1: true }]])
const bytesOfOne = ['01', '016b', '07', '6463315f325f39', '02000000', '000000000000e03f', '01'].join('')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('encodeSampleMap', () => {
  test('writes the count, then per entry the key and the tuple, as Streams does', () => {
    expect(hex(encodeSampleMap(one, inOrder))).toBe(bytesOfOne)
    expect(hex(encodeSampleMap(new Map(), inOrder))).toBe('00')
  })

  test.each([
    [127, '7f'],
    [128, '8080000000'],
  ])('writes the count %d as %s', (count, prefix) => {
    const many = new Map(Array.from({ length: count }, (_, i1) => [`k${i1}`, { s1: '', i1, f1: 0, b1: false }]))
    const blob = encodeSampleMap(many, inOrder)
    expect(hex(blob).startsWith(prefix)).toBe(true)
    expect(decodeSampleMap(blob).size).toBe(count)
  })

  test('shuffles the entries by the randomness it is given', () => {
    const ten = new Map(Array.from({ length: 10 }, (_, i1) => [`k${i1}`, { s1: '', i1, f1: 0, b1: false }]))
    const keys = (seed: number): readonly string[] => {
      const random = createRandom(seed)
      return [...decodeSampleMap(encodeSampleMap(ten, () => random.nextFloat())).keys()]
    }
    expect(keys(1)).not.toEqual([...ten.keys()])
    expect(keys(1)).not.toEqual(keys(2))
    expect(keys(1)).toEqual(keys(1))
    expect([...keys(1)].sort()).toEqual([...ten.keys()])
  })
})

describe('decodeSampleMap', () => {
  test('reads back what was written, whatever the order', () => {
    fc.assert(
      fc.property(map, fc.nat(), (value, seed) => {
        const random = createRandom(seed)
        expect(decodeSampleMap(encodeSampleMap(value, () => random.nextFloat()))).toEqual(value)
      }),
    )
  })

  test('reads any bytes or refuses them, and never throws anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(refusalOf(() => decodeSampleMap(bytes))).toSatisfy(isRefusalOrNothing)
      }),
    )
  })

  test('refuses a blob that is cut short, wherever', () => {
    const blob = encodeSampleMap(one, inOrder)
    for (let size = 0; size < blob.length; size += 1) {
      expect(() => decodeSampleMap(blob.subarray(0, size))).toThrow(MessageFormatError)
    }
  })

  test.each([
    ['a count of 4 thousand million entries', '80ffffffff', 'the length of a key'],
    ['a key of 1 GiB', '018000000040', '1073741824 bytes for a key'],
    ['a count that begins with 0x81', '81', '0x81'],
    ['a boolean of 2', `${bytesOfOne.slice(0, -2)}02`, 'b1'],
  ])('refuses %s', (_what, text, message) => {
    const bytes = new Uint8Array(Buffer.from(text, 'hex'))
    expect(() => decodeSampleMap(bytes)).toThrow(MessageFormatError)
    expect(() => decodeSampleMap(bytes)).toThrow(message)
  })

  test('ignores bytes behind the map', () => {
    const blob = new Uint8Array([...encodeSampleMap(one, inOrder), 1, 2, 3])
    expect(decodeSampleMap(blob)).toEqual(one)
  })
})
