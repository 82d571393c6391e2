import type { JsonObject } from '../../model/json.ts'
import type { ActOutcome, PerformedActs } from '../../model/testbed-act.ts'
import type { FaultContext } from '../context.ts'

/** The times and details of acts that took hold, in system seconds from t = 0. */
export interface Struck {
  readonly t: number
  readonly uncertainty: number
  readonly detail: JsonObject
}

/** One outcome on the run's clock. */
export function struckBy(context: FaultContext, outcome: ActOutcome | undefined): Struck {
  // A testbed that answers less than it was asked leaves only the present.
  if (outcome === undefined) return { t: context.clock.now(), uncertainty: 0, detail: {} }
  const { effect, detail } = outcome
  return { t: context.toSystemTime(effect.time), uncertainty: effect.uncertainty, detail }
}

/** When the last of several acts took hold: the fault acts in full from then on. */
export function struckByAll(context: FaultContext, { outcomes }: PerformedActs): Struck {
  const all = outcomes.map((outcome) => struckBy(context, outcome))
  return all.reduce((latest, one) => (one.t >= latest.t ? one : latest), all[0] ?? struckBy(context, undefined))
}

/** The pids that an act tells of. */
export function pidsOf(detail: JsonObject): readonly number[] {
  const pids = detail['pids']
  return Array.isArray(pids) ? pids.filter((pid) => typeof pid === 'number') : []
}
