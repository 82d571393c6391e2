import type { DatacenterName } from './datacenter.ts'

/** The checks of `post_failover_validation_checks` so far; all durations in system seconds. */
export type CheckSpec =
  | TakeoverCheck
  | LossCheck
  | { readonly kind: 'duplicates'; readonly polarity: Polarity }
  | { readonly kind: 'split_brain'; readonly polarity: Polarity }
  | { readonly kind: 'mutual_down'; readonly polarity: Polarity }
  | { readonly kind: 'order'; readonly per: 'key' }
  | { readonly kind: 'integrity' }
  | { readonly kind: 'prediction' }
  | ScriptCheck

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

export interface LossCheck {
  readonly kind: 'loss'
  readonly atMost?: LossLimit
  readonly atLeast?: LossLimit
}

/** What the launch script of the passive side did; at least one of the two is there. */
export interface ScriptCheck {
  readonly kind: 'script'
  /** How often it was launched. */
  readonly launched?: number
  /** The status that every launch ended with. */
  readonly exit?: number
}

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
export interface RtoObjective {
  readonly total?: number
  readonly detection?: number
  readonly takeover?: number
}
