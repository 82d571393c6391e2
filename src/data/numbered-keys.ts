import type { Interval } from '../model/interval.ts'
import type { Tuple } from '../model/tuple.ts'
import { addChecksums, tupleChecksum } from '../support/checksum.ts'

/** One key's sums: `sums[n]` is the sum of the checksums of its first n + 1 tuples. */
interface NumberedKey {
  sums: Uint32Array
  count: number
}

/**
 * Numbers and checksums payloads that come from outside, key by key. They cannot be made again, so the running sum of each is kept:
 * four bytes a tuple.
 */
export class NumberedKeys {
  readonly #keys = new Map<string, NumberedKey>()

  get keys(): readonly string[] {
    return [...this.#keys.keys()]
  }

  has(key: string): boolean {
    return this.#keys.has(key)
  }

  /** The key's next tuple. */
  number(key: string, payload: string): Tuple {
    let of = this.#keys.get(key)
    if (of === undefined) {
      of = { sums: new Uint32Array(16), count: 0 }
      this.#keys.set(key, of)
    }
    const seq = of.count
    const checksum = tupleChecksum({ key, seq, payload })
    if (seq === of.sums.length) {
      const longer = new Uint32Array(2 * seq)
      longer.set(of.sums)
      of.sums = longer
    }
    of.sums[seq] = addChecksums(seq === 0 ? 0 : (of.sums[seq - 1] ?? 0), checksum)
    of.count += 1
    return { key, seq, payload, checksum }
  }

  /** The sum of the checksums of these tuples of a key, or -1 when some of them were never made. */
  checksumOf(key: string, intervals: readonly Interval[]): number {
    const of = this.#keys.get(key)
    let sum = 0
    for (const { from, to } of intervals) {
      if (of === undefined || !(from >= 0 && from <= to && to < of.count)) return -1
      sum = addChecksums(sum, (of.sums[to] ?? 0) - (from === 0 ? 0 : (of.sums[from - 1] ?? 0)))
    }
    return sum
  }
}
