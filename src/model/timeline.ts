import type { CrossDcSettings } from './crossdc-settings.ts'
import type { DatacenterName, OperationMode } from './datacenter.ts'
import type { JsonObject, JsonValue } from './json.ts'
import type { ToolkitBehaviour } from './toolkit-behaviour.ts'
import type { OutputRun, StateReport } from './tuple.ts'

/** The one vocabulary of events (decisions 11): timelines, traces of the emulator, YAML triggers and reports use these words. */
export type EventName =
  | 'run_started'
  | 'run_ended'
  | 'job_submitted'
  | 'job_started'
  | 'job_healthy'
  | 'job_cancelled'
  | 'pe_started'
  | 'pe_exited'
  | 'operator_restarted'
  | 'pe_paused'
  | 'pe_resumed'
  | 'management_exited'
  | 'management_started'
  | 'link_exited'
  | 'traffic_started'
  | 'traffic_stopped'
  /** The rate was changed by a step. */
  | 'load_changed'
  /** Traffic of a failed DC goes on into the survivor, `dc`. */
  | 'traffic_redirected'
  /** A step that is no fault, or a group; `fault` names it, `kind` in the details says what it is. */
  | 'step_started'
  | 'step_ended'
  /** What a step waited for came; `fault` names the step. */
  | 'trigger_fired'
  | 'fault_requested'
  | 'fault_effective'
  | 'fault_heal_requested'
  | 'fault_healed'
  | 'fault_failed'
  | 'heartbeat_sent'
  | 'heartbeat_received'
  | 'heartbeat_failed'
  | 'remote_up'
  | 'remote_down'
  | 'snapshot_signal'
  | 'snapshot_sent'
  | 'snapshot_failed'
  | 'snapshot_stored'
  | 'snapshot_replayed'
  | 'snapshot_deleted'
  | 'snapshot_returned'
  | 'protected'
  | 'takeover_started'
  | 'takeover_done'
  | 'first_output'
  | 'orderly_shutdown'
  | 'script_launched'
  | 'script_ended'
  /** The run goes on with a job that a launch script brought up, as the DC's own; `jobId` in the details. */
  | 'job_adopted'
  /** The run gave a word to a job's SpecialMessage port, as an operator would. */
  | 'special_message'
  | 'toolkit_error'
  | 'lateness'
  | 'state_verified'
  | 'mark'

/**
 * One thing that happened. `dc` is the DC it happened in (for `remote_down` the observer, for `protected` the DC whose state
 * has a replica elsewhere); `of` is the other DC concerned, where there is one.
 */
export interface TimelineEvent {
  /** System seconds from t = 0, the start of dc1's job. */
  readonly t: number
  /** Half-width in system seconds of what is known of `t`. */
  readonly uncertainty: number
  readonly event: EventName
  readonly dc?: DatacenterName
  readonly of?: DatacenterName
  /** The step's id, for fault events. */
  readonly fault?: string
  /** Who saw it: the testbed itself, or this run from outside (a probe, a read). */
  readonly seenBy: 'testbed' | 'run'
  readonly detail?: JsonObject
}

/** What is known of an injection: accepted by the DC, refused by it, or unknown because the answer was lost. */
export type DeliveryOutcome = 'accepted' | 'rejected' | 'unknown'

/** A run of tuples of one key with one outcome, and when the first and the last of them got it (system seconds from t = 0). */
export interface DeliverySpan {
  readonly into: DatacenterName
  readonly key: string
  readonly from: number
  readonly to: number
  readonly outcome: DeliveryOutcome
  /** When the first of them was sent: its outcome came about between this and `startTime`. */
  readonly sentTime?: number
  readonly startTime: number
  readonly endTime: number
}

/** An output run and when this run read it. */
export interface ObservedOutput extends OutputRun {
  readonly t: number
}

/** A state report and when this run read it. `expectedChecksum` is what the generator says the intervals should sum up to. */
export interface ObservedState extends StateReport {
  readonly t: number
  readonly expectedChecksum: number
  /**
   * Where the application does not say itself what it has: put together from what it put out. Without checksums in the outputs,
   * `checksum` is the expected one and proves nothing. @default the application's own report
   */
  readonly basis?: 'outputs' | 'outputs_without_checksums'
}

/** A gap in a channel's output counter: something was not read. It makes what rests on outputs inconclusive, never a loss. */
export interface MeasuringFault {
  readonly t: number
  readonly dc: DatacenterName
  readonly message: string
}

/** Everything a check may know of a run. It can be saved and judged again without a datacenter. */
export interface Timeline {
  readonly schemaVersion: 1
  readonly testId: string
  readonly mode: OperationMode
  readonly timeScale: number
  /** System seconds below which this run cannot tell times apart: measured lateness × time scale. */
  readonly resolutionSeconds: number
  readonly seed: number
  /** System seconds by which a time interpolated within a delivery span may be off. @default 0 */
  readonly acceptanceToleranceSeconds?: number
  /** Without secrets. */
  readonly settings: Readonly<Record<DatacenterName, CrossDcSettings>>
  /** In active-passive: the settings of the job that dc2's launch script submits. Without secrets. */
  readonly launched?: CrossDcSettings
  /** DCs whose application has no endpoints, so that neither its outputs nor its state can be seen. @default none */
  readonly withoutEndpoints?: readonly DatacenterName[]
  /** Which toolkit the jobs ran, as far as it is known. @default the published code's behaviour */
  readonly toolkit?: ToolkitBehaviour
  readonly events: readonly TimelineEvent[]
  readonly deliveries: readonly DeliverySpan[]
  readonly outputs: readonly ObservedOutput[]
  /** State reports after replays and the answers to the final query. */
  readonly states: readonly ObservedState[]
  readonly measuringFaults: readonly MeasuringFault[]
  /** One a generator and DC. @default no figures of the load were taken */
  readonly load?: readonly LoadSeries[]
  /** Values read of metrics. @default none */
  readonly samples?: readonly MetricSample[]
  /** What probes said. @default none was asked */
  readonly probes?: readonly ProbeReading[]
  /** What a decoder of the user's own read in the stores at the end. @default none was asked */
  readonly snapshots?: readonly DecodedSnapshot[]
  /** What the DCs logged at level warn and above. @default logs were not collected */
  readonly logs?: readonly LogLine[]
}

/** What became of a generator's tuples, in slices of time without gaps. */
export interface LoadSeries {
  readonly into: DatacenterName
  /** The generator's, where several mix. */
  readonly name?: string
  /** Figures leave out what was due before this. */
  readonly warmupUntil: number
  readonly slices: readonly LoadSlice[]
}

/** Tuples by the time at which they were due. */
export interface LoadSlice {
  /** System seconds from t = 0. */
  readonly from: number
  readonly to: number
  readonly due: number
  readonly accepted: number
  readonly rejected: number
  readonly unknown: number
  /** Due and not made: the generator was saturated. */
  readonly skipped: number
  /** From due to accepted, in milliseconds of system time: an HdrHistogram, V2 compressed, base64. Absent: nothing was accepted. */
  readonly latency?: string
}

/** A metric's value at a time. */
export interface MetricSample {
  readonly t: number
  /** The source, as one text: `rest dc1 LedgerIngest`. */
  readonly source: string
  readonly name: string
  /** Null: it was read, and the metric was not there. */
  readonly value: number | null
  /** Why there is no value. */
  readonly problem?: string
}

/** What a probe said when it was asked. */
export interface ProbeReading {
  readonly t: number
  readonly name: string
  /** `before`: before the first fault; `after`: at the end. */
  readonly when: 'before' | 'during' | 'after'
  readonly value: JsonValue
  /** Why it could not say anything. */
  readonly problem?: string
}

/** A stored snapshot, read by a decoder. */
export interface DecodedSnapshot {
  /** When it was read. */
  readonly t: number
  /** In whose store it lies. */
  readonly dc: DatacenterName
  readonly file: string
  readonly value: JsonValue
  /** Why it could not be read. */
  readonly problem?: string
}

export interface LogLine {
  readonly t: number
  readonly dc: DatacenterName
  readonly level: 'warn' | 'error'
  /** Who logged: an operator's name, or the PE's. */
  readonly source: string
  readonly message: string
}
