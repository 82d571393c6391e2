import type { Severity } from './check.ts'
import type { JsonObject } from './json.ts'

/** `inconclusive` means "could not tell" and counts as not passed. */
export type Verdict = 'pass' | 'fail' | 'inconclusive'

/** What one check says. `message` is a sentence; `evidence` holds the figures it rests on. */
export interface CheckResult {
  /** The check's kind, such as `loss`. */
  readonly check: string
  readonly verdict: Verdict
  readonly message: string
  readonly evidence: JsonObject
  /** The step whose time alone was judged. @default the whole run */
  readonly for?: string
  /** What hangs on it. @default 'critical' */
  readonly severity?: Severity
}

const severity: Readonly<Record<Verdict, number>> = { pass: 0, inconclusive: 1, fail: 2 }

/** The worst of the verdicts: fail over inconclusive over pass (decisions 18). No verdict at all is inconclusive. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  const [first, ...rest] = verdicts
  if (first === undefined) return 'inconclusive'
  return rest.reduce((worst, verdict) => (severity[verdict] > severity[worst] ? verdict : worst), first)
}

/** The reason of a pass: all of so many checks did. */
export function allPassed(count: number): string {
  return count === 1 ? 'The one check passed.' : `All ${count} checks passed.`
}
