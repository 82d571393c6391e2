/** How far figures of one kind lie apart. */
export interface Spread {
  readonly count: number
  readonly minimum: number
  readonly median: number
  readonly maximum: number
}

/** The spread of some figures; null of none. The median of an even number of them lies between the two in the middle. */
export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b)
  const [minimum] = sorted
  const maximum = sorted.at(-1)
  if (minimum === undefined || maximum === undefined) return null
  const upper = sorted[Math.floor(sorted.length / 2)] ?? maximum
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? minimum
  return { count: sorted.length, minimum, median: (lower + upper) / 2, maximum }
}
