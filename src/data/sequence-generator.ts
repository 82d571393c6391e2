import type { KeySkew } from '../model/scenario.ts'
import type { Tuple } from '../model/tuple.ts'
import { createRandom } from '../support/random.ts'
import { keyPicker } from './key-picker.ts'
import { KeySequence } from './key-sequence.ts'
import { randomPayloads, windowPayloads } from './payloads.ts'
import { numberedKey } from './tuple-generator.ts'
import type { GeneratorPlace, TupleGenerator } from './tuple-generator.ts'

/** What a sequence generator makes. */
export interface SequenceGeneratorOptions extends GeneratorPlace {
  /** How many keys, 1 and up. */
  readonly keys: number
  /** Which keys come how often. @default in turn */
  readonly skew?: KeySkew | undefined
  /** Characters (ASCII, so bytes) of each payload, 0 and up. */
  readonly sizeBytes: number
  /** Sizes are drawn evenly up to this. @default sizeBytes */
  readonly sizeBytesMax?: number | undefined
  /** `window`: cheap ones, which come round again; `random`: no two alike. @default 'window' */
  readonly payloads?: 'window' | 'random'
}

/**
 * A generator of numbered tuples with all keys at 0. Its memory does not grow with the tuples: any of them can be made again.
 * @throws RangeError
 */
export function createSequenceGenerator(options: SequenceGeneratorOptions): TupleGenerator {
  const { seed, origin, ordinal, keys: keyCount, skew, sizeBytes, sizeBytesMax = sizeBytes } = options
  checkWhole('keys', keyCount, 1)
  checkWhole('sizeBytes', sizeBytes, 0)
  checkWhole('sizeBytesMax', sizeBytesMax, sizeBytes)
  const payloadsOf = options.payloads === 'random' ? randomPayloads : windowPayloads
  const sequences = Array.from({ length: keyCount }, (_, index) => {
    const key = numberedKey(options, index)
    return new KeySequence({ key, payloads: payloadsOf({ seed, key, sizeBytes, sizeBytesMax }) })
  })
  const byKey = new Map(sequences.map((sequence) => [sequence.key, sequence]))
  const pick = keyPicker({ keys: keyCount, skew, random: createRandom(seed).fork(`keys of ${origin} ${ordinal}`) })
  const nextTuple = (): Tuple => {
    const sequence = sequences[pick()]
    if (sequence === undefined) throw new RangeError(`Expected a key below ${keyCount}`)
    return sequence.next()
  }

  return {
    origin,
    keys: sequences.map(({ key }) => key),
    next: (count) => {
      checkWhole('count', count, 0)
      return Array.from({ length: count }, nextTuple)
    },
    owns: (key) => byKey.has(key),
    expectedChecksum: (key, intervals) => byKey.get(key)?.checksumOf(intervals) ?? (intervals.length === 0 ? 0 : -1),
  }
}

function checkWhole(name: string, value: number, min: number): void {
  if (Number.isSafeInteger(value) && value >= min) return
  throw new RangeError(`Expected \`${name}\` to be a whole number from ${min} and up, got ${value}`)
}
