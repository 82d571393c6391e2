import type { DatacenterName } from '../model/datacenter.ts'
import type { Interval } from '../model/interval.ts'
import { runChecksums } from '../support/run-checksum.ts'
import type { RunChecksums } from '../support/run-checksum.ts'
import { numberedKey } from './tuple-generator.ts'
import type { GeneratorPlace, TupleKeys } from './tuple-generator.ts'

/** One key's share of some tuples that follow one another. */
export interface KeyRun {
  readonly key: string
  readonly from: number
  readonly to: number
  readonly checksum: number
  /** Places of the first and the last of them among those tuples, from 0. */
  readonly first: number
  readonly last: number
}

/**
 * The keys of traffic that is carried as runs: as those of a sequence generator without skew, tuple after tuple to the next key in
 * turn, but without payloads, so that any number of them is made at once.
 */
export class CarriedKeys implements TupleKeys {
  readonly origin: DatacenterName
  readonly keys: readonly string[]
  readonly #checksums: readonly RunChecksums[]
  readonly #indexes: ReadonlyMap<string, number>
  #made = 0

  constructor(place: GeneratorPlace, keyCount: number) {
    this.origin = place.origin
    this.keys = Array.from({ length: keyCount }, (_, index) => numberedKey(place, index))
    this.#checksums = this.keys.map((key) => runChecksums(key))
    this.#indexes = new Map(this.keys.map((key, index) => [key, index]))
  }

  /** Tuples made so far, of all keys. */
  get made(): number {
    return this.#made
  }

  /** Makes so many more; the number of the first among all. */
  make(count: number): number {
    const first = this.#made
    this.#made += count
    return first
  }

  /** The tuples from a number among all on, by their keys, in the order in which the keys come. */
  runs(start: number, count: number): readonly KeyRun[] {
    const width = this.keys.length
    const runs: KeyRun[] = []
    for (let first = 0; first < Math.min(width, count); first += 1) {
      const index = (start + first) % width
      const from = (start + first - index) / width
      const more = Math.floor((count - 1 - first) / width)
      const to = from + more
      const checksum = this.#checksums[index]?.sum(from, to) ?? 0
      runs.push({ key: this.keys[index] ?? '', from, to, checksum, first, last: first + more * width })
    }
    return runs
  }

  owns(key: string): boolean {
    return this.#indexes.has(key)
  }

  expectedChecksum(key: string, intervals: readonly Interval[]): number {
    const index = this.#indexes.get(key)
    const checksums = index === undefined ? undefined : this.#checksums[index]
    if (index === undefined || checksums === undefined) return intervals.length === 0 ? 0 : -1
    const count = Math.ceil((this.#made - index) / this.keys.length)
    let sum = 0
    for (const { from, to } of intervals) {
      if (!(from >= 0 && from <= to && to < count)) return -1
      sum = (sum + checksums.sum(from, to)) >>> 0
    }
    return sum
  }
}
