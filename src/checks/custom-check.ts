import type { JsonObject } from '../model/json.ts'
import type { CheckResult } from '../model/verdict.ts'
import type { CheckSpec } from '../model/check.ts'
import { asJson, isJsonObject, shown } from '../support/plain-json.ts'
import type { Facts } from './facts.ts'

/** What a user's own check says. */
export type CustomAnswer = Pick<CheckResult, 'verdict' | 'message'> & { readonly evidence?: JsonObject }

/**
 * A check of a user's own: `args` passed the schema that it was registered with. `facts.scope` is there when only a step's time is to
 * be judged. One that throws is inconclusive.
 */
export type CustomCheck = (args: JsonObject, facts: Facts) => CustomAnswer

const verdicts: readonly unknown[] = ['pass', 'fail', 'inconclusive'] satisfies readonly CheckResult['verdict'][]

/** What a registered check says of the timeline. */
export function checkCustom(
  spec: Extract<CheckSpec, { kind: 'custom' }>,
  given: { readonly facts: Facts; readonly custom: ReadonlyMap<string, CustomCheck> },
): CheckResult {
  const { name: check, args } = spec
  const judge = given.custom.get(check)
  if (judge === undefined) {
    const message = `No check named ${check} is registered here, so nobody could judge it.`
    return { check, verdict: 'inconclusive', message, evidence: { args } }
  }
  // A user's code need not be typed: what it answers is looked at before it counts.
  // A copy: what a user's code sorts or cuts in place must not change what the other checks see.
  const answer: unknown = judge(args, structuredClone(given.facts))
  const evidence = isAnswer(answer) ? asJson(answer.evidence ?? {}) : undefined
  if (!isAnswer(answer) || !isJsonObject(evidence)) {
    const message = `Check ${check} gave no answer: expected { verdict: 'pass' | 'fail' | 'inconclusive', message, evidence that JSON can hold }, got ${shown(answer)}.`
    return { check, verdict: 'inconclusive', message, evidence: { args } }
  }
  const { verdict, message } = answer
  return { check, verdict, message, evidence }
}

function isAnswer(answer: unknown): answer is CustomAnswer {
  if (typeof answer !== 'object' || answer === null || !('verdict' in answer) || !('message' in answer)) return false
  return verdicts.includes(answer.verdict) && typeof answer.message === 'string'
}
