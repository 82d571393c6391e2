import type { CheckSpec, Objectives } from '../model/check.ts'
import type { Loss, Rto, Takeover } from '../model/takeover.ts'
import type { Timeline } from '../model/timeline.ts'
import { allPassed, worstVerdict, type CheckResult, type Verdict } from '../model/verdict.ts'
import { checkDuplicates } from './duplicates.ts'
import type { Facts } from './facts.ts'
import { checkIntegrity } from './integrity.ts'
import { checkLoss } from './loss-check.ts'
import { assessLoss } from './loss.ts'
import { checkMutualDown } from './mutual-down.ts'
import { notesOf } from './notes.ts'
import { checkObjectives } from './objectives.ts'
import { checkOrder } from './order.ts'
import { checkPrediction } from './prediction.ts'
import { deriveRto } from './rto.ts'
import { checkScript } from './script-check.ts'
import { checkSplitBrain } from './split-brain.ts'
import { checkTakeover } from './takeover-check.ts'
import { deriveTakeovers } from './takeovers.ts'

/** What a timeline comes to. */
export interface Evaluation {
  readonly takeovers: readonly Takeover[]
  readonly rto: Rto
  readonly loss: Loss
  readonly checks: readonly CheckResult[]
  /** What a reader should know beside the checks. */
  readonly notes: readonly string[]
  readonly verdict: Verdict
  /** One sentence; for anything but a pass it names the first check that decided. */
  readonly reason: string
}

/** Judges a timeline. The same timeline always gives the same evaluation. */
export function evaluateTimeline(question: {
  readonly timeline: Timeline
  readonly checks: readonly CheckSpec[]
  readonly objectives: Objectives
}): Evaluation {
  const { timeline, checks, objectives } = question
  const facts = deriveFacts(timeline)
  const results = [
    ...checks.flatMap((spec) => guarded(spec.kind, () => [runCheck(spec, facts)])),
    ...guarded('objectives', () => checkObjectives(objectives, facts)),
  ]
  const verdict = worstVerdict(results.map((result) => result.verdict))
  const { takeovers, rto, loss } = facts
  return { takeovers, rto, loss, checks: results, notes: notesOf(facts), verdict, reason: reasonOf(verdict, results) }
}

/** What all checks rest on, derived once. What came after the run's end, healing above all, is no part of what is judged. */
export function deriveFacts(whole: Timeline): Facts {
  const timeline = upToItsEnd(whole)
  const takeovers = deriveTakeovers(timeline)
  return { timeline, takeovers, rto: deriveRto(timeline, takeovers), loss: assessLoss(timeline) }
}

function upToItsEnd(timeline: Timeline): Timeline {
  const end = timeline.events.find(({ event }) => event === 'run_ended')
  return end === undefined ? timeline : { ...timeline, events: timeline.events.filter(({ t }) => t <= end.t) }
}

/** Judges one check. */
function runCheck(spec: CheckSpec, facts: Facts): CheckResult {
  switch (spec.kind) {
    case 'takeover':
      return checkTakeover(spec, facts)
    case 'loss':
      return checkLoss(spec, facts)
    case 'duplicates':
      return checkDuplicates(spec, facts)
    case 'split_brain':
      return checkSplitBrain(spec, facts)
    case 'mutual_down':
      return checkMutualDown(spec, facts)
    case 'order':
      return checkOrder(facts)
    case 'integrity':
      return checkIntegrity(facts)
    case 'prediction':
      return checkPrediction(facts)
    case 'script':
      return checkScript(spec, facts)
    default:
      return neverCheck(spec)
  }
}

function neverCheck(spec: never): never {
  throw new TypeError(`Expected a check of a known kind, got ${JSON.stringify(spec)}.`)
}

/** A check that throws could not tell: it must neither pass nor hide the others. */
function guarded(check: string, judge: () => readonly CheckResult[]): readonly CheckResult[] {
  try {
    return judge()
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const message = `Check ${check} broke off: ${error instanceof Error ? error.message : text}`
    return [{ check, verdict: 'inconclusive', message, evidence: { error: text } }]
  }
}

function reasonOf(verdict: Verdict, results: readonly CheckResult[]): string {
  if (results.length === 0) return 'Nothing was asserted: the scenario has neither checks nor objectives.'
  const deciding = results.find((result) => result.verdict === verdict)
  if (verdict === 'pass' || deciding === undefined) return allPassed(results.length)
  return `${deciding.check}: ${deciding.message}`
}
