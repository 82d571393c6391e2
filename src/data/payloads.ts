import { createRandom } from '../support/random.ts'

/** The payloads of a key: always the same for the same number. */
export interface Payloads {
  /** Codes of the letters of the payload that `locate` found last, and perhaps of others. */
  readonly codes: Uint8Array
  /** Makes a tuple's payload the one at hand, and returns its place in `codes`. */
  locate(seq: number): number
  /** Letters of a tuple's payload. */
  sizeOf(seq: number): number
  /** The text of a payload at hand. */
  text(from: number, size: number): string
}

/** What payloads depend on. */
export interface PayloadOptions {
  readonly seed: number
  readonly key: string
  /** Characters (ASCII, so bytes), 0 and up. */
  readonly sizeBytes: number
  /** Sizes are drawn evenly from `sizeBytes` to this. @default sizeBytes */
  readonly sizeBytesMax?: number | undefined
}

/** So many different payloads a key has before they come round again; prime, so that no rate falls into step with it. */
const payloadsPerKey = 1021

const alphabet = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1')

/** Windows onto one text of the key's own: cutting one out costs no copy. */
export function windowPayloads(options: PayloadOptions): Payloads {
  const { seed, key, sizeBytes, sizeBytesMax = sizeBytes } = options
  const random = createRandom(seed).fork(key)
  const codes = Buffer.from(
    Array.from({ length: payloadsPerKey + sizeBytesMax }, () => alphabet[random.nextUint32() & 63] ?? 0),
  )
  const text = codes.toString('latin1')
  return {
    codes,
    locate: (seq) => seq % payloadsPerKey,
    sizeOf: sizes(options),
    text: (from, size) => text.slice(from, from + size),
  }
}

/** Letters that depend on nothing but seed, key and number, so that no text compresses or repeats. */
export function randomPayloads(options: PayloadOptions): Payloads {
  const { seed, key, sizeBytes, sizeBytesMax = sizeBytes } = options
  const base = createRandom(seed).fork(`${key} payloads`).nextUint32()
  const sizeOf = sizes(options)
  const codes = Buffer.alloc(sizeBytesMax + lettersPerWord)
  return {
    codes,
    locate: (seq) => {
      const size = sizeOf(seq)
      const start = mixed(base, seq)
      for (let index = 0, word = 0; index < size; index += lettersPerWord, word += 1) {
        let bits = mixed(start, word)
        for (let letter = 0; letter < lettersPerWord; letter += 1, bits >>>= 6) {
          codes[index + letter] = alphabet[bits & 63] ?? 0
        }
      }
      return 0
    },
    sizeOf,
    text: (from, size) => codes.toString('latin1', from, from + size),
  }
}

/** Six bits each of 32. */
const lettersPerWord = 5

function sizes({ seed, key, sizeBytes, sizeBytesMax = sizeBytes }: PayloadOptions): (seq: number) => number {
  const range = sizeBytesMax - sizeBytes + 1
  if (range === 1) return () => sizeBytes
  const base = createRandom(seed).fork(`${key} sizes`).nextUint32()
  return (seq) => sizeBytes + Math.floor((mixed(base, seq) * range) / 2 ** 32)
}

/** A well-mixed 32-bit word of two: the second one spread by the golden ratio, then murmur3's finalizer. */
function mixed(base: number, seq: number): number {
  const high = seq < 2 ** 32 ? 0 : Math.floor(seq / 2 ** 32)
  let word = (base + Math.imul(seq >>> 0, 0x9e3779b9) + Math.imul(high, 0x7feb352d)) | 0
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
  return (word ^ (word >>> 16)) >>> 0
}
