import type { DatacenterName } from './datacenter.ts'
import type { JsonObject } from './json.ts'

/** How a partition treats what it stops: lost on the way, refused with a reset, or accepted and never answered. */
export type PartitionHow = 'drop' | 'reject' | 'hang'

/** Which cross-DC ports a link fault acts on. */
export type PortSelection = 'all' | 'heartbeat' | 'snapshot' | readonly number[]

/** A fault as data, before anything happened. */
export type FaultSpec =
  | PartitionFault
  | { readonly kind: 'kill'; readonly target: JobTarget }
  | { readonly kind: 'cancel_job'; readonly target: JobTarget }
  | { readonly kind: 'orderly_shutdown'; readonly target: JobTarget }

export type FaultKind = FaultSpec['kind']

export interface PartitionFault {
  readonly kind: 'partition'
  readonly from: DatacenterName
  readonly to: DatacenterName
  /** Both directions (`between` in YAML), or only `from` → `to`. */
  readonly direction: 'both' | 'one-way'
  readonly ports: PortSelection
  readonly how: PartitionHow
}

/** A DC's job, with all its PEs. */
export interface JobTarget {
  readonly dc: DatacenterName
}

/** What proved that a fault acts, or no longer acts: what was probed, and what was seen. */
export interface FaultEvidence {
  readonly probe: string
  readonly observed: JsonObject
}

/** A fault that acts, proved by `evidence`. Leaving its block heals it, once. */
export interface InjectedFault extends AsyncDisposable {
  readonly id: string
  readonly spec: FaultSpec
  /** System seconds from t = 0. */
  readonly requestedAt: number
  /** System seconds from t = 0. */
  readonly effectiveAt: number
  /** System seconds. */
  readonly uncertainty: number
  readonly evidence: FaultEvidence
  /**
   * Undoes the fault and proves that it is gone. A second call gives the first one's result.
   * @throws HealError
   */
  heal(): Promise<HealedFault>
}

/** A fault that is gone, proved by `evidence`. */
export interface HealedFault {
  readonly id: string
  readonly spec: FaultSpec
  /** System seconds from t = 0. */
  readonly healedAt: number
  readonly evidence: FaultEvidence
}
