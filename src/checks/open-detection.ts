import { datacenterNames, otherDatacenter, type DatacenterName } from '../model/datacenter.ts'
import type { Timeline } from '../model/timeline.ts'
import { formatSeconds } from '../model/units.ts'
import { faultSpans } from './fault-events.ts'
import { verificationTime } from './final-state.ts'
import { lifeAt, livesOf } from './liveness.ts'
import { perTimeline } from './per-timeline.ts'
import { driftSlack, windowOf } from './predicted-windows.ts'
import { downSpans } from './status-changes.ts'

/**
 * Why a DC that was dead at the verification could still have been taken over, as the end of a sentence: the other lived, had not
 * declared it down, and the time that it may take to do so was not over. Null when there is no such DC.
 */
export const openDetection: (timeline: Timeline) => { readonly why: string | null } = perTimeline((timeline) => {
  const reasons = datacenterNames.map((dc) => openDetectionOf(timeline, dc))
  return { why: reasons.find((reason) => reason !== null) ?? null }
})

function openDetectionOf(timeline: Timeline, dead: DatacenterName): string | null {
  const at = verificationTime(timeline)
  const observer = otherDatacenter(dead)
  const death = livesOf(timeline, dead).findLast(({ to }) => to < at)
  if (death === undefined || lifeAt(timeline, dead, at) !== undefined) return null
  if (lifeAt(timeline, observer, at) === undefined) return null
  const isDeclared = downSpans(timeline).some(
    (down) => down.observer === observer && down.from <= at && down.until > at,
  )
  const window = windowOf(timeline, observer, dead)
  if (isDeclared || window === null) return null
  const struck = faultSpans(timeline).findLast(({ dc, effectiveAt }) => dc === dead && effectiveAt <= at)
  const needed = window.maxSeconds + driftSlack(timeline, observer) + (struck?.uncertainty ?? 0)
  const watched = at - death.to
  if (watched >= needed) return null
  return `${dead} had been dead for ${formatSeconds(watched)} when the survivor was asked; ${observer} had not declared it down yet and may take ${formatSeconds(needed)}`
}
