import { isDatacenterName, type DatacenterName } from '../model/datacenter.ts'
import type { JsonObject, JsonValue } from '../model/json.ts'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'
import { groupBy } from './group-by.ts'
import { perTimeline } from './per-timeline.ts'

/** A fault as the timeline tells it. Times are system seconds from t = 0. */
export interface FaultSpan {
  readonly id: string
  readonly kind: string
  /** The DC that it struck; absent for faults of the links. */
  readonly dc?: DatacenterName
  /** False for a cut that leaves the heartbeat ports alone, and for what strikes stores, clocks or management only. */
  readonly stopsHeartbeats: boolean
  /** What it did to the DC's job as a whole: `ends` it, `restarts` it, or neither. */
  readonly toJob: 'ends' | 'restarts' | 'nothing'
  /** Whether it took the state of a part of the DC's job: of single PEs, or of an operator. */
  readonly emptiesPart: boolean
  /** For a fault of one direction: the DC whose messages no longer arrive. */
  readonly silenced?: DatacenterName
  readonly requestedAt: number
  readonly effectiveAt: number
  /** Half-width of what is known of `effectiveAt`. */
  readonly uncertainty: number
  /** When it was healed, or what it struck came back by itself; null when neither happened. */
  readonly healedAt: number | null
}

/** Kinds after which nothing of the DC's job runs any more, unless they struck only a part of it. */
const deadlyFaultKinds: readonly string[] = ['kill', 'cancel_job', 'datacenter_outage', 'power_loss']
/** Kinds that end a job's processes and bring them back at once, or when they are healed. */
const restartingFaultKinds: readonly string[] = ['crash', 'restart']
/** Kinds that leave the heartbeats alone. */
const silentFaultKinds: readonly string[] = [
  'disk_full',
  'disk_readonly',
  'disk_slow',
  'disk_error',
  'database_lost',
  'clock_skew',
]

/** The faults that took effect, oldest first. A step that acts several times gives one span each time. */
export const faultSpans: (timeline: Timeline) => readonly FaultSpan[] = perTimeline((timeline) => {
  const steps = groupBy(
    timeline.events.filter(({ fault }) => fault !== undefined),
    ({ fault }) => fault,
  )
  const spans = timeline.events
    .filter(({ event }) => event === 'fault_effective')
    .map((effective) => spanOf(timeline, effective, steps.get(effective.fault) ?? []))
  return spans.toSorted((a, b) => a.effectiveAt - b.effectiveAt)
})

/** Whether nothing of the DC's job runs any more after a fault took effect: one PE of several, or the management process, is not it. */
export function isDeadly(effective: TimelineEvent): boolean {
  return deadlyFaultKinds.includes(kindOf(effective)) && isWholeJob(effective)
}

/** What of the DC was struck, where the event says that it was not the whole job. */
function isWholeJob({ detail }: TimelineEvent): boolean {
  return detail?.['pes'] === undefined && detail?.['management'] === undefined
}

/**
 * Whether a fault can keep the observer from hearing of the other DC: every fault but one that struck the observer itself, or
 * that stopped snapshots only. A
 * cut of the observer's own messages counts, for the other then falls silent (toolkit reference §4.6, one-way loss).
 */
export function hidesFrom(observer: DatacenterName, { dc, stopsHeartbeats }: FaultSpan): boolean {
  return dc !== observer && stopsHeartbeats
}

function spanOf(timeline: Timeline, effective: TimelineEvent, ofSameStep: readonly TimelineEvent[]): FaultSpan {
  const requested = ofSameStep.findLast(({ event, t }) => event === 'fault_requested' && t <= effective.t)
  const healed = ofSameStep.find(({ event, t }) => event === 'fault_healed' && t >= effective.t)
  const silenced = silencedBy(effective)
  return {
    id: effective.fault ?? '',
    kind: kindOf(effective),
    stopsHeartbeats: actsOnHeartbeats(timeline, effective),
    emptiesPart: isOfPart(effective),
    toJob: isDeadly(effective) ? 'ends' : isRestart(effective) ? 'restarts' : 'nothing',
    ...(effective.dc === undefined ? {} : { dc: effective.dc }),
    ...(silenced === undefined ? {} : { silenced }),
    requestedAt: requested?.t ?? effective.t,
    effectiveAt: effective.t,
    uncertainty: effective.uncertainty,
    healedAt: earliest(healed?.t, backAt(timeline, effective)),
  }
}

/**
 * When what was struck came back by itself: Streams starts crashed PEs again (decisions 3), and an operator starts anew at once. The
 * run proves that only when it heals, which may be much later.
 */
function backAt({ events }: Timeline, effective: TimelineEvent): number | undefined {
  const kind = kindOf(effective)
  if (kind === 'operator_restart') return effective.t
  if (!restartingFaultKinds.includes(kind) || effective.detail?.['management'] === true) return undefined
  const own = events.filter(({ dc }) => dc === effective.dc)
  const after = own.filter(({ t }) => t >= effective.t)
  if (isWholeJob(effective)) return after.find(({ event }) => event === 'job_started')?.t
  const killed = killedPids(effective)
  const struck = own.filter(({ event, detail }) => event === 'pe_exited' && killed.includes(detail?.['pid']))
  const back = struck.map((exited) => {
    const peId = exited.detail?.['peId']
    return after.find(({ event, detail }) => event === 'pe_started' && detail?.['peId'] === peId)?.t
  })
  return back.reduce((last, t) => (last === undefined || t === undefined ? undefined : Math.max(last, t)), back[0])
}

function earliest(one: number | undefined, other: number | undefined): number | null {
  const first = Math.min(one ?? Infinity, other ?? Infinity)
  return first === Infinity ? null : first
}

function killedPids({ detail }: TimelineEvent): readonly (JsonValue | undefined)[] {
  const observed = detail?.['observed']
  return isJsonObject(observed) && Array.isArray(observed['killedPids']) ? observed['killedPids'] : []
}

/** Single PEs start with empty state, and so does an operator (toolkit reference §7, 37 to 39). */
function isOfPart(effective: TimelineEvent): boolean {
  const kind = kindOf(effective)
  if (kind === 'operator_restart') return true
  return effective.detail?.['pes'] !== undefined && [...restartingFaultKinds, 'kill'].includes(kind)
}

/** The kind that a fault's event names in its details, or an empty text. */
function kindOf({ detail }: TimelineEvent): string {
  const kind = detail?.['kind']
  return typeof kind === 'string' ? kind : ''
}

/** The probes that proved a cut name the direction of each stopped connection. */
function silencedBy(effective: TimelineEvent): DatacenterName | undefined {
  // Of a DC that was struck itself the probes come from the other side.
  if (effective.dc !== undefined) return undefined
  const senders = new Set(probesOf(effective).map(({ from }) => from))
  const [only] = senders.size === 1 ? senders : []
  return typeof only === 'string' && isDatacenterName(only) ? only : undefined
}

function isRestart(effective: TimelineEvent): boolean {
  return restartingFaultKinds.includes(kindOf(effective)) && isWholeJob(effective)
}

function actsOnHeartbeats({ settings }: Timeline, effective: TimelineEvent): boolean {
  const kind = kindOf(effective)
  const { detail } = effective
  if (silentFaultKinds.includes(kind) || (detail?.['management'] === true && kind !== 'datacenter_outage')) return false
  // Of the words to the SpecialMessage port only this one ends the heartbeats (toolkit reference §4.2).
  if (kind === 'special_message') return detail?.['message'] === 'OrderlyShutdown'
  const ports = probesOf(effective).map(({ port }) => port)
  const { dc1, dc2 } = settings
  return ports.length === 0 || ports.includes(dc1.crossDCHttpPort) || ports.includes(dc2.crossDCHttpPort)
}

function probesOf({ detail }: TimelineEvent): readonly JsonObject[] {
  const observed = detail?.['observed']
  const probes = isJsonObject(observed) && Array.isArray(observed['probes']) ? observed['probes'] : []
  return probes.filter(isJsonObject)
}

function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
