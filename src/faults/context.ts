import type { Clock } from '../model/clock.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { FaultSpec } from '../model/fault.ts'
import type { LeasedPair } from '../model/testbed.ts'
import type { TimelineEvent } from '../model/timeline.ts'

/** What fault kinds may use. Times are on `clock`, whose origin is t = 0. */
export interface FaultContext {
  readonly pair: Pick<LeasedPair, 'datacenters' | 'events' | 'links' | 'processes'>
  readonly clock: Clock
  /** Converts a time of the lease's clock, as the testbed's effects carry it. */
  readonly toSystemTime: (leaseTime: number) => number
  readonly jobs: JobControl
  readonly ports: (dc: DatacenterName) => CrossDcPorts
  /** Kinds that the testbed can do. */
  readonly supported: readonly FaultSpec['kind'][]
  /** Runs before a kind acts, for instance to read outputs that an orderly shutdown counts as finished. */
  readonly beforeInjection: (spec: FaultSpec) => Promise<void>
  readonly record: (event: TimelineEvent) => void
}

/** The cross-DC ports that a DC's job listens on. */
export interface CrossDcPorts {
  readonly heartbeat: number
  readonly snapshot: readonly number[]
}

/** The jobs of a run, as faults act on them. */
export interface JobControl {
  /** Id of the DC's present job, or null after it was cancelled. */
  currentJobId(dc: DatacenterName): string | null
  cancel(dc: DatacenterName): Promise<void>
  /** Submits the DC's application again with the same parameters, and waits until it is healthy. */
  resubmit(dc: DatacenterName): Promise<void>
  /** Sends a word to the toolkit's SpecialMessage port of the DC's job. */
  sendSpecialMessage(dc: DatacenterName, message: 'OrderlyShutdown' | 'SendMeDataFromSnapshotFiles'): Promise<void>
}
