import type { DatacenterName } from '../model/datacenter.ts'
import { datacenterNames } from '../model/datacenter.ts'
import type { Scenario, TrafficSpec } from '../model/scenario.ts'
import { allSteps } from '../model/step.ts'
import type { LoadAction, Step } from '../model/step.ts'
import type { TestbedCapabilities } from '../model/testbed.ts'

/** Rates are in system time; on a scaled testbed the real rate is that many times higher (decisions 8). */
export function tooMuchOf(question: {
  readonly scenario: Pick<Scenario, 'traffic' | 'steps'>
  readonly capabilities: TestbedCapabilities
  readonly timeScale: number
}): readonly string[] {
  const { scenario, capabilities, timeScale } = question
  const limit = capabilities.maxTuplesPerRealSecond
  const rate = highestRate(scenario)
  return rate * timeScale <= limit ? [] : [tooMuchTraffic({ rate, timeScale, limit })]
}

/** What to say of a rate that the testbed does not carry, with both ways out. */
export function tooMuchTraffic(asked: { rate: number; timeScale: number; limit: number }): string {
  const { rate, timeScale, limit } = asked
  return `${rate}/s of system time at time scale ${timeScale} is ${rate * timeScale} tuples a real second; it carries ${limit}. Lower the rate to ${Math.floor(limit / timeScale)}/s${rate <= limit ? ` or the time scale to ${Math.floor(limit / rate)}` : ''}.`
}

/**
 * Tuples per second of system time into both DCs at the worst moment: every generator at its peak at once, under the heaviest load
 * that a step asks for.
 */
function highestRate({ traffic, steps }: Pick<Scenario, 'traffic' | 'steps'>): number {
  const loads = allSteps(steps).flatMap((step: Step) =>
    'action' in step && step.action.kind === 'load' ? [step.action] : [],
  )
  return datacenterNames.reduce((sum, dc) => sum + highestInto(dc, traffic, loads), 0)
}

function highestInto(dc: DatacenterName, traffic: readonly TrafficSpec[], loads: readonly LoadAction[]): number {
  const specs = traffic.filter(({ into }) => into.includes(dc))
  const base = specs.reduce((sum, { rate }) => sum + rate, 0)
  const factors = loads
    .filter(({ into }) => into?.includes(dc) ?? true)
    .map(({ rate, factor }) => factor ?? (base === 0 || rate === undefined ? 1 : rate / base))
  const peak = specs.reduce((sum, spec) => sum + peakOf(spec), 0)
  return peak * Math.max(1, ...factors)
}

function peakOf({ rate, arrival }: TrafficSpec): number {
  switch (arrival?.kind) {
    case 'ramp':
      return Math.max(rate, arrival.toRate)
    case 'burst':
      return Math.max(rate, arrival.peakRate)
    case 'constant':
    case 'poisson':
    case undefined:
      return rate
    default:
      return arrival satisfies never
  }
}
