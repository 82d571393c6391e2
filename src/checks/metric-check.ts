import type { MetricCheck } from '../model/check.ts'
import { sourceName } from '../support/metric-source.ts'
import { worstVerdict, type CheckResult } from '../model/verdict.ts'
import type { Facts } from './facts.ts'
import { isWithin } from './scope.ts'

/**
 * Whether the last value of a metric, of the run or of a step's time, lies within its limits. A metric that was not there is not zero:
 * it makes the check inconclusive.
 */
export function checkMetric(spec: MetricCheck, { timeline, scope }: Facts): CheckResult {
  const { source, name, atMost, atLeast } = spec
  const from = sourceName(source)
  const samples = (timeline.samples ?? []).filter(
    (sample) => sample.source === from && sample.name === name && isWithin(scope, sample.t),
  )
  const last = samples.reduce(
    (newest, each) => (newest === undefined || each.t >= newest.t ? each : newest),
    samples[0],
  )
  const evidence = { source: from, name, samples: samples.length, last: last === undefined ? null : { ...last } }
  const result = (verdict: CheckResult['verdict'], message: string): CheckResult => ({
    check: 'metric',
    verdict,
    message,
    evidence,
  })
  const subject = `Metric ${name} of ${from}`
  if (last === undefined) {
    return result('inconclusive', `${subject} was not read${scope === undefined ? '' : ` within ${scope.step}`}.`)
  }
  const { value, problem } = last
  if (value === null || problem !== undefined || Number.isNaN(value)) {
    return result('inconclusive', `${subject} has no value: ${problem ?? 'it was not there when it was read'}.`)
  }
  const limits = [
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
  ]
  const verdicts = [
    ...(atMost === undefined ? [] : [value <= atMost]),
    ...(atLeast === undefined ? [] : [value >= atLeast]),
  ].map((holds): CheckResult['verdict'] => (holds ? 'pass' : 'fail'))
  return result(worstVerdict(verdicts), `${subject} is ${value}; expected ${limits.join(' and ')}.`)
}
