import type { DatacenterName } from '../model/datacenter.ts'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'
import { perTimeline } from './per-timeline.ts'

/** A DC declaring the other up or down. */
export type StatusChange = TimelineEvent & { readonly event: 'remote_up' | 'remote_down'; readonly dc: DatacenterName }

/**
 * Every change of what the DCs think of each other, in order of time. The same change seen by the testbed and by the run counts
 * once, by whichever knows its time best: a watchdog says down only after up (toolkit reference §4.3).
 */
export const statusChanges: (timeline: Timeline) => readonly StatusChange[] = perTimeline((timeline) => {
  const changes: StatusChange[] = []
  for (const event of timeline.events.filter(isStatusChange).toSorted((a, b) => a.t - b.t)) {
    const at = changes.findLastIndex(({ dc }) => dc === event.dc)
    const last = changes[at]
    if (last?.event !== event.event) changes.push(event)
    else if (last.seenBy !== event.seenBy && event.uncertainty < last.uncertainty) changes[at] = event
  }
  return changes.toSorted((a, b) => a.t - b.t)
})

/** A time in which a DC held the other for down. */
export interface DownSpan {
  readonly observer: DatacenterName
  readonly down: StatusChange
  readonly from: number
  /** When it changed its mind; infinite when it did not. */
  readonly until: number
}

/** Every time in which a DC held the other for down, in order of their beginnings. */
export function downSpans(timeline: Timeline): readonly DownSpan[] {
  const changes = statusChanges(timeline)
  return changes
    .filter(({ event }) => event === 'remote_down')
    .map((down) => {
      const next = changes.find(({ dc, t }) => dc === down.dc && t > down.t)
      return { observer: down.dc, down, from: down.t, until: next?.t ?? Infinity }
    })
}

function isStatusChange(event: TimelineEvent): event is StatusChange {
  return (event.event === 'remote_up' || event.event === 'remote_down') && event.dc !== undefined
}
