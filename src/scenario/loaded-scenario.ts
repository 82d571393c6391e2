import type { SourcePosition } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'

/** A scenario of a file, with what only its test needs. */
export interface LoadedScenario {
  readonly scenario: Scenario
  /** Why the scenario is not to run; absent when it is. */
  readonly skip?: string
  readonly only: boolean
  /** Absolute path of the file whose body runs. @default the built-in body */
  readonly spec?: string
  /** How often it runs. @default 1 */
  readonly repeat?: number
  /** At how many places of the heartbeat cycle the fault is put. @default 1 */
  readonly faultPhases?: number
  readonly positions: ScenarioPositions
}

/** Where a scenario's parts stand in its file. */
export interface ScenarioPositions {
  /** The `test_id`: the line that reports and line filters name. */
  readonly testId: SourcePosition
  /** By step id, those inside other steps too. */
  readonly steps: ReadonlyMap<string, SourcePosition>
  /** In the order of the scenario's `checks`. */
  readonly checks: readonly SourcePosition[]
  /** By field name, such as `expected_recovery_time_seconds`, all fields that are there. */
  readonly fields: ReadonlyMap<string, SourcePosition>
}
