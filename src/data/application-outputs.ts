// What can be known of a user's own application, which tells no state: the tuples that it puts out. A tuple that some DC has put out
// has arrived; what a survivor took over and has not put out cannot be seen, and counts as lost. Outputs carry no counter, so that a
// gap in the reading cannot be told from a loss.

import type { DatacenterName } from '../model/datacenter.ts'
import type { Interval } from '../model/interval.ts'
import type { JsonObject, JsonValue } from '../model/json.ts'
import type { ApplicationFace } from '../model/scenario.ts'
import type { MeasuringFault, ObservedState } from '../model/timeline.ts'
import type { Tuple } from '../model/tuple.ts'
import { addChecksums } from '../support/checksum.ts'
import { IntervalSet } from '../support/interval-set.ts'
import type { SinkItems } from './output-collector.ts'

/** The names that a user's application has for what the ledger needs of a tuple. */
export type AttributeNames = Pick<ApplicationFace, 'key' | 'sequence' | 'checksum'>

/** Whose tuple one is, and what it should sum up to. */
export interface KnownTuples {
  /** The DC that the tuple was sent into; undefined for a key that no generator has. */
  readonly originOf: (key: string, seq: number) => DatacenterName | undefined
  /** Sum of the checksums of these tuples, or -1 for such as were never made. */
  readonly expectedChecksum: (key: string, intervals: readonly Interval[]) => number
}

/** What one DC put out of one key. */
interface KeyOutputs {
  readonly origin: DatacenterName
  readonly key: string
  readonly numbers: IntervalSet
  readonly duplicates: IntervalSet
  checksum: number
  corrupt: number
}

/** A tuple as the application's ingest endpoint takes it: under its own names, with the fields of a JSON payload beside them. */
export function applicationItem(tuple: Tuple, names: AttributeNames): object {
  const { key, seq, payload, checksum } = tuple
  const ofChecksum = names.checksum === undefined ? {} : { [names.checksum]: checksum }
  return { ...fieldsOf(payload), [names.key]: key, [names.sequence]: seq, ...ofChecksum }
}

/** A record's own attributes; a payload that is no record is an attribute of that name. */
function fieldsOf(payload: string): object {
  if (!payload.startsWith('{')) return { payload }
  try {
    const value: unknown = JSON.parse(payload)
    return typeof value === 'object' && value !== null ? value : { payload }
  } catch {
    return { payload }
  }
}

/** Gathers the outputs of a user's application, and makes states of them. */
export class ApplicationOutputs {
  readonly #names: AttributeNames
  readonly #known: KnownTuples
  readonly #counters = new Map<string, number>()
  readonly #producers = new Map<DatacenterName, Map<string, KeyOutputs>>()
  readonly #faults = new Map<string, MeasuringFault>()

  constructor(options: { readonly names: AttributeNames; readonly known: KnownTuples }) {
    this.#names = options.names
    this.#known = options.known
  }

  /** What a read gave, as items of the ledger's output sink. */
  take(read: SinkItems): SinkItems {
    const { dc, job, time } = read
    const items = read.items.flatMap((json): JsonObject[] => {
      const output = this.#parse(json, dc, time)
      if (output === undefined) return []
      const { origin, key, seq } = output
      const counter = (this.#counters.get(`${dc} ${job}`) ?? 0) + 1
      this.#counters.set(`${dc} ${job}`, counter)
      return [{ producedBy: dc, origin, channel: 0, counter, key, from: seq, to: seq }]
    })
    return { dc, job, time, items }
  }

  measuringFaults(): readonly MeasuringFault[] {
    return [...this.#faults.values()]
  }

  /** How many different tuples each DC put out, added up. */
  get arrived(): number {
    const all = [...this.#producers.values()].flatMap((keys) => [...keys.values()])
    return all.reduce((sum, { numbers }) => sum + numbers.count, 0)
  }

  /**
   * The states of the live DCs by what was put out so far. Outputs of a DC that is not live count as the first live one's, which
   * serves its keys now.
   */
  states(live: readonly DatacenterName[], time: number): readonly ObservedState[] {
    const [first] = live
    if (first === undefined) return []
    const gone = [...this.#producers].filter(([producer]) => !live.includes(producer))
    return live.flatMap((dc) => {
      const own = [...(this.#producers.get(dc)?.values() ?? [])]
      const inherited = dc === first ? gone.flatMap(([, keys]) => [...keys.values()]) : []
      const reports = this.#joined([...own, ...inherited]).map((outputs) => this.#report(dc, outputs, time))
      return reports.length > 0 ? reports : [this.#report(dc, nothingOf(dc), time)]
    })
  }

  #report(producedBy: DatacenterName, outputs: KeyOutputs, t: number): ObservedState {
    const { origin, key, numbers, duplicates, corrupt } = outputs
    const intervals = numbers.intervals()
    const expectedChecksum = intervals.length === 0 ? 0 : this.#known.expectedChecksum(key, intervals)
    const hasChecksum = this.#names.checksum !== undefined
    return {
      producedBy,
      origin,
      key,
      intervals,
      checksum: hasChecksum ? outputs.checksum : expectedChecksum,
      duplicates: duplicates.intervals(),
      corrupt,
      cause: 'query',
      t,
      expectedChecksum,
      basis: hasChecksum ? 'outputs' : 'outputs_without_checksums',
    }
  }

  #parse(
    json: JsonObject,
    dc: DatacenterName,
    time: number,
  ): { readonly origin: DatacenterName; readonly key: string; readonly seq: number } | undefined {
    const { key: keyName, sequence, checksum: checksumName } = this.#names
    const [key, seq] = [json[keyName], json[sequence]]
    const checksum = checksumName === undefined ? undefined : json[checksumName]
    const problem =
      typeof key !== 'string'
        ? `attribute \`${keyName}\`, the key, to be a text`
        : !isWhole(seq)
          ? `attribute \`${sequence}\`, the sequence number, to be a whole number from 0`
          : checksumName !== undefined && !isWhole(checksum)
            ? `attribute \`${checksumName}\`, the checksum, to be a whole number from 0`
            : undefined
    if (problem !== undefined || typeof key !== 'string' || !isWhole(seq)) {
      return this.#fault(dc, time, `Expected ${problem} in the output ${JSON.stringify(json).slice(0, 300)}`)
    }
    const origin = this.#known.originOf(key, seq)
    if (origin === undefined) {
      return this.#fault(dc, time, `Expected outputs of keys that this run sent, got one of key ${JSON.stringify(key)}`)
    }
    this.#note(dc, { origin, key, seq, checksum: isWhole(checksum) ? checksum : undefined })
    return { origin, key, seq }
  }

  #note(
    producer: DatacenterName,
    output: { origin: DatacenterName; key: string; seq: number; checksum: number | undefined },
  ): void {
    const { origin, key, seq, checksum } = output
    const keys = this.#producers.get(producer) ?? new Map<string, KeyOutputs>()
    this.#producers.set(producer, keys)
    const outputs = keys.get(`${origin} ${key}`) ?? { ...nothingOf(origin), key }
    keys.set(`${origin} ${key}`, outputs)
    if (outputs.numbers.add(seq, seq).length > 0) outputs.duplicates.add(seq, seq)
    else outputs.checksum = addChecksums(outputs.checksum, checksum ?? 0)
    const expected = this.#known.expectedChecksum(key, [{ from: seq, to: seq }])
    if (checksum !== undefined && checksum !== expected) outputs.corrupt += 1
  }

  /** One entry for each key of each origin; what two DCs put out of it counts once. */
  #joined(all: readonly KeyOutputs[]): readonly KeyOutputs[] {
    const byKey = new Map<string, KeyOutputs>()
    for (const outputs of all) {
      const id = `${outputs.origin} ${outputs.key}`
      const before = byKey.get(id)
      byKey.set(id, before === undefined ? outputs : this.#sum(before, outputs))
    }
    return [...byKey.values()]
  }

  #sum(one: KeyOutputs, other: KeyOutputs): KeyOutputs {
    const { origin, key } = one
    const twice = one.numbers.intersect(other.numbers)
    const ofTwice = twice.count === 0 ? 0 : this.#known.expectedChecksum(key, twice.intervals())
    return {
      origin,
      key,
      numbers: one.numbers.union(other.numbers),
      duplicates: one.duplicates.union(other.duplicates),
      checksum: addChecksums(one.checksum, other.checksum - ofTwice),
      corrupt: one.corrupt + other.corrupt,
    }
  }

  /** Once each: an application that puts out something else does so all the time. */
  #fault(dc: DatacenterName, t: number, message: string): undefined {
    const id = `${dc} ${message.replaceAll(/\d+/g, '')}`
    if (this.#faults.size < faultsMax && !this.#faults.has(id)) this.#faults.set(id, { t, dc, message })
    return undefined
  }
}

/** Different faults that are told. */
const faultsMax = 20

function nothingOf(origin: DatacenterName): KeyOutputs {
  return { origin, key: '', numbers: new IntervalSet(), duplicates: new IntervalSet(), checksum: 0, corrupt: 0 }
}

function isWhole(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
