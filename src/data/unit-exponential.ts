import type { Random } from '../support/random.ts'

/**
 * A draw of the exponential distribution with mean 1, by comparisons alone (J. von Neumann, "Various techniques used in connection
 * with random digits", 1951): a logarithm's last digit differs between engines. A falling run of uniform draws that begins at x has
 * an odd length with probability e^-x; each run of even length before it counts for 1.
 */
export function unitExponential(random: Random): number {
  let whole = 0
  let first = random.nextFloat()
  while (fallingLength(first, random) % 2 === 0) {
    whole += 1
    first = random.nextFloat()
  }
  return whole + first
}

/** How many draws fall one after another, the first one included. */
function fallingLength(first: number, random: Random): number {
  let length = 1
  let last = first
  for (let next = random.nextFloat(); next < last; next = random.nextFloat()) {
    last = next
    length += 1
  }
  return length
}
