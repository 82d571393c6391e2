import type { Interval } from '../model/interval.ts'
import type { DeliverySpan } from '../model/timeline.ts'

// A span knows when its first and its last tuple got their answer. Between them the rate is taken to be even, so a time inside
// a span is known to one tuple's share of it.

/** When a sequence number of the span got its answer. */
function answeredAt({ from, to, startTime, endTime }: DeliverySpan, seq: number): number {
  return from === to ? endTime : startTime + ((seq - from) / (to - from)) * (endTime - startTime)
}

/** The part of a span that was answered by a time, or undefined when none of it was. */
export function answeredBy(span: DeliverySpan, time: number): Interval | undefined {
  const { from, to, startTime, endTime } = span
  if (endTime <= time) return { from, to }
  if (startTime > time) return undefined
  const share = (time - startTime) / (endTime - startTime)
  return { from, to: from + Math.floor(share * (to - from)) }
}

/** When some sequence number of a key was answered, by the spans that hold it. */
export function answerTime(spans: readonly DeliverySpan[], seq: number): number {
  const span = spans.find(({ from, to }) => from <= seq && seq <= to)
  return span === undefined ? Number.NaN : answeredAt(span, seq)
}
