import type { HeartbeatMessage } from '../toolkit/io.ts'
import { messageTypes } from '../toolkit/codec.ts'
import type { ApplicationEffect, ApplicationOperator } from './application.ts'
import { decodeSampleMap, encodeSampleMap } from './sample-map.ts'
import type { SampleMap, SampleTuple } from './sample-map.ts'

/** One parallel channel of the samples' SomeApplicationLogic (toolkit reference §8): a map that only grows. */
export class SampleChannel {
  readonly #channel: number
  #entries = new Map<string, SampleTuple>()
  // Input ports in the order of the samples' source: data, signals, status, replays.
  readonly #processed = { data: 0, signals: 0, statuses: 0, replays: 0 }
  #snapshots = 0

  constructor(channel: number) {
    this.#channel = channel
  }

  get entries(): SampleMap {
    return this.#entries
  }

  restore(entries: SampleMap): void {
    this.#entries = new Map(entries)
  }

  insert(tuple: SampleTuple): void {
    this.#processed.data += 1
    this.#entries.set(tuple.s1, tuple)
  }

  signal(signal: HeartbeatMessage, random: () => number): readonly ApplicationEffect[] {
    this.#processed.signals += 1
    this.#snapshots += 1
    const blob = encodeSampleMap(this.#entries, random)
    return [
      { kind: 'snapshot', signal, part: String(this.#channel), blob },
      this.#trace(`sent a snapshot of ${this.#entries.size} entries to be replicated`),
    ]
  }

  status(active: boolean, isPlanned: boolean): readonly ApplicationEffect[] {
    this.#processed.statuses += 1
    const down = isPlanned ? 'down, as it had announced' : 'down, by failure or for maintenance'
    return [this.#trace(`the remote data center is ${active ? 'up' : down}`)]
  }

  /**
   * Takes over what is this channel's; the same entry twice is one entry. Type 4 brings this DC's own state back.
   * @throws MessageFormatError where Streams would read garbage or crash (toolkit reference §3.2)
   */
  replay(message: HeartbeatMessage): readonly ApplicationEffect[] {
    this.#processed.replays += 1
    const { dataCenterOrigin: dc, dataSnapshotOrigin, dataSnapshot, heartbeatMsgType } = message
    if (dataSnapshotOrigin !== String(this.#channel)) return []
    const isOwnState = heartbeatMsgType === messageTypes.returnedSnapshot
    const entries = decodeSampleMap(dataSnapshot)
    const traces: ApplicationEffect[] = []
    for (const [key, tuple] of entries) {
      this.#entries.set(key, tuple)
      const { s1, i1, f1, b1 } = tuple
      const value = `{s1="${s1}", i1=${i1}, f1=${f1}, b1=${b1}}`
      const what = isOwnState ? `restored what ${dc} held before it went down` : `took over what ${dc} held`
      traces.push(this.#trace(`${what}: key ${key}, value ${value}`))
    }
    const total = isOwnState
      ? `restored the state that ${dc} had before it went down: ${entries.size} entries`
      : `completed the takeover from ${dc}: ${entries.size} entries`
    return [...traces, this.#trace(total)]
  }

  operator(): ApplicationOperator {
    const { data, signals, statuses, replays } = this.#processed
    return {
      name: `SomeApplicationLogic[${this.#channel}]`,
      operatorKind: 'spl.utility::Custom',
      processed: [data, signals, statuses, replays],
      submitted: [this.#snapshots],
    }
  }

  #trace(what: string): ApplicationEffect {
    const text = `_XXXXX_ Channel ${this.#channel}: ${what}.`
    return { kind: 'trace', level: 'info', aspect: 'Application_Logic', text }
  }
}
