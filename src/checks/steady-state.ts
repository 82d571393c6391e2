import type { CheckSpec } from '../model/check.ts'
import type { ProbeReading, Timeline } from '../model/timeline.ts'
import { worstVerdict, type CheckResult, type Verdict } from '../model/verdict.ts'
import type { Facts } from './facts.ts'
import { isSameValue } from './same-value.ts'
import type { Scope } from './scope.ts'

interface Answer {
  readonly verdict: Verdict
  readonly message: string
}

/**
 * Whether probes say the same after the fault as before it; one that says yes or no must say yes both times. Of a step: the last word
 * before it began and the first one after it ended.
 */
export function checkSteadyState(
  spec: Extract<CheckSpec, { kind: 'steady_state' }>,
  { timeline, scope }: Facts,
): CheckResult {
  const pairs = spec.probes.map((name) => ({ name, ...readingsOf(timeline, name, scope) }))
  const answers = pairs.map((pair) => judgePair(pair))
  const verdict = answers.length === 0 ? 'inconclusive' : worstVerdict(answers.map((answer) => answer.verdict))
  const deciding = answers.filter((answer) => answer.verdict === verdict).map(({ message }) => message)
  const evidence = {
    probes: pairs.map(({ name, before, after }) => ({
      name,
      before: before === undefined ? null : { ...before },
      after: after === undefined ? null : { ...after },
    })),
  }
  const message = answers.length === 0 ? 'No probe was named, so nothing shows the steady state.' : deciding.join(' ')
  return { check: 'steady_state', verdict, message, evidence }
}

interface ReadingPair {
  readonly before: ProbeReading | undefined
  readonly after: ProbeReading | undefined
}

function readingsOf({ probes = [] }: Timeline, name: string, scope: Scope | undefined): ReadingPair {
  const own = probes.filter((reading) => reading.name === name).toSorted((a, b) => a.t - b.t)
  if (scope === undefined) {
    return {
      before: own.findLast(({ when }) => when === 'before'),
      after: own.findLast(({ when }) => when === 'after'),
    }
  }
  return { before: own.findLast(({ t }) => t <= scope.from), after: own.find(({ t }) => t >= scope.to) }
}

function judgePair({ name, before, after }: ReadingPair & { readonly name: string }): Answer {
  if (before === undefined || after === undefined) {
    const missing = before === undefined ? 'before the fault' : 'after it'
    return { verdict: 'inconclusive', message: `Probe ${name} was not asked ${missing}.` }
  }
  for (const { problem, when, value } of [before, after]) {
    if (problem === undefined && value === null) {
      return { verdict: 'inconclusive', message: `Probe ${name} said nothing ${when} the fault.` }
    }
    if (problem !== undefined) {
      return { verdict: 'inconclusive', message: `Probe ${name} could not tell ${when} the fault: ${problem}.` }
    }
  }
  const [was, is] = [JSON.stringify(before.value), JSON.stringify(after.value)]
  if (before.value === false) {
    return { verdict: 'fail', message: `Probe ${name} says false before the fault already: there was no steady state.` }
  }
  if (isSameValue(before.value, after.value)) return { verdict: 'pass', message: `Probe ${name} still says ${is}.` }
  return { verdict: 'fail', message: `Probe ${name} said ${was} before the fault and says ${is} after it.` }
}
