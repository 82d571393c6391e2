// Test support: what became of generated tuples, as runs write it down, and a failover under load.

import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import type { DeliverySpan, LoadSeries, LoadSlice, ObservedOutput, Timeline } from '../../model/timeline.ts'
import { killTimeline, output } from './timeline-builder.ts'

/** Latencies in milliseconds, each with how often it was measured, as a run writes them down. */
export function histogram(latencies: Readonly<Record<number, number>>): string {
  const recorded = build({ numberOfSignificantValueDigits: 3 })
  for (const [ms, count] of Object.entries(latencies)) recorded.recordValueWithCount(Number(ms), count)
  return encodeIntoCompressedBase64(recorded)
}

/** A second in which ten tuples were due and all of them were accepted within 20 ms. */
export function slice(from: number, fields: Partial<LoadSlice> = {}): LoadSlice {
  const counts = { due: 10, accepted: 10, rejected: 0, unknown: 0, skipped: 0 }
  return { from, to: from + 1, ...counts, latency: histogram({ 20: 10 }), ...fields }
}

/** A series of such seconds, some of them changed. */
export function series(fields: Partial<LoadSeries> & { readonly from: number; readonly to: number }): LoadSeries {
  const { from, to, ...rest } = fields
  const slices = Array.from({ length: to - from }, (_, index) => slice(from + index))
  return { into: 'dc1', warmupUntil: 0, slices, ...rest }
}

/** The series with one second put in the place of another. */
export function withSlice(load: LoadSeries, changed: LoadSlice): LoadSeries {
  return { ...load, slices: load.slices.map((each) => (each.from === changed.from ? changed : each)) }
}

/** dc1 killed at 400 s, taken over by 521.5 s; traffic into dc1 up to then and from 405 s into dc2, until 900 s. */
export function loadTimeline(fields: Partial<Timeline> = {}): Timeline {
  return killTimeline({
    load: [series({ from: 50, to: 400 }), series({ from: 405, to: 900, into: 'dc2' })],
    ...fields,
  })
}

/**
 * The same with one tuple a second of one key and outputs read every ten seconds: at each read ten of the tuples came out. `stuck`
 * has dc2 put nothing out until then, and everything at once after that; `behind` that it lags by so many tuples until a time.
 */
export function backlogTimeline(
  options: { readonly stuckUntil?: number; readonly behind?: Lag; readonly end?: number } = {},
): Timeline {
  const { stuckUntil = 0, behind = { tuples: 0, until: 0 }, end = 900 } = options
  const before = readsOf({ dc: 'dc1', from: 50, to: 400, stuckUntil: 0, behind: { tuples: 0, until: 0 } })
  const after = readsOf({ dc: 'dc2', from: 410, to: end, stuckUntil, behind })
  return killTimeline({
    deliveries: [spanOf({ dc: 'dc1', from: 50, to: 400 }), spanOf({ dc: 'dc2', from: 410, to: end })],
    outputs: [...before, ...after],
  })
}

/** So many tuples behind until a time. */
interface Lag {
  readonly tuples: number
  readonly until: number
}

interface Stretch {
  readonly dc: 'dc1' | 'dc2'
  readonly from: number
  readonly to: number
}

function spanOf({ dc, from, to }: Stretch): DeliverySpan {
  const startTime = from
  return { into: dc, key: dc, from: 0, to: to - from - 1, outcome: 'accepted', startTime, endTime: to - 1 }
}

function readsOf(stretch: Stretch & { readonly stuckUntil: number; readonly behind: Lag }): readonly ObservedOutput[] {
  const { dc, from, to, stuckUntil, behind } = stretch
  const reads: ObservedOutput[] = []
  let next = 0
  for (let t = from + 10; t < to; t += 10) {
    if (t < stuckUntil) continue
    const last = t - from - 1 - (t < behind.until ? behind.tuples : 0)
    if (last < next) continue
    reads.push(output({ t, producedBy: dc, origin: dc, key: dc, counter: reads.length + 1, from: next, to: last }))
    next = last + 1
  }
  return reads
}
