import type { FaultEvidence, FaultSpec } from '../model/fault.ts'
import type { FaultContext } from './context.ts'

/**
 * One kind of fault. The ledger calls the parts in this order: unavailable, inject, (hold), heal. Each part proves what it
 * did before it returns, and throws FaultError or HealError when the proof fails.
 */
export interface FaultKindDefinition<Spec extends FaultSpec = FaultSpec> {
  /** Why the fault cannot be injected now, or null. Nothing is touched. */
  unavailable(spec: Spec, context: FaultContext): Promise<string | null>
  /** Acts, and proves from the victim's side that it took hold. */
  inject(spec: Spec, context: FaultContext, injection: Injection): Promise<Effective>
}

/** What the ledger gives an injection: its id, and the place to register undoing BEFORE acting. */
export interface Injection {
  readonly id: string
  /** Registers how to undo what follows. Called once, before anything is changed. */
  registerUndo(undo: Undo): void
}

/** Undoes the fault and proves that it is gone. Must work at any point after it was registered. @throws HealError */
export type Undo = () => Promise<FaultEvidence>

/** When the fault took hold (system seconds from t = 0), and what proved it. */
export interface Effective {
  readonly effectiveAt: number
  readonly uncertainty: number
  readonly evidence: FaultEvidence
}
