import type { ToolkitInvariant } from '../model/check.ts'
import type { DatacenterName } from '../model/datacenter.ts'

/** One thing that ought not to have been. */
export interface InvariantViolation {
  readonly invariant: ToolkitInvariant
  /** System seconds from t = 0. */
  readonly t: number
  readonly dc?: DatacenterName
  /** A sentence. */
  readonly message: string
}

/** What the invariants say of a run: how much each had to look at, and what it found wrong. */
export class InvariantFindings {
  readonly #judged = new Map<ToolkitInvariant, number>()
  readonly #violations: InvariantViolation[] = []

  get violations(): readonly InvariantViolation[] {
    return this.#violations
  }

  /** How many things an invariant was held against. */
  judged(invariant: ToolkitInvariant): number {
    return this.#judged.get(invariant) ?? 0
  }

  /** Something was looked at, and `violation` is what is wrong with it; null: nothing. */
  judge(invariant: ToolkitInvariant, violation: Omit<InvariantViolation, 'invariant'> | null): void {
    this.#judged.set(invariant, this.judged(invariant) + 1)
    if (violation !== null) this.#violations.push({ invariant, ...violation })
  }
}
