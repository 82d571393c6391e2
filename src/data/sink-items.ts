import { isDatacenterName } from '../model/datacenter.ts'
import type { Interval } from '../model/interval.ts'
import type { JsonObject, JsonValue } from '../model/json.ts'
import type { LedgerOutputItem, LedgerStateItem } from '../model/ledger.ts'

/** An item as read from a sink, or why it is none. */
export type ParsedItem<T> = { readonly ok: true; readonly item: T } | { readonly ok: false; readonly message: string }

/** Whether an item is one of the ledger's output sink, as it should be. There are very many of them. */
function isOutputItem(json: JsonObject): json is JsonObject & LedgerOutputItem {
  const { producedBy, origin, channel, counter, key, from, to }: Readonly<Record<string, JsonValue | undefined>> = json
  const isFromHere = typeof producedBy === 'string' && isDatacenterName(producedBy)
  const isOfOrigin = typeof origin === 'string' && isDatacenterName(origin) && typeof key === 'string'
  return isFromHere && isOfOrigin && isWhole(channel) && isWhole(counter) && isWhole(from) && isWhole(to)
}

/** Reads an item of the ledger's output sink. */
export function parseOutputItem(json: JsonObject): ParsedItem<LedgerOutputItem> {
  if (isOutputItem(json)) return { ok: true, item: json }
  const reader = new FieldReader(json)
  const item = {
    producedBy: reader.datacenter('producedBy'),
    origin: reader.datacenter('origin'),
    channel: reader.whole('channel'),
    counter: reader.whole('counter'),
    key: reader.text('key'),
    from: reader.whole('from'),
    to: reader.whole('to'),
  }
  return reader.result('output', item)
}

/** Reads an item of the ledger's state sink. */
export function parseStateItem(json: JsonObject): ParsedItem<LedgerStateItem> {
  const reader = new FieldReader(json)
  const item = {
    producedBy: reader.datacenter('producedBy'),
    origin: reader.datacenter('origin'),
    key: reader.text('key'),
    intervals: reader.intervals('intervals'),
    checksum: reader.whole('checksum'),
    duplicates: reader.intervals('duplicates'),
    corrupt: reader.whole('corrupt'),
    cause: reader.cause('cause'),
    channel: reader.whole('channel'),
    channels: reader.whole('channels'),
    queryId: reader.text('queryId'),
    index: reader.whole('index'),
    count: reader.whole('count'),
    replayOf: reader.datacenter('replayOf'),
  }
  return reader.result('state report', item)
}

/** Takes fields out of an item and remembers the first that is not as expected. */
class FieldReader {
  readonly #json: JsonObject
  #problem: string | undefined

  constructor(json: JsonObject) {
    this.#json = json
  }

  /** The item, unless some field was wrong. */
  result<T>(what: string, item: T): ParsedItem<T> {
    if (this.#problem === undefined) return { ok: true, item }
    return {
      ok: false,
      message: `Expected ${this.#problem} in the ${what} ${JSON.stringify(this.#json).slice(0, 300)}`,
    }
  }

  text(field: string): string {
    const value = this.#json[field]
    return typeof value === 'string' ? value : this.#wrong(field, 'a text', '')
  }

  whole(field: string): number {
    const value = this.#json[field]
    return isWhole(value) ? value : this.#wrong(field, 'a whole number from 0 and up', 0)
  }

  datacenter(field: string): 'dc1' | 'dc2' {
    const value = this.#json[field]
    return typeof value === 'string' && isDatacenterName(value) ? value : this.#wrong(field, 'dc1 or dc2', 'dc1')
  }

  cause(field: string): 'replay' | 'query' {
    const value = this.#json[field]
    return value === 'replay' || value === 'query' ? value : this.#wrong(field, 'replay or query', 'query')
  }

  intervals(field: string): readonly Interval[] {
    const value = this.#json[field]
    if (!Array.isArray(value)) return this.#wrong(field, 'a list of intervals', [])
    // Array.isArray gives any[]; what is in it is JSON.
    const list: readonly JsonValue[] = value
    return list.map((entry) => asInterval(entry) ?? this.#wrong(field, 'a list of intervals', { from: 0, to: 0 }))
  }

  #wrong<T>(field: string, expected: string, instead: T): T {
    this.#problem ??= `\`${field}\` to be ${expected}`
    return instead
  }
}

function asInterval(value: JsonValue): Interval | undefined {
  if (typeof value !== 'object' || value === null || !('from' in value) || !('to' in value)) return undefined
  const { from, to } = value
  return isWhole(from) && isWhole(to) && from <= to ? { from, to } : undefined
}

function isWhole(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
