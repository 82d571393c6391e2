import { formatSeconds, formatUncertainSeconds } from '../model/units.ts'
import type { Verdict } from '../model/verdict.ts'

/** A figure and the half-width of what is known of it, both in the figure's own unit. */
export interface Measured {
  readonly value: number
  readonly uncertainty: number
}

/** What is known of a figure: it lies from `lower` to `upper`. */
export interface Bounds {
  readonly lower: number
  readonly upper: number
}

/** Differences of decimal fractions leave dust, such as 552.1 − 400 − 152.1; a nanosecond decides nothing. */
const dust = 1e-9

export function boundsOf({ value, uncertainty }: Measured): Bounds {
  return { lower: value - uncertainty, upper: value + uncertainty }
}

/** Pass when the figure is surely within the limit, fail when it is surely over it, otherwise inconclusive. */
export function judgeAtMost({ lower, upper }: Bounds, limit: number): Verdict {
  if (upper <= limit + dust) return 'pass'
  return lower > limit + dust ? 'fail' : 'inconclusive'
}

/** Pass when the figure surely reaches the limit, fail when it surely does not, otherwise inconclusive. */
export function judgeAtLeast({ lower, upper }: Bounds, limit: number): Verdict {
  if (lower >= limit - dust) return 'pass'
  return upper < limit - dust ? 'fail' : 'inconclusive'
}

/** `151.2 ± 1.3 s` */
export function formatMeasured({ value, uncertainty }: Measured): string {
  return formatUncertainSeconds(value, uncertainty)
}

/** Says that the measuring is too coarse, and what to do about it. */
export function cannotTell(measured: Measured, limit: number): string {
  return `the run cannot tell: ${formatMeasured(measured)} against ${formatSeconds(limit)}; use a lower time scale`
}
