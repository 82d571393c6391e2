import { build, decodeFromCompressedBase64 } from 'hdr-histogram-js'
import type { LatencyCheck } from '../model/check.ts'
import type { LoadSlice } from '../model/timeline.ts'
import { formatSeconds } from '../model/units.ts'
import type { CheckResult } from '../model/verdict.ts'
import type { Facts } from './facts.ts'
import { checkFigure, sumOf } from './figure-check.ts'
import type { Bounds } from './measured.ts'

/** System seconds from the time at which a tuple was due to its acceptance, at a percentile. */
export function checkLatency(spec: LatencyCheck, facts: Facts): CheckResult {
  const { percentile } = spec
  const result = checkFigure(
    {
      check: 'latency',
      subject: percentile === 100 ? 'The longest latency' : `Latency at the percentile ${percentile}`,
      measure: (slices) => percentileOf(slices, percentile),
      uncertainty: facts.timeline.resolutionSeconds,
      format: formatLatency,
    },
    spec,
    facts,
  )
  return { ...result, evidence: { ...result.evidence, percentile } }
}

/** What the histograms know of it: they hold whole milliseconds, and those to some digits only. */
function percentileOf(slices: readonly LoadSlice[], percentile: number): Bounds | null {
  const histograms = slices.flatMap(({ latency }) =>
    latency === undefined ? [] : [decodeFromCompressedBase64(latency, 32, false)],
  )
  const [first] = histograms
  if (first === undefined) return null
  const merged = build({ bitBucketSize: 64, autoResize: true, numberOfSignificantValueDigits: 5 })
  for (const histogram of histograms) merged.add(histogram)
  if (merged.totalCount === 0) return null
  const found = merged.getValueAtPercentile(percentile)
  const digits = Math.min(...histograms.map(({ numberOfSignificantValueDigits }) => numberOfSignificantValueDigits))
  const width = Math.max(1, found * 10 ** -digits)
  // A tuple that a saturated generator did not send has no latency, and would have had the longest of all.
  const isWhole = sumOf(slices).skipped === 0
  return { lower: Math.max(0, found - width) / 1000, upper: isWhole ? (found + width) / 1000 : Infinity }
}

function formatLatency(seconds: number): string {
  if (seconds === Infinity) return 'unknown'
  return seconds < 1 ? `${Number((seconds * 1000).toFixed(1))} ms` : formatSeconds(seconds)
}
