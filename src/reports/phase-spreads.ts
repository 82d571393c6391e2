import type { FigureOverPlaces, PhaseSpread, RunReport } from '../model/run-report.ts'
import { spreadOf } from '../support/spread.ts'

/** How ids say the place of a fault (`fault_phases`), such as `FAIL-01[phase=2/24]`. */
const place = /\[phase=\d+\/\d+\]/

/** What the scenarios with `fault_phases` came to over all places of their faults, in the order of their first ones. */
export function phaseSpreads(scenarios: readonly RunReport[]): readonly PhaseSpread[] {
  const groups = new Map<string, RunReport[]>()
  for (const report of scenarios) {
    if (!place.test(report.testId)) continue
    // Runs of `repeat` at one place are further runs of the same scenario.
    const testId = report.testId.replace(place, '').replace(/\[run=\d+\]/, '')
    groups.set(testId, [...(groups.get(testId) ?? []), report])
  }
  return [...groups].map(([testId, runs]) => ({
    testId,
    runs: runs.length,
    rto: overPlaces(runs, ({ rto }) => rto.totalSeconds),
    lostTuples: overPlaces(runs, ({ loss }) => loss.lostTuples),
    lostSeconds: overPlaces(runs, ({ loss }) => loss.seconds),
  }))
}

function overPlaces(runs: readonly RunReport[], valueOf: (run: RunReport) => number | null): FigureOverPlaces | null {
  const seen = runs.flatMap((run) => {
    const value = valueOf(run)
    return value === null ? [] : [{ value, testId: run.testId }]
  })
  const spread = spreadOf(seen.map(({ value }) => value))
  const worst = seen.find(({ value }) => value === spread?.maximum)
  if (spread === null || worst === undefined) return null
  const { minimum, median, maximum } = spread
  return { minimum, median, maximum, worst: worst.testId }
}
