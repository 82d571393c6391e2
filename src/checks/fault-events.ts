import { isDatacenterName, type DatacenterName } from '../model/datacenter.ts'
import type { JsonObject, JsonValue } from '../model/json.ts'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'

/** A fault as the timeline tells it. Times are system seconds from t = 0. */
export interface FaultSpan {
  readonly id: string
  readonly kind: string
  /** The DC that it struck; absent for faults of the links. */
  readonly dc?: DatacenterName
  /** False for a cut that leaves the heartbeat ports alone. */
  readonly stopsHeartbeats: boolean
  /** For a fault of one direction: the DC whose messages no longer arrive. */
  readonly silenced?: DatacenterName
  readonly requestedAt: number
  readonly effectiveAt: number
  /** Half-width of what is known of `effectiveAt`. */
  readonly uncertainty: number
  /** Null when it was never healed. */
  readonly healedAt: number | null
}

/** Kinds after which nothing of the DC's job runs any more. */
export const deadlyFaultKinds: readonly string[] = ['kill', 'cancel_job']

/** The faults that took effect, oldest first. A step that acts several times gives one span each time. */
export function faultSpans(timeline: Timeline): readonly FaultSpan[] {
  const spans = timeline.events
    .filter(({ event }) => event === 'fault_effective')
    .map((effective) => spanOf(timeline, effective))
  return spans.toSorted((a, b) => a.effectiveAt - b.effectiveAt)
}

/**
 * Whether a fault can keep the observer from hearing of the other DC: every fault but one that struck the observer itself, or
 * that stopped snapshots only. A
 * cut of the observer's own messages counts, for the other then falls silent (toolkit reference §4.6, one-way loss).
 */
export function hidesFrom(observer: DatacenterName, { dc, stopsHeartbeats }: FaultSpan): boolean {
  return dc !== observer && stopsHeartbeats
}

function spanOf(timeline: Timeline, effective: TimelineEvent): FaultSpan {
  const ofSameStep = timeline.events.filter(({ fault }) => fault === effective.fault)
  const requested = ofSameStep.findLast(({ event, t }) => event === 'fault_requested' && t <= effective.t)
  const healed = ofSameStep.find(({ event, t }) => event === 'fault_healed' && t >= effective.t)
  const silenced = silencedBy(effective)
  return {
    id: effective.fault ?? '',
    kind: kindOf(effective),
    stopsHeartbeats: actsOnHeartbeats(timeline, effective),
    ...(effective.dc === undefined ? {} : { dc: effective.dc }),
    ...(silenced === undefined ? {} : { silenced }),
    requestedAt: requested?.t ?? effective.t,
    effectiveAt: effective.t,
    uncertainty: effective.uncertainty,
    healedAt: healed?.t ?? null,
  }
}

/** The kind that a fault's event names in its details, or an empty text. */
export function kindOf({ detail }: TimelineEvent): string {
  const kind = detail?.['kind']
  return typeof kind === 'string' ? kind : ''
}

/** The probes that proved a cut name the direction of each stopped connection. */
function silencedBy(effective: TimelineEvent): DatacenterName | undefined {
  const senders = new Set(probesOf(effective).map(({ from }) => from))
  const [only] = senders.size === 1 ? senders : []
  return typeof only === 'string' && isDatacenterName(only) ? only : undefined
}

function actsOnHeartbeats({ settings }: Timeline, effective: TimelineEvent): boolean {
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
