import type { DatacenterName } from '../model/datacenter.ts'
import type { Interval } from '../model/interval.ts'
import type { LedgerStateItem } from '../model/ledger.ts'
import type { MeasuringFault, ObservedState } from '../model/timeline.ts'
import type { SinkItems } from './output-collector.ts'
import { parseStateItem } from './sink-items.ts'

/** What the generator of the origin's keys says that these tuples' checksums sum up to. */
export type ExpectedChecksum = (tuples: {
  readonly origin: DatacenterName
  readonly key: string
  readonly intervals: readonly Interval[]
}) => number

/** How much of an answer is there. */
export interface AnswerProgress {
  readonly isComplete: boolean
  /** What is there and what is missing, for a message. */
  readonly description: string
}

interface ChannelAnswer {
  readonly indexes: Set<number>
  count: number
}

interface Answer {
  channels: number
  readonly byChannel: Map<number, ChannelAnswer>
}

/** Everything read from state sinks: reports after replays and answers to queries. */
export class StateCollector {
  readonly #expectedChecksum: ExpectedChecksum
  readonly #states: ObservedState[] = []
  readonly #faults: MeasuringFault[] = []
  readonly #answers = new Map<string, Answer>()

  constructor(options: { readonly expectedChecksum: ExpectedChecksum }) {
    this.#expectedChecksum = options.expectedChecksum
  }

  /** Takes in what a read gave. */
  take(read: SinkItems): void {
    const { dc, time } = read
    for (const json of read.items) {
      const parsed = parseStateItem(json)
      if (!parsed.ok) {
        this.#faults.push({ t: time, dc, message: parsed.message })
        continue
      }
      if (parsed.item.producedBy !== dc) {
        const message = `Expected a state report of ${dc} from its sink, got one of ${parsed.item.producedBy}`
        this.#faults.push({ t: time, dc, message })
        continue
      }
      this.#states.push(this.#observed(parsed.item, time))
      if (parsed.item.queryId !== '') this.#count(parsed.item)
    }
  }

  /** All reports so far, in reading order; a copy. */
  states(): readonly ObservedState[] {
    return [...this.#states]
  }

  measuringFaults(): readonly MeasuringFault[] {
    return [...this.#faults]
  }

  /** Whether every channel of the DC's job has answered the query in full. */
  answerTo(dc: DatacenterName, queryId: string): AnswerProgress {
    const answer = this.#answers.get(`${dc} ${queryId}`)
    if (answer === undefined) return { isComplete: false, description: 'no channel has answered' }
    const complete = [...answer.byChannel.values()].filter(({ indexes, count }) => indexes.size >= Math.max(1, count))
    return {
      isComplete: complete.length >= answer.channels,
      description: `${complete.length} of ${answer.channels} channels have answered in full`,
    }
  }

  #observed(item: LedgerStateItem, time: number): ObservedState {
    const { producedBy, origin, key, intervals, checksum, duplicates, corrupt, cause } = item
    // A channel that holds nothing reports a key that no generator has.
    const expectedChecksum = intervals.length === 0 ? 0 : this.#expectedChecksum({ origin, key, intervals })
    return { producedBy, origin, key, intervals, checksum, duplicates, corrupt, cause, t: time, expectedChecksum }
  }

  #count({ producedBy, queryId, channel, channels, index, count }: LedgerStateItem): void {
    const id = `${producedBy} ${queryId}`
    const answer = this.#answers.get(id) ?? { channels, byChannel: new Map() }
    const ofChannel = answer.byChannel.get(channel) ?? { indexes: new Set(), count }
    ofChannel.indexes.add(index)
    answer.byChannel.set(channel, ofChannel)
    this.#answers.set(id, answer)
  }
}
