import { datacenterNames, type DatacenterName } from '../model/datacenter.ts'
import type { Timeline } from '../model/timeline.ts'
import { lossWindow } from '../toolkit/oracle.ts'
import { deadlyFaultKinds, faultSpans, type FaultSpan } from './fault-events.ts'
import { wasShutDownInOrder } from './key-delivery.ts'
import { latencyAllowance } from './predicted-windows.ts'

/**
 * How many seconds' worth of tuples the run's faults may lose at most, from the settings (toolkit reference §7, B_rpo = E + L).
 * Nothing while the DCs live, and nothing after an orderly shutdown. Null when there is no bound: what dies unprotected is lost
 * from its beginning.
 */
export function predictLossSeconds(timeline: Timeline): number | null {
  const bounds = datacenterNames.map((dc) => boundOf(timeline, dc))
  return bounds.reduce<number | null>(
    (most, bound) => (most === null || bound === null ? null : Math.max(most, bound)),
    0,
  )
}

function boundOf(timeline: Timeline, dc: DatacenterName): number | null {
  const faults = faultSpans(timeline)
  const death = faults.findLast((fault) => fault.dc === dc && deadlyFaultKinds.includes(fault.kind))
  if (death === undefined || wasShutDownInOrder(timeline, dc)) return 0
  const isProtected = timeline.events.some(
    ({ event, dc: owner, t }) => event === 'protected' && owner === dc && t <= death.effectiveAt,
  )
  if (!isProtected) return null
  const { maxSeconds: period } = lossWindow({ failed: timeline.settings[dc], isProtected })
  if (period === null) return null
  return period + latencyAllowance(timeline) + withheldBy(faults, death, period)
}

/** Snapshots posted into a cut are lost: protection is then older by the cut, and by the period to the next snapshot (§7, 14). */
function withheldBy(faults: readonly FaultSpan[], death: FaultSpan, period: number): number {
  const cuts = faults.filter(
    ({ dc, effectiveAt, healedAt }) =>
      dc === undefined &&
      effectiveAt < death.effectiveAt &&
      (healedAt === null || healedAt > death.effectiveAt - 2 * period),
  )
  return cuts.reduce(
    (total, { effectiveAt, healedAt }) =>
      total + Math.min(healedAt ?? Infinity, death.effectiveAt) - effectiveAt + period,
    0,
  )
}
