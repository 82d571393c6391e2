import type { DatacenterName } from '../model/datacenter.ts'
import type { EventName, Timeline, TimelineEvent } from '../model/timeline.ts'

/**
 * Whether the observer holds a replica of some part of the other's state at a time, so that declaring it down must replay
 * something. Replicas go when they are replayed, when the other says that it shuts down (toolkit reference §3.3), and when the
 * observer starts anew (Q7, Q9). A passive observer replays nothing (§4.4).
 */
export function expectsReplay(
  timeline: Pick<Timeline, 'events' | 'settings'>,
  which: { readonly observer: DatacenterName; readonly of: DatacenterName; readonly at: number },
): boolean {
  const { observer, of, at } = which
  if (timeline.settings[observer].crossDCOperationMode !== 1) return false
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
