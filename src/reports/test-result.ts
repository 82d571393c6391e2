import type { RunReport } from '../model/run-report.ts'
import { unknownLoss, unknownRto } from '../model/takeover.ts'

/** How the test runner saw a test end. */
export interface TestOutcome {
  /** Vitest's word: `passed`, `failed`, … */
  readonly state: string
  /** Of the first error. */
  readonly message: string | undefined
  /** Whether that error is one of this package's own: the run could not tell. Any other one is the test's. @default false */
  readonly isOwnError?: boolean
}

/** A report with its test's end: a test that failed beside checks that passed has failed. */
export function withTestResult(report: RunReport, { state, message }: TestOutcome): RunReport {
  if (state !== 'failed' || report.verdict !== 'pass') return report
  return { ...report, verdict: 'fail', reason: `The test failed: ${firstLine(message)}` }
}

/** What is known of a failover test that ended before it could leave a report. */
export function missingReport(
  test: TestOutcome & { readonly title: string; readonly file: string; readonly line: number | null },
): RunReport {
  const { title, file, line, state, message, isOwnError = false } = test
  const how =
    state === 'failed' ? `The test failed before it left a report: ${firstLine(message)}` : 'The test left no report.'
  return {
    testId: `${file} > ${title}`,
    title,
    file,
    line,
    tags: [],
    verdict: state === 'failed' && !isOwnError ? 'fail' : 'inconclusive',
    reason: how,
    mode: 'unknown',
    timeScale: 1,
    resolutionSeconds: 0,
    seed: 0,
    takeovers: [],
    rto: unknownRto,
    loss: unknownLoss,
    checks: [],
    notes: [],
    figures: {},
    timeline: null,
  }
}

/** The first line, or where that only announces a list, all of them in one. */
function firstLine(message: string | undefined): string {
  const [first = '', ...rest] = (message ?? 'no message').split('\n').map((line) => line.trim())
  return first.endsWith(':') ? [first, ...rest].join(' ').trim() : first
}
