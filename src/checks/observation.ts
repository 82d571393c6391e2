import type { DatacenterName } from '../model/datacenter.ts'
import { otherDatacenter } from '../model/datacenter.ts'
import { formatSeconds } from '../model/units.ts'
import type { EventName, Timeline } from '../model/timeline.ts'
import { faultSpans } from './fault-events.ts'
import { livesAtEnd, runEnd } from './liveness.ts'
import { driftSlack, windowOf } from './predicted-windows.ts'

const signsOfLife: readonly EventName[] = ['remote_up', 'remote_down', 'heartbeat_received', 'job_healthy']

/**
 * Why the timeline cannot show that an observer did NOT declare the other down, or null when it can: the observer was seen at
 * work, it lived to the end, and the run went on for the whole detection window after the last fault.
 */
export function cannotShowAbsence(timeline: Timeline, observer: DatacenterName): string | null {
  const wasSeen = timeline.events.some(({ event, dc }) => dc === observer && signsOfLife.includes(event))
  if (!wasSeen) return `${observer} was never seen at work`
  if (!livesAtEnd(timeline, observer)) return `${observer} did not live to the end of the run`
  const last = faultSpans(timeline).findLast(({ dc }) => dc !== observer)
  const window = windowOf(timeline, observer, otherDatacenter(observer))
  if (window === null) return null
  const needed = window.maxSeconds + driftSlack(timeline, observer)
  const watched = runEnd(timeline) - ((last?.effectiveAt ?? 0) + (last?.uncertainty ?? 0))
  if (watched < needed) {
    const since = last === undefined ? 'the start' : `fault ${last.id}`
    return `the run went on for ${formatSeconds(watched)} after ${since}; ${observer} may take ${formatSeconds(needed)}`
  }
  return null
}
