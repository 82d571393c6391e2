import type { DatacenterName } from '../model/datacenter.ts'
import type { LedgerCommand, LedgerIngestItem, LedgerOutputItem, LedgerStateItem } from '../model/ledger.ts'
import type { TupleRun } from '../model/load-carrier.ts'
import type { HeartbeatMessage, TraceLevel } from '../toolkit/io.ts'

/** What a built-in application answers with; the host carries it out. */
export type ApplicationEffect =
  | { readonly kind: 'output'; readonly item: LedgerOutputItem }
  | { readonly kind: 'state'; readonly item: LedgerStateItem }
  /** One part of the state, for the toolkit's SerializedDataSnapshotMessage port. */
  | { readonly kind: 'snapshot'; readonly signal: HeartbeatMessage; readonly part: string; readonly blob: Uint8Array }
  /** For the toolkit's SpecialMessage port. */
  | { readonly kind: 'special'; readonly message: string }
  /** Call `timer` with this name after so many system seconds; timers of different names run side by side. */
  | { readonly kind: 'schedule_timer'; readonly timer: string; readonly afterSeconds: number }
  | { readonly kind: 'trace'; readonly level: TraceLevel; readonly aspect: string; readonly text: string }
  /**
   * `launch_app` (toolkit reference §4.7): run this command line through a shell and read its output to the end. The application
   * gets no other input until the host calls `launched`.
   */
  | { readonly kind: 'launch'; readonly command: string }
  /** The consistent region's checkpoint: keep it beyond this process, in place of the one before. */
  | { readonly kind: 'checkpoint'; readonly state: Uint8Array }

/** A tuple that one of the application's operators took or gave, for the counters that REST shows. */
export interface ApplicationOperator {
  /** Such as `TestDataGenerator` or `SomeApplicationLogic[2]`. */
  readonly name: string
  /** SPL kind, such as `spl.utility::Beacon`. */
  readonly operatorKind: string
  readonly processed: readonly number[]
  readonly submitted: readonly number[]
}

/** A built-in application: pure, so that the emulator and the simulator run the same one. */
export interface Application {
  /** Parts of its state; each sends a snapshot of its own. */
  readonly channels: number
  /** Parts of the state of the application in the other DC. @default as many as its own: the same topology is there */
  readonly remoteChannels?: number
  /** The application's operators beside its endpoints, as they counted so far. */
  operators(): readonly ApplicationOperator[]
  /**
   * Called once, before anything else. `checkpoint` is the last one of an earlier process of the same job, null where there is
   * none.
   */
  start(options: { readonly checkpoint: Uint8Array | null }): readonly ApplicationEffect[]
  timer(timer: string): readonly ApplicationEffect[]
  /** A `launch` ended: what it wrote to its standard output, and 0 if the shell could be started, else 1. */
  launched(result: { readonly output: string; readonly rc: 0 | 1 }): readonly ApplicationEffect[]
  ingest(items: readonly LedgerIngestItem[]): readonly ApplicationEffect[]
  /** As `ingest`, of tuples that come as runs. @default it takes no runs */
  ingestRuns?(runs: readonly TupleRun[]): readonly ApplicationEffect[]
  command(command: LedgerCommand): readonly ApplicationEffect[]
  /** A line that came to the TCP port `SpecialMessagePort`. */
  specialMessageLine(line: string): readonly ApplicationEffect[]
  signal(signal: HeartbeatMessage): readonly ApplicationEffect[]
  /** `isPlanned`: the remote shut down in an orderly way, which only a toolkit without quirk Q3 says. */
  status(active: boolean, about: { readonly isPlanned: boolean }): readonly ApplicationEffect[]
  replay(message: HeartbeatMessage): readonly ApplicationEffect[]
}

/** What an application gets to know of where it runs. */
export interface ApplicationSurroundings {
  readonly datacenter: DatacenterName
  /** `localDataCenterName` of the settings. */
  readonly localDataCenterName: string
  readonly crossDCOperationMode: number
  /** Submission-time values. */
  readonly parameters: Readonly<Record<string, string>>
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Unix time in whole seconds, as the system lives through it. */
  readonly unixSeconds: () => number
}

/** A submission-time value of an application. */
export interface ApplicationParameter {
  readonly name: string
  readonly isRequired: boolean
  /** Absent where it is required. */
  readonly default?: string
}

/** What is known of a built-in application before it runs: what stands in a SAB's own description. */
export interface ApplicationDescription {
  /** `namespace::MainComposite`: the prefix of its properties in the application configuration (toolkit reference §1.1). */
  readonly applicationName: string
  readonly parameters: readonly ApplicationParameter[]
  /** Whether it has the ledger's Data Exchange endpoints. */
  readonly hasLedgerEndpoints: boolean
  /** Whether it has the named TCP port `SpecialMessagePort`. */
  readonly hasSpecialMessagePort: boolean
  /** A standalone executable: no application configuration, never restarted, ports until it ends (toolkit reference §4.7, §8). */
  readonly isStandalone: boolean
}
