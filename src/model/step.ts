import type { AskedCheck } from './check.ts'
import type { DatacenterName } from './datacenter.ts'
import type { SourcePosition } from './errors.ts'
import type { DatacenterRef, FaultSpec } from './fault.ts'
import type { JsonObject } from './json.ts'
import type { EventName } from './timeline.ts'

/** One entry of `fault_scenario`, told apart by what it has: a fault, an action, or steps of its own. */
export type Step = FaultStep | ActionStep | GroupStep

/**
 * When a step begins: at a time, at an event, or, without both, after the one before it: once that one's fault took effect, or once
 * its action or its group is done.
 */
export interface StepBeginning {
  readonly id: string
  readonly source?: SourcePosition
  /** System seconds from t = 0; inside `during` from the outer fault's effect. */
  readonly at?: number
  readonly when?: Trigger
}

/** A fault that is held: for a time, until an event, or until the run's end. */
export interface FaultStep extends StepBeginning {
  readonly fault: FaultSpec<DatacenterRef>
  /** System seconds that the fault is held. */
  readonly forSeconds?: number
  /** The event that ends it. */
  readonly until?: Trigger
  /** `none`: leave it to teardown. */
  readonly heal: 'end' | 'none'
  /** Steps inside this fault: they begin after it took effect, and it is not healed before they are done. */
  readonly during?: readonly Step[]
}

export interface ActionStep extends StepBeginning {
  readonly action: Action
}

/**
 * `sequence`: one after the other, each with its `for` and its healing done before the next. `parallel`: all at once; the group is done
 * when all are, and the first error ends the others. `background`: beside everything that follows; ended with the run.
 * `random`: drawn from these by the run's seed, within a budget; a plan shows what was drawn.
 */
export interface GroupStep extends StepBeginning {
  readonly group: 'sequence' | 'parallel' | 'background' | 'random'
  readonly steps: readonly Step[]
  /** Of `random` only. */
  readonly budget?: RandomBudget
}

/** How much a `random` group may do. Durations in system seconds. */
export interface RandomBudget {
  /** How many steps are drawn; one may be drawn several times. */
  readonly count: number
  /** From the first one's beginning to the last one's end at most. @default no limit */
  readonly seconds?: number
  /** Quiet time between one's end and the next one's beginning. @default 0 to 0 */
  readonly gapSeconds: { readonly min: number; readonly max: number }
  /** Seed of its own. @default the run's */
  readonly seed?: number
}

/** An event that begins or ends a step. */
export interface Trigger {
  readonly event: TriggerEvent
  /** System seconds from the event. @default 0 */
  readonly afterSeconds?: number
  /** Which one of several, from 1. @default 1 */
  readonly occurrence?: number
  /** Id of a step: only events after its beginning count. @default from t = 0; for `until` from the step's own effect, for `wait` from its own beginning */
  readonly since?: string
}

export type TriggerEvent =
  | { readonly of: 'datacenter'; readonly dc: DatacenterRef; readonly event: EventName }
  | { readonly of: 'step'; readonly step: string; readonly event: 'fault_effective' | 'fault_healed' }

/** The events of a DC that a scenario may name. */
export const datacenterTriggers = [
  'remote_up',
  'remote_down',
  'snapshot_signal',
  'snapshot_stored',
  'protected',
  'takeover_started',
  'takeover_done',
  'snapshot_returned',
  'first_output',
  'script_launched',
] as const satisfies readonly EventName[]

/** What a step does that is no fault: nothing to prove and nothing to undo. */
export type Action =
  | LoadAction
  /** Stops all traffic and lets what is under way finish. */
  | { readonly kind: 'quiesce' }
  | { readonly kind: 'mark'; readonly label: string }
  | WaitAction
  /** Heals the fault of another step now. */
  | { readonly kind: 'heal'; readonly step: string }
  /** Judges what was seen so far; its result stands beside those of the end. */
  | { readonly kind: 'check'; readonly check: AskedCheck }
  | ExecAction
  | HttpAction
  /** A kind that a user registered; `args` passed its schema. */
  | { readonly kind: 'custom'; readonly name: string; readonly args: JsonObject }

export type ActionKind = Action['kind']

/** The kinds of the language. */
export const actionKinds = [
  'load',
  'quiesce',
  'mark',
  'wait',
  'heal',
  'check',
  'exec',
  'http',
] as const satisfies readonly Exclude<ActionKind, 'custom'>[]

/** Changes the rate of the traffic, for good; exactly one of `rate` and `factor` is there. */
export interface LoadAction {
  readonly kind: 'load'
  /** Tuples per second of system time, into each DC. */
  readonly rate?: number
  /** Of the rate that the scenario began with. */
  readonly factor?: number
  /** @default every DC that gets traffic */
  readonly into?: readonly DatacenterName[]
}

/** Waits for a time or for an event; exactly one of the two is there. */
export interface WaitAction {
  readonly kind: 'wait'
  /** System seconds. */
  readonly seconds?: number
  readonly until?: Trigger
  /** System seconds after which an event that did not come makes the run inconclusive. @default what the oracle allows */
  readonly within?: number
}

/** A command on the test's machine, without a shell. */
export interface ExecAction {
  readonly kind: 'exec'
  /** The program and its arguments. */
  readonly command: readonly string[]
  /** The folder that it runs in: that of the scenario file. */
  readonly directory?: string
  /** Exit status that makes the step succeed. */
  readonly exit: number
  /** Real seconds. */
  readonly timeoutRealSeconds: number
}

export interface HttpAction {
  readonly kind: 'http'
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Status that makes the step succeed; absent: any below 400. */
  readonly status?: number
  /** Real seconds. */
  readonly timeoutRealSeconds: number
}

/** Every step with those inside it, in the order of the file. */
export function allSteps(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((step) => [step, ...allSteps(innerSteps(step))])
}

/** Every fault of the scenario, in the order of the file. */
export function faultSteps(steps: readonly Step[]): readonly FaultStep[] {
  return allSteps(steps).filter((step) => 'fault' in step)
}

/** Steps of a group, or inside a fault. */
export function innerSteps(step: Step): readonly Step[] {
  if ('steps' in step) return step.steps
  return 'fault' in step ? (step.during ?? []) : []
}
