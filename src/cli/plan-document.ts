import type { ForecastWindow } from '../scenario/forecast.ts'
import type { LoadedScenario } from '../scenario/loaded-scenario.ts'
import { planOf } from '../scenario/plan.ts'
import type { Plan } from '../scenario/plan.ts'

/** What `failover plan --json` prints. */
export interface PlanDocument {
  readonly schemaVersion: 1
  /** Of everything random. */
  readonly seed: number
  readonly scenarios: readonly PlannedScenario[]
  /** Of all scenarios that run, one after the other. */
  readonly totals: { readonly systemSeconds: ForecastWindow; readonly realSeconds: ForecastWindow }
}

/** A scenario and its plan. */
export interface PlannedScenario {
  readonly test_id: string
  readonly description: string
  readonly file: string
  readonly line: number
  /** Why it does not run; absent when it does. */
  readonly skip?: string
  readonly plan: Pick<Plan, 'rows' | 'forecast'>
}

/** The plans of scenarios. */
export function planDocument(
  loaded: readonly LoadedScenario[],
  options: { readonly seed: number; readonly timeScale?: number },
): PlanDocument {
  const scenarios = loaded.map(({ scenario, positions, skip }): PlannedScenario => {
    const { rows, forecast } = planOf(scenario, options)
    const { file, line } = positions.testId
    const { testId, description } = scenario
    return {
      test_id: testId,
      description,
      file,
      line,
      ...(skip === undefined ? {} : { skip }),
      plan: { rows, forecast },
    }
  })
  const forecasts = scenarios.filter(({ skip }) => skip === undefined).map(({ plan }) => plan.forecast)
  return {
    schemaVersion: 1,
    seed: options.seed,
    scenarios,
    totals: {
      systemSeconds: sum(forecasts.map(({ systemSeconds }) => systemSeconds)),
      realSeconds: sum(forecasts.map(({ realSeconds }) => realSeconds)),
    },
  }
}

function sum(windows: readonly ForecastWindow[]): ForecastWindow {
  const total = windows.reduce((a, b) => ({ min: a.min + b.min, max: a.max + b.max }), { min: 0, max: 0 })
  // Sums of decimal fractions would otherwise end in noise.
  return { min: Math.round(total.min * 1000) / 1000, max: Math.round(total.max * 1000) / 1000 }
}
