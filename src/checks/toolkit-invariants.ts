import { toolkitInvariants, type ToolkitInvariantsCheck } from '../model/check.ts'
import { counted, formatSeconds } from '../model/units.ts'
import type { CheckResult } from '../model/verdict.ts'
import type { Facts } from './facts.ts'
import { isWithin } from './scope.ts'
import { judgeDelivery } from './toolkit-invariants-delivery.ts'
import { InvariantFindings, type InvariantViolation } from './toolkit-invariants-findings.ts'
import { judgeHeartbeats } from './toolkit-invariants-heartbeats.ts'
import { judgeRecovery } from './toolkit-invariants-recovery.ts'
import { judgeSnapshots } from './toolkit-invariants-snapshots.ts'
import { isToolkitSeen, judgeStatuses } from './toolkit-invariants-status.ts'
import { storyOf } from './toolkit-invariants-story.ts'

/**
 * Whether the toolkit kept to what it always keeps to, whatever befell it (toolkit reference §2 to §5). It follows the quirks that the
 * run's toolkit has; nothing in it rests on which faults a scenario has, so it holds for any.
 */
export function checkToolkitInvariants({ only }: ToolkitInvariantsCheck, facts: Facts): CheckResult {
  const asked = only ?? toolkitInvariants
  const { findings, isSeen } = findingsOf(facts)
  const violations = findings.violations.filter(
    ({ invariant, t }) => asked.includes(invariant) && isWithin(facts.scope, t),
  )
  const evidence = {
    judged: Object.fromEntries(asked.map((name) => [name, findings.judged(name)])),
    violationCount: violations.length,
    violations: violations.slice(0, violationsShown).map((violation) => ({ ...violation })),
  }
  const result = (verdict: CheckResult['verdict'], message: string): CheckResult => ({
    check: 'toolkit_invariants',
    verdict,
    message,
    evidence,
  })
  const [first] = violations.toSorted((a, b) => a.t - b.t)
  if (first !== undefined) return result('fail', describe(first, violations.length))
  if (!isSeen) {
    return result('inconclusive', 'The toolkit was not watched at work: the timeline has no event of its own.')
  }
  const unseen = only?.filter((name) => findings.judged(name) === 0) ?? []
  if (unseen.length > 0) {
    return result('inconclusive', `The run had nothing to judge ${unseen.join(', ')} by.`)
  }
  const held = asked.filter((name) => findings.judged(name) > 0)
  const times = held.reduce((sum, name) => sum + findings.judged(name), 0)
  return result('pass', `${counted(held.length, 'invariant')} held, looked at ${counted(times, 'time')}.`)
}

/** The evidence only needs to show what went wrong first. */
const violationsShown = 20

function describe({ invariant, t, message }: InvariantViolation, count: number): string {
  const more = count === 1 ? '' : ` (the first of ${counted(count, 'violation')})`
  return `${invariant} does not hold at ${formatSeconds(t)}${more}: ${message}`
}

function findingsOf(facts: Facts): { readonly findings: InvariantFindings; readonly isSeen: boolean } {
  const story = storyOf(facts.timeline)
  const findings = new InvariantFindings()
  judgeStatuses(story, findings)
  judgeHeartbeats(story, findings)
  judgeSnapshots(story, findings)
  judgeDelivery(story, facts, findings)
  judgeRecovery(story, findings)
  return { findings, isSeen: isToolkitSeen(story) }
}
