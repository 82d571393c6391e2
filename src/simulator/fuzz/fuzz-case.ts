import type { DatacenterName, OperationMode } from '../../model/datacenter.ts'
import type { PartitionHow } from '../../model/fault.ts'
import type { QuirkId, ToolkitProfile } from '../../model/toolkit-behaviour.ts'

/**
 * A drawn schedule with its settings, before it is a scenario: every number is whole and in a unit of its own, so that it can be made
 * smaller and rounder step by step. Everything that the fields allow is a scenario that can be run.
 */
export interface FuzzCase {
  readonly mode: OperationMode
  readonly profile: ToolkitProfile
  /** Quirks that are not as in the profile. */
  readonly changedQuirks: readonly QuirkId[]
  readonly isFused: boolean
  readonly store: 'files' | 'table'
  readonly settings: FuzzSettings
  /** What dc2 has otherwise; null: the same. */
  readonly dc2: FuzzRhythm | null
  /** dc2's job starts so much later: tenths of a second. */
  readonly offsetTenths: number
  /** Milliseconds, one way. */
  readonly linkDelayMs: number
  readonly pes: number
  /** Parts of the application's state. */
  readonly channels: number
  /** Null: none. */
  readonly traffic: FuzzTraffic | null
  readonly faults: readonly FuzzFault[]
  /** Seconds from the end of the last fault to the end of the run. */
  readonly tailSeconds: number
}

/** What a DC's clock of heartbeats and snapshots is set to; whole seconds. */
export interface FuzzRhythm {
  readonly heartbeatSeconds: number
  readonly misses: number
  readonly snapshotSeconds: number
  readonly delaySeconds: number
}

/** The toolkit's settings that are drawn; null: the reference value. */
export interface FuzzSettings {
  readonly rhythm: FuzzRhythm | null
  readonly timeouts: { readonly connectSeconds: number; readonly readSeconds: number } | null
  readonly pairs: number
  readonly retains: boolean
  readonly sendsBack: boolean
}

export interface FuzzTraffic {
  readonly tuplesPerSecond: number
  readonly keys: number
  readonly into: 'dc1' | 'both'
}

/** Which direction of the line: both, or the one that ends in a DC. */
export type FuzzLine = 'both' | 'into_dc1' | 'into_dc2'

interface Placed {
  /** Tenths of a second from t = 0. */
  readonly at: number
}

interface Held extends Placed {
  /** Tenths of a second. */
  readonly hold: number
}

/** A fault of a process: of the whole job, or of one PE. */
interface OnJob {
  readonly dc: DatacenterName
  /** Null: the whole job. */
  readonly pe: number | null
}

export type FuzzFault =
  | (Held & {
      readonly kind: 'partition'
      readonly line: FuzzLine
      readonly ports: 'all' | 'heartbeat' | 'snapshot'
      readonly how: PartitionHow
    })
  | (Held & {
      readonly kind: 'netem'
      readonly line: FuzzLine
      readonly delayMs: number
      readonly jitterMs: number
      readonly lossPercent: number
    })
  | (Placed & {
      readonly kind: 'flap'
      readonly line: FuzzLine
      readonly how: PartitionHow
      readonly downSeconds: number
      readonly upSeconds: number
      readonly times: number
    })
  | (Placed & { readonly kind: 'connection_reset'; readonly line: FuzzLine })
  | (Held & OnJob & { readonly kind: 'kill' | 'pause' | 'restart' })
  | (Placed & OnJob & { readonly kind: 'crash' })
  | (Placed & { readonly kind: 'operator_restart'; readonly dc: DatacenterName; readonly operator: string })
  | (Held & {
      readonly kind: 'cancel_job' | 'orderly_shutdown' | 'datacenter_outage' | 'host_hang'
      readonly dc: DatacenterName
    })
  | (Placed & {
      readonly kind: 'special_message'
      readonly dc: DatacenterName
      readonly message: 'OrderlyShutdown' | 'SendMeDataFromSnapshotFiles'
    })
  | (Held & {
      readonly kind: 'disk_full' | 'disk_readonly' | 'disk_error' | 'database_lost'
      readonly dc: DatacenterName
    })
  | (Held & { readonly kind: 'disk_slow'; readonly dc: DatacenterName; readonly delayTenths: number })

export type FuzzFaultKind = FuzzFault['kind']

/** Every kind that is drawn. */
export const fuzzFaultKinds: readonly FuzzFaultKind[] = [
  'partition',
  'netem',
  'flap',
  'connection_reset',
  'kill',
  'pause',
  'restart',
  'crash',
  'operator_restart',
  'cancel_job',
  'orderly_shutdown',
  'datacenter_outage',
  'host_hang',
  'special_message',
  'disk_full',
  'disk_readonly',
  'disk_error',
  'database_lost',
  'disk_slow',
]

/** Operators of the composite that may start anew alone (toolkit reference §7, 37 to 39). */
export const restartableOperators = [
  'HeartbeatMessagePreparer',
  'RemoteDataCenterHeartbeatWatchdog',
  'RemoteDataCenterWatchdog',
  'HeartbeatSignalGenerator',
  'CrossDataCenterSender1',
  'RemoteDCDataMerger',
  'SendSnapshotFilesData',
] as const

/** The reference file's rhythm (toolkit reference §1.4). */
export const referenceRhythm: FuzzRhythm = { heartbeatSeconds: 30, misses: 4, snapshotSeconds: 180, delaySeconds: 40 }

/** The plainest case: the reference settings, no traffic and no fault. Shrinking ends with it. */
export const plainestCase: FuzzCase = {
  mode: 'active-active',
  profile: 'ibm-1.0.1',
  changedQuirks: [],
  isFused: false,
  store: 'files',
  settings: { rhythm: null, timeouts: null, pairs: 1, retains: false, sendsBack: false },
  dc2: null,
  offsetTenths: 0,
  linkDelayMs: 0,
  pes: 1,
  channels: 1,
  traffic: null,
  faults: [],
  tailSeconds: 0,
}
