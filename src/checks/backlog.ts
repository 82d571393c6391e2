// How many tuples were accepted and not yet put out, over time. Outputs are known when they are read, so the figure is exact only at
// those moments; a little before one of them it was as it was at the one before, for outputs are read all the time. What a datacenter had not put out when it died is no backlog of
// anybody's: it is in the state that is taken over, or it is lost, and the checks of those say so.

import { datacenterNames, type DatacenterName } from '../model/datacenter.ts'
import type { DeliverySpan, ObservedOutput, Timeline } from '../model/timeline.ts'
import { IntervalSet } from '../support/interval-set.ts'
import { answeredBy } from './acceptance.ts'
import { faultSpans } from './fault-events.ts'
import { groupBy } from './group-by.ts'
import { livesOf, runEnd } from './liveness.ts'
import { perTimeline } from './per-timeline.ts'

/** The backlog of all datacenters at a moment at which outputs were read. */
export interface BacklogReading {
  readonly t: number
  readonly tuples: number
}

/** When the backlog was back at its level. */
export interface Drained {
  readonly at: number
  /** The last moment at which it was surely higher, or the beginning: it fell between the two. */
  readonly after: number
}

/** The backlog whenever outputs were read, in order of time. */
export const backlogReadings: (timeline: Timeline) => readonly BacklogReading[] = perTimeline(deriveReadings)

/** The most that it was before the first fault; null when that was not seen. */
export function levelBeforeFault(timeline: Timeline): number | null {
  const first = faultSpans(timeline)[0]?.effectiveAt ?? runEnd(timeline)
  const before = backlogReadings(timeline).filter(({ t }) => t < first)
  return before.length === 0 ? null : before.reduce((most, { tuples }) => Math.max(most, tuples), 0)
}

/** When, from a time on, the backlog was back at the level of before the fault; null when it was not seen to be. */
export function drainedFrom(timeline: Timeline, from: number): Drained | null {
  const level = levelBeforeFault(timeline)
  if (level === null) return null
  let after = from
  for (const { t, tuples } of backlogReadings(timeline)) {
    if (t < from) continue
    if (tuples <= level) return { at: t, after: Math.max(after, t - readAllowance(timeline)) }
    after = t
  }
  return null
}

/** How long what came out may lie unread: twice the reader's period of 50 ms, in the system's own time. */
function readAllowance({ timeScale }: Timeline): number {
  return readRealSeconds * timeScale
}

const readRealSeconds = 0.1

/** Whether anything went in from a time on: without traffic there is nothing to catch up with. */
export function hasTrafficFrom(timeline: Timeline, from: number): boolean {
  return timeline.deliveries.some(({ outcome, endTime }) => outcome === 'accepted' && endTime > from)
}

function deriveReadings(timeline: Timeline): readonly BacklogReading[] {
  const times = [...new Set(timeline.outputs.map(({ t }) => t))].toSorted((a, b) => a - b)
  const ofEach = datacenterNames.map((dc) => backlogOf(timeline, { dc, times }))
  return times.map((t, index) => ({ t, tuples: ofEach.reduce((sum, levels) => sum + (levels[index] ?? 0), 0) }))
}

/** One DC's share of it at each of some rising times. */
function backlogOf(
  timeline: Timeline,
  of: { readonly dc: DatacenterName; readonly times: readonly number[] },
): readonly number[] {
  const { dc, times } = of
  const spans = timeline.deliveries.filter(({ into, outcome }) => into === dc && outcome === 'accepted')
  const accepted = new AcceptedCount(spans)
  const put = new OutputCount(
    spans,
    timeline.outputs.filter(({ origin }) => origin === dc),
  )
  const end = runEnd(timeline)
  const deaths = livesOf(timeline, dc)
    .map(({ to }) => to)
    .filter((to) => to < end)
  let settled = 0
  let nextDeath = 0
  return times.map((t) => {
    const level = accepted.upTo(t) - put.upTo(t)
    while ((deaths[nextDeath] ?? Infinity) <= t) {
      settled = level
      nextDeath += 1
    }
    return Math.max(0, level - settled)
  })
}

/** Counts what was accepted up to rising times: spans that are over once for all, those under way by their share. */
class AcceptedCount {
  readonly #coming: readonly DeliverySpan[]
  #next = 0
  readonly #underWay: DeliverySpan[] = []
  #over = 0

  constructor(spans: readonly DeliverySpan[]) {
    this.#coming = spans.toSorted((a, b) => a.startTime - b.startTime)
  }

  upTo(t: number): number {
    for (
      let span = this.#coming[this.#next];
      span !== undefined && span.startTime <= t;
      span = this.#coming[this.#next]
    ) {
      this.#underWay.push(span)
      this.#next += 1
    }
    let partly = 0
    let kept = 0
    for (const span of this.#underWay) {
      const part = answeredBy(span, t)
      const count = part === undefined ? 0 : part.to - part.from + 1
      if (span.endTime <= t) this.#over += count
      else {
        partly += count
        this.#underWay[kept] = span
        kept += 1
      }
    }
    this.#underWay.length = kept
    return this.#over + partly
  }
}

/** Counts the accepted tuples that were put out up to rising times, each once. */
class OutputCount {
  readonly #outputs: readonly ObservedOutput[]
  readonly #accepted: ReadonlyMap<string, IntervalSet>
  readonly #seen = new Map<string, IntervalSet>()
  #next = 0
  #count = 0

  constructor(spans: readonly DeliverySpan[], outputs: readonly ObservedOutput[]) {
    this.#outputs = outputs.toSorted((a, b) => a.t - b.t)
    this.#accepted = new Map([...groupBy(spans, ({ key }) => key)].map(([key, own]) => [key, IntervalSet.of(own)]))
  }

  upTo(t: number): number {
    for (let output = this.#outputs[this.#next]; output !== undefined && output.t <= t;) {
      this.#take(output)
      this.#next += 1
      output = this.#outputs[this.#next]
    }
    return this.#count
  }

  #take({ key, from, to }: ObservedOutput): void {
    const accepted = this.#accepted.get(key)
    if (accepted === undefined) return
    const seen = this.#seen.get(key) ?? new IntervalSet()
    this.#seen.set(key, seen)
    const again = seen.add(from, to)
    const fresh = IntervalSet.of([{ from, to }]).minus(IntervalSet.of(again))
    this.#count += accepted.intersect(fresh).count
  }
}
