import type { DatacenterName } from '../model/datacenter.ts'
import type { Timeline } from '../model/timeline.ts'
import { deadlyFaultKinds, faultSpans, type FaultSpan } from './fault-events.ts'
import { livesOf } from './liveness.ts'

/** Up to when what a DC accepted counts as accepted before the fault. Without any fault everything counts. */
export interface CutOff {
  /** Answered by then: surely before the fault. */
  readonly surelyBefore: number
  /** Answered later: surely after it. */
  readonly possiblyBefore: number
  /** The faults that concern the DC, oldest first: those that struck it, or else all. */
  readonly faults: readonly FaultSpan[]
}

/**
 * The cut-off of one DC: the last fault that struck it, or the last of all when none did. A dead DC accepts nothing, so all that
 * it is known to have accepted before it lives again came before the fault, however late the answer was read.
 */
export function cutOffOf(timeline: Timeline, dc: DatacenterName): CutOff {
  const all = faultSpans(timeline)
  const own = all.filter((fault) => fault.dc === dc)
  const faults = own.length > 0 ? own : all
  const last = faults.at(-1)
  if (last === undefined) return { surelyBefore: Infinity, possiblyBefore: Infinity, faults }
  if (own.length > 0 && deadlyFaultKinds.includes(last.kind)) {
    const nextLife = livesOf(timeline, dc).find(({ from }) => from > last.effectiveAt)
    const end = nextLife?.from ?? Infinity
    return { surelyBefore: end, possiblyBefore: end, faults }
  }
  const slack = last.uncertainty + timeline.resolutionSeconds + (timeline.acceptanceToleranceSeconds ?? 0)
  return { surelyBefore: last.effectiveAt - slack, possiblyBefore: last.effectiveAt + slack, faults }
}
