import type { DatacenterName } from '../model/datacenter.ts'
import type { Interval } from '../model/interval.ts'
import type { Tuple } from '../model/tuple.ts'

/** Whose tuples are whose, and what they sum up to. */
export interface TupleKeys {
  /** The DC that the tuples went into first. It is part of the keys' names, so that no two DCs ever own the same key. */
  readonly origin: DatacenterName
  /** The keys known so far, such as `dc1-k03`. */
  readonly keys: readonly string[]
  /** Whether the key is one of this generator's. */
  owns(key: string): boolean
  /**
   * The sum of the checksums of a key's tuples, modulo 2^32, or -1, which no sum is, when the intervals hold numbers that were
   * never made.
   */
  expectedChecksum(key: string, intervals: readonly Interval[]): number
}

/** Makes tuples; within a key they are numbered from 0 without gaps. */
export interface TupleGenerator extends TupleKeys {
  /** Of a recording: when each of its tuples is due, in seconds from its beginning; there are no more tuples than these. */
  readonly times?: Float64Array | undefined
  /** The next `count` tuples. @throws GeneratorError */
  next(count: number): Tuple[]
}

/** Which keys and seeds a generator works with. */
export interface GeneratorPlace {
  /** The same seed, place and arguments give the same tuples. */
  readonly seed: number
  readonly origin: DatacenterName
  /** Number of the DC's generators before this one: no two of them may share keys. */
  readonly ordinal: number
}

/** The name of the DC's key with this number. */
export function numberedKey({ origin, ordinal }: GeneratorPlace, index: number): string {
  const generator = ordinal === 0 ? '' : `g${ordinal + 1}-`
  return `${origin}-${generator}k${String(index).padStart(2, '0')}`
}

/** The name of a key that the data itself names; a generator's own numbered keys have no colon. */
export function namedKey({ origin, ordinal }: GeneratorPlace, name: string): string {
  return ordinal === 0 ? `${origin}:${name}` : `${origin}-g${ordinal + 1}:${name}`
}
