import type { Evaluation } from '../checks/evaluate.ts'
import type { RunReport } from '../model/run-report.ts'
import type { Scenario } from '../model/scenario.ts'
import type { Timeline } from '../model/timeline.ts'
import { allPassed, worstVerdict } from '../model/verdict.ts'
import type { CheckResult, Verdict } from '../model/verdict.ts'

/** What names a test in a report. */
export type TestIdentity = Pick<Scenario, 'testId' | 'description' | 'tags' | 'source'>

/** Puts together what the timeline shows and what was judged of it. The worst verdict is the run's. */
export function buildReport(options: {
  identity: TestIdentity
  timeline: Timeline
  findings: Pick<Evaluation, 'takeovers' | 'rto' | 'loss' | 'notes'>
  checks: readonly CheckResult[]
  /** What it comes to when no check was asked. */
  unasked: { readonly verdict: Verdict; readonly reason: string }
}): RunReport {
  const { identity, timeline, findings, checks, unasked } = options
  const { takeovers, rto, loss, notes } = findings
  const { testId, description, source, tags } = identity
  const { mode, timeScale, resolutionSeconds, seed } = timeline
  return {
    testId,
    title: description,
    file: source?.file ?? null,
    line: source?.line ?? null,
    tags,
    ...(checks.length === 0 ? unasked : outcomeOf(checks)),
    mode,
    timeScale,
    resolutionSeconds,
    seed,
    takeovers,
    rto,
    loss,
    checks,
    notes,
    figures: {},
    timeline: null,
  }
}

function outcomeOf(checks: readonly CheckResult[]): { verdict: Verdict; reason: string } {
  const verdict = worstVerdict(checks.map((result) => result.verdict))
  const deciding = checks.find((result) => result.verdict === verdict)
  if (verdict === 'pass' || deciding === undefined) return { verdict, reason: allPassed(checks.length) }
  return { verdict, reason: `${deciding.check}: ${deciding.message}` }
}
