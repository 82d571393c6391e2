import type { DatacenterName } from '../model/datacenter.ts'
import type { JsonObject } from '../model/json.ts'
import type { LedgerOutputItem } from '../model/ledger.ts'
import type { MeasuringFault, ObservedOutput } from '../model/timeline.ts'
import { parseOutputItem } from './sink-items.ts'

/** The items of one read of a sink, in the order in which they were answered. */
export interface SinkItems {
  readonly dc: DatacenterName
  /** Identity of the job read from: a job submitted again counts its outputs from 1 again, so it needs another one. */
  readonly job: string
  readonly items: readonly JsonObject[]
  /** When they were read, by the run's clock. */
  readonly time: number
}

/** A key's last output, and its place among all. */
interface OpenOutput {
  readonly output: ObservedOutput
  readonly index: number
}

/** One channel of one job. */
interface ChannelReading {
  /** The last output counter that was read. */
  counter: number
  /** The last output of each key, by the DC that the key belongs to. */
  readonly open: Readonly<Record<DatacenterName, Map<string, OpenOutput>>>
}

/**
 * Everything read from output sinks, in reading order. Runs that go on where the key's last one ended are put together when one
 * read brought both; so duplicates and inversions stay as they came, and each run has its own time. A merged run has the
 * counter of its first part.
 */
export class OutputCollector {
  /** None of them is ever changed, for those who asked have them: one that goes on is replaced. */
  readonly #outputs: ObservedOutput[] = []
  readonly #faults: MeasuringFault[] = []
  readonly #channels = new Map<string, ChannelReading>()

  /** Takes in what a read gave, and checks that nothing is missing before it. */
  take(read: SinkItems): void {
    const { dc, job, time } = read
    const channels = new Map<number, ChannelReading>()
    for (const json of read.items) {
      const parsed = parseOutputItem(json)
      if (!parsed.ok) {
        this.#fault({ t: time, dc, message: parsed.message })
        continue
      }
      const { item } = parsed
      if (item.producedBy !== dc) {
        const message = `Expected an output of ${dc} from its sink, got one of ${item.producedBy}`
        this.#fault({ t: time, dc, message })
        continue
      }
      // A read has many items of few channels.
      const channel = channels.get(item.channel) ?? this.#channel(`${dc} ${job} ${item.channel}`)
      channels.set(item.channel, channel)
      this.#checkCounter(channel, { item, job, time })
      this.#add(channel, item, time)
    }
  }

  /** All runs so far, in reading order; a copy. */
  outputs(): readonly ObservedOutput[] {
    return [...this.#outputs]
  }

  measuringFaults(): readonly MeasuringFault[] {
    return [...this.#faults]
  }

  #checkCounter(channel: ChannelReading, at: { item: LedgerOutputItem; job: string; time: number }): void {
    const { item, job, time } = at
    const expected = channel.counter + 1
    channel.counter = item.counter
    if (item.counter === expected) return
    const where = `Expected output ${expected} of channel ${item.channel} of job ${job} in ${item.producedBy}, got ${item.counter}`
    this.#fault({ t: time, dc: item.producedBy, message: `${where}: ${explainCounter(item.counter, expected)}` })
    if (item.counter >= expected) return
    channel.open.dc1.clear()
    channel.open.dc2.clear()
  }

  #add(channel: ChannelReading, item: LedgerOutputItem, time: number): void {
    const ofOrigin = channel.open[item.origin]
    const open = ofOrigin.get(item.key)
    if (open !== undefined && open.output.t === time && item.from === open.output.to + 1) {
      const output = { ...open.output, to: item.to }
      this.#outputs[open.index] = output
      ofOrigin.set(item.key, { output, index: open.index })
      return
    }
    const { producedBy, origin, channel: number, counter, key, from, to } = item
    const output = { producedBy, origin, channel: number, counter, key, from, to, t: time }
    ofOrigin.set(key, { output, index: this.#outputs.length })
    this.#outputs.push(output)
  }

  #channel(id: string): ChannelReading {
    let channel = this.#channels.get(id)
    if (channel === undefined) {
      channel = { counter: 0, open: { dc1: new Map(), dc2: new Map() } }
      this.#channels.set(id, channel)
    }
    return channel
  }

  #fault(fault: MeasuringFault): void {
    this.#faults.push(fault)
  }
}

function explainCounter(counter: number, expected: number): string {
  if (counter > expected) return `${counter - expected} were dropped from the sink's buffer or read by someone else.`
  if (counter === 1) return 'the channel began again, and what it had put out and nobody had read is not known.'
  return 'the sink gave outputs twice or out of order. Does it have consumingReads: true?'
}
