import type { CheckSpec } from '../model/check.ts'
import type { LogLine } from '../model/timeline.ts'
import { counted, formatSeconds } from '../model/units.ts'
import type { CheckResult } from '../model/verdict.ts'
import { whyExpected } from './expected-logs.ts'
import type { Facts } from './facts.ts'
import { isWithin } from './scope.ts'

/** Whether nothing was logged at level warn and above but what is allowed and what the faults themselves explain. */
export function checkLogSanity(
  spec: Extract<CheckSpec, { kind: 'log_sanity' }>,
  { timeline, scope }: Facts,
): CheckResult {
  const { logs } = timeline
  if (logs === undefined) {
    const message = 'Logs were not collected, so nothing can be said of them.'
    return { check: 'log_sanity', verdict: 'inconclusive', message, evidence: { allow: spec.allow } }
  }
  const allowed = spec.allow.map((pattern) => new RegExp(pattern))
  const lines = logs.filter(({ t }) => isWithin(scope, t))
  const isLeftOut = ({ source, message }: LogLine): boolean => source === 'testbed' && /left out/.test(message)
  const said = lines.filter((line) => !isLeftOut(line))
  const unexplained = said.filter((line) => whyExpected(timeline, line) === null)
  const unexpected = unexplained.filter(({ message }) => !allowed.some((pattern) => pattern.test(message)))
  const evidence = {
    allow: spec.allow,
    lines: said.length,
    explainedByFaults: said.length - unexplained.length,
    allowed: unexplained.length - unexpected.length,
    unexpectedCount: unexpected.length,
    unexpected: unexpected.slice(0, linesShown).map((line) => ({ ...line })),
  }
  const [first] = unexpected
  if (first !== undefined) {
    const { dc, source, message, t, level } = first
    const count = `${counted(unexpected.length, 'unexpected line')} ${unexpected.length === 1 ? 'was' : 'were'} logged`
    const shown = message.length > messageMax ? `${message.slice(0, messageMax)}…` : message
    const where = `first by ${source} in ${dc} at ${formatSeconds(t)}`
    return { check: 'log_sanity', verdict: 'fail', message: `${count}; ${where}: ${level} ${shown}`, evidence }
  }
  // Logs say when lines are missing; otherwise an unexpected one among those would pass.
  const gap = logs.find(isLeftOut)
  if (gap !== undefined) {
    const message = `Nothing unexpected was logged in what is left of the logs: ${gap.message}`
    return { check: 'log_sanity', verdict: 'inconclusive', message, evidence }
  }
  const message = said.length === 0 ? 'Nothing was logged at level warn or above.' : 'Nothing unexpected was logged.'
  return { check: 'log_sanity', verdict: 'pass', message, evidence }
}

/** The evidence only needs to show what was logged, and the message only how it begins. */
const linesShown = 20
const messageMax = 200
