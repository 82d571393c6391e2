import { keyHash, textHash } from './checksum.ts'

/**
 * Checksums of tuples that have no payload (runs): a polynomial of the second degree in the number, modulo 2^32, whose coefficients
 * come from the key. So the sum over any run is a closed form and costs nothing, however long the run. A tuple that is missing, comes
 * twice, or has the number or key of another one changes the sum; of the second degree, so that 1 and 4 in place of 2 and 3 do too.
 */
export interface RunChecksums {
  /** The sum over the numbers `from` to `to`, both included. */
  sum(from: number, to: number): number
}

/** Those of a key's tuples. */
export function runChecksums(key: string): RunChecksums {
  const constant = textHash(key)
  // Odd ones: no power of two can wipe them out.
  const linear = keyHash(key) | 1
  const square = Math.imul(constant ^ linear, 0x9e3779b1) | 1
  /** Of the numbers below `count`: the coefficients times the binomials of `count` over 1, 2 and 3. */
  const below = (count: number): number =>
    Math.imul(constant, count >>> 0) + Math.imul(linear, pairs(count)) + Math.imul(square, triples(count))
  // Runs mostly follow one another: where one begins, the one before it ended.
  let last = { count: 0, sum: 0 }
  return {
    sum: (from, to) => {
      const before = from === last.count ? last.sum : below(from)
      last = { count: to + 1, sum: below(to + 1) }
      return (last.sum - before) >>> 0
    },
  }
}

/** count × (count − 1) / 2, modulo 2^32. */
function pairs(count: number): number {
  return count % 2 === 0 ? low(count / 2, count - 1) : low(count, (count - 1) / 2)
}

/** count × (count − 1) × (count − 2) / 6, modulo 2^32: one of the three is divided by 3, and one of the first two by 2. */
function triples(count: number): number {
  const rest = count % 3
  let first = rest === 0 ? count / 3 : count
  let second = rest === 1 ? (count - 1) / 3 : count - 1
  const third = rest === 2 ? (count - 2) / 3 : count - 2
  // Division by 3 keeps an even one even.
  if (first % 2 === 0) first /= 2
  else second /= 2
  return Math.imul(low(first, second), third >>> 0)
}

/** The low 32 bits of a product of whole numbers below 2^53. */
function low(left: number, right: number): number {
  return Math.imul(left >>> 0, right >>> 0)
}
