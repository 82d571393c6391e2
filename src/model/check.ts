import type { DatacenterName } from './datacenter.ts'
import type { JsonObject, JsonValue } from './json.ts'
import type { PhaseName } from './takeover.ts'

/** A check as the scenario asks it: what is to hold, of what, and how much it weighs. All durations in system seconds. */
export type AskedCheck = CheckSpec & CheckScope

export interface CheckScope {
  /** Id of a step: judged of the time from its beginning to its end only. @default the whole run */
  readonly for?: string
  /** `critical`: a failure fails the run. `warning` and `info`: it is reported, and the run's verdict does not hang on it. @default 'critical' */
  readonly severity?: Severity
}

export type Severity = 'info' | 'warning' | 'critical'

/** The checks of `post_failover_validation_checks`. */
export type CheckSpec =
  | TakeoverCheck
  | StatusCheck
  | LossCheck
  | { readonly kind: 'duplicates'; readonly polarity: Polarity }
  | { readonly kind: 'split_brain'; readonly polarity: Polarity }
  | { readonly kind: 'mutual_down'; readonly polarity: Polarity }
  | { readonly kind: 'order'; readonly per: 'key' | 'stream' }
  | { readonly kind: 'integrity' }
  | StateCheck
  | { readonly kind: 'replication_age'; readonly dc: DatacenterName; readonly atMost: number }
  | AvailabilityCheck
  | ThroughputCheck
  | LatencyCheck
  | ErrorRateCheck
  | { readonly kind: 'backlog_drains'; readonly within: number }
  | { readonly kind: 'fail_back'; readonly within?: number }
  | ScriptCheck
  | { readonly kind: 'prediction' }
  | { readonly kind: 'steady_state'; readonly probes: readonly string[] }
  | { readonly kind: 'log_sanity'; readonly allow: readonly string[] }
  | MetricCheck
  | { readonly kind: 'probe'; readonly name: string; readonly expect?: JsonValue }
  | ToolkitInvariantsCheck
  /** A kind that a user registered; `args` passed its schema. */
  | { readonly kind: 'custom'; readonly name: string; readonly args: JsonObject }

export type CheckKind = CheckSpec['kind']

/** Every kind of the language, in the order of its page. */
export const checkKinds = [
  'takeover',
  'status',
  'loss',
  'duplicates',
  'split_brain',
  'mutual_down',
  'order',
  'integrity',
  'state',
  'replication_age',
  'availability',
  'throughput',
  'latency',
  'error_rate',
  'backlog_drains',
  'fail_back',
  'script',
  'prediction',
  'steady_state',
  'log_sanity',
  'metric',
  'probe',
  'toolkit_invariants',
] as const satisfies readonly Exclude<CheckKind, 'custom'>[]

/** Says aloud whether the thing must not happen, must happen, or may last so long. */
export type Polarity =
  { readonly is: 'never' } | { readonly is: 'expected' } | { readonly is: 'at_most'; readonly seconds: number }

export type TakeoverCheck =
  | {
      readonly kind: 'takeover'
      readonly never: false
      readonly by?: DatacenterName
      readonly of?: DatacenterName
      /** System seconds from the fault's effect. */
      readonly within?: number
    }
  | { readonly kind: 'takeover'; readonly never: true; readonly by?: DatacenterName; readonly of?: DatacenterName }

/** What a DC reported of the other one. At least one of `remote` and `changesAtMost` is there. */
export interface StatusCheck {
  readonly kind: 'status'
  readonly dc: DatacenterName
  readonly remote?: 'up' | 'down'
  /** System seconds from the last fault's effect, or from t = 0 without one. */
  readonly within?: number
  /** How often it may change its mind after the first UP. */
  readonly changesAtMost?: number
}

export interface LossCheck {
  readonly kind: 'loss'
  readonly atMost?: LossLimit
  readonly atLeast?: LossLimit
}

/**
 * The state reports of a DC at the end against those it gave before the fault, against the snapshot that was replayed, or against what
 * the generators sent.
 */
export interface StateCheck {
  readonly kind: 'state'
  readonly dc: DatacenterName
  readonly equals: 'before_fault' | 'snapshot' | 'reference'
}

/**
 * Which part of the run figures are taken of. `before_fault`: from the end of the warm-up to the first fault's effect, which is the
 * baseline. `outage`: from there to the end of the last takeover, or, where none came, to the last healing. `after`: from there on.
 */
export type LoadPhase = 'whole' | 'before_fault' | 'outage' | 'after'

/** A limit in the figure's own unit, or as a share of what the same figure was before the fault. */
export type FigureLimit =
  { readonly of: 'absolute'; readonly value: number } | { readonly of: 'baseline'; readonly percent: number }

/** At least one of the two is there. */
export interface FigureLimits {
  readonly atMost?: FigureLimit
  readonly atLeast?: FigureLimit
  readonly phase: LoadPhase
}

/** Percent of the due tuples that were accepted. */
export interface AvailabilityCheck extends FigureLimits {
  readonly kind: 'availability'
}

/** Accepted tuples per second of system time, of all DCs together. */
export interface ThroughputCheck extends FigureLimits {
  readonly kind: 'throughput'
}

/** System seconds from the time at which a tuple was due to its acceptance. */
export interface LatencyCheck extends FigureLimits {
  readonly kind: 'latency'
  /** Such as 99; 100 is the maximum. */
  readonly percentile: number
}

/** Percent of the due tuples that were rejected or whose answer was lost. */
export interface ErrorRateCheck extends FigureLimits {
  readonly kind: 'error_rate'
}

/** What the launch script of the passive side did; at least one of the two is there. */
export interface ScriptCheck {
  readonly kind: 'script'
  /** How often it was launched. */
  readonly launched?: number
  /** The status that every launch ended with. */
  readonly exit?: number
}

export type MetricSource =
  /** A metric of the job or of an operator, by the management API. */
  | { readonly kind: 'rest'; readonly dc: DatacenterName; readonly operator?: string }
  /** A sample of a text page, or of a query where `query` is given. */
  | { readonly kind: 'prometheus'; readonly url: string; readonly query?: string }
  /** An attribute of an MBean, through a Jolokia endpoint. */
  | { readonly kind: 'jmx'; readonly url: string; readonly mbean: string }

/** A metric at the end of the run, or of the step that `for` names. */
export interface MetricCheck {
  readonly kind: 'metric'
  readonly source: MetricSource
  readonly name: string
  readonly atMost?: number
  readonly atLeast?: number
}

/** What every run of the toolkit keeps to, whatever befalls it. */
export interface ToolkitInvariantsCheck {
  readonly kind: 'toolkit_invariants'
  /** @default all that the run can show */
  readonly only?: readonly ToolkitInvariant[]
}

/** The invariants of `toolkit_invariants`, in the order of their page. */
export const toolkitInvariants = [
  'status_alternates',
  'up_on_contact',
  'silence_window',
  'down_has_cause',
  'heartbeats_flow',
  'silent_when_down',
  'silent_after_shutdown',
  'signals_on_schedule',
  'snapshots_stored',
  'snapshots_kept',
  'replay_only_after_down',
  'replay_whole',
  'loss_within_bound',
  'no_duplicates',
  'order_kept',
  'checksums_hold',
  'faults_healed',
  'profile_recovers',
] as const

export type ToolkitInvariant = (typeof toolkitInvariants)[number]

/** A loss in one of its three measures. */
export type LossLimit =
  | { readonly unit: 'percent'; readonly value: number }
  | { readonly unit: 'seconds'; readonly value: number }
  | { readonly unit: 'tuples'; readonly value: number }

/** What the scenario promises; judged beside its checks. Durations in system seconds. */
export interface Objectives {
  readonly rto?: RtoObjective
  readonly lossPercent?: number
  readonly lossSeconds?: number
}

/** Limits in system seconds for the whole and for single phases. */
export type RtoObjective = { readonly [Part in 'total' | PhaseName]?: number }
