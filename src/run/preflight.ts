import { TestbedError } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import type { TestbedCapabilities } from '../model/testbed.ts'
import { formatSeconds } from '../model/units.ts'

/** Real seconds below which timers cannot keep a duration (decisions 13). */
const realSecondsMin = 0.002

/**
 * Everything about a scenario that the testbed cannot do, before anything is started (decisions 14).
 * @throws TestbedError that lists it all
 */
export function preflight(options: { scenario: Scenario; capabilities: TestbedCapabilities; timeScale: number }): void {
  const { scenario, capabilities } = options
  const problems = [...unsupportedFaults(options), ...tooShort(options), ...tooMuch(options)]
  if (problems.length === 0) return
  throw new TestbedError(
    `The ${capabilities.kind} testbed cannot run ${scenario.testId}:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
  )
}

type Question = Parameters<typeof preflight>[0]

function unsupportedFaults({ scenario, capabilities }: Question): readonly string[] {
  return scenario.steps
    .filter(({ fault }) => !capabilities.faults.includes(fault.kind))
    .map(({ id, fault }) => `step ${id}: it has no fault "${fault.kind}". It has ${capabilities.faults.join(', ')}.`)
}

function tooShort({ scenario, timeScale }: Question): readonly string[] {
  const { steps, opts } = scenario
  const durations = [
    ...steps.map(({ id, forSeconds }) => ({ name: `step ${id}: \`for\``, seconds: forSeconds })),
    { name: '`opts.link_delay`', seconds: opts.linkDelaySeconds === 0 ? undefined : opts.linkDelaySeconds },
  ]
  return durations.flatMap(({ name, seconds }) => {
    if (seconds === undefined || seconds / timeScale >= realSecondsMin) return []
    const min = formatSeconds(realSecondsMin * timeScale)
    return [
      `${name} of ${formatSeconds(seconds)} is ${((seconds / timeScale) * 1000).toFixed(1)} ms of real time at time scale ${timeScale}. Expected at least ${min}, or a lower \`opts.time_scale\`.`,
    ]
  })
}

/** Rates are in system time; on a scaled testbed the real rate is that many times higher (decisions 8). */
function tooMuch({ scenario, capabilities, timeScale }: Question): readonly string[] {
  const { traffic } = scenario
  const limit = capabilities.maxTuplesPerRealSecond
  if (traffic === undefined || traffic.rate * timeScale <= limit) return []
  return [tooMuchTraffic({ rate: traffic.rate, timeScale, limit })]
}

/** What to say of a rate that the testbed does not carry, with both ways out. */
export function tooMuchTraffic(asked: { rate: number; timeScale: number; limit: number }): string {
  const { rate, timeScale, limit } = asked
  return `${rate}/s of system time at time scale ${timeScale} is ${rate * timeScale} tuples a real second; it carries ${limit}. Lower the rate to ${Math.floor(limit / timeScale)}/s${rate <= limit ? ` or the time scale to ${Math.floor(limit / rate)}` : ''}.`
}
