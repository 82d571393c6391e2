import type { CheckSpec } from '../model/check.ts'
import type { CheckResult } from '../model/verdict.ts'
import type { Facts } from './facts.ts'
import { isSameValue } from './same-value.ts'
import { isWithin } from './scope.ts'

/** Whether a probe's last word, in the run or in a step's time, is what was expected; without an expectation it must be `true`. */
export function checkProbe(spec: Extract<CheckSpec, { kind: 'probe' }>, { timeline, scope }: Facts): CheckResult {
  const { name, expect } = spec
  const readings = (timeline.probes ?? []).filter((reading) => reading.name === name && isWithin(scope, reading.t))
  const last = readings.reduce(
    (newest, each) => (newest === undefined || each.t >= newest.t ? each : newest),
    readings[0],
  )
  const evidence = {
    name,
    ...(expect === undefined ? {} : { expect }),
    readings: readings.length,
    last: last === undefined ? null : { ...last },
  }
  const result = (verdict: CheckResult['verdict'], message: string): CheckResult => ({
    check: 'probe',
    verdict,
    message,
    evidence,
  })
  if (last === undefined) return result('inconclusive', `Probe ${name} was not asked, so it said nothing.`)
  if (last.problem !== undefined) return result('inconclusive', `Probe ${name} could not tell: ${last.problem}.`)
  const said = `Probe ${name} says ${JSON.stringify(last.value)}`
  if (expect === undefined && typeof last.value !== 'boolean') {
    return result('inconclusive', `${said}; say by \`expect\` what it is to be.`)
  }
  const wanted = expect ?? true
  if (isSameValue(last.value, wanted)) return result('pass', `${said}.`)
  return result('fail', `${said}; expected ${JSON.stringify(wanted)}.`)
}
