/**
 * Numbers near another that are rounder, the roundest first: for each step the multiple below and the one above, and of both the
 * smaller first. None coarser than the number itself, or it would become another, and none once it is as round as the next step.
 */
export function rounderNumbers(value: number, steps: readonly number[]): readonly number[] {
  const found: number[] = []
  for (const step of steps) {
    if (step > value) continue
    if (value % step === 0) break
    const below = Math.floor(value / step) * step
    for (const candidate of [below, below + step]) {
      if (candidate > 0 && candidate !== value && !found.includes(candidate)) found.push(candidate)
    }
  }
  return found
}
