import type { Scenario } from '../../model/scenario.ts'
import type { Simulated, SimulateOptions } from '../simulate.ts'
import { placeRun, type PlaceRun } from './place-run.ts'
import { cyclesOf, placesOf } from './places.ts'
import { summarizePlaces, type PhaseSummary } from './phase-summary.ts'

/** What a scenario is run with at every place. */
export interface RunPhasesOptions {
  readonly scenario: Scenario
  /** How many places. @default 24 */
  readonly count?: number
  readonly seed: number
  readonly simulate: (options: SimulateOptions) => Promise<Simulated>
  readonly more?: Pick<SimulateOptions, 'extensions' | 'signal'>
}

/** As many places as show each quarter of a heartbeat of the reference file, in each of its snapshot's five. */
export const defaultPlaces = 24

/**
 * Simulates a scenario with its fault at many places of the heartbeat and the snapshot cycle.
 * @throws ScenarioError when the fault's time cannot be moved, and what the simulation throws
 */
export async function runPhases(options: RunPhasesOptions): Promise<PhaseSummary> {
  const { scenario, count = defaultPlaces, seed, simulate, more } = options
  const cycles = cyclesOf(scenario)
  const runs: PlaceRun[] = []
  for (const place of placesOf(scenario, count)) {
    const simulated = await simulate({ ...more, scenario: place.scenario, seed })
    runs.push(placeRun(simulated, { dc: cycles.dc, laterSeconds: place.laterSeconds }))
  }
  return summarizePlaces({ testId: scenario.testId, cycles, runs })
}
