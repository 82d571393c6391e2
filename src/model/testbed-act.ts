import type { DatacenterName } from './datacenter.ts'
import type { JsonObject } from './json.ts'
import type { Effect, LinkRule } from './testbed.ts'
import type { EventName } from './timeline.ts'

/**
 * One change of a testbed as data, so that the testbed itself can make it at the moment of an event, without a way to the test and
 * back. Every one can be repeated without harm: what is already so stays so.
 */
export type TestbedAct =
  /** Kills PEs and keeps them from being restarted until `let_up`. */
  | { readonly kind: 'hold_down'; readonly dc: DatacenterName; readonly pes?: readonly number[] }
  | { readonly kind: 'let_up'; readonly dc: DatacenterName; readonly pes?: readonly number[] }
  /** Kills PEs once; Streams restarts them. */
  | { readonly kind: 'kill_pes'; readonly dc: DatacenterName; readonly pes?: readonly number[] }
  /** Stops PEs where they are (SIGSTOP); their sockets stay open. */
  | { readonly kind: 'pause_pes'; readonly dc: DatacenterName; readonly pes?: readonly number[] }
  | { readonly kind: 'resume_pes'; readonly dc: DatacenterName; readonly pes?: readonly number[] }
  /** Kills the DC's management process; its PEs live on (decisions 9). The testbed is not lost by it. */
  | { readonly kind: 'stop_management'; readonly dc: DatacenterName }
  /** Starts it again at the same address, with the same users, jobs and bundles. */
  | { readonly kind: 'start_management'; readonly dc: DatacenterName }
  | { readonly kind: 'pause_management'; readonly dc: DatacenterName }
  | { readonly kind: 'resume_management'; readonly dc: DatacenterName }
  | { readonly kind: 'apply_rules'; readonly rules: readonly LinkRule[] }
  | { readonly kind: 'remove_rules'; readonly ids: readonly string[] }
  /** Resets the open connections of one direction. */
  | {
      readonly kind: 'reset_connections'
      readonly from: DatacenterName
      readonly to: DatacenterName
      readonly ports: readonly number[]
    }
  /** What the DC's snapshot store does from now on, also for PEs started later; null: it works. */
  | { readonly kind: 'store_fault'; readonly dc: DatacenterName; readonly fault: StoreFault | null }
  | { readonly kind: 'restart_operator'; readonly dc: DatacenterName; readonly operator: string }

/**
 * `full`: writing fails as without space. `readonly`: so do writing and deleting, for permission. `slow`: everything takes so many
 * system seconds longer. `error`: everything fails. `lost`: the database's connection breaks, and none can be had.
 */
export type StoreFault =
  | { readonly mode: 'full' }
  | { readonly mode: 'readonly' }
  | { readonly mode: 'slow'; readonly delaySeconds: number }
  | { readonly mode: 'error' }
  | { readonly mode: 'lost' }

/** An event of the testbed's own, at which acts are performed. */
export interface TestbedTrigger {
  readonly event: EventName
  readonly dc: DatacenterName
  /** From 1, of those at or after `sinceTime`, also ones that came before the arming. */
  readonly occurrence: number
  /** System seconds from the event. */
  readonly afterSeconds: number
  /** System seconds on the lease's clock. */
  readonly sinceTime: number
}

/** What came of one act. */
export interface ActOutcome {
  readonly effect: Effect
  /** Such as the pids that were killed: `{ pids: [12, 13] }`. */
  readonly detail: JsonObject
}

export interface PerformedActs {
  /** The event that set them off, where they waited for one; `time` on the lease's clock. */
  readonly trigger?: { readonly time: number; readonly uncertainty: number }
  /** In the order of the acts. */
  readonly outcomes: readonly ActOutcome[]
}

/** Changes a testbed, now or at an event. */
export interface ActControl {
  /**
   * Performs the acts one after the other, each begun once the one before took hold: at once, or when the event comes. Aborting
   * the signal disarms what still waits.
   * @throws TestbedError when an act cannot be done; those before it stay done
   */
  perform(
    acts: readonly TestbedAct[],
    options?: { readonly when?: TestbedTrigger; readonly signal?: AbortSignal },
  ): Promise<PerformedActs>
}
