import type { SourcePosition } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import type { BuiltSteps } from './build-steps.ts'
import type { ScenarioFields } from './scenario-schema.ts'
import type { Path } from './schema-problems.ts'

/** A scenario, and where it stands. */
export interface RuleInput {
  readonly fields: ScenarioFields
  readonly scenario: Scenario
  readonly built: BuiltSteps
  /** Whether a list of traffic was written, or one kind of it. */
  readonly isMix: boolean
  readonly positionOf: (path: Path) => SourcePosition
}

/** Where an item of the traffic stands. */
export function trafficPath({ isMix }: RuleInput, index: number, ...below: readonly PropertyKey[]): Path {
  return ['pre_failover_data', ...(isMix ? [index] : []), ...below]
}
