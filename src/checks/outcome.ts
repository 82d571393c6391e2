import { allPassed, worstVerdict, type CheckResult, type Verdict } from '../model/verdict.ts'

/** What some results come to. */
export interface Outcome {
  readonly verdict: Verdict
  /** One sentence; for anything but a pass it names the first check that decided. */
  readonly reason: string
}

/**
 * The verdict of a run from its checks: the worst of the critical ones. What is only a warning or for information never decides;
 * the reason names those that failed. Where nothing critical was asked, nothing was asserted.
 */
export function outcomeOf(results: readonly CheckResult[], options: { readonly knownIssue?: string } = {}): Outcome {
  const { knownIssue } = options
  const outcome = plainOutcome(results)
  return knownIssue === undefined ? outcome : withKnownIssue(outcome, knownIssue)
}

/**
 * A run that is known to fail: its failure is as it should be, and its success is the failure, because nobody would otherwise take
 * the note out again. What could not be told stays so.
 */
function withKnownIssue({ verdict, reason }: Outcome, issue: string): Outcome {
  if (verdict === 'inconclusive') return { verdict, reason }
  if (verdict === 'fail') return { verdict: 'pass', reason: `Fails as known (${issue}): ${reason}` }
  return { verdict: 'fail', reason: `Passes although known_issue says "${issue}": remove it.` }
}

function plainOutcome(results: readonly CheckResult[]): Outcome {
  if (results.length === 0) {
    return { verdict: 'inconclusive', reason: 'Nothing was asserted: the scenario has neither checks nor objectives.' }
  }
  const critical = results.filter(({ severity = 'critical' }) => severity === 'critical')
  const remark = remarkOn(results)
  if (critical.length === 0) {
    return { verdict: 'inconclusive', reason: `Nothing was asserted: no check of the scenario is critical.${remark}` }
  }
  const verdict = worstVerdict(critical.map((result) => result.verdict))
  const deciding = critical.find((result) => result.verdict === verdict)
  if (verdict === 'pass' || deciding === undefined) return { verdict, reason: `${allPassed(critical.length)}${remark}` }
  return { verdict, reason: `${deciding.check}: ${deciding.message}${remark}` }
}

function remarkOn(results: readonly CheckResult[]): string {
  const failed = results.filter(({ severity = 'critical', verdict }) => severity !== 'critical' && verdict === 'fail')
  return failed.map(({ severity, check, message }) => ` As ${severity}, ${check} failed: ${message}`).join('')
}
