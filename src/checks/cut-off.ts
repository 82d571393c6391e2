import type { DatacenterName } from '../model/datacenter.ts'
import type { Timeline } from '../model/timeline.ts'
import { faultSpans, type FaultSpan } from './fault-events.ts'
import { livesOf } from './liveness.ts'
import type { Scope } from './scope.ts'

/** Up to when what a DC accepted counts as accepted before the fault. Without any fault everything counts. */
export interface CutOff {
  /** Answered by then: surely before the fault. */
  readonly surelyBefore: number
  /** Answered later: surely after it. */
  readonly possiblyBefore: number
  /** Answered by then: not in question. */
  readonly since: number
  /** The faults that concern the DC, oldest first: those that struck it, or else all. */
  readonly faults: readonly FaultSpan[]
}

/**
 * The cut-off of one DC: the last fault that struck it, or the last of all when none did. A dead DC accepts nothing, so all that
 * it is known to have accepted before it lives again came before the fault, however late the answer was read. Of a fault's own time:
 * what came after the fault before it, up to itself; of another step's, what came while it lasted.
 */
export function cutOffOf(timeline: Timeline, dc: DatacenterName, scope?: Scope): CutOff {
  const all = faultSpans(timeline)
  const own = all.filter((fault) => fault.dc === dc)
  const faults = own.length > 0 ? own : all
  if (scope === undefined) return { ...cutOffAt(timeline, { dc, own, last: faults.at(-1) }), since: -Infinity, faults }
  if (scope.effectiveAt === undefined) {
    return { surelyBefore: scope.to, possiblyBefore: scope.to, since: scope.from, faults }
  }
  const at = faults.findLastIndex(({ id }) => id === scope.step)
  const before = at === -1 ? undefined : faults.slice(0, at).findLast(({ id }) => id !== scope.step)
  // A fault that did not concern this DC cost it nothing.
  const since = at === -1 ? Infinity : (before?.effectiveAt ?? -Infinity)
  return { ...cutOffAt(timeline, { dc, own, last: faults[at] }), since, faults }
}

function cutOffAt(
  timeline: Timeline,
  at: { readonly dc: DatacenterName; readonly own: readonly FaultSpan[]; readonly last: FaultSpan | undefined },
): Pick<CutOff, 'surelyBefore' | 'possiblyBefore'> {
  const { dc, own, last } = at
  if (last === undefined) return { surelyBefore: Infinity, possiblyBefore: Infinity }
  const nextLife = livesOf(timeline, dc).find(({ from }) => from > last.effectiveAt)
  const wasDead = last.toJob === 'ends' || (last.toJob === 'restarts' && nextLife !== undefined)
  if (own.length > 0 && wasDead) {
    const end = nextLife?.from ?? Infinity
    return { surelyBefore: end, possiblyBefore: end }
  }
  const slack = last.uncertainty + timeline.resolutionSeconds + (timeline.acceptanceToleranceSeconds ?? 0)
  return { surelyBefore: last.effectiveAt - slack, possiblyBefore: last.effectiveAt + slack }
}
