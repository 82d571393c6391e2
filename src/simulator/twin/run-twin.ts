import type { Scenario } from '../../model/scenario.ts'
import type { Verdict } from '../../model/verdict.ts'
import type { Simulated, SimulateOptions } from '../simulate.ts'
import { alignedTo } from './align.ts'
import type { Difference } from './compare-events.ts'
import { compareRuns, type TwinRun } from './compare-runs.ts'

export interface RunTwinOptions {
  readonly scenario: Scenario
  readonly seed: number
  /** System seconds that times may lie apart, beside what is not known of them. */
  readonly toleranceSeconds: number
  /** The name of the other testbed. */
  readonly on: string
  /** A run there. */
  readonly runThere: (scenario: Scenario) => Promise<TwinRun>
  readonly simulate: (options: SimulateOptions) => Promise<Simulated>
  readonly more?: Pick<SimulateOptions, 'extensions' | 'signal'>
}

/** Two runs of one scenario, and what differs between them. */
export interface TwinSummary {
  readonly testId: string
  readonly on: string
  readonly seed: number
  readonly toleranceSeconds: number
  /** What is not known of times there, in system seconds; null where nothing was compared. */
  readonly resolutionSeconds: number | null
  /** What the simulated run took from the other one. */
  readonly notes: readonly string[]
  /** `one` is the simulated run, `other` the one there. */
  readonly differences: readonly Difference[]
  /** Why nothing was compared. */
  readonly problem: string | null
}

/**
 * Runs a scenario on the other testbed, then simulated with the start times of that run, and compares them.
 * @throws what the runs throw
 */
export async function runTwin(options: RunTwinOptions): Promise<TwinSummary> {
  const { scenario, seed, toleranceSeconds, on, runThere, simulate, more } = options
  const summary = { testId: scenario.testId, on, seed, toleranceSeconds, notes: [], differences: [] }
  const there = await runThere(scenario)
  const { resolutionSeconds } = there.timeline
  const problem = whyNot(there, scenario, on)
  if (problem !== null) return { ...summary, resolutionSeconds, problem }
  const { scenario: aligned, notes } = alignedTo(scenario, there.timeline)
  const simulated = await simulate({ ...more, scenario: aligned, seed })
  const differences = compareRuns(simulated, there, toleranceSeconds)
  return { ...summary, resolutionSeconds, notes, differences, problem: null }
}

/** A run that broke off, or that cannot tell one heartbeat from the next, shows nothing of the toolkit. */
function whyNot({ report, timeline }: TwinRun, scenario: Scenario, on: string): string | null {
  const broken = report.checks.find(({ check, verdict }) => check === 'run' && verdict !== 'pass')
  if (broken !== undefined) return `The run on ${on} broke off: ${broken.message}`
  const intervals = Object.values(timeline.settings).map(({ heartbeatExchangeInterval }) => heartbeatExchangeInterval)
  const most = Math.min(...intervals) / 2
  if (timeline.resolutionSeconds <= most) return null
  const resolution = `${timeline.resolutionSeconds.toFixed(1)} s`
  return `On ${on} times are known to ${resolution} only, more than half of a heartbeat interval of ${scenario.testId}. Use a lower time scale, or a machine with less to do.`
}

export function twinVerdict({ differences, problem }: TwinSummary): Verdict {
  if (problem !== null) return 'inconclusive'
  return differences.length === 0 ? 'pass' : 'fail'
}
