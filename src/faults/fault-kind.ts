import type { DatacenterName } from '../model/datacenter.ts'
import type { FaultEvidence, FaultSpec } from '../model/fault.ts'
import type { PerformedActs, TestbedAct } from '../model/testbed-act.ts'
import type { FaultContext } from './context.ts'

/**
 * One kind of fault. The ledger calls the parts in this order: unavailable, inject, (hold), heal. Each part proves what it
 * did before it returns, and throws FaultError or HealError when the proof fails.
 */
export interface FaultKindDefinition<Spec extends FaultSpec = FaultSpec> {
  /** Why the fault cannot be injected now, or null. Nothing is touched. Also asked of a fault that waits for an event. */
  unavailable(spec: Spec, context: FaultContext): Promise<string | null>
  /** Acts, and proves from the victim's side that it took hold. */
  inject(spec: Spec, context: FaultContext, injection: Injection): Promise<Effective>
}

/** What the ledger gives an injection: its id, the place to register undoing BEFORE acting, and its turn to act. */
export interface Injection {
  readonly id: string
  /** Registers how to undo what follows. Called once, before anything is changed. */
  registerUndo(undo: Undo): void
  /**
   * Changes the testbed. Where the fault waits for an event, the first call does so inside the testbed; later ones act at once.
   * @throws TestbedError; the signal's reason when the fault was called off while it waited
   */
  strike(acts: readonly TestbedAct[]): Promise<PerformedActs>
  /** For what is no act of the testbed: resolves when it is time to act, at once unless the fault waits for an event. */
  begin(): Promise<void>
  /** The other faults that act now, oldest first. */
  others(): readonly ActingFault[]
  /**
   * DCs whose job a healed fault had to leave down because another one still holds the DC; whoever lets go of the DC last puts its
   * job back.
   */
  readonly owedJobs: Set<DatacenterName>
  /** For a fault that comes and goes: writes a further beginning or end onto the timeline. */
  tell(phase: 'fault_effective' | 'fault_healed', when: FaultMoment): void
  /** For a fault that ends by itself: heals it as if it had been asked for. What goes wrong is thrown to whoever heals it. */
  end(): void
}

/** A fault that acts. */
export interface ActingFault {
  readonly id: string
  readonly spec: FaultSpec
}

/** A time on the timeline, and what proved it. System seconds from t = 0. */
export interface FaultMoment {
  readonly t: number
  readonly uncertainty: number
  readonly evidence: FaultEvidence
}

/** Undoes the fault and proves that it is gone. Must work at any point after it was registered. @throws HealError */
export type Undo = () => Promise<Undone>

/** How a fault went. */
export interface Undone {
  readonly evidence: FaultEvidence
  /** When it went (system seconds from t = 0). @default now, after the proof */
  readonly at?: { readonly t: number; readonly uncertainty: number }
  /** The timeline knows already. @default false */
  readonly isTold?: boolean
}

/** When the fault took hold (system seconds from t = 0), and what proved it. */
export interface Effective {
  readonly effectiveAt: number
  readonly uncertainty: number
  readonly evidence: FaultEvidence
}
