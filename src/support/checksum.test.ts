import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addChecksums, textHash, tupleChecksum } from './checksum.ts'

const ascii = fc.string({ unit: 'binary-ascii', maxLength: 20 })
const tuple = fc.record({ key: ascii, seq: fc.maxSafeNat(), payload: ascii })

/** The definition in its plainest form: bytes, one at a time. */
function byBytes({ key, seq, payload }: { key: string; seq: number; payload: string }): number {
  const number = new Uint8Array(8)
  new DataView(number.buffer).setBigUint64(0, BigInt(seq), true)
  let hash = 0x811c9dc5
  for (const byte of [...Buffer.from(key), 0, ...number, ...Buffer.from(payload)]) {
    hash = Math.imul(hash ^ byte, 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

describe('tupleChecksum', () => {
  test('is FNV-1a over the bytes with a finalizer', () => {
    fc.assert(
      fc.property(tuple, (value) => {
        expect(tupleChecksum(value)).toBe(byBytes(value))
      }),
    )
  })

  test('keeps its values, for saved runs rest on them', () => {
    expect(tupleChecksum({ key: 'k1', seq: 0, payload: 'a' })).toBe(4288769109)
    expect(tupleChecksum({ key: 'k1', seq: 2 ** 40, payload: 'a' })).toBe(4064498222)
  })

  test('sees any single flipped bit of the payload', () => {
    fc.assert(
      fc.property(tuple, fc.nat(), fc.integer({ min: 0, max: 6 }), (value, place, bit) => {
        fc.pre(value.payload.length > 0)
        const at = place % value.payload.length
        const flipped = String.fromCharCode(value.payload.charCodeAt(at) ^ (1 << bit))
        const payload = value.payload.slice(0, at) + flipped + value.payload.slice(at + 1)
        expect(tupleChecksum({ ...value, payload })).not.toBe(tupleChecksum(value))
      }),
    )
  })

  test('tells the sequence number and the border between key and payload', () => {
    expect(tupleChecksum({ key: 'k', seq: 1, payload: 'x' })).not.toBe(
      tupleChecksum({ key: 'k', seq: 2, payload: 'x' }),
    )
    expect(tupleChecksum({ key: 'ka', seq: 1, payload: 'b' })).not.toBe(
      tupleChecksum({ key: 'k', seq: 1, payload: 'ab' }),
    )
  })
})

describe('addChecksums', () => {
  test('adds modulo 2^32, in any order', () => {
    expect(addChecksums(0xffff_ffff, 2)).toBe(1)
    const word = fc.integer({ min: 0, max: 0xffff_ffff })
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(addChecksums(addChecksums(a, b), c)).toBe(addChecksums(a, addChecksums(c, b)))
      }),
    )
  })
})

describe('textHash', () => {
  test('deals similar keys out evenly', () => {
    const counts = [0, 0, 0, 0]
    for (let index = 0; index < 4000; index += 1) {
      const channel = textHash(`dc1-key-${index}`) % 4
      counts[channel] = (counts[channel] ?? 0) + 1
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})
