import type { DatacenterName } from '../../model/datacenter.ts'
import { ScenarioError } from '../../model/errors.ts'
import type { Scenario } from '../../model/scenario.ts'
import { faultSteps } from '../../model/step.ts'
import { defaultBehaviour } from '../../model/toolkit-behaviour.ts'
import { movedBy } from '../../scenario/composition/variants.ts'
import { settingsOf } from '../../scenario/lint/subject.ts'
import { struckBy } from '../../scenario/plan-roles.ts'
import { snapshotSchedule } from '../../toolkit/oracle.ts'

/** The cycles around which a fault is placed, those of the DC that it strikes. */
export interface PhaseCycles {
  readonly dc: DatacenterName
  readonly heartbeatSeconds: number
  /** The effective period of its snapshots (toolkit reference §5.1); null where it sends none. */
  readonly snapshotSeconds: number | null
}

/** The scenario with its fault at one place of the cycles. */
export interface Place {
  /** From 0. */
  readonly index: number
  /** By how many seconds all steps that have a time come later than the file says. */
  readonly laterSeconds: number
  readonly scenario: Scenario
}

/** Places at most; each is a run. */
export const placesMax = 10_000

/** The cycles of the DC that the first fault silences; of dc1 where that is both of them, or nobody in particular. */
export function cyclesOf(scenario: Scenario): PhaseCycles {
  const struck = faultSteps(scenario.steps).map(({ fault }) => struckBy(fault))
  const dc = struck.find((each) => each !== undefined) ?? 'dc1'
  const settings = settingsOf(scenario, dc)
  const schedule = snapshotSchedule(settings, scenario.opts.toolkit ?? defaultBehaviour)
  return {
    dc,
    heartbeatSeconds: settings.heartbeatExchangeInterval,
    snapshotSeconds: schedule?.periodSeconds ?? null,
  }
}

/**
 * The scenario at so many places. They are spread evenly over the snapshot cycle, and at the same time over the heartbeat cycle:
 * every place has its own distance from the heartbeat before it. Without snapshots only the heartbeat cycle counts.
 * @throws ScenarioError when the scenario has no fault whose time can be moved
 */
export function placesOf(scenario: Scenario, count: number): readonly Place[] {
  if (faultSteps(scenario.steps).length === 0 || scenario.steps.every(({ at }) => at === undefined)) {
    const message = `Expected a fault in ${scenario.testId} whose time can be moved: a step of \`fault_scenario\` with \`at\`.`
    const { source: position } = scenario
    const advice = 'Give the fault an `at`.'
    throw new ScenarioError([{ message, advice, ...(position === undefined ? {} : { position }) }])
  }
  const cycles = cyclesOf(scenario)
  return Array.from({ length: count }, (_, index) => {
    const laterSeconds = shift(cycles, { index, count })
    return { index, laterSeconds, scenario: named(movedBy(scenario, laterSeconds), { index, count }) }
  })
}

/**
 * Even steps through the snapshot cycle of k heartbeats hit each phase of a heartbeat as often as k and the count have divisors in
 * common; what comes round again is moved on by a part of the distance between two phases.
 */
function shift(cycles: PhaseCycles, { index, count }: { readonly index: number; readonly count: number }): number {
  const { heartbeatSeconds, snapshotSeconds } = cycles
  if (snapshotSeconds === null) return (index * heartbeatSeconds) / count
  const common = greatestCommonDivisor(Math.round(snapshotSeconds / heartbeatSeconds), count)
  const round = Math.floor((index * common) / count)
  return (index * snapshotSeconds + round * heartbeatSeconds) / count
}

function named(scenario: Scenario, { index, count }: { readonly index: number; readonly count: number }): Scenario {
  return { ...scenario, testId: `${scenario.testId}[phase=${index + 1}/${count}]` }
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right)
}
