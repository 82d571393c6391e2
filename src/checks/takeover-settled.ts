import { otherDatacenter, type DatacenterName } from '../model/datacenter.ts'
import type { EventName, Timeline, TimelineEvent } from '../model/timeline.ts'
import { expectsReplay } from './replicas.ts'

/**
 * The event that ends the first takeover by an observer since a time, or undefined while it is not there: the first output that
 * the run saw where there was something to replay, else the DOWN itself. Events of one moment arrive one by one: a DOWN without
 * a takeover behind it says nothing as long as a replay is due.
 */
export function takeoverEnd(
  seen: Pick<Timeline, 'events' | 'settings'>,
  which: { readonly observer: DatacenterName; readonly since: number },
): TimelineEvent | undefined {
  const { observer, since } = which
  const first = (event: EventName, from: number, by?: TimelineEvent['seenBy']): TimelineEvent | undefined =>
    seen.events.find(
      (each) =>
        each.event === event && each.dc === observer && each.t >= from && (by === undefined || each.seenBy === by),
    )
  const down = first('remote_down', since)
  if (down === undefined) return undefined
  const started = first('takeover_started', down.t)
  if (started === undefined) {
    return expectsReplay(seen, { observer, of: otherDatacenter(observer), at: down.t }) ? undefined : down
  }
  const done = first('takeover_done', started.t)
  return done === undefined ? undefined : first('first_output', started.t, 'run')
}
