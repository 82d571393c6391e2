import type { DatacenterName } from '../model/datacenter.ts'
import type { DeliveryOutcome, DeliverySpan } from '../model/timeline.ts'
import { IntervalSet } from '../support/interval-set.ts'

/** What became of some tuples, which all got the same answer. Times are of the run's clock. */
export interface DeliveryRecord {
  readonly into: DatacenterName
  /** Ascending within each key, as the generator made them. */
  readonly tuples: readonly { readonly key: string; readonly seq: number }[]
  readonly outcome: DeliveryOutcome
  /** When the request went out: the outcome came about between this and `time`. */
  readonly sentTime: number
  /** When the answer came, or was given up. */
  readonly time: number
}

/** One key's sequence numbers by what became of them; `sent` is all of them. */
export interface KeyDeliveries {
  readonly sent: IntervalSet
  readonly accepted: IntervalSet
  readonly rejected: IntervalSet
  readonly unknown: IntervalSet
}

/** Numbers of tuples. */
export interface DeliveryTotals {
  readonly sent: number
  readonly accepted: number
  readonly rejected: number
  readonly unknown: number
  /** The longest that an answer of known outcome took: how far a time of acceptance can be off. */
  readonly answerSecondsMax: number
}

/**
 * A span that may still grow. The answers so far all lie within the tolerance of a straight line from the first one with any
 * slope (seconds a tuple) between these two: the "swinging door" of process historians, which keeps no single times.
 */
type OpenSpan = { -readonly [Field in keyof DeliverySpan]: DeliverySpan[Field] } & {
  slopeMin: number
  slopeMax: number
}

/**
 * Who was given what, and what came of it: run-length spans per DC and key (decisions 11). A span is extended while sequence
 * numbers and outcome go on and a straight line from its first to its last answer passes all others within
 * `toleranceSeconds`, so that even traffic is one span and a time within it is known that well.
 */
export class DeliveryLedger {
  readonly #toleranceSeconds: number
  readonly #spans: OpenSpan[] = []
  /** The last span of each key. */
  readonly #open = new Map<DatacenterName, Map<string, OpenSpan>>()
  readonly #counts: Record<DeliveryOutcome, number> = { accepted: 0, rejected: 0, unknown: 0 }
  #answerSecondsMax = 0

  /** `toleranceSeconds`: of the run's clock, by which an interpolated time of answer may be off. @default 0 */
  constructor(options: { readonly toleranceSeconds?: number } = {}) {
    this.#toleranceSeconds = options.toleranceSeconds ?? 0
  }

  record(record: DeliveryRecord): void {
    const { into, tuples, outcome, sentTime, time } = record
    this.#counts[outcome] += tuples.length
    if (outcome !== 'unknown') this.#answerSecondsMax = Math.max(this.#answerSecondsMax, time - sentTime)
    const open = this.#openOf(into)
    for (const { key, seq } of tuples) {
      const span = open.get(key)
      if (span !== undefined && span.outcome === outcome && this.#grow(span, seq, time)) continue
      const times = { sentTime, startTime: time, endTime: time, slopeMin: -Infinity, slopeMax: Infinity }
      const next = { into, key, from: seq, to: seq, outcome, ...times }
      open.set(key, next)
      this.#spans.push(next)
    }
  }

  /** Everything so far, in the order of the answers; a copy. */
  deliveries(): readonly DeliverySpan[] {
    return this.#spans.map(({ slopeMin: _min, slopeMax: _max, ...span }) => span)
  }

  /** What became of one key's tuples. */
  key(into: DatacenterName, key: string): KeyDeliveries {
    const spans = this.#spans.filter((span) => span.into === into && span.key === key)
    const of = (outcome: DeliveryOutcome): IntervalSet =>
      IntervalSet.of(spans.filter((span) => span.outcome === outcome))
    return { sent: IntervalSet.of(spans), accepted: of('accepted'), rejected: of('rejected'), unknown: of('unknown') }
  }

  totals(): DeliveryTotals {
    const { accepted, rejected, unknown } = this.#counts
    return {
      sent: accepted + rejected + unknown,
      accepted,
      rejected,
      unknown,
      answerSecondsMax: this.#answerSecondsMax,
    }
  }

  /** Takes the next tuple into the span, if a line to it still passes all the answers before it. */
  #grow(span: OpenSpan, seq: number, time: number): boolean {
    if (span.to + 1 !== seq) return false
    const steps = seq - span.from
    const rise = time - span.startTime
    const slope = rise / steps
    if (slope < span.slopeMin || slope > span.slopeMax) return false
    span.slopeMin = Math.max(span.slopeMin, (rise - this.#toleranceSeconds) / steps)
    span.slopeMax = Math.min(span.slopeMax, (rise + this.#toleranceSeconds) / steps)
    span.to = seq
    span.endTime = time
    return true
  }

  #openOf(into: DatacenterName): Map<string, OpenSpan> {
    let open = this.#open.get(into)
    if (open === undefined) {
      open = new Map()
      this.#open.set(into, open)
    }
    return open
  }
}
