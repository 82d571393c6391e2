import type { Evaluation } from '../checks/evaluate.ts'
import type { RunReport } from '../model/run-report.ts'
import type { Scenario } from '../model/scenario.ts'
import type { Timeline } from '../model/timeline.ts'
import { allPassed, worstVerdict } from '../model/verdict.ts'
import type { CheckResult, Verdict } from '../model/verdict.ts'

/** What names a test in a report. */
export type TestIdentity = Pick<Scenario, 'testId' | 'description' | 'tags' | 'source'>

/** What checks came to together. */
interface Judgement {
  readonly checks: readonly CheckResult[]
  readonly verdict: Verdict
  readonly reason: string
}

/** Puts together what the timeline shows and what was judged of it. The worst verdict is the run's. */
export function buildReport(options: {
  identity: TestIdentity
  timeline: Timeline
  findings: Pick<Evaluation, 'takeovers' | 'rto' | 'loss' | 'notes'>
  /** Results that stand for themselves: what went wrong, what was put back, what a spec asserted. */
  results: readonly CheckResult[]
  /** The scenario's own checks and objectives. Without any, and without `results`: what the run comes to then. */
  judgement: Judgement
}): RunReport {
  const { identity, timeline, findings, results, judgement } = options
  const { takeovers, rto, loss, notes } = findings
  const { testId, description, source, tags } = identity
  const { mode, timeScale, resolutionSeconds, seed } = timeline
  return {
    testId,
    title: description,
    file: source?.file ?? null,
    line: source?.line ?? null,
    tags,
    ...outcomeOf(results, judgement),
    mode,
    timeScale,
    resolutionSeconds,
    seed,
    takeovers,
    rto,
    loss,
    checks: [...results, ...judgement.checks],
    notes,
    figures: {},
    timeline: null,
  }
}

/** That a run put back what it did is asserted of the run, whatever the scenario asks. */
function isBuiltIn({ check, verdict }: CheckResult): boolean {
  return check === 'restored' && verdict === 'pass'
}

/** Of equal verdicts the first result is named: what went wrong goes before what it made of the checks. */
function outcomeOf(results: readonly CheckResult[], judgement: Judgement): { verdict: Verdict; reason: string } {
  const critical = results.filter(({ severity = 'critical' }) => severity === 'critical')
  const isJudged = judgement.checks.length > 0 || judgement.verdict !== 'pass' || results.every(isBuiltIn)
  const verdict = worstVerdict([...critical.map((result) => result.verdict), ...(isJudged ? [judgement.verdict] : [])])
  const deciding = critical.find((result) => result.verdict === verdict)
  if (verdict !== 'pass' && deciding !== undefined) return { verdict, reason: `${deciding.check}: ${deciding.message}` }
  if (verdict !== 'pass' || results.length === 0) return { verdict, reason: judgement.reason }
  const isPlain = judgement.checks.length === 0 || judgement.reason === allPassed(judgement.checks.length)
  return { verdict, reason: isPlain ? allPassed(results.length + judgement.checks.length) : judgement.reason }
}
