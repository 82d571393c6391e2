import type { Interval } from '../model/interval.ts'
import type { Tuple } from '../model/tuple.ts'
import { addChecksums, tupleChecksum } from '../support/checksum.ts'
import { createRandom } from '../support/random.ts'

/** So many different payloads a key has before they come round again; prime, so that no rate falls into step with it. */
const payloadsPerKey = 1021

/** Sums are kept for every so many tuples, so that the sum of any interval costs at most twice as many tuples to work out. */
const tuplesPerCheckpoint = 1024

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** One key's tuples, in order. They depend on seed, key and size only, so that any of them can be made again. */
export class KeySequence {
  readonly key: string
  readonly #sizeBytes: number
  /** Payloads are windows onto this text: cutting one out costs no copy. */
  readonly #text: string
  /** `#checkpoints[i]` is the sum of the first i × tuplesPerCheckpoint tuples. */
  readonly #checkpoints: number[] = [0]
  #nextSeq = 0
  #sum = 0

  constructor(options: { readonly seed: number; readonly key: string; readonly sizeBytes: number }) {
    this.key = options.key
    this.#sizeBytes = options.sizeBytes
    const random = createRandom(options.seed).fork(options.key)
    this.#text = Array.from({ length: payloadsPerKey + options.sizeBytes }, () =>
      alphabet.charAt(random.nextUint32() & 63),
    ).join('')
  }

  /** The next tuple. */
  next(): Tuple {
    const tuple = this.#tuple(this.#nextSeq)
    this.#nextSeq += 1
    this.#sum = addChecksums(this.#sum, tuple.checksum)
    if (this.#nextSeq % tuplesPerCheckpoint === 0) this.#checkpoints.push(this.#sum)
    return tuple
  }

  /** The sum of the checksums of these tuples, or -1 when some of them were never made. */
  checksumOf(intervals: readonly Interval[]): number {
    let sum = 0
    for (const { from, to } of intervals) {
      if (!(from >= 0 && from <= to && to < this.#nextSeq)) return -1
      sum = addChecksums(sum, this.#sumBelow(to + 1) - this.#sumBelow(from))
    }
    return sum
  }

  /** The sum of all tuples with numbers below `end`. */
  #sumBelow(end: number): number {
    const checkpoint = Math.floor(end / tuplesPerCheckpoint)
    let sum = this.#checkpoints[checkpoint] ?? 0
    for (let seq = checkpoint * tuplesPerCheckpoint; seq < end; seq += 1) {
      sum = addChecksums(sum, this.#tuple(seq).checksum)
    }
    return sum
  }

  #tuple(seq: number): Tuple {
    const { key } = this
    const start = seq % payloadsPerKey
    const payload = this.#text.slice(start, start + this.#sizeBytes)
    return { key, seq, payload, checksum: tupleChecksum({ key, seq, payload }) }
  }
}
