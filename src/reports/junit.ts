import type { RunReport } from '../model/run-report.ts'

/** A property of a JUnit test case. */
export interface JUnitProperty {
  readonly name: string
  readonly value: string
}

/** The figures of a report that CI systems show and plot, as properties of its test case. What is not known is left out. */
export function junitProperties(report: RunReport): readonly JUnitProperty[] {
  const { rto, loss } = report
  const phases = rto.phases.map(
    ({ name, startSeconds, endSeconds }) => [`phase_${name}_seconds`, rounded(endSeconds - startSeconds)] as const,
  )
  const properties: readonly (readonly [string, string | number | null])[] = [
    ['test_id', report.testId],
    ['verdict', report.verdict],
    ['reason', report.reason],
    ['rto_seconds', rto.totalSeconds && rounded(rto.totalSeconds)],
    ['rto_uncertainty_seconds', rto.totalSeconds === null ? null : rounded(rto.uncertaintySeconds)],
    ['rto_basis', rto.basis],
    ...phases,
    ['loss_tuples', loss.lostTuples],
    ['loss_percent', loss.percent && rounded(loss.percent)],
    ['loss_seconds', loss.seconds && rounded(loss.seconds)],
    ['tags', report.tags.length === 0 ? null : report.tags.join(',')],
    ['seed', report.seed],
    ['time_scale', report.timeScale],
    ['resolution_seconds', rounded(report.resolutionSeconds)],
  ]
  return properties.flatMap(([name, value]) => (value === null ? [] : [{ name, value: String(value) }]))
}

/** Milliseconds are finer than any testbed measures; more digits are noise. */
function rounded(value: number): number {
  return Number(value.toFixed(3))
}
