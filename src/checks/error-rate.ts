import type { ErrorRateCheck } from '../model/check.ts'
import type { LoadSlice } from '../model/timeline.ts'
import type { CheckResult } from '../model/verdict.ts'
import type { Facts } from './facts.ts'
import { checkFigure, formatPercent, sumOf } from './figure-check.ts'
import type { Bounds } from './measured.ts'

/** Percent of the due tuples that were rejected or whose answer was lost. What was never sent might have been either. */
export function checkErrorRate(spec: ErrorRateCheck, facts: Facts): CheckResult {
  return checkFigure({ check: 'error_rate', subject: 'Error rate', measure, format: formatPercent }, spec, facts)
}

function measure(slices: readonly LoadSlice[]): Bounds | null {
  const { due, failed, skipped } = sumOf(slices)
  if (due === 0) return null
  return { lower: (100 * failed) / due, upper: Math.min(100, (100 * (failed + skipped)) / due) }
}
