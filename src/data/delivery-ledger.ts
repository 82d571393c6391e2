import type { DatacenterName } from '../model/datacenter.ts'
import { isDatacenterName } from '../model/datacenter.ts'
import { SettingsError } from '../model/errors.ts'
import type { DeliveryOutcome, DeliverySpan } from '../model/timeline.ts'
import { IntervalSet } from '../support/interval-set.ts'
import { KeyTable } from '../support/key-table.ts'
import { SpanColumn } from './span-column.ts'
import type { Span } from './span-column.ts'

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

/** What became of tuples that come as runs, all with the same outcome. */
export interface RunRecord {
  readonly into: DatacenterName
  /** `first` and `last` are the places of a run's first and last tuple among all of them. */
  readonly runs: readonly {
    readonly key: string
    readonly from: number
    readonly to: number
    readonly first: number
    readonly last: number
  }[]
  readonly outcome: DeliveryOutcome
  /** When the tuple at a place got its answer; evenly from one place to the next. */
  readonly timeOf: (place: number) => number
  /** When the request with all of them went out. @default each was sent when it was answered */
  readonly sentTime?: number | undefined
}

/** One key's sequence numbers by what became of them; `sent` is all of them. */
export interface KeyDeliveries {
  readonly sent: IntervalSet
  readonly accepted: IntervalSet
  readonly rejected: IntervalSet
  readonly unknown: IntervalSet
}

/** What of one key did not arrive. */
export interface Missing {
  /** Surely accepted: the lower bound of the loss. */
  readonly lost: IntervalSet
  /** Accepted, or with a lost answer: the upper bound. */
  readonly possiblyLost: IntervalSet
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

/** A ledger as JSON. */
export interface SavedLedger {
  readonly schemaVersion: 1
  readonly toleranceSeconds: number
  readonly answerSecondsMax: number
  /** A list per DC and key, of `[from, to, outcome, sentTime, startTime, endTime]`. */
  readonly keys: readonly {
    readonly into: DatacenterName
    readonly key: string
    readonly spans: readonly (readonly [number, number, DeliveryOutcome, number, number, number])[]
  }[]
}

/** Spans of a key from which on their times get coarser. */
const spansPerKeyMax = 8192

/**
 * Who was given what, and what came of it: run-length spans per DC and key (decisions 11). Times within a span are known to
 * `toleranceSeconds`, so that even traffic is one span; the numbers are always exact.
 */
export class DeliveryLedger {
  readonly #toleranceSeconds: number
  readonly #spansPerKeyMax: number
  readonly #columns = new Map<DatacenterName, KeyTable<SpanColumn>>()
  readonly #newColumn: () => SpanColumn
  readonly #counts: Record<DeliveryOutcome, number> = { accepted: 0, rejected: 0, unknown: 0 }
  #answerSecondsMax = 0

  constructor(
    options: {
      /** Of the run's clock, by which an interpolated time of answer may be off. @default 0 */
      readonly toleranceSeconds?: number
      /** Spans of a key from which on its tolerance grows, so that they stay as few. @default 8192 */
      readonly spansPerKeyMax?: number
    } = {},
  ) {
    this.#toleranceSeconds = options.toleranceSeconds ?? 0
    this.#spansPerKeyMax = options.spansPerKeyMax ?? spansPerKeyMax
    this.#newColumn = () => this.#column(this.#toleranceSeconds)
  }

  /** By which a time of answer may be off; more than was asked for where a key had more spans than are kept. */
  get toleranceSeconds(): number {
    let most = this.#toleranceSeconds
    for (const { column } of this.#all()) most = Math.max(most, column.toleranceSeconds)
    return most
  }

  record(record: DeliveryRecord): void {
    const { into, tuples, outcome, sentTime, time } = record
    this.#counts[outcome] += tuples.length
    if (outcome !== 'unknown') this.#answerSecondsMax = Math.max(this.#answerSecondsMax, time - sentTime)
    const columns = this.#columnsOf(into)
    const times = { sentTime, time }
    for (const { key, seq } of tuples) {
      columns.at(key, this.#newColumn).add(seq, outcome, times)
    }
  }

  /** The same for tuples that come as runs, at no cost for each of them. */
  recordRuns({ into, runs, outcome, timeOf, sentTime }: RunRecord): void {
    const columns = this.#columnsOf(into)
    for (const { key, from, to, first, last } of runs) {
      const startTime = timeOf(first)
      const endTime = timeOf(last)
      this.#counts[outcome] += to - from + 1
      if (outcome !== 'unknown' && sentTime !== undefined)
        this.#answerSecondsMax = Math.max(this.#answerSecondsMax, endTime - sentTime)
      columns
        .at(key, this.#newColumn)
        .addRun({ from, to, outcome, sentTime: sentTime ?? startTime, startTime, endTime })
    }
  }

  /** Everything so far, in the order of the answers; a copy. */
  deliveries(): readonly DeliverySpan[] {
    return this.#all()
      .flatMap(({ into, key, column }) => [...column.spans()].map((span) => ({ into, key, ...span })))
      .toSorted((a, b) => a.startTime - b.startTime)
  }

  /** What became of one key's tuples. */
  key(into: DatacenterName, key: string): KeyDeliveries {
    const spans = [...(this.#columns.get(into)?.get(key)?.spans() ?? [])]
    const of = (outcome: DeliveryOutcome): IntervalSet =>
      IntervalSet.of(spans.filter((span) => span.outcome === outcome))
    return { sent: IntervalSet.of(spans), accepted: of('accepted'), rejected: of('rejected'), unknown: of('unknown') }
  }

  /** What of one key's tuples is not among those that arrived. */
  missing(into: DatacenterName, key: string, arrived: IntervalSet): Missing {
    const { accepted, unknown } = this.key(into, key)
    return { lost: accepted.minus(arrived), possiblyLost: accepted.union(unknown).minus(arrived) }
  }

  /** The DC that a tuple was sent into, or undefined for one that has no outcome yet. */
  whereSent(key: string, seq: number): DatacenterName | undefined {
    for (const [into, columns] of this.#columns) {
      const column = columns.get(key)
      if (column !== undefined && holds(column, seq)) return into
    }
    return undefined
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

  /** Takes in what another ledger holds, such as that of another process. A number in both counts twice, as a repetition does. */
  merge(other: DeliveryLedger): void {
    for (const { into, key, column } of other.#all()) {
      const columns = this.#columnsOf(into)
      const own = columns.get(key)
      const merged = this.#column(Math.max(own?.toleranceSeconds ?? 0, column.toleranceSeconds))
      const spans = [...(own?.spans() ?? []), ...column.spans()].toSorted((a, b) => a.startTime - b.startTime)
      for (const span of spans) merged.append(span)
      columns.set(key, merged)
    }
    for (const outcome of ['accepted', 'rejected', 'unknown'] as const) this.#counts[outcome] += other.#counts[outcome]
    this.#answerSecondsMax = Math.max(this.#answerSecondsMax, other.#answerSecondsMax)
  }

  /** For a file, or for another process. */
  toJSON(): SavedLedger {
    return {
      schemaVersion: 1,
      toleranceSeconds: this.toleranceSeconds,
      answerSecondsMax: this.#answerSecondsMax,
      keys: this.#all().map(({ into, key, column }) => ({ into, key, spans: Array.from(column.spans(), savedSpan) })),
    }
  }

  /** Reads what `toJSON` gave. @throws SettingsError for anything else */
  static from(saved: unknown): DeliveryLedger {
    if (!isSaved(saved))
      throw new SettingsError('Expected a saved delivery ledger of schemaVersion 1, got something else.')
    const ledger = new DeliveryLedger({ toleranceSeconds: saved.toleranceSeconds })
    ledger.#answerSecondsMax = saved.answerSecondsMax
    for (const { into, key, spans } of saved.keys) {
      const column = ledger.#columnsOf(into).at(key, ledger.#newColumn)
      for (const [from, to, outcome, sentTime, startTime, endTime] of spans) {
        column.append({ from, to, outcome, sentTime, startTime, endTime })
        ledger.#counts[outcome] += to - from + 1
      }
    }
    return ledger
  }

  #all(): { readonly into: DatacenterName; readonly key: string; readonly column: SpanColumn }[] {
    return [...this.#columns].flatMap(([into, columns]) => [...columns].map(([key, column]) => ({ into, key, column })))
  }

  #columnsOf(into: DatacenterName): KeyTable<SpanColumn> {
    let columns = this.#columns.get(into)
    if (columns === undefined) {
      columns = new KeyTable()
      this.#columns.set(into, columns)
    }
    return columns
  }

  #column(toleranceSeconds: number): SpanColumn {
    return new SpanColumn({ toleranceSeconds, spansMax: this.#spansPerKeyMax })
  }
}

function holds(column: SpanColumn, seq: number): boolean {
  for (const { from, to } of column.spans()) if (from <= seq && seq <= to) return true
  return false
}

function savedSpan(span: Span): SavedLedger['keys'][number]['spans'][number] {
  const { from, to, outcome, sentTime, startTime, endTime } = span
  return [from, to, outcome, sentTime, startTime, endTime]
}

function isSaved(saved: unknown): saved is SavedLedger {
  if (typeof saved !== 'object' || saved === null) return false
  const { schemaVersion, toleranceSeconds, answerSecondsMax, keys }: Partial<Record<keyof SavedLedger, unknown>> = saved
  return (
    schemaVersion === 1 &&
    typeof toleranceSeconds === 'number' &&
    typeof answerSecondsMax === 'number' &&
    Array.isArray(keys) &&
    keys.every(isSavedKey)
  )
}

function isSavedKey(saved: unknown): boolean {
  if (typeof saved !== 'object' || saved === null) return false
  const { into, key, spans }: { into?: unknown; key?: unknown; spans?: unknown } = saved
  return (
    typeof into === 'string' &&
    isDatacenterName(into) &&
    typeof key === 'string' &&
    Array.isArray(spans) &&
    spans.every(isSavedSpan)
  )
}

function isSavedSpan(saved: unknown): boolean {
  if (!Array.isArray(saved) || saved.length !== 6) return false
  const [from, to, outcome, ...times]: unknown[] = saved
  const isRun = Number.isSafeInteger(from) && Number.isSafeInteger(to) && Number(from) <= Number(to)
  return isRun && ['accepted', 'rejected', 'unknown'].includes(String(outcome)) && times.every(Number.isFinite)
}
