import { otherDatacenter, type DatacenterName } from '../model/datacenter.ts'
import type { EventName, Timeline, TimelineEvent } from '../model/timeline.ts'
import { isPassiveSide } from './liveness.ts'
import { expectsReplay } from './replicas.ts'

/** What it takes to tell whether a takeover is over, while the run goes on. */
export type SeenSoFar = Pick<Timeline, 'events' | 'settings' | 'mode' | 'withoutEndpoints'>

/**
 * The event that ends the first takeover by an observer since a time, or undefined while it is not there: the first output that
 * the run saw where there was something to replay, else the DOWN itself, at a passive observer the launched job's health. Events of
 * one moment arrive one by one: a DOWN without a takeover behind it says nothing as long as a replay is due.
 */
export function takeoverEnd(
  seen: SeenSoFar,
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
    if (expectsReplay(seen, { observer, of: otherDatacenter(observer), at: down.t })) return undefined
    return isPassiveSide(seen, observer) ? first('job_adopted', down.t) : down
  }
  const done = first('takeover_done', started.t)
  if (done === undefined || seen.withoutEndpoints?.includes(observer) === true) return done
  return first('first_output', started.t, 'run')
}
