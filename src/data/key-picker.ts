import type { KeySkew } from '../model/scenario.ts'
import type { Random } from '../support/random.ts'

/** Says which key, by its place from 0, the next tuple has. */
export type KeyPicker = () => number

/** In turn where no skew is given; otherwise drawn: by `zipf`, key k of the places from 1 comes in proportion to 1 / k^exponent. */
export function keyPicker(options: {
  readonly keys: number
  readonly skew?: KeySkew | undefined
  readonly random: Random
}): KeyPicker {
  const { keys, skew, random } = options
  switch (skew?.kind) {
    case undefined:
      return inTurn(keys)
    case 'uniform':
      return () => random.integer(0, keys - 1)
    case 'zipf':
      return drawnBy(cumulative(keys, skew.exponent), random)
    default:
      return skew satisfies never
  }
}

function inTurn(keys: number): KeyPicker {
  let turn = -1
  return () => {
    turn = turn + 1 === keys ? 0 : turn + 1
    return turn
  }
}

function drawnBy(sums: Float64Array, random: Random): KeyPicker {
  const total = sums.at(-1) ?? 0
  return () => {
    const drawn = random.nextFloat() * total
    let low = 0
    let high = sums.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((sums[middle] ?? 0) > drawn) high = middle
      else low = middle + 1
    }
    return low
  }
}

function cumulative(keys: number, exponent: number): Float64Array {
  const sums = new Float64Array(keys)
  let sum = 0
  for (let place = 0; place < keys; place += 1) {
    sum += 1 / power(place + 1, exponent)
    sums[place] = sum
  }
  return sums
}

/** Binary digits of an exponent's fraction that count: steps of a millionth. */
const fractionBits = 20

/**
 * `base`^`exponent` from the four operations alone, which IEEE 754 rounds the same way everywhere (decisions 20): the whole part by
 * multiplication, each binary digit of the fraction by one square root more.
 */
function power(base: number, exponent: number): number {
  const steps = Math.round(exponent * 2 ** fractionBits)
  let result = 1
  for (let whole = Math.floor(steps / 2 ** fractionBits); whole > 0; whole -= 1) result *= base
  let root = base
  let rest = steps % 2 ** fractionBits
  for (let bit = 2 ** (fractionBits - 1); rest > 0; bit /= 2) {
    root = squareRoot(root)
    if (rest < bit) continue
    result *= root
    rest -= bit
  }
  return result
}

/** Newton's steps from above fall until rounding ends them. */
function squareRoot(value: number): number {
  let root = Math.max(1, value)
  for (let next = (root + value / root) / 2; next < root; next = (root + value / root) / 2) root = next
  return root
}
