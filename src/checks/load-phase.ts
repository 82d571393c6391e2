import type { LoadPhase } from '../model/check.ts'
import type { LoadSlice } from '../model/timeline.ts'
import type { Facts } from './facts.ts'
import { faultSpans } from './fault-events.ts'
import type { Moment } from './moment.ts'
import type { Scope } from './scope.ts'

/** A part of the run that figures are taken of, its ends as well as the run knows them. Infinite ends: as far as the load goes. */
export interface LoadWindow {
  readonly from: Moment
  readonly to: Moment
}

const beginning: Moment = { t: -Infinity, uncertainty: 0 }
const end: Moment = { t: Infinity, uncertainty: 0 }

/** When a phase began and ended, or why this run has none such, as the end of a sentence. */
export function windowOfPhase(facts: Facts, phase: LoadPhase): LoadWindow | { readonly why: string } {
  const [first] = faultSpans(facts.timeline)
  const resolution = facts.timeline.resolutionSeconds
  const effective = first && { t: first.effectiveAt, uncertainty: first.uncertainty + resolution }
  switch (phase) {
    case 'whole':
      return { from: beginning, to: end }
    case 'before_fault':
      return { from: beginning, to: effective ?? end }
    case 'outage':
      return effective === undefined ? noFault : { from: effective, to: endOfOutage(facts) ?? end }
    case 'after': {
      if (effective === undefined) return noFault
      const from = endOfOutage(facts)
      return from === undefined ? { why: 'the outage did not end before the run did' } : { from, to: end }
    }
    default:
      return phase satisfies never
  }
}

const noFault = { why: 'no fault took effect' }

/** The end of the last takeover, or, where none came, the last healing; undefined while there is neither. */
export function endOfOutage({ timeline, takeovers }: Facts): Moment | undefined {
  const provoked = takeovers.filter(({ fault }) => fault !== undefined)
  const faults = faultSpans(timeline)
  if (provoked.length > 0) {
    const ends = provoked.map(({ totalSeconds, uncertaintySeconds, phases }) => {
      const effective = phases.find(({ name }) => name === 'detection')?.startSeconds
      if (totalSeconds === null || effective === undefined) return undefined
      return { t: effective + totalSeconds, uncertainty: uncertaintySeconds }
    })
    // One that did not end would have been the last.
    return ends.reduce((last, each) => (last === undefined || each === undefined || each.t > last.t ? each : last))
  }
  const healed = faults.map(({ healedAt }) => healedAt)
  if (healed.length === 0 || healed.includes(null)) return undefined
  return { t: Math.max(...healed.map((t) => t ?? -Infinity)), uncertainty: timeline.resolutionSeconds }
}

/** A window's slices of all series. Warm-up is in neither list. */
export interface WindowSlices {
  /** Those that surely lie in the window as a whole. */
  readonly inner: readonly LoadSlice[]
  /** Also those at its edges, of which some part may. */
  readonly outer: readonly LoadSlice[]
}

/** The slices of a window, and of a step's time where only that is judged. */
export function slicesOf(
  { timeline }: Facts,
  options: { readonly window: LoadWindow; readonly scope?: Scope | undefined },
): WindowSlices {
  const { window, scope } = options
  const from = Math.max(window.from.t, scope?.from ?? -Infinity)
  const to = Math.min(window.to.t, scope?.to ?? Infinity)
  const slackFrom = window.from.uncertainty
  const slackTo = window.to.uncertainty
  const inner: LoadSlice[] = []
  const outer: LoadSlice[] = []
  for (const { warmupUntil, slices } of timeline.load ?? []) {
    for (const slice of slices) {
      // What was due is known to the generator itself, so the end of the warm-up has no uncertainty.
      if (slice.to <= warmupUntil) continue
      if (slice.to <= from - slackFrom || slice.from >= to + slackTo) continue
      outer.push(slice)
      const isInside = slice.from >= from + slackFrom && slice.to <= to - slackTo && slice.from >= warmupUntil
      if (isInside) inner.push(slice)
    }
  }
  return { inner, outer }
}
