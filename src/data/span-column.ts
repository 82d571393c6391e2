import type { DeliveryOutcome } from '../model/timeline.ts'

/** Outcomes by the number that stands for each in a column. */
const outcomes = ['accepted', 'rejected', 'unknown'] as const satisfies readonly DeliveryOutcome[]

/** One key's run of tuples with one outcome, and when the first and the last of them got it. */
export interface Span {
  readonly from: number
  readonly to: number
  readonly outcome: DeliveryOutcome
  readonly sentTime: number
  readonly startTime: number
  readonly endTime: number
}

/** Numbers of one span: from, to, outcome, sentTime, startTime, endTime. */
const width = 6
const [fromAt, toAt, outcomeAt, sentAt, startAt, endAt] = [0, 1, 2, 3, 4, 5] as const

/**
 * One key's spans, in a column of numbers: six of eight bytes a span. A span is extended while numbers and outcome go on and a
 * straight line from its first to its last answer passes all others within the tolerance: the "swinging door" of process
 * historians, which keeps no single times.
 */
export class SpanColumn {
  readonly #spansMax: number
  #toleranceSeconds: number
  #column = new Float64Array(width)
  #count = 0
  /** The last span, while it grows: it is written into the column when somebody looks. */
  #from = 0
  #to = Number.NaN
  #outcome: DeliveryOutcome = 'unknown'
  #startTime = 0
  #endTime = 0
  /** Seconds a tuple, between which a line from the last span's first answer passes all its others within the tolerance. */
  #slopeMin = -Infinity
  #slopeMax = Infinity
  /** As many spans as differ in outcome or have a gap between them: below that no loss of precision leads. */
  #incompressible = 0

  /**
   * `spansMax`: beyond it the tolerance is doubled, and spans are put together that a line passes then, until they are half as many.
   * Spans of different outcomes stay apart, however many they are: no number is ever lost.
   */
  constructor(options: { readonly toleranceSeconds: number; readonly spansMax: number }) {
    this.#toleranceSeconds = options.toleranceSeconds
    this.#spansMax = options.spansMax
  }

  get count(): number {
    return this.#count
  }

  /** By which an interpolated time of answer may be off. */
  get toleranceSeconds(): number {
    return this.#toleranceSeconds
  }

  /** Takes the answer to one more tuple in. */
  add(seq: number, outcome: DeliveryOutcome, times: { readonly sentTime: number; readonly time: number }): void {
    if (seq === this.#to + 1 && outcome === this.#outcome && this.#grow(seq, times.time)) return
    const { sentTime, time } = times
    this.#push({ from: seq, to: seq, outcome, sentTime, startTime: time, endTime: time })
  }

  /** Takes the answers to a run of tuples in, which came evenly from the first to the last. */
  addRun(run: Span): void {
    if (run.from === this.#to + 1 && run.outcome === this.#outcome && this.#growBy(run)) return
    this.#push(run)
    this.#narrow(run.to, run.endTime)
  }

  /** Takes a span of another column in, after those here. */
  append(span: Span): void {
    this.#push(span)
    // Of its answers only the first and the last are known: it does not grow.
    this.#slopeMin = Infinity
  }

  *spans(): Generator<Span, void, undefined> {
    this.#settle()
    for (let index = 0; index < this.#count; index += 1) yield this.#span(index)
  }

  #span(index: number): Span {
    const at = index * width
    const value = (field: number): number => this.#column[at + field] ?? Number.NaN
    return {
      from: value(fromAt),
      to: value(toAt),
      outcome: outcomes[value(outcomeAt)] ?? 'unknown',
      sentTime: value(sentAt),
      startTime: value(startAt),
      endTime: value(endAt),
    }
  }

  #push(span: Span): void {
    if (this.#count >= Math.max(this.#spansMax, 2 * this.#incompressible)) this.#coarsen()
    else this.#settle()
    this.#slopeMin = -Infinity
    this.#slopeMax = Infinity
    if (this.#count * width === this.#column.length) {
      const longer = new Float64Array(2 * this.#column.length)
      longer.set(this.#column)
      this.#column = longer
    }
    this.#write(this.#count, span)
    this.#count += 1
    this.#open(span)
  }

  #open({ from, to, outcome, startTime, endTime }: Span): void {
    this.#from = from
    this.#to = to
    this.#outcome = outcome
    this.#startTime = startTime
    this.#endTime = endTime
  }

  /** Writes how far the last span has grown. */
  #settle(): void {
    if (this.#count === 0) return
    const at = (this.#count - 1) * width
    this.#column[at + toAt] = this.#to
    this.#column[at + endAt] = this.#endTime
  }

  #write(index: number, { from, to, outcome, sentTime, startTime, endTime }: Span): void {
    this.#column.set([from, to, outcomes.indexOf(outcome), sentTime, startTime, endTime], index * width)
  }

  /** Takes the next tuple into the last span, if a line to it still passes all the answers before it. */
  #grow(seq: number, time: number): boolean {
    const steps = seq - this.#from
    const rise = time - this.#startTime
    // Products, not quotients: this is done for every tuple.
    if (rise < this.#slopeMin * steps || rise > this.#slopeMax * steps) return false
    const tolerance = this.#toleranceSeconds
    if (rise - tolerance > this.#slopeMin * steps) this.#slopeMin = (rise - tolerance) / steps
    if (rise + tolerance < this.#slopeMax * steps) this.#slopeMax = (rise + tolerance) / steps
    this.#to = seq
    this.#endTime = time
    return true
  }

  /** The same with a run: the line must pass its first and its last answer, and then passes those between them. */
  #growBy({ from, to, startTime, endTime }: Span): boolean {
    const { min, max } = this.#door(from, startTime)
    const slopeMin = Math.max(this.#slopeMin, min)
    const slopeMax = Math.min(this.#slopeMax, max)
    const steps = to - this.#from
    const rise = endTime - this.#startTime
    if (rise < slopeMin * steps || rise > slopeMax * steps) return false
    this.#narrow(from, startTime)
    this.#narrow(to, endTime)
    this.#to = to
    this.#endTime = endTime
    return true
  }

  /** Of the slopes, those are left that pass an answer within the tolerance. */
  #narrow(seq: number, time: number): void {
    const steps = seq - this.#from
    if (steps === 0) return
    const rise = time - this.#startTime
    const tolerance = this.#toleranceSeconds
    if (rise - tolerance > this.#slopeMin * steps) this.#slopeMin = (rise - tolerance) / steps
    if (rise + tolerance < this.#slopeMax * steps) this.#slopeMax = (rise + tolerance) / steps
  }

  #door(seq: number, time: number): { readonly min: number; readonly max: number } {
    const steps = seq - this.#from
    const rise = time - this.#startTime
    return { min: (rise - this.#toleranceSeconds) / steps, max: (rise + this.#toleranceSeconds) / steps }
  }

  /** Puts neighbouring spans together until they are half as many as allowed, or none are left that could be. */
  #coarsen(): void {
    let spans = [...this.spans()]
    this.#incompressible = spans.filter((span, index) => !goesOn(spans[index - 1], span)).length
    const wanted = Math.max(this.#spansMax / 2, this.#incompressible)
    const last = spans.at(-1)
    const seconds = (last?.endTime ?? 0) - (spans[0]?.startTime ?? 0)
    while (spans.length > wanted && this.#toleranceSeconds <= 2 * seconds) {
      // What was passed within the tolerance still is, when the new line passes the ends of the old ones within as much again.
      const slack = Math.max(this.#toleranceSeconds, seconds / 2 ** 20)
      spans = mergedWithin(spans, slack)
      this.#toleranceSeconds += slack
    }
    this.#column = new Float64Array(width * Math.max(1, spans.length))
    this.#count = spans.length
    for (const [index, span] of spans.entries()) this.#write(index, span)
  }
}

/** Whether the numbers and the outcome of a span go on in the next one. */
function goesOn(before: Span | undefined, next: Span): boolean {
  return before?.to === next.from - 1 && before.outcome === next.outcome
}

/** Spans of which each that goes on the one before it is put to it while one line passes all their ends within the slack. */
function mergedWithin(spans: readonly Span[], slack: number): Span[] {
  const merged: Span[] = []
  let door = { min: -Infinity, max: Infinity }
  for (const span of spans) {
    const open = merged.at(-1)
    const narrowed = open === undefined || !goesOn(open, span) ? undefined : narrow(door, { open, span, slack })
    if (open === undefined || narrowed === undefined) {
      merged.push(span)
      door = narrow({ min: -Infinity, max: Infinity }, { open: span, span, slack }) ?? door
    } else {
      merged[merged.length - 1] = { ...open, to: span.to, endTime: span.endTime }
      door = narrowed
    }
  }
  return merged
}

/**
 * The slopes of a line from the open span's first answer that pass both ends of one more span; undefined where the line to its last
 * end is none of them.
 */
function narrow(
  door: { readonly min: number; readonly max: number },
  next: { readonly open: Span; readonly span: Span; readonly slack: number },
): { min: number; max: number } | undefined {
  const { open, span, slack } = next
  let { min, max } = door
  const ends = [
    { seq: span.from, time: span.startTime },
    { seq: span.to, time: span.endTime },
  ]
  for (const { seq, time } of ends) {
    const steps = seq - open.from
    if (steps === 0) continue
    min = Math.max(min, (time - slack - open.startTime) / steps)
    max = Math.min(max, (time + slack - open.startTime) / steps)
  }
  const steps = span.to - open.from
  const slope = steps === 0 ? 0 : (span.endTime - open.startTime) / steps
  return steps === 0 || (slope >= min && slope <= max) ? { min, max } : undefined
}
