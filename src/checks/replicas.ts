import type { DatacenterName } from '../model/datacenter.ts'
import type { EventName, Timeline, TimelineEvent } from '../model/timeline.ts'
import { isPassiveSide } from './liveness.ts'

/**
 * Whether the observer holds a replica of some part of the other's state at a time, so that declaring it down must lead to a
 * replay: by itself, or, where it is passive, by the job that it launches (toolkit reference §4.6). Replicas go when they are
 * replayed, when the other says that it shuts down (§3.3), and when the observer starts anew (Q7, Q9).
 */
export function expectsReplay(
  timeline: Pick<Timeline, 'events' | 'settings' | 'mode'>,
  which: { readonly observer: DatacenterName; readonly of: DatacenterName; readonly at: number },
): boolean {
  const { observer, of, at } = which
  if (timeline.settings[observer].crossDCOperationMode !== 1 && !isPassiveSide(timeline, observer)) return false
  const before = timeline.events.filter(({ t }) => t < at)
  const lastOf = (matches: (event: TimelineEvent) => boolean): number => before.findLast(matches)?.t ?? -Infinity
  const gone: readonly EventName[] = ['snapshot_deleted', 'snapshot_replayed', 'job_started']
  const lostAt = lastOf(({ event, dc }) => dc === observer && gone.includes(event))
  const shutDownAt = lastOf(({ event, dc }) => dc === of && event === 'orderly_shutdown')
  const storedAt = lastOf(
    ({ event, dc }) => (dc === of && event === 'protected') || (dc === observer && event === 'snapshot_stored'),
  )
  return storedAt > Math.max(lostAt, shutDownAt)
}
