import type { PlantAct, PlantedFailure } from '../world/plant.ts'
import type { Assertion } from './assertion.ts'

/** A failure for one scenario: where it is planted, which of the scenario's assertions are about it, and what would catch it. */
export interface PlantCase {
  /** In words: what is wrong with the system. */
  readonly what: string
  readonly failure: PlantedFailure
  /** Whether the assertion does not allow what the plant did. */
  readonly violates: (assertion: Assertion, acts: readonly PlantAct[]) => boolean
  /** Checks as they stand in YAML, that may catch it; the ones that should fit best first. */
  readonly advice: readonly string[]
}
