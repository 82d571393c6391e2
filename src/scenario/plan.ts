import type { Scenario } from '../model/scenario.ts'
import type { Step } from '../model/step.ts'
import { forecastOf } from './forecast.ts'
import type { Forecast } from './forecast.ts'
import { drawSteps } from './plan-draw.ts'
import { resolveRoles } from './plan-roles.ts'
import { planRows } from './plan-rows.ts'
import type { PlanRow } from './plan-row.ts'

export type { PlanRow, PlanTime } from './plan-row.ts'

/** What a run of a scenario does, before it runs. */
export interface Plan {
  /** The scenario's steps with nothing left to chance: what was random is drawn, and who is who is said where the file says it. */
  readonly steps: readonly Step[]
  /** The run from its start to its checks, for people. */
  readonly rows: readonly PlanRow[]
  readonly forecast: Forecast
}

export interface PlanOptions {
  /** Of everything random. */
  readonly seed: number
  /** System seconds per real second where the scenario does not say. @default 60 */
  readonly timeScale?: number
}

/** What a run does: a pure function of the scenario, the seed and the time scale. */
export function planOf(scenario: Scenario, options: PlanOptions): Plan {
  const { seed, timeScale = 60 } = options
  const steps = resolveRoles(drawSteps(scenario.steps, seed))
  const drawn = { ...scenario, steps }
  const forecast = forecastOf(drawn, { timeScale: scenario.opts.timeScale ?? timeScale })
  return { steps, rows: planRows(drawn, forecast), forecast: forecast.forecast }
}
