import type { AskedCheck, Objectives } from '../model/check.ts'
import type { Loss, Rto, Takeover } from '../model/takeover.ts'
import type { Timeline } from '../model/timeline.ts'
import type { CheckResult, Verdict } from '../model/verdict.ts'
import { deriveFacts, guarded, judgeAsked, type CustomChecks } from './judge-check.ts'
import { notesOf } from './notes.ts'
import { checkObjectives } from './objectives.ts'
import { outcomeOf } from './outcome.ts'

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

/** What is asked of a timeline. */
export interface EvaluationQuestion {
  readonly timeline: Timeline
  readonly checks: readonly AskedCheck[]
  readonly objectives: Objectives
  /** Checks of the user's own. @default none */
  readonly custom?: CustomChecks
  /** Why the run is expected to fail; passing is then the failure. @default it is not */
  readonly knownIssue?: string
}

/** Judges one check of a timeline, also of a run that goes on: it says what can be told by now. */
export function judgeCheck(spec: AskedCheck, timeline: Timeline, custom?: CustomChecks): CheckResult {
  return judgeAsked(spec, deriveFacts(timeline), custom)
}

/** Judges a timeline. The same timeline always gives the same evaluation. */
export function evaluateTimeline(question: EvaluationQuestion): Evaluation {
  const { timeline, checks, objectives, custom, knownIssue } = question
  const facts = deriveFacts(timeline)
  const results = [
    ...checks.map((asked) => judgeAsked(asked, facts, custom)),
    ...guarded('objectives', () => checkObjectives(objectives, facts)),
  ]
  const { takeovers, rto, loss } = facts
  const known = knownIssue === undefined ? [] : [`Known issue: ${knownIssue}`]
  const notes = [...known, ...notesOf(facts)]
  const outcome = outcomeOf(results, knownIssue === undefined ? {} : { knownIssue })
  return { takeovers, rto, loss, checks: results, notes, ...outcome }
}
