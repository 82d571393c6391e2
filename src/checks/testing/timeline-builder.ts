// Test support: writes timelines as a run would, so that each test only says what is different. By default dc1 is killed at
// 400 s by the reference settings, dc2 declares it down at 520 s, takes over, and has every tuple.

import { referenceCrossDcSettings, type CrossDcSettings } from '../../model/crossdc-settings.ts'
import { otherDatacenter, type DatacenterName } from '../../model/datacenter.ts'
import type { JsonObject } from '../../model/json.ts'
import type {
  DeliverySpan,
  EventName,
  ObservedOutput,
  ObservedState,
  Timeline,
  TimelineEvent,
} from '../../model/timeline.ts'

/** An event's optional fields. */
type EventFields = Partial<Omit<TimelineEvent, 't' | 'event' | 'detail'>> & { readonly detail?: JsonObject }

/** An event that the testbed saw at an exactly known time. */
export function event(t: number, name: EventName, fields: EventFields = {}): TimelineEvent {
  return { t, event: name, uncertainty: 0, seenBy: 'testbed', ...fields }
}

/** A timeline without events, with exact times. */
export function emptyTimeline(fields: Partial<Timeline> = {}): Timeline {
  return {
    schemaVersion: 1,
    testId: 'TEST-01',
    mode: 'active-active',
    timeScale: 1,
    resolutionSeconds: 0,
    seed: 1,
    settings: { dc1: settingsOf('dc1'), dc2: settingsOf('dc2') },
    events: [],
    deliveries: [],
    outputs: [],
    states: [],
    measuringFaults: [],
    ...fields,
  }
}

/** The reference file's settings for one DC. */
export function settingsOf(dc: DatacenterName, fields: Partial<CrossDcSettings> = {}): CrossDcSettings {
  return {
    ...referenceCrossDcSettings,
    localDataCenterName: dc,
    crossDCOperationMode: 1,
    remoteDataCenterApplicationMachineNames: '127.0.0.1',
    dataSnapshotStorageDirectory: `/data/${dc}`,
    ...fields,
  }
}

/** Both jobs up and connected from the start. */
export const bothUp: readonly TimelineEvent[] = [
  event(0, 'job_started', { dc: 'dc1' }),
  event(0.1, 'job_started', { dc: 'dc2' }),
  event(1, 'job_healthy', { dc: 'dc1', seenBy: 'run' }),
  event(1, 'job_healthy', { dc: 'dc2', seenBy: 'run' }),
  event(40, 'remote_up', { dc: 'dc2', of: 'dc1' }),
  event(40, 'remote_up', { dc: 'dc1', of: 'dc2' }),
]

/** A fault's two events: asked for, and in effect a little later. */
export function faultEvents(
  t: number,
  fields: { readonly fault: string; readonly kind: string; readonly dc?: DatacenterName; readonly detail?: JsonObject },
): readonly TimelineEvent[] {
  const { fault, kind, dc, detail = {} } = fields
  const common = { fault, seenBy: 'run', ...(dc === undefined ? {} : { dc }), detail: { kind, ...detail } } as const
  return [event(t - 0.5, 'fault_requested', common), event(t, 'fault_effective', common)]
}

/** One DC declares the other down, replays some parts and puts out their first tuple. */
export function takeoverEvents(t: number, observer: DatacenterName, parts = 4): readonly TimelineEvent[] {
  const of = otherDatacenter(observer)
  const sides = { dc: observer, of }
  return [
    event(t, 'remote_down', sides),
    ...(parts === 0 ? [] : [event(t + 0.2, 'takeover_started', sides)]),
    ...Array.from({ length: parts }, (_, part) =>
      event(t + 0.3 + part * 0.1, 'snapshot_replayed', { ...sides, detail: { part } }),
    ),
    ...(parts === 0
      ? []
      : [event(t + 1, 'takeover_done', sides), event(t + 1.5, 'first_output', { ...sides, seenBy: 'run' })]),
  ]
}

/** One key's tuples into a DC, accepted at an even rate. */
export function delivery(fields: Partial<DeliverySpan> = {}): DeliverySpan {
  return { into: 'dc1', key: 'k0', from: 0, to: 359, outcome: 'accepted', startTime: 40, endTime: 399, ...fields }
}

/** What a DC says at the end that it has of one key. Checksums count the tuples. */
export function state(fields: Partial<ObservedState> = {}): ObservedState {
  const intervals = fields.intervals ?? [{ from: 0, to: 359 }]
  const checksum = intervals.reduce((total, { from, to }) => total + to - from + 1, 0)
  return {
    t: 890,
    producedBy: 'dc2',
    origin: 'dc1',
    key: 'k0',
    intervals,
    checksum,
    expectedChecksum: checksum,
    duplicates: [],
    corrupt: 0,
    cause: 'query',
    ...fields,
  }
}

/** One run of outputs. */
export function output(fields: Partial<ObservedOutput> = {}): ObservedOutput {
  return { t: 100, producedBy: 'dc1', origin: 'dc1', channel: 0, counter: 1, key: 'k0', from: 0, to: 9, ...fields }
}

/** dc1 killed at 400 s and never healed, taken over by dc2 at 520 s, seen until 900 s. */
export function killTimeline(fields: Partial<Timeline> = {}): Timeline {
  return emptyTimeline({
    events: [
      ...bothUp,
      event(195, 'protected', { dc: 'dc1', of: 'dc2' }),
      event(345, 'protected', { dc: 'dc1', of: 'dc2' }),
      ...faultEvents(400, { fault: 'kill-1', kind: 'kill', dc: 'dc1' }),
      ...takeoverEvents(520, 'dc2'),
      event(900, 'run_ended', { seenBy: 'run' }),
    ],
    deliveries: [delivery()],
    outputs: [output({ to: 359, t: 399.5 })],
    states: [state()],
    ...fields,
  })
}

/** dc1 killed at 400 s, and the run over, and the survivor asked, before dc2 declared anything: it has nothing of dc1. */
export function brokenOff(t: number, fields: Partial<Timeline> = {}): Timeline {
  return emptyTimeline({
    events: [
      ...bothUp,
      event(195, 'protected', { dc: 'dc1', of: 'dc2' }),
      event(345, 'protected', { dc: 'dc1', of: 'dc2' }),
      ...faultEvents(400, { fault: 'kill-1', kind: 'kill', dc: 'dc1' }),
      event(t, 'state_verified', { seenBy: 'run' }),
      event(t, 'run_ended', { seenBy: 'run' }),
      // Healing comes after the verification.
      event(t + 1, 'job_started', { dc: 'dc1' }),
      event(t + 1.1, 'fault_healed', { fault: 'kill-1', dc: 'dc1', seenBy: 'run' }),
    ],
    deliveries: [delivery()],
    states: [state({ t, origin: 'dc2', key: '', intervals: [] })],
    ...fields,
  })
}

/** The link cut both ways at 400 s until 800 s; both take over; seen until 900 s. Both have every tuple of both. */
export function partitionTimeline(fields: Partial<Timeline> = {}): Timeline {
  return emptyTimeline({
    events: [
      ...bothUp,
      event(195, 'protected', { dc: 'dc1', of: 'dc2' }),
      event(195, 'protected', { dc: 'dc2', of: 'dc1' }),
      ...faultEvents(400, { fault: 'cut', kind: 'partition' }),
      ...takeoverEvents(520, 'dc2'),
      ...takeoverEvents(530, 'dc1'),
      event(800, 'fault_healed', { fault: 'cut', seenBy: 'run', detail: { kind: 'partition' } }),
      event(900, 'run_ended', { seenBy: 'run' }),
    ],
    deliveries: [delivery(), delivery({ into: 'dc2' })],
    states: [
      state({ producedBy: 'dc1', origin: 'dc1' }),
      state({ producedBy: 'dc1', origin: 'dc2' }),
      state({ producedBy: 'dc2', origin: 'dc1' }),
      state({ producedBy: 'dc2', origin: 'dc2' }),
    ],
    ...fields,
  })
}

/** dc1 told to shut down in an orderly way at 400 s and cancelled at 410 s; declared down at 510 s with nothing to replay. */
export function orderlyTimeline(fields: Partial<Timeline> = {}): Timeline {
  return emptyTimeline({
    events: [
      ...bothUp,
      event(195, 'protected', { dc: 'dc1', of: 'dc2' }),
      event(400, 'orderly_shutdown', { dc: 'dc1' }),
      ...faultEvents(400.1, { fault: 'shutdown', kind: 'orderly_shutdown', dc: 'dc1' }),
      event(400.3, 'snapshot_deleted', { dc: 'dc2', of: 'dc1' }),
      ...faultEvents(410, { fault: 'cancel', kind: 'cancel_job', dc: 'dc1' }),
      event(410.1, 'job_cancelled', { dc: 'dc1', seenBy: 'run' }),
      ...takeoverEvents(510, 'dc2', 0),
      event(900, 'run_ended', { seenBy: 'run' }),
    ],
    deliveries: [delivery()],
    outputs: [output({ to: 359, t: 399.5 })],
    states: [state({ origin: 'dc2', key: '', intervals: [], checksum: 0, expectedChecksum: 0 })],
    ...fields,
  })
}

/** The timeline with some events taken away and others put in. */
export function changed(
  timeline: Timeline,
  change: { readonly without?: readonly EventName[]; readonly plus?: readonly TimelineEvent[] },
): Timeline {
  const { without = [], plus = [] } = change
  const events = [...timeline.events.filter((each) => !without.includes(each.event)), ...plus]
  return { ...timeline, events: events.toSorted((a, b) => a.t - b.t) }
}
