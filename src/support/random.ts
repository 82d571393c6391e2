import { textHash } from './checksum.ts'

/**
 * Seeded randomness: the same seed gives the same draws on every engine, because only 32-bit integer arithmetic is used.
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand). Not for secrets.
 */
export interface Random {
  /** 0 to 2^32 − 1. */
  nextUint32(): number
  /** 0 included to 1 excluded, 53 bits. */
  nextFloat(): number
  /** A whole number from `min` to `max`, both included, each equally likely. */
  integer(min: number, max: number): number
  /** @throws RangeError when there is nothing to pick. */
  pick<T>(items: readonly T[]): T
  /** A shuffled copy. */
  shuffle<T>(items: readonly T[]): T[]
  /** A generator of its own that depends on this one's seed and the label only, not on what was drawn so far. */
  fork(label: string): Random
}

/** A generator for a seed: any finite number; its integer part counts, up to 2^53. */
export function createRandom(seed: number): Random {
  const whole = Math.trunc(seed)
  if (!Number.isSafeInteger(whole)) throw new RangeError(`Expected a seed of at most 2^53, got ${seed}`)
  return fromKey(whole >>> 0, Math.floor(whole / 2 ** 32) >>> 0)
}

function fromKey(low: number, high: number): Random {
  const next = sfc32(low, high)

  const integer = (min: number, max: number): number => {
    if (!(Number.isSafeInteger(min) && Number.isSafeInteger(max) && min <= max)) {
      throw new RangeError(`Expected a range of whole numbers, got ${min} to ${max}`)
    }
    const size = max - min + 1
    if (size > 2 ** 32) return min + Math.floor(nextFloat() * size)
    // Draws beyond the last full multiple of `size` would make its first numbers likelier.
    const limit = 2 ** 32 - (2 ** 32 % size)
    let draw = next()
    while (draw >= limit) draw = next()
    return min + (draw % size)
  }

  const nextFloat = (): number => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53

  return {
    nextUint32: next,
    nextFloat,
    integer,
    pick: (items) => {
      if (items.length === 0) throw new RangeError('Expected at least one item to pick from, got none')
      return at(items, integer(0, items.length - 1))
    },
    shuffle: (items) => {
      const shuffled = [...items]
      for (let last = shuffled.length - 1; last > 0; last -= 1) {
        const other = integer(0, last)
        const kept = at(shuffled, last)
        shuffled[last] = at(shuffled, other)
        shuffled[other] = kept
      }
      return shuffled
    },
    fork: (label) => fromKey(textHash(`${low}:${high}:${label}`), textHash(`${label}:${high}:${low}`)),
  }
}

function at<T>(items: readonly T[], index: number): T {
  // In bounds at every call; T may itself include undefined, so a check on the value would be wrong.
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  return items[index] as T
}

function sfc32(low: number, high: number): () => number {
  let a = low | 0
  let b = high | 0
  let c = 0x2545f491
  let counter = 1
  const next = (): number => {
    const result = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + result) | 0
    return result >>> 0
  }
  // The author's own seeding discards a dozen draws, until every bit of the seed has reached every word.
  for (let draw = 0; draw < 15; draw += 1) next()
  return next
}
