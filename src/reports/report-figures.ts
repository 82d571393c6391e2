import type { JsonObject, JsonValue } from '../model/json.ts'
import type { RunReport } from '../model/run-report.ts'
import type { Verdict } from '../model/verdict.ts'

/** A promise of the scenario and how it came out; found among the report's checks. */
export interface ObjectiveFigure {
  readonly limit: number
  readonly verdict: Verdict
}

/** Promise of the whole recovery time, in system seconds. */
export function rtoObjective({ checks }: RunReport): ObjectiveFigure | undefined {
  const check = checks.find((each) => each.check === 'rto_total')
  const limit = check?.evidence['limitSeconds']
  return check === undefined || typeof limit !== 'number' ? undefined : { limit, verdict: check.verdict }
}

/** Promise of the loss in percent or in seconds. */
export function lossObjective({ checks }: RunReport, unit: 'percent' | 'seconds'): ObjectiveFigure | undefined {
  const check = checks.find((each) => each.check === `loss_${unit}`)
  const limit = objectOf(check?.evidence['atMost'])['value']
  return check === undefined || typeof limit !== 'number' ? undefined : { limit, verdict: check.verdict }
}

/** The most seconds that the settings allow to be lost, where the run's prediction check says so. */
export function predictedLossSeconds({ checks }: RunReport): number | undefined {
  const most = checks.find((each) => each.check === 'prediction')?.evidence['lossSecondsMax']
  return typeof most === 'number' ? most : undefined
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {}
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
