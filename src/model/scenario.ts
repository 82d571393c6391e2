import type { CheckSpec, Objectives } from './check.ts'
import type { CrossDcOverrides } from './crossdc-settings.ts'
import type { DatacenterName, OperationMode } from './datacenter.ts'
import type { SourcePosition } from './errors.ts'
import type { FaultSpec } from './fault.ts'
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
  /** Path of a SAB, or `builtin:NAME`. */
  readonly sab: string
  readonly submissionParameters: PerDatacenter<Readonly<Record<string, string>>>
  readonly crossdc: PerDatacenter<CrossDcOverrides>
  /** What dc2's passive side runs at a DOWN, in `active-passive` only. @default the ready-made script, at once */
  readonly launchScript?: LaunchScriptSpec
  /** Absent: no traffic, and nothing to lose. */
  readonly traffic?: TrafficSpec
  readonly steps: readonly Step[]
  readonly trigger: 'automatic' | 'orderly_shutdown' | 'script' | 'manual'
  readonly checks: readonly CheckSpec[]
  readonly objectives: Objectives
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

export interface TrafficSpec {
  readonly generator: 'sequence'
  /** Tuples per second of system time, into each DC of `into`. */
  readonly rate: number
  readonly keys: number
  /** Bytes of payload. */
  readonly sizeBytes: number
  readonly into: readonly DatacenterName[]
  /** Stop after so many tuples into each DC. */
  readonly count?: number
  /** Stop after so many system seconds. */
  readonly forSeconds?: number
  /** `fault`: stop, and let what is under way finish, just before the first fault is injected. */
  readonly until: 'end' | 'fault'
}

/** One entry of `fault_scenario`. Without `at` it follows the one before it. */
export interface Step {
  readonly id: string
  readonly source?: SourcePosition
  readonly fault: FaultSpec
  /** System seconds from t = 0. */
  readonly at?: number
  /** System seconds that the fault is held; without it, it holds until the run's end. */
  readonly forSeconds?: number
  /** `none`: leave it to teardown. */
  readonly heal: 'end' | 'none'
}

export interface ScenarioOptions {
  /** Overrides the testbed's own scale. */
  readonly timeScale?: number
  /** System seconds from t = 0 to the run's end; without it the run ends once every expected thing was seen. */
  readonly runForSeconds?: number
  /** System seconds by which dc2's job starts after dc1's. */
  readonly startOffsetSeconds: number
  /** One-way delay of the WAN, system seconds; 0 on the embedded testbed means "as fast as loopback is". */
  readonly linkDelaySeconds: number
  /** System seconds after which the run is given up. */
  readonly timeoutSeconds?: number
  /** Which toolkit the jobs run. @default the published code */
  readonly toolkit?: ToolkitBehaviour
  /** PEs that each job's operators are fused into, 1 to 8. @default the testbed's: 1 where there is no Streams */
  readonly pes?: number
}
