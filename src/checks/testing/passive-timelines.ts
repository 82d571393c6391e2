// Test support: active-passive runs. dc1 is killed at 400 s, and dc2, which only watches, declares it down at 520 s and launches its
// script, as process 7, at 520.5 s. Seen until 1000 s.

import type { DatacenterName } from '../../model/datacenter.ts'
import type { EventName, Timeline, TimelineEvent } from '../../model/timeline.ts'
import { delivery, emptyTimeline, event, faultEvents, output, settingsOf, state } from './timeline-builder.ts'

/** An event of a job of dc2; its PE has the same number. */
export function ofJob(t: number, name: EventName, jobId: string): TimelineEvent {
  return event(t, name, { dc: 'dc2', detail: { jobId, peId: jobId } })
}

const script = { command: 'sh launch.sh', pid: 7 }

/** dc2 launches its script. */
export function launched(t: number): TimelineEvent {
  return event(t, 'script_launched', { dc: 'dc2', detail: script })
}

/** The script ends by itself. */
export function ended(t: number, how: { readonly exitCode: number | null; readonly signal?: string }): TimelineEvent {
  return event(t, 'script_ended', { dc: 'dc2', detail: { ...script, signal: null, ...how } })
}

/** Up to the launch of the script at 520.5 s: dc1 protected, killed and declared down, and nothing after that. */
export function launchTimeline(fields: Partial<Timeline> = {}, plus: readonly TimelineEvent[] = []): Timeline {
  const events = [
    ...beginning,
    ...protections,
    ...faultEvents(400, { fault: 'outage', kind: 'kill', dc: 'dc1' }),
    event(520, 'remote_down', { dc: 'dc2', of: 'dc1' }),
    launched(520.5),
    ...plus,
    event(1000, 'run_ended', { seenBy: 'run' }),
  ]
  return emptyTimeline({
    mode: 'active-passive',
    settings: { dc1: settingsOf('dc1'), dc2: settingsOf('dc2', { crossDCOperationMode: 0 }) },
    launched: settingsOf('dc2', { retainOlderDataSnapshotsAtStartup: true }),
    deliveries: [delivery()],
    outputs: [output({ to: 359, t: 399.5 })],
    events: events.toSorted((a, b) => a.t - b.t),
    ...fields,
  })
}

/**
 * The whole of it: job 2 submitted at 525 s, healthy at 540 s, adopted and told at 541 s, replayed by 542 s, first output at
 * 542.5 s; it has every tuple.
 */
export function passiveTimeline(fields: Partial<Timeline> = {}): Timeline {
  return launchTimeline({ states: [state({ t: 990 })], ...fields }, [...handover, ...replay])
}

/** The same with nothing to replay: dc1 was never protected. */
export function unprotectedTimeline(fields: Partial<Timeline> = {}): Timeline {
  const timeline = launchTimeline({ states: [state({ t: 990, intervals: [] })], ...fields }, handover)
  const events = timeline.events.filter((each) => each.event !== 'protected' && each.event !== 'snapshot_stored')
  return { ...timeline, events }
}

const beginning: readonly TimelineEvent[] = [
  event(0, 'job_started', { dc: 'dc1', detail: { jobId: '1' } }),
  event(1, 'job_healthy', { dc: 'dc1', detail: { jobId: '1' } }),
  ofJob(7, 'pe_started', '1'),
  ofJob(7, 'job_started', '1'),
  ofJob(8, 'job_healthy', '1'),
  event(40, 'remote_up', { dc: 'dc2', of: 'dc1' }),
  event(47, 'remote_up', { dc: 'dc1', of: 'dc2' }),
]

const stored = (t: number): readonly TimelineEvent[] => [
  event(t, 'snapshot_stored', { dc: 'dc2', of: 'dc1' }),
  event(t, 'protected', { dc: 'dc1', of: 'dc2' }),
]
const protections = [...stored(195), ...stored(345)]

/** The two jobs overlap, as the new one's start is told of before the old one's end. */
const handover: readonly TimelineEvent[] = [
  ofJob(525, 'job_submitted', '2'),
  ofJob(539, 'pe_started', '2'),
  ofJob(539, 'job_started', '2'),
  ofJob(539.1, 'pe_exited', '1'),
  ofJob(539.2, 'job_cancelled', '1'),
  ofJob(540, 'job_healthy', '2'),
  { ...ofJob(540.2, 'job_adopted', '2'), seenBy: 'run' },
  { ...ofJob(541, 'special_message', '2'), seenBy: 'run' },
]

const taken: { readonly dc: DatacenterName; readonly of: DatacenterName } = { dc: 'dc2', of: 'dc1' }
const replay: readonly TimelineEvent[] = [
  event(541.5, 'takeover_started', taken),
  event(541.8, 'snapshot_replayed', { ...taken, detail: { part: '0' } }),
  event(542, 'takeover_done', taken),
  event(542.5, 'first_output', { ...taken, seenBy: 'run' }),
]
