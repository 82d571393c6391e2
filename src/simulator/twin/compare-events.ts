// The events of two runs of one scenario against each other: what the toolkit causes, per DC, in its order and at its times.

import type { DatacenterName } from '../../model/datacenter.ts'
import type { EventName, Timeline, TimelineEvent } from '../../model/timeline.ts'
import { runEnd } from '../../checks/liveness.ts'

/** One thing that is not the same in both runs. Times are system seconds from t = 0; null where it was not seen. */
export interface Difference {
  readonly kind: 'missing' | 'time' | 'order' | 'figure'
  readonly what: string
  readonly one: number | string | null
  readonly other: number | string | null
  /** By how much a time or a figure may differ here; absent where nothing may. */
  readonly allowed?: number
}

/** Two runs, and what is allowed between them. */
export interface Twins {
  readonly one: Timeline
  readonly other: Timeline
  /** System seconds, beside what is not known of both times. */
  readonly toleranceSeconds: number
}

/** What is compared: effects of faults, and everything that the toolkit does about them. */
const compared: readonly EventName[] = [
  'fault_effective',
  'fault_healed',
  'remote_up',
  'remote_down',
  'snapshot_signal',
  'snapshot_stored',
  'snapshot_deleted',
  'snapshot_replayed',
  'snapshot_returned',
  'protected',
  'takeover_started',
  'takeover_done',
  'orderly_shutdown',
  'script_launched',
]

/** Of these the order within a DC counts also where they lie closer than times are compared: each leads to the next. */
const chained: readonly EventName[] = [
  'remote_up',
  'remote_down',
  'takeover_started',
  'snapshot_replayed',
  'takeover_done',
  'snapshot_returned',
]

/**
 * Orders that the toolkit leaves open, and that are therefore no difference: in which order the parts of a state are stored, replayed
 * and deleted (toolkit reference §5.7), and whether the application hears of a DOWN, and launches its script, before the replay or
 * after it (§2). Between the DCs, and between what faults do and what the toolkit does, only times are compared.
 */
export const openOrders: readonly string[] = [
  'the order in which the parts of a state are stored, replayed and deleted',
  'whether a script is launched before a replay or after it',
]

/** Everything that differs, in order of time. */
export function compareEvents(twins: Twins): readonly Difference[] {
  const { one, other } = twins
  const ids = new Set([...seen(one), ...seen(other)].map(idOf))
  const times = [...ids].flatMap((id) => compareOne(id, twins))
  return [...times.toSorted((a, b) => timeOf(a) - timeOf(b)), ...compareOrders(twins)]
}

/** What may lie between two times of one thing. */
export function allowedBetween({ one, other, toleranceSeconds }: Twins, uncertainty: number): number {
  return toleranceSeconds + uncertainty + one.resolutionSeconds + other.resolutionSeconds
}

function seen(timeline: Timeline): readonly TimelineEvent[] {
  const end = runEnd(timeline)
  return timeline.events
    .filter(({ event, t, seenBy }) => compared.includes(event) && t <= end && (seenBy === 'testbed' || isFault(event)))
    .toSorted((a, b) => a.t - b.t)
}

function isFault(event: EventName): boolean {
  return event === 'fault_effective' || event === 'fault_healed'
}

/** What makes two events the same thing in both runs. */
function idOf({ event, dc, fault, detail }: TimelineEvent): string {
  const part = detail?.['part']
  const reason = detail?.['reason']
  const more = [
    ...(fault === undefined ? [] : [fault]),
    ...(typeof part === 'string' || typeof part === 'number' ? [`part ${part}`] : []),
    ...(typeof reason === 'string' ? [`(${reason})`] : []),
  ]
  return [...(dc === undefined ? [] : [dc]), event, ...more].join(' ')
}

function compareOne(id: string, twins: Twins): readonly Difference[] {
  const ones = seen(twins.one).filter((event) => idOf(event) === id)
  const others = seen(twins.other).filter((event) => idOf(event) === id)
  return pairUp(ones, others, twins).flatMap(([one, other], index): readonly Difference[] => {
    const what = ones.length > 1 || others.length > 1 ? `${id}, no. ${index + 1}` : id
    if (one !== undefined && other !== undefined) {
      const allowed = allowedBetween(twins, one.uncertainty + other.uncertainty)
      return Math.abs(one.t - other.t) <= allowed ? [] : [{ kind: 'time', what, one: one.t, other: other.t, allowed }]
    }
    const alone = one ?? other
    if (alone === undefined || isBeyondTheEnd(alone, twins)) return []
    return [{ kind: 'missing', what, one: one?.t ?? null, other: other?.t ?? null }]
  })
}

type Pair = readonly [TimelineEvent | undefined, TimelineEvent | undefined]

/** As many on both sides: in their order. Otherwise whatever has nothing at its time on the other side stands alone. */
function pairUp(ones: readonly TimelineEvent[], others: readonly TimelineEvent[], twins: Twins): readonly Pair[] {
  if (ones.length === others.length) return ones.map((one, index): Pair => [one, others[index]])
  const pairs: Pair[] = []
  let [left, right] = [0, 0]
  while (left < ones.length || right < others.length) {
    const [one, other] = [ones[left], others[right]]
    const gap = one === undefined || other === undefined ? Infinity : one.t - other.t
    const allowed = allowedBetween(twins, (one?.uncertainty ?? 0) + (other?.uncertainty ?? 0))
    if (Math.abs(gap) <= allowed) {
      pairs.push([one, other])
      left += 1
      right += 1
    } else if (other === undefined || (one !== undefined && one.t < other.t)) {
      pairs.push([one, undefined])
      left += 1
    } else {
      pairs.push([undefined, other])
      right += 1
    }
  }
  return pairs
}

/** The run that ended first may just not have seen it. */
function isBeyondTheEnd({ t, uncertainty }: TimelineEvent, twins: Twins): boolean {
  return t > Math.min(runEnd(twins.one), runEnd(twins.other)) - allowedBetween(twins, uncertainty)
}

function timeOf({ one, other }: Difference): number {
  return Math.min(typeof one === 'number' ? one : Infinity, typeof other === 'number' ? other : Infinity)
}

/** Where every thing is there as often, whether it came in the same turn. */
function compareOrders({ one, other }: Twins): readonly Difference[] {
  return (['dc1', 'dc2'] as const).flatMap((dc): readonly Difference[] => {
    const [left, right] = [chainOf(one, dc), chainOf(other, dc)]
    if (left.length !== right.length) return []
    const at = left.findIndex(({ event }, index) => event !== right[index]?.event)
    const [first, second] = [left[at], right[at]]
    if (first === undefined || second === undefined) return []
    return [
      {
        kind: 'order',
        what: `${dc}, no. ${at + 1} of what follows from another`,
        one: first.event,
        other: second.event,
      },
    ]
  })
}

function chainOf(timeline: Timeline, dc: DatacenterName): readonly TimelineEvent[] {
  return seen(timeline).filter((event) => event.dc === dc && chained.includes(event.event))
}
