import type { DatacenterName } from '../model/datacenter.ts'
import type { Interval } from '../model/interval.ts'
import type { Tuple } from '../model/tuple.ts'
import { KeySequence } from './key-sequence.ts'

/** What a sequence generator makes. */
export interface SequenceGeneratorOptions {
  /** The same seed, origin and size give the same tuples. */
  readonly seed: number
  /** How many keys, 1 and up. */
  readonly keys: number
  /** Characters (ASCII, so bytes) of each payload, 0 and up. */
  readonly sizeBytes: number
  /** The DC that the tuples go into. It is part of the keys' names, so that no two DCs ever own the same key. */
  readonly origin: DatacenterName
  /** Number of the first key: two generators of one DC must not share keys. @default 0 */
  readonly firstKey?: number
}

/** Makes tuples, round-robin over its keys; within a key they are numbered from 0 without gaps. */
export interface SequenceGenerator {
  readonly origin: DatacenterName
  /** Such as `dc1-k03`. */
  readonly keys: readonly string[]
  /** The next `count` tuples. */
  next(count: number): Tuple[]
  /**
   * The sum of the checksums of a key's tuples, modulo 2^32, or -1, which no sum is, when the intervals hold numbers that were
   * never made.
   */
  expectedChecksum(key: string, intervals: readonly Interval[]): number
}

/**
 * A generator with all keys at 0.
 * @throws RangeError
 */
export function createSequenceGenerator(options: SequenceGeneratorOptions): SequenceGenerator {
  const { seed, keys: keyCount, sizeBytes, origin, firstKey = 0 } = options
  checkWhole('keys', keyCount, 1)
  checkWhole('sizeBytes', sizeBytes, 0)
  checkWhole('firstKey', firstKey, 0)
  const sequences = Array.from({ length: keyCount }, (_, index) => {
    return new KeySequence({ seed, key: keyName(origin, firstKey + index), sizeBytes })
  })
  const byKey = new Map(sequences.map((sequence) => [sequence.key, sequence]))
  let turn = 0

  return {
    origin,
    keys: sequences.map(({ key }) => key),
    next: (count) => {
      checkWhole('count', count, 0)
      return Array.from({ length: count }, () => {
        const sequence = sequences[turn]
        if (sequence === undefined) throw new RangeError(`No key ${turn} among ${keyCount}`)
        turn = turn + 1 === keyCount ? 0 : turn + 1
        return sequence.next()
      })
    },
    expectedChecksum: (key, intervals) => byKey.get(key)?.checksumOf(intervals) ?? (intervals.length === 0 ? 0 : -1),
  }
}

function keyName(origin: DatacenterName, index: number): string {
  return `${origin}-k${String(index).padStart(2, '0')}`
}

function checkWhole(name: string, value: number, min: number): void {
  if (Number.isSafeInteger(value) && value >= min) return
  throw new RangeError(`Expected \`${name}\` to be a whole number from ${min} and up, got ${value}`)
}
