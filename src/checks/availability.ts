import type { AvailabilityCheck } from '../model/check.ts'
import type { LoadSlice } from '../model/timeline.ts'
import type { CheckResult } from '../model/verdict.ts'
import type { Facts } from './facts.ts'
import { checkFigure, formatPercent, sumOf } from './figure-check.ts'
import type { Bounds } from './measured.ts'

/** Percent of the due tuples that were accepted. What a saturated generator never sent might have been. */
export function checkAvailability(spec: AvailabilityCheck, facts: Facts): CheckResult {
  return checkFigure({ check: 'availability', subject: 'Availability', measure, format: formatPercent }, spec, facts)
}

function measure(slices: readonly LoadSlice[]): Bounds | null {
  const { due, accepted, skipped } = sumOf(slices)
  if (due === 0) return null
  return { lower: (100 * accepted) / due, upper: Math.min(100, (100 * (accepted + skipped)) / due) }
}
