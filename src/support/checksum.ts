import type { Tuple } from '../model/tuple.ts'

const fnvOffset = 0x811c9dc5
const fnvPrime = 0x01000193

/**
 * The checksum that a tuple carries: FNV-1a (32 bit) over the key, a zero, the sequence number as eight bytes, lowest first,
 * and the payload, then murmur3's finalizer, so that sums of checksums of similar tuples do not cancel out. Texts count by
 * UTF-16 unit, which for ASCII is by byte: an SPL application can compute the same. Any change of one unit changes the result.
 */
export function tupleChecksum(tuple: Pick<Tuple, 'key' | 'seq' | 'payload'>): number {
  const { key, seq, payload } = tuple
  let state = addWord(keyHash(key), seq >>> 0)
  state = addWord(state, Math.floor(seq / 0x1_0000_0000) >>> 0)
  for (let index = 0; index < payload.length; index += 1) state = Math.imul(state ^ payload.charCodeAt(index), fnvPrime)
  return finish(state)
}

/** A key as `payloadChecksum` takes it. */
export function keyHash(key: string): number {
  let state = fnvOffset
  for (let index = 0; index < key.length; index += 1) state = Math.imul(state ^ key.charCodeAt(index), fnvPrime)
  return Math.imul(state, fnvPrime)
}

/** `tupleChecksum` of a payload of ASCII whose letters' codes are known: what generators of much traffic can afford. */
export function payloadChecksum(tuple: {
  /** Of `keyHash`. */
  readonly hash: number
  readonly seq: number
  readonly codes: Uint8Array
  /** The payload's place in `codes`, its end not included. */
  readonly from: number
  readonly to: number
}): number {
  const { hash, seq, codes, from, to } = tuple
  let state = addWord(addWord(hash, seq >>> 0), seq < 0x1_0000_0000 ? 0 : Math.floor(seq / 0x1_0000_0000))
  for (let index = from; index < to; index += 1) state = Math.imul(state ^ (codes[index] ?? 0), fnvPrime)
  return finish(state)
}

/** The sum of two checksums or of two sums of them, modulo 2^32. */
export function addChecksums(left: number, right: number): number {
  return (left + right) >>> 0
}

/** A well-mixed 32-bit hash of a text, for dealing keys out to channels. */
export function textHash(text: string): number {
  let state = fnvOffset
  for (let index = 0; index < text.length; index += 1) state = Math.imul(state ^ text.charCodeAt(index), fnvPrime)
  return finish(state)
}

function addWord(before: number, word: number): number {
  let state = Math.imul(before ^ (word & 0xff), fnvPrime)
  state = Math.imul(state ^ ((word >>> 8) & 0xff), fnvPrime)
  state = Math.imul(state ^ ((word >>> 16) & 0xff), fnvPrime)
  return Math.imul(state ^ (word >>> 24), fnvPrime)
}

function finish(before: number): number {
  let state = Math.imul(before ^ (before >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return (state ^ (state >>> 16)) >>> 0
}
