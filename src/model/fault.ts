import type { CrossDcOverrides } from './crossdc-settings.ts'
import type { DatacenterName } from './datacenter.ts'
import type { JsonObject } from './json.ts'

/** A DC by its part in the failover: who took over, and whom it took over from. Known only while the run goes on. */
export type DatacenterRole = 'survivor' | 'failed'

/** How a scenario may name a DC. */
export type DatacenterRef = DatacenterName | DatacenterRole

/** How a partition treats what it stops: lost on the way, refused with a reset, or accepted and never answered. */
export type PartitionHow = 'drop' | 'reject' | 'hang'

/** Which cross-DC ports a link fault acts on. */
export type PortSelection = 'all' | 'heartbeat' | 'snapshot' | readonly number[]

/**
 * A fault as data, before anything happened. `Dc` is how it names its datacenters: roles are allowed in a scenario, and are
 * names by the time of the injection.
 */
export type FaultSpec<Dc extends DatacenterRef = DatacenterName> =
  | PartitionFault<Dc>
  | NetemFault<Dc>
  | BandwidthFault<Dc>
  | FlapFault<Dc>
  | ConnectionResetFault<Dc>
  | DnsFault<Dc>
  | InterfaceDownFault<Dc>
  | { readonly kind: 'kill'; readonly target: ProcessTarget<Dc> }
  | { readonly kind: 'crash'; readonly target: ProcessTarget<Dc> }
  | { readonly kind: 'pause'; readonly target: ProcessTarget<Dc> }
  | RestartFault<Dc>
  | { readonly kind: 'operator_restart'; readonly target: OperatorFaultTarget<Dc> }
  | { readonly kind: 'cancel_job'; readonly target: JobTarget<Dc> }
  | { readonly kind: 'orderly_shutdown'; readonly target: JobTarget<Dc> }
  | SpecialMessageFault<Dc>
  | { readonly kind: 'datacenter_outage'; readonly target: JobTarget<Dc> }
  | { readonly kind: 'host_hang'; readonly target: HostTarget<Dc> }
  | { readonly kind: 'power_loss'; readonly target: HostTarget<Dc> }
  | { readonly kind: 'disk_full'; readonly target: JobTarget<Dc> }
  | { readonly kind: 'disk_readonly'; readonly target: JobTarget<Dc> }
  | DiskSlowFault<Dc>
  | { readonly kind: 'disk_error'; readonly target: JobTarget<Dc> }
  | { readonly kind: 'database_lost'; readonly target: JobTarget<Dc> }
  | ClockSkewFault<Dc>
  | { readonly kind: 'cpu_stress'; readonly target: HostTarget<Dc>; readonly workers: number }
  | { readonly kind: 'memory_stress'; readonly target: HostTarget<Dc>; readonly sizeBytes: number }
  | { readonly kind: 'descriptor_pressure'; readonly target: HostTarget<Dc>; readonly count: number }
  | CustomFault

export type FaultKind = FaultSpec['kind']

/** Every kind of the language, in the order of its page. */
export const faultKinds = [
  'partition',
  'netem',
  'bandwidth',
  'flap',
  'connection_reset',
  'dns',
  'interface_down',
  'kill',
  'crash',
  'pause',
  'restart',
  'operator_restart',
  'cancel_job',
  'orderly_shutdown',
  'special_message',
  'datacenter_outage',
  'host_hang',
  'power_loss',
  'disk_full',
  'disk_readonly',
  'disk_slow',
  'disk_error',
  'database_lost',
  'clock_skew',
  'cpu_stress',
  'memory_stress',
  'descriptor_pressure',
] as const satisfies readonly Exclude<FaultKind, 'custom'>[]

/** Kinds that act once: there is nothing to hold, and their healing only proves that everything came back by itself. */
export const momentaryFaultKinds: readonly FaultKind[] = [
  'connection_reset',
  'crash',
  'operator_restart',
  'special_message',
]

/** Connections of one direction, or of both. */
export interface LinkTarget<Dc extends DatacenterRef = DatacenterName> {
  readonly from: Dc
  readonly to: Dc
  /** Both directions (`between` in YAML), or only `from` → `to`. */
  readonly direction: 'both' | 'one-way'
}

export interface PartitionFault<Dc extends DatacenterRef = DatacenterName> extends LinkTarget<Dc> {
  readonly kind: 'partition'
  readonly ports: PortSelection
  readonly how: PartitionHow
}

/** Properties of the WAN, each only where it is given. One-way, per direction named. Delays in system seconds. */
export interface NetemFault<Dc extends DatacenterRef = DatacenterName> extends LinkTarget<Dc> {
  readonly kind: 'netem'
  readonly ports: PortSelection
  readonly delaySeconds?: number
  readonly jitterSeconds?: number
  readonly lossPercent?: number
  readonly duplicatePercent?: number
  readonly corruptPercent?: number
  readonly reorderPercent?: number
  /** Bits per second of system time. */
  readonly rateBitsPerSecond?: number
}

export interface BandwidthFault<Dc extends DatacenterRef = DatacenterName> extends LinkTarget<Dc> {
  readonly kind: 'bandwidth'
  readonly ports: PortSelection
  /** Bits per second of system time. */
  readonly rateBitsPerSecond: number
}

/** Down and up again so many times, beginning with down. */
export interface FlapFault<Dc extends DatacenterRef = DatacenterName> extends LinkTarget<Dc> {
  readonly kind: 'flap'
  readonly ports: PortSelection
  readonly how: PartitionHow
  readonly downSeconds: number
  readonly upSeconds: number
  readonly times: number
}

/** Ends the connections that are open; new ones are let through. */
export interface ConnectionResetFault<Dc extends DatacenterRef = DatacenterName> extends LinkTarget<Dc> {
  readonly kind: 'connection_reset'
  readonly ports: PortSelection
}

/** The other DC's machine names no longer resolve, or resolve to a wrong address. */
export interface DnsFault<Dc extends DatacenterRef = DatacenterName> {
  readonly kind: 'dns'
  readonly target: HostTarget<Dc>
  readonly how: 'blackhole' | 'wrong_answer'
}

export interface InterfaceDownFault<Dc extends DatacenterRef = DatacenterName> {
  readonly kind: 'interface_down'
  readonly target: HostTarget<Dc>
  /** @default the interface of cross-DC traffic */
  readonly interface?: string
}

/** A DC's job, with all its PEs. */
export interface JobTarget<Dc extends DatacenterRef = DatacenterName> {
  readonly dc: Dc
}

/** Processes of a DC: all PEs of its job, some of them by `indexWithinJob`, or its management process. */
export interface ProcessTarget<Dc extends DatacenterRef = DatacenterName> extends JobTarget<Dc> {
  /** @default the whole job */
  readonly pes?: readonly number[]
  readonly management?: true
}

export interface HostTarget<Dc extends DatacenterRef = DatacenterName> extends JobTarget<Dc> {
  /** Place in the DC's list of hosts. @default all of them */
  readonly host?: number
}

export interface OperatorFaultTarget<Dc extends DatacenterRef = DatacenterName> extends JobTarget<Dc> {
  readonly operator: string
}

/** Down and up again: at once, or after the step's `for`. A whole job comes up with what is changed here. */
export interface RestartFault<Dc extends DatacenterRef = DatacenterName> {
  readonly kind: 'restart'
  readonly target: ProcessTarget<Dc>
  /** Toolkit settings over the scenario's, from now on. */
  readonly crossdc?: CrossDcOverrides
  /** Path of a SAB or `builtin:NAME`, in place of the scenario's. */
  readonly sab?: string
}

/** A word to the SpecialMessage port of the DC's job, as an operator sends it. */
export interface SpecialMessageFault<Dc extends DatacenterRef = DatacenterName> {
  readonly kind: 'special_message'
  readonly target: JobTarget<Dc>
  readonly message: string
}

/** Every access to the snapshot store takes so much longer. */
export interface DiskSlowFault<Dc extends DatacenterRef = DatacenterName> {
  readonly kind: 'disk_slow'
  readonly target: JobTarget<Dc>
  /** System seconds. */
  readonly delaySeconds: number
}

export interface ClockSkewFault<Dc extends DatacenterRef = DatacenterName> {
  readonly kind: 'clock_skew'
  readonly target: HostTarget<Dc>
  /** System seconds; negative: behind. */
  readonly offsetSeconds: number
}

/** A kind that a user registered; `args` passed its schema. */
export interface CustomFault {
  readonly kind: 'custom'
  readonly name: string
  readonly args: JsonObject
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

/** The DCs that a fault names. */
export function datacentersOf<Dc extends DatacenterRef>(spec: FaultSpec<Dc>): readonly Dc[] {
  if (spec.kind === 'custom') return []
  return 'target' in spec ? [spec.target.dc] : [spec.from, spec.to]
}
