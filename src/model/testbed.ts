import type { Clock, WaitOptions } from './clock.ts'
import type { DatacenterName } from './datacenter.ts'
import type { ExchangeClient } from './exchange-client.ts'
import type { FaultKind, JobTarget, PartitionHow } from './fault.ts'
import type { LoadCarrier } from './load-carrier.ts'
import type { LaunchScriptSpec, PerDatacenter } from './scenario.ts'
import type { StreamsClient } from './streams-client.ts'
import type { ActControl } from './testbed-act.ts'
import type { LogLine, TimelineEvent } from './timeline.ts'
import type { ToolkitBehaviour } from './toolkit-behaviour.ts'

export type TestbedKind = 'simulated' | 'embedded' | 'lab' | 'hosts'

/** What a testbed can do; what it cannot is refused by name before a run starts (decisions 14). */
export interface TestbedCapabilities {
  readonly kind: TestbedKind
  readonly faults: readonly FaultKind[]
  readonly defaultTimeScale: number
  /** One-way delay of the WAN, system seconds, where a scenario does not say. @default 0 */
  readonly defaultLinkDelaySeconds?: number
  /** Tuples per real second that the testbed carries without becoming the bottleneck. */
  readonly maxTuplesPerRealSecond: number
  /** What of a netem fault the testbed can do, and by what means; the rest is refused by name. @default nothing */
  readonly netem?: { readonly can: readonly NetemProperty[]; readonly by: 'tc' | 'proxy' | 'simulation' }
}

/** The properties of `netem`, by their names in YAML. */
export type NetemProperty = 'delay' | 'jitter' | 'loss' | 'duplicate' | 'corrupt' | 'reorder' | 'rate'

/** Somewhere to run failovers: two datacenters in virtual time, on loopback, in a lab, or real ones. */
export interface Testbed extends AsyncDisposable {
  capabilities(): TestbedCapabilities
  /**
   * A pair of datacenters for one holder at a time, checked clean: no job, no stored snapshot, no link rule.
   * @throws TestbedError
   */
  lease(settings: PairSettings, options?: WaitOptions): Promise<LeasedPair>
}

export interface PairSettings {
  /** @default the testbed's own */
  readonly timeScale?: number
  /** One-way WAN delay in system seconds. @default 0 */
  readonly linkDelaySeconds?: number
  /** Of what the toolkit leaves to chance, such as the order of replays. @default 0 */
  readonly seed?: number
  /** Who holds the lease, for messages: a test's name. */
  readonly holder: string
  /** One DC alone, whose remote is elsewhere; of the testbeds only the embedded one can do that. @default both DCs */
  readonly only?: SingleDatacenter
}

/** One DC, and the other one's place, which is no part of the testbed. */
export interface SingleDatacenter {
  readonly dc: DatacenterName
  /** Where the DC's senders post to: host and base port. */
  readonly remote: { readonly host: string; readonly port: number }
  /** Base port of the DC's own receivers, on 127.0.0.1. */
  readonly crossDcPort: number
}

/** Two datacenters, exclusively. Disposing cancels jobs, removes link rules and empties stores. */
export interface LeasedPair extends AsyncDisposable {
  /** The address block or topology name. */
  readonly name: string
  /** Origin: the beginning of the lease. Events carry times of this clock. */
  readonly clock: Clock
  readonly datacenters: PerDatacenter<DatacenterAccess>
  readonly links: LinkControl
  readonly processes: ProcessControl
  readonly acts: ActControl
  readonly events: EventSource
  /** Carries even load without work for each tuple; only a testbed in virtual time can. @default every tuple is injected */
  readonly carrier?: LoadCarrier
  /** Aborts, with a TestbedError that says why, when the testbed itself broke: what is seen after that is no failover. */
  readonly lost: AbortSignal
  /**
   * The bytes to upload for a SAB path or `builtin:NAME`, compiled as `variant` says.
   * @throws TestbedError when there is no such application, or not that variant of it
   */
  applicationBundle(sab: string, variant?: ApplicationVariant): Promise<Uint8Array>
  /** Puts a text file where the DC's jobs can read it, and returns its path there. */
  installFile(file: { dc: DatacenterName; name: string; content: string }): Promise<string>
  /** Puts into the DC what a passive application is to launch there, and returns the command line for `shellScriptName`. */
  installLaunchScript(launch: LaunchScriptRequest): Promise<{ readonly command: string }>
  /** Worst lateness of a timer or an event in this lease so far, in system seconds: the resolution of its times. */
  latenessSeconds(): Promise<number>
  /** The testbed's own log of this lease, one JSON event a line, or null where there is none. */
  eventLog(): Promise<string | null>
  /**
   * What the PEs of this lease logged at level warn and above, oldest first; `t` is system seconds on the lease's clock. Only the last
   * 10,000 lines are kept; where older ones were left out, a line of level warn in each DC concerned says how many.
   */
  logs(): Promise<readonly LogLine[]>
}

/** What is decided when an application is compiled. */
export interface ApplicationVariant {
  /** The toolkit it is compiled with. @default the published code */
  readonly toolkit?: ToolkitBehaviour
  /** Parameters given to the toolkit's composite in SPL, by name, as text (toolkit reference §1.1). @default none */
  readonly operatorParameters?: Readonly<Record<string, string>>
}

/** What a passive application is to launch at a DOWN: a script, and the job that it brings up. */
export interface LaunchScriptRequest {
  readonly dc: DatacenterName
  /** What `applicationBundle` gave. */
  readonly sab: Uint8Array
  /** Submission-time values of the job. */
  readonly parameters: Readonly<Record<string, string>>
  /** PEs to fuse the job's operators into. @default what the application or the instance says */
  readonly fusionTargetPeCount?: number
  readonly script: LaunchScriptSpec
}

/** How to reach one DC, and what the toolkit's settings must say there. */
export interface DatacenterAccess {
  readonly name: DatacenterName
  readonly streams: StreamsClient
  readonly exchange: ExchangeClient
  /** The DC's own cross-DC listener, base port, without any link in between. */
  readonly crossDcUrl: string
  /** Value of `remoteDataCenterApplicationMachineNames`. */
  readonly remoteMachineNames: string
  /** Value of `dataSnapshotStorageDirectory`. */
  readonly storageDirectory: string
}

/** An event as the testbed saw it; `time` is system seconds on the lease's clock. */
export type TestbedEvent = Omit<TimelineEvent, 't' | 'seenBy'> & { readonly time: number }

export interface EventSource {
  /** Calls back for each event from now on; returns what ends it. */
  subscribe(listener: (event: TestbedEvent) => void): () => void
}

/** When a change of the testbed took hold: system seconds on the lease's clock, and half the width of what is known of it. */
export interface Effect {
  readonly time: number
  readonly uncertainty: number
}

/** What happens to cross-DC connections of one direction on some ports. */
export interface LinkRule {
  readonly id: string
  readonly from: DatacenterName
  readonly to: DatacenterName
  readonly ports: 'all' | readonly number[]
  readonly effect: LinkRuleEffect
}

/** What a rule does to what it matches. Seconds and rates of system time; delays and rates are those of one direction. */
export type LinkRuleEffect =
  | { readonly kind: PartitionHow }
  /** Evenly between `seconds − jitterSeconds` and `seconds + jitterSeconds`, never out of order within a connection. */
  | { readonly kind: 'delay'; readonly seconds: number; readonly jitterSeconds?: number }
  /** All connections of the direction and the rule's ports share it. */
  | { readonly kind: 'rate'; readonly bitsPerSecond: number }
  | ({ readonly kind: 'packets' } & PacketTrouble)

/** What becomes of packets, each on its own; percent of them. */
export interface PacketTrouble {
  readonly lossPercent?: number
  readonly corruptPercent?: number
  readonly duplicatePercent?: number
  readonly reorderPercent?: number
}

/** What a cross-DC connection attempt, made as the sending DC makes it, met. */
export interface LinkProbe {
  readonly outcome: 'answered' | 'refused' | 'no_connection' | 'no_answer'
  /** HTTP status, when answered. */
  readonly status?: number
  /** Real milliseconds that the attempt took. */
  readonly tookMs: number
}

/** The WAN between the DCs. */
export interface LinkControl {
  apply(rule: LinkRule): Promise<Effect>
  remove(ruleId: string): Promise<Effect>
  rules(): Promise<readonly LinkRule[]>
  probe(connection: { from: DatacenterName; to: DatacenterName; port: number }): Promise<LinkProbe>
}

/** A process of the testbed. */
export interface ProcessInfo {
  readonly dc: DatacenterName | null
  readonly role: 'management' | 'pe' | 'link'
  readonly pid: number
  readonly jobId: string | null
  readonly peId: string | null
  /** Place of a PE in its job. @default unknown */
  readonly indexWithinJob?: number
  /** Stopped by SIGSTOP. @default false */
  readonly isPaused?: boolean
}

export interface ProcessControl {
  list(): Promise<readonly ProcessInfo[]>
  /** Kills every PE of the DC's job and keeps it from being restarted; resolves once all are seen dead. */
  holdDown(target: JobTarget): Promise<Effect & { readonly pids: readonly number[] }>
  /** Ends the holding; Streams may restart the PEs again. */
  letUp(target: JobTarget): Promise<Effect>
  /**
   * Kills one PE; resolves once it was seen dead and Streams' restart has brought it back, with empty state and a higher launch
   * count. `time` is that of its death.
   * @throws TestbedError when there is no such PE, or it does not come back
   */
  restartPe(target: PeTarget): Promise<Effect & { readonly pid: number; readonly launchCount: number }>
  /**
   * Makes one operator start anew inside its PE: its own state is lost, the PE lives on. An operator of the application takes the
   * whole application with it, which starts from its checkpoint or empty. Resolves once it has happened.
   * @throws TestbedError when there is no such operator, or its PE does not run
   */
  restartOperator(target: OperatorTarget): Promise<Effect & { readonly jobId: string; readonly peId: string }>
  /**
   * Asks the snapshot store of the DC's job by the way that the job's own operators take.
   * @throws TestbedError when no PE that has the store runs there
   */
  probeStore(target: JobTarget): Promise<StoreProbe>
}

/** What a snapshot store did with a marker that no operator takes for a snapshot. */
export interface StoreProbe {
  /** Files of the storage directory, or a database's table. */
  readonly store: 'files' | 'table'
  /** Writing the marker: `ok`, or why not, in the words that the toolkit's operator would get. */
  readonly write: string
  /** Reading it back, or, where it could not be written, looking for it: `ok`, or why not. */
  readonly read: string
  /** Deleting it: `ok`, or why not. */
  readonly delete: string
  /** Real milliseconds that all three took. */
  readonly ms: number
}

/** One PE of a DC. */
export interface PeTarget {
  readonly dc: DatacenterName
  readonly peId: string
}

/** One operator of a DC's job, by the name that REST shows; the composite's own also without the invocation before it. */
export interface OperatorTarget {
  readonly dc: DatacenterName
  readonly operator: string
  /** Where several jobs of the DC have such an operator. */
  readonly jobId?: string
}
