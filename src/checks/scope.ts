import type { Timeline } from '../model/timeline.ts'
import { runEnd } from './liveness.ts'
import type { TimeSpan } from './time-span.ts'

/** A step's own time, when a check is to be judged of it only. System seconds from t = 0, both ends included. */
export interface Scope {
  readonly step: string
  readonly from: number
  /** The run's end when the step had none before. */
  readonly to: number
  /** When its fault took effect; absent for a step that is no fault. */
  readonly effectiveAt?: number
}

/**
 * From `fault_requested` to `fault_healed`, or, for a step that is no fault, from `step_started` to `step_ended`. Undefined when the
 * step never began, or its fault never took effect: then there is nothing to judge.
 */
export function scopeOf(timeline: Timeline, step: string): Scope | undefined {
  const own = timeline.events.filter(({ fault }) => fault === step)
  const effective = own.find(({ event }) => event === 'fault_effective')
  const started = own.find(({ event }) => event === 'step_started')
  if (effective !== undefined) {
    const requested = own.findLast(({ event, t }) => event === 'fault_requested' && t <= effective.t)
    const healed = own.findLast(({ event, t }) => event === 'fault_healed' && t >= effective.t)
    const from = requested?.t ?? effective.t
    return { step, from, to: healed?.t ?? runEnd(timeline), effectiveAt: effective.t }
  }
  if (started === undefined || own.some(({ event }) => event === 'fault_requested')) return undefined
  const ended = own.findLast(({ event, t }) => event === 'step_ended' && t >= started.t)
  return { step, from: started.t, to: ended?.t ?? runEnd(timeline) }
}

/** Whether something happened in the scope's time; everything did in the whole run's. */
export function isWithin(scope: Scope | undefined, t: number): boolean {
  return scope === undefined || (t >= scope.from && t <= scope.to)
}

/** What of the spans lies in the scope's time. One that went on beyond it was not over then. */
export function clipSpans(spans: readonly TimeSpan[], scope: Scope | undefined): readonly TimeSpan[] {
  if (scope === undefined) return spans
  return spans
    .filter(({ from, to }) => from <= scope.to && to >= scope.from)
    .map((span) => ({ ...span, from: Math.max(span.from, scope.from), to: Math.min(span.to, scope.to) }))
}
