// Test support: a pair as its testbed tells of it, heartbeat by heartbeat, by the reference settings. dc2's job starts 7 s after dc1's;
// dc1 is killed at 400 s, dc2 declares it down at 497 s and replays its one part.

import type { DatacenterName } from '../../model/datacenter.ts'
import type { Timeline, TimelineEvent } from '../../model/timeline.ts'
import { bothUp, changed, delivery, emptyTimeline, event, faultEvents, state } from './timeline-builder.ts'

const transit = 0.02
const killedAt = 400
const downAt = 497
const end = 900

/** What one DC's job tells of itself and of what it hears, up to a time. */
function jobEvents(
  dc: DatacenterName,
  job: { readonly startedAt: number; readonly until: number },
): readonly TimelineEvent[] {
  const of = dc === 'dc1' ? 'dc2' : 'dc1'
  const { startedAt, until } = job
  const detail = { jobId: '0', peId: '1', launchCount: 1 }
  const events = [event(startedAt, 'pe_started', { dc, detail }), event(startedAt, 'job_started', { dc, detail })]
  let count = 0
  for (let t = startedAt + 40; t < until; t += 30) {
    count += 1
    if (count % 6 === 0) {
      events.push(
        event(t, 'snapshot_signal', { dc, of, detail: { count } }),
        ...(t + transit < killedAt || dc === 'dc1' ? stored(t, { dc, of, count }) : []),
      )
      count += 1
    }
    const isHeard = dc === 'dc1' || t + transit < killedAt
    const about = { dc, of, detail: { count } } as const
    if (isHeard) events.push(event(t + transit, 'heartbeat_received', { ...about, dc: of, of: dc }))
    events.push(event(t + 2 * transit, isHeard ? 'heartbeat_sent' : 'heartbeat_failed', about))
  }
  return events
}

function stored(
  t: number,
  { dc, of, count }: { readonly dc: DatacenterName; readonly of: DatacenterName; readonly count: number },
): readonly TimelineEvent[] {
  const detail = { name: `${dc}-0.snapshot`, part: '0', bytes: 100, count }
  return [
    event(t + transit, 'snapshot_stored', { dc: of, of: dc, detail }),
    event(t + 2 * transit, 'snapshot_sent', { dc, of, detail: { part: '0', count } }),
  ]
}

/** The whole of it. The events of one moment stand in the order in which they came about. */
export function toolkitTimeline(fields: Partial<Timeline> = {}): Timeline {
  const sides = { dc: 'dc2', of: 'dc1' } as const
  const snapshot = { name: 'dc1-0.snapshot', part: '0' }
  const ups = [event(40 + transit, 'remote_up', sides), event(47 + transit, 'remote_up', { dc: 'dc1', of: 'dc2' })]
  const events = [
    ...bothUp.filter((each) => each.event === 'job_healthy'),
    ...jobEvents('dc1', { startedAt: 0, until: killedAt }),
    ...jobEvents('dc2', { startedAt: 7, until: downAt + 0.001 }),
    ...ups,
    ...faultEvents(killedAt, { fault: 'kill-1', kind: 'kill', dc: 'dc1' }),
    event(killedAt, 'pe_exited', { dc: 'dc1', detail: { jobId: '0', peId: '1' } }),
    event(downAt, 'remote_down', sides),
    event(downAt, 'takeover_started', { ...sides, detail: { parts: 1 } }),
    event(downAt, 'snapshot_replayed', { ...sides, detail: { part: '0' } }),
    event(downAt, 'snapshot_deleted', { ...sides, detail: { ...snapshot, reason: 'replayed' } }),
    event(downAt, 'takeover_done', { ...sides, detail: { parts: 1, remembered: 1 } }),
    event(890, 'state_verified', { seenBy: 'run', detail: { datacenters: ['dc2'] } }),
    event(end, 'run_ended', { seenBy: 'run' }),
  ]
  return emptyTimeline({
    events: events.toSorted((a, b) => a.t - b.t),
    deliveries: [delivery({ from: 0, to: 359, startTime: 41, endTime: 399.5 })],
    states: [state({ intervals: [{ from: 0, to: 310 }] })],
    ...fields,
  })
}

/** The same with one event changed: the first of its name at or after a time. */
export function altered(
  timeline: Timeline,
  which: { readonly event: TimelineEvent['event']; readonly dc?: DatacenterName; readonly from?: number },
  change: Partial<TimelineEvent> | null,
): Timeline {
  const { from = -Infinity } = which
  const found = timeline.events.find(
    (each) => each.event === which.event && each.t >= from && (which.dc === undefined || each.dc === which.dc),
  )
  if (found === undefined) throw new RangeError(`Expected an event ${which.event} after ${from} s, got none`)
  const events = timeline.events.flatMap((each) =>
    each !== found ? [each] : change === null ? [] : [{ ...each, ...change }],
  )
  return changed({ ...timeline, events }, {})
}
