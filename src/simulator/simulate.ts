import { noopFaultJournal } from '../faults/fault-journal.ts'
import type { RunReport } from '../model/run-report.ts'
import type { Scenario } from '../model/scenario.ts'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'
import { runOnTestbed } from '../run/run-on-testbed.ts'
import type { ScenarioExtensions } from '../run/run-on-testbed.ts'
import { openSimulatedTestbed } from './testbed/simulated-testbed.ts'
import type { Plant } from './world/plant.ts'

/** A scenario to be simulated. */
export interface SimulateOptions {
  readonly scenario: Scenario
  readonly seed: number
  /** Failures planted in the simulated system. @default none */
  readonly plants?: readonly Plant[]
  readonly signal?: AbortSignal
  /** Users' own kinds. @default none */
  readonly extensions?: ScenarioExtensions
  /** Called with each event as it is seen. */
  readonly onEvent?: (event: TimelineEvent) => void
}

/** What a simulated run gave. */
export interface Simulated {
  readonly report: RunReport
  /** As it was at the very end, after everything was put back. */
  readonly timeline: Timeline
}

/**
 * Runs a scenario on a fresh simulated pair, in this process, without disk or sockets. The same scenario and seed give the same
 * timeline, byte for byte.
 * @throws TestbedError for what the simulated testbed cannot do, before anything is started
 */
export async function simulateScenario(options: SimulateOptions): Promise<Simulated> {
  const { scenario, seed, plants = [], signal, extensions, onEvent } = options
  await using testbed = openSimulatedTestbed({ plants })
  let last: Timeline | undefined
  const report = await runOnTestbed({
    scenario,
    testbed,
    seed,
    journal: noopFaultJournal,
    onlyFinal: true,
    onReport: async (_, timeline) => {
      last = timeline
      await Promise.resolve()
    },
    ...(signal === undefined ? {} : { signal }),
    ...(extensions === undefined ? {} : { extensions }),
    ...(onEvent === undefined ? {} : { onEvent }),
  })
  if (last === undefined) throw new Error(`Expected the run of ${scenario.testId} to give a timeline.`)
  return { report, timeline: last }
}
