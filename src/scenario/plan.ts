import type { DatacenterName } from '../model/datacenter.ts'
import type { Scenario, Step, TrafficSpec } from '../model/scenario.ts'

/** One thing that a run does. */
export type PlanAction =
  | { readonly kind: 'start_job'; readonly dc: DatacenterName }
  /** Waits for both jobs to be healthy. */
  | { readonly kind: 'await_healthy' }
  | { readonly kind: 'start_traffic'; readonly traffic: TrafficSpec }
  /** Stops the traffic and lets what is under way finish. */
  | { readonly kind: 'stop_traffic' }
  | { readonly kind: 'inject'; readonly step: Step }
  /** Heals the step's fault; without a time in the plan, `afterSeconds` after the fault took effect. */
  | { readonly kind: 'heal'; readonly stepId: string; readonly afterSeconds: number }
  /** Waits until every expected thing was seen or can no longer come. */
  | { readonly kind: 'await_outcome' }
  /** Stops the traffic if it still runs, and asks every DC for its state. */
  | { readonly kind: 'verify' }
  /** Heals what still acts, newest first, but for steps with `heal: none`. */
  | { readonly kind: 'end' }

/** When an action begins: at `at` system seconds from t = 0, or, without it, as soon as the one before is done. */
export interface PlanEntry {
  readonly at?: number
  readonly action: PlanAction
}

/**
 * What a run of the scenario does, in order: a pure function of the scenario. An entry never begins before the one in front of
 * it is done. The one exception is a `heal` of a step without `at`: its time is not known before the run, so it stands behind
 * its step and is due `afterSeconds` after the fault took effect, while the entries behind it go on.
 */
export function planOf(scenario: Scenario): readonly PlanEntry[] {
  const { traffic, opts } = scenario
  const start: readonly PlanEntry[] = [
    { at: 0, action: { kind: 'start_job', dc: 'dc1' } },
    { at: opts.startOffsetSeconds, action: { kind: 'start_job', dc: 'dc2' } },
    { action: { kind: 'await_healthy' } },
    ...(traffic === undefined ? [] : [{ action: { kind: 'start_traffic', traffic } } as const]),
  ]
  const end: readonly PlanEntry[] = [
    opts.runForSeconds === undefined
      ? { action: { kind: 'await_outcome' } }
      : { at: opts.runForSeconds, action: { kind: 'verify' } },
    ...(opts.runForSeconds === undefined ? [{ action: { kind: 'verify' } } as const] : []),
    { action: { kind: 'end' } },
  ]
  return [...start, ...faultEntries(scenario), ...end]
}

/** Steps without `at` stay behind the one they follow; the others, and the heals with known times, are sorted by time. */
function faultEntries(scenario: Scenario): readonly PlanEntry[] {
  const groups: { readonly at: number; readonly entries: PlanEntry[] }[] = []
  for (const step of scenario.steps) {
    const inject: PlanEntry = { ...(step.at === undefined ? {} : { at: step.at }), action: { kind: 'inject', step } }
    const last = groups.findLast((group) => group.entries[0]?.action.kind === 'inject')
    const group = step.at === undefined && last !== undefined ? last : { at: step.at ?? -Infinity, entries: [] }
    if (group !== last) groups.push(group)
    group.entries.push(inject)
    if (step.forSeconds === undefined) continue
    const heal = { kind: 'heal', stepId: step.id, afterSeconds: step.forSeconds } as const
    if (step.at === undefined) group.entries.push({ action: heal })
    else groups.push({ at: step.at + step.forSeconds, entries: [{ at: step.at + step.forSeconds, action: heal }] })
  }
  const entries = groups.toSorted((a, b) => a.at - b.at).flatMap((group) => group.entries)
  const [first, ...rest] = entries
  if (scenario.traffic?.until !== 'fault' || first === undefined) return entries
  // The traffic's stop takes the first fault's time, and the fault follows at once.
  const at = first.at === undefined ? {} : { at: first.at }
  return [{ ...at, action: { kind: 'stop_traffic' } }, { action: first.action }, ...rest]
}
