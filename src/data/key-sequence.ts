import type { Interval } from '../model/interval.ts'
import type { Tuple } from '../model/tuple.ts'
import { addChecksums, keyHash, payloadChecksum } from '../support/checksum.ts'
import type { Payloads } from './payloads.ts'

/** Sums are kept for every so many tuples, so that the sum of any interval costs at most twice as many tuples to work out. */
const tuplesPerCheckpoint = 1024

/** One key's tuples, in order. They depend on key and payloads only, so that any of them can be made again. */
export class KeySequence {
  readonly key: string
  readonly #payloads: Payloads
  readonly #hash: number
  /** `#checkpoints[i]` is the sum of the first i × tuplesPerCheckpoint tuples. */
  readonly #checkpoints: number[] = [0]
  #nextSeq = 0
  #sum = 0

  constructor(options: { readonly key: string; readonly payloads: Payloads }) {
    this.key = options.key
    this.#hash = keyHash(options.key)
    this.#payloads = options.payloads
  }

  /** The next tuple. */
  next(): Tuple {
    const payloads = this.#payloads
    const seq = this.#nextSeq
    const from = payloads.locate(seq)
    const checksum = this.#checksumAt(seq, from)
    this.#nextSeq = seq + 1
    this.#sum = addChecksums(this.#sum, checksum)
    if (this.#nextSeq % tuplesPerCheckpoint === 0) this.#checkpoints.push(this.#sum)
    return { key: this.key, seq, payload: payloads.text(from, payloads.sizeOf(seq)), checksum }
  }

  /** The sum of the checksums of these tuples, or -1 when some of them were never made. */
  checksumOf(intervals: readonly Interval[]): number {
    let sum = 0
    for (const { from, to } of intervals) {
      if (!(from >= 0 && from <= to && to < this.#nextSeq)) return -1
      const part = from === to ? this.#checksum(from) : this.#sumBelow(to + 1) - this.#sumBelow(from)
      sum = addChecksums(sum, part)
    }
    return sum
  }

  /** The sum of all tuples with numbers below `end`. */
  #sumBelow(end: number): number {
    const checkpoint = Math.floor(end / tuplesPerCheckpoint)
    let sum = this.#checkpoints[checkpoint] ?? 0
    for (let seq = checkpoint * tuplesPerCheckpoint; seq < end; seq += 1) sum = addChecksums(sum, this.#checksum(seq))
    return sum
  }

  #checksum(seq: number): number {
    return this.#checksumAt(seq, this.#payloads.locate(seq))
  }

  #checksumAt(seq: number, from: number): number {
    const { codes } = this.#payloads
    return payloadChecksum({ hash: this.#hash, seq, codes, from, to: from + this.#payloads.sizeOf(seq) })
  }
}
