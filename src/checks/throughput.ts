import type { ThroughputCheck } from '../model/check.ts'
import type { LoadSlice } from '../model/timeline.ts'
import type { CheckResult } from '../model/verdict.ts'
import type { Facts } from './facts.ts'
import { checkFigure, sumOf } from './figure-check.ts'
import type { Bounds } from './measured.ts'

/** Accepted tuples per second of system time, of all DCs together. What was never sent might have been accepted. */
export function checkThroughput(spec: ThroughputCheck, facts: Facts): CheckResult {
  return checkFigure({ check: 'throughput', subject: 'Throughput', measure, format: formatRate }, spec, facts)
}

function measure(slices: readonly LoadSlice[]): Bounds | null {
  const { due, accepted, skipped, seconds } = sumOf(slices)
  // Where nothing was due, nothing could come through: that says nothing of the system.
  if (due === 0 || seconds === 0) return null
  return { lower: accepted / seconds, upper: (accepted + skipped) / seconds }
}

function formatRate(rate: number): string {
  return `${Number(rate.toFixed(rate < 10 ? 2 : 1))}/s`
}
