import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { datacenterNames, otherDatacenter, type DatacenterName } from '../model/datacenter.ts'
import type { Timeline } from '../model/timeline.ts'
import { lossWindow } from '../toolkit/oracle.ts'
import { faultSpans, type FaultSpan } from './fault-events.ts'
import { verificationTime } from './final-state.ts'
import { wasShutDownInOrder } from './key-delivery.ts'
import { livesOf } from './liveness.ts'
import { behaviourOf, driftSlack, latencyAllowance, windowOf } from './predicted-windows.ts'
import { downSpans } from './status-changes.ts'

/**
 * How many seconds' worth of tuples the run's faults may lose at most, from the settings (toolkit reference §7, B_rpo = E + L).
 * Nothing while the DCs live, and nothing after an orderly shutdown. Null when there is no bound: what dies unprotected is lost
 * from its beginning, and so is what is back before anybody noticed.
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
  const own = faults.filter((fault) => fault.dc === dc)
  if (own.some((fault) => fault.emptiesPart || isBackUnnoticed(timeline, { dc, fault }))) return null
  const death = own.findLast(({ toJob }) => toJob !== 'nothing')
  if (death === undefined || wasShutDownInOrder(timeline, dc)) return 0
  const isProtected = timeline.events.some(
    ({ event, dc: owner, t }) => event === 'protected' && owner === dc && t <= death.effectiveAt,
  )
  if (!isProtected) return null
  const { settings } = timeline
  const { maxSeconds: period } = lossWindow({
    failed: settings[dc],
    observer: survivorOf(timeline, otherDatacenter(dc)),
    isProtected,
    behaviour: behaviourOf(timeline),
  })
  if (period === null) return null
  return period + latencyAllowance(timeline) + withheldBy(faults, death, period)
}

/**
 * Whether a DC's job died and lived again without being declared down: it comes back empty, nobody takes over, and its replica is
 * overwritten at its next snapshot (toolkit reference §7, 12). A verdict that came later had another reason.
 */
function isBackUnnoticed(
  timeline: Timeline,
  { dc, fault }: { readonly dc: DatacenterName; readonly fault: FaultSpan },
): boolean {
  if (fault.toJob === 'nothing') return false
  const { effectiveAt, uncertainty } = fault
  const verified = verificationTime(timeline)
  // What healing starts after the verification hid nothing from it.
  if (!livesOf(timeline, dc).some(({ from }) => from > effectiveAt && from <= verified)) return false
  const observer = otherDatacenter(dc)
  const window = windowOf(timeline, observer, dc)
  const latest = effectiveAt + uncertainty + (window?.maxSeconds ?? 0) + driftSlack(timeline, observer)
  return !downSpans(timeline).some(
    (down) => down.observer === observer && down.from <= latest && down.until >= effectiveAt,
  )
}

/** A passive survivor's snapshots are kept or deleted by the job that it launches, as that one's settings say. */
function survivorOf({ settings, launched }: Timeline, dc: DatacenterName): CrossDcSettings {
  const own = settings[dc]
  if (launched === undefined || own.crossDCOperationMode !== 0) return own
  const { retainOlderDataSnapshotsAtStartup } = launched
  return { ...own, retainOlderDataSnapshotsAtStartup }
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
