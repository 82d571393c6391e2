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
  return { sum: (from, to) => (below(to + 1) - below(from)) >>> 0 }
}

/** count × (count − 1) / 2, modulo 2^32. */
function pairs(count: number): number {
  return count % 2 === 0 ? low(count / 2, count - 1) : low(count, (count - 1) / 2)
}

/** count × (count − 1) × (count − 2) / 6, modulo 2^32. */
function triples(count: number): number {
  const factors: [number, number, number] = [count, count - 1, count - 2]
  const third = count % 3 === 0 ? 0 : count % 3 === 1 ? 1 : 2
  factors[third] /= 3
  // Division by 3 keeps an even one even.
  const half = factors[0] % 2 === 0 ? 0 : 1
  factors[half] /= 2
  return Math.imul(low(factors[0], factors[1]), factors[2] >>> 0)
}

/** The low 32 bits of a product of whole numbers below 2^53. */
function low(left: number, right: number): number {
  return Math.imul(left >>> 0, right >>> 0)
}
