import type { AskedCheck, Objectives } from './check.ts'
import type { CrossDcOverrides } from './crossdc-settings.ts'
import type { DatacenterName, OperationMode } from './datacenter.ts'
import type { SourcePosition } from './errors.ts'
import type { JsonObject } from './json.ts'
import type { Step } from './step.ts'
import type { ToolkitBehaviour } from './toolkit-behaviour.ts'

/**
 * A scenario after validation: defaults filled in, units turned into seconds, bytes and tuples a second. It is plain data, so
 * that it can travel from the loader into the generated test and into the run report.
 */
export interface Scenario {
  readonly testId: string
  readonly description: string
  readonly tags: readonly string[]
  /** Where the scenario stands; absent for one built in a spec. */
  readonly source?: SourcePosition
  readonly mode: OperationMode
  /** Each DC's: path of a SAB, or `builtin:NAME`. */
  readonly sab: PerDatacenter<string>
  /** `builtin:NAME` that stands in for a SAB where there is no Streams. */
  readonly emulateAs?: string
  /** How traffic gets into and out of a user's own SAB. @default the ledger's endpoints */
  readonly application?: ApplicationFace
  readonly submissionParameters: PerDatacenter<Readonly<Record<string, string>>>
  readonly crossdc: PerDatacenter<CrossDcOverrides>
  /** What dc2's passive side runs at a DOWN, in `active-passive` only. @default the ready-made script, at once */
  readonly launchScript?: LaunchScriptSpec
  /** Empty: no traffic, and nothing to lose. Several mix. */
  readonly traffic: readonly TrafficSpec[]
  readonly steps: readonly Step[]
  readonly trigger: 'automatic' | 'orderly_shutdown' | 'script' | 'manual'
  readonly checks: readonly AskedCheck[]
  readonly objectives: Objectives
  /** Why the scenario is expected to fail; passing is then the failure. */
  readonly knownIssue?: string
  readonly opts: ScenarioOptions
}

/** The launch script of the passive side (toolkit reference §4.7). */
export type LaunchScriptSpec =
  /** The ready-made one: after so many system seconds it submits the job, then ends the standalone process. */
  | { readonly kind: 'submit'; readonly delaySeconds: number }
  /** It ends with this status and submits nothing. */
  | { readonly kind: 'exit'; readonly status: number }
  /** It never ends and submits nothing. */
  | { readonly kind: 'hang' }
  /** A script of the user's own, run as `sh PATH ARGS`. */
  | { readonly kind: 'file'; readonly path: string; readonly args: readonly string[] }

export type PerDatacenter<T> = Readonly<Record<DatacenterName, T>>

/** The endpoint operators and attributes of a user's own SAB, and the name under which it invokes the toolkit's composite. */
export interface ApplicationFace {
  /** Operator of the inject endpoint. */
  readonly ingest: string
  /** Operator of the inspect endpoint. */
  readonly output: string
  /** Names of the attributes of its tuples. */
  readonly key: string
  readonly sequence: string
  readonly checksum?: string
  /** Invocation name of the composite CrossDCFailover. */
  readonly composite?: string
  /** Name of a registered decoder of its snapshots. */
  readonly snapshotDecoder?: string
}

export interface TrafficSpec {
  /** What names it in reports, where several mix. */
  readonly name?: string
  readonly generator: GeneratorSpec
  /** Tuples per second of system time, into each DC of `into`. */
  readonly rate: number
  /** How the rate is spread over time. @default evenly */
  readonly arrival?: ArrivalSpec
  readonly keys: number
  /** Which keys come how often. @default each equally */
  readonly skew?: KeySkew
  /** Bytes of payload; with `sizeBytesMax` the smallest. */
  readonly sizeBytes: number
  /** Sizes are drawn evenly up to this. */
  readonly sizeBytesMax?: number
  readonly into: readonly DatacenterName[]
  /** Stop after so many tuples into each DC. */
  readonly count?: number
  /** Stop after so many system seconds. */
  readonly forSeconds?: number
  /** `fault`: stop, and let what is under way finish, just before the first fault is injected. */
  readonly until: 'end' | 'fault'
  /** After a fault took effect on its DC, and so many system seconds more, go on into the survivor. @default never */
  readonly redirect?: { readonly to: 'survivor'; readonly afterSeconds: number }
  /** System seconds at the beginning that figures leave out. @default 0 */
  readonly warmupSeconds?: number
}

export type GeneratorSpec =
  /** Numbered, checksummed tuples, key by key in turn or by the skew. */
  | { readonly kind: 'sequence' }
  /** As `sequence`, with random payloads. */
  | { readonly kind: 'random' }
  /** The records of a file, over and over, each with a number of its own. */
  | { readonly kind: 'file'; readonly path: string; readonly format: 'csv' | 'ndjson' | 'lines'; readonly key?: string }
  /** The records of a file at the times that they carry, or a recorded run's deliveries. */
  | {
      readonly kind: 'replay'
      readonly path: string
      readonly format: 'csv' | 'ndjson' | 'run'
      /** Names of the fields of time (seconds, or ISO 8601) and key. */
      readonly time: string
      readonly key?: string
      /** How much faster than recorded. */
      readonly speed: number
    }
  | { readonly kind: 'custom'; readonly name: string; readonly args: JsonObject }

/** How tuples come, on the schedule and whatever the answers do. Durations in system seconds. */
export type ArrivalSpec =
  | { readonly kind: 'constant' }
  | { readonly kind: 'poisson' }
  /** From `rate` to `toRate`, evenly over `overSeconds`, and then on at that. */
  | { readonly kind: 'ramp'; readonly toRate: number; readonly overSeconds: number }
  /** `rate`, and every `everySeconds` for `forSeconds` at `peakRate`. */
  | { readonly kind: 'burst'; readonly peakRate: number; readonly everySeconds: number; readonly forSeconds: number }

export type KeySkew = { readonly kind: 'uniform' } | { readonly kind: 'zipf'; readonly exponent: number }

export interface ScenarioOptions {
  /** Overrides the testbed's own scale. */
  readonly timeScale?: number
  /** System seconds from t = 0 to the run's end; without it the run ends once every expected thing was seen. */
  readonly runForSeconds?: number
  /** System seconds by which dc2's job starts after dc1's. */
  readonly startOffsetSeconds: number
  /** One-way delay of the WAN, system seconds; 0 on the embedded testbed means "as fast as loopback is". */
  readonly linkDelaySeconds?: number
  /** System seconds after which the run is given up. */
  readonly timeoutSeconds?: number
  /** Which toolkit the jobs run. @default the published code */
  readonly toolkit?: ToolkitBehaviour
  /** PEs that each job's operators are fused into, 1 to 8. @default the testbed's: 1 where there is no Streams */
  readonly pes?: number
  /** System seconds between two looks at what can only be looked at: metrics and probes. @default 10 */
  readonly monitorIntervalSeconds?: number
  /** What is kept of the testbed after the run. @default 'on_failure' */
  readonly keep?: 'never' | 'on_failure' | 'always'
  /** Skips what the testbed cannot do, with the reason in the report, instead of refusing the run. @default false */
  readonly bestEffort?: boolean
  /** System seconds that a fault outlives its holder on real hosts. @default the testbed's */
  readonly leaseSeconds?: number
}
