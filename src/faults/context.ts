import type { Clock } from '../model/clock.ts'
import type { CrossDcOverrides, CrossDcSettings } from '../model/crossdc-settings.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { FaultSpec } from '../model/fault.ts'
import type { LeasedPair, TestbedCapabilities } from '../model/testbed.ts'
import type { TimelineEvent } from '../model/timeline.ts'
import type { RegisteredFault } from './registered-fault.ts'

/** What fault kinds may use. Times are on `clock`, whose origin is t = 0. */
export interface FaultContext {
  readonly pair: Pick<LeasedPair, 'datacenters' | 'events' | 'links' | 'processes' | 'acts'>
  readonly clock: Clock
  /** Converts a time of the lease's clock, as the testbed's effects carry it. */
  readonly toSystemTime: (leaseTime: number) => number
  readonly jobs: JobControl
  readonly ports: (dc: DatacenterName) => CrossDcPorts
  /** Kinds that the testbed can do. */
  readonly supported: readonly FaultSpec['kind'][]
  /** What of `netem` the testbed can do. @default nothing */
  readonly netem?: TestbedCapabilities['netem'] | undefined
  /** Kinds that users registered, by name. @default none */
  readonly custom?: ReadonlyMap<string, Omit<RegisteredFault, 'name'>> | undefined
  /** Runs before a kind acts, for instance to read outputs that an orderly shutdown counts as finished. */
  readonly beforeInjection: (spec: FaultSpec) => Promise<void>
  readonly record: (event: TimelineEvent) => void
}

/** The cross-DC ports that a DC's job listens on. */
export interface CrossDcPorts {
  readonly heartbeat: number
  readonly snapshot: readonly number[]
}

/** What a restart may change of a DC's job, from then on. */
export interface JobChanges {
  /** Over the settings in force. */
  readonly crossdc?: CrossDcOverrides
  /** Path of a SAB, or `builtin:NAME`. */
  readonly sab?: string
}

/** The jobs of a run, as faults act on them. */
export interface JobControl {
  /** Id of the DC's present job, or null after it was cancelled. */
  currentJobId(dc: DatacenterName): string | null
  /** Of the DC's next job, which are those of the present one unless a restart is under way. Without secrets. */
  settingsInForce(dc: DatacenterName): CrossDcSettings
  cancel(dc: DatacenterName): Promise<void>
  /** Submits the DC's application again, with what was changed meanwhile, and waits until it is healthy. */
  resubmit(dc: DatacenterName): Promise<void>
  /**
   * Uploads and installs what the DC's jobs are to be made of, and touches nothing that runs. Calling what it resolves to puts the
   * changes in force for every later submission.
   * @throws TestbedError when there is no such application; SettingsError
   */
  prepareChange(dc: DatacenterName, changes: JobChanges): Promise<() => void>
  /** Sends a word to the toolkit's SpecialMessage port of the DC's job. */
  sendSpecialMessage(dc: DatacenterName, message: string): Promise<void>
}
