import type { DatacenterName } from '../../model/datacenter.ts'
import type { JsonObject } from '../../model/json.ts'
import type { StoreFault } from '../../model/testbed-act.ts'
import type { EventName } from '../../model/timeline.ts'
import type { PeMethods, PePlacement, PeRun, PeState } from '../pair-protocol.ts'
import type { Child } from './child.ts'

/** What a PE needs of the pair around it. */
export interface PeSurroundings {
  readonly takeSpare: () => Promise<Child<PeMethods>>
  readonly placement: (pe: { readonly dc: DatacenterName; readonly launchCount: number }) => PePlacement
  /** The DC's object `CrossDCFailover`. */
  readonly applicationConfiguration: (dc: DatacenterName) => Readonly<Record<string, string>> | null
  readonly openLinkPorts: (ports: readonly number[]) => Promise<void>
  /** Tells the DC's management process. */
  readonly tell: (dc: DatacenterName, state: PeState) => void
  readonly emit: (event: EventName, about: { readonly dc: DatacenterName; readonly detail: JsonObject }) => void
  /** System seconds on the lease's clock. */
  readonly now: () => number
  /** Whether the PE is kept from being started. */
  readonly isHeld: (dc: DatacenterName, indexWithinJob: number) => boolean
  /** What the DC's snapshot store does now. */
  readonly storeFault: (dc: DatacenterName) => StoreFault | null
}

/** A PE, and what it needs of its job. */
export interface PeLifeOptions {
  readonly dc: DatacenterName
  readonly run: PeRun
  readonly around: PeSurroundings
  /** Where the job's PEs are, for each other; told again when one has moved. */
  readonly moved: () => void
  /** Resolves when every PE of the job is ready to start, or cannot be. */
  readonly othersReady: () => Promise<void>
  /** This PE is ready, or will not be. */
  readonly ready: () => void
  /** Its standalone job is over. */
  readonly over: () => void
}
