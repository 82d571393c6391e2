import { tryDecodeHeartbeatMessage } from '../codec.ts'
import type { StoredEntry, ToolkitEffect } from '../io.ts'
import { event, failure, silentFailure } from './events.ts'

const aspect = 'SendSnapshotFilesData'

/**
 * SendSnapshotFilesData: on `SendMeDataFromSnapshotFiles` it gives the application every stored snapshot, old ones too, and deletes
 * each (toolkit reference §5.5). Which snapshots the watchdog remembers does not change by it.
 */
export class StoredSender {
  readonly #nextRequestId: () => number
  readonly #requests = new Set<number>()
  #requested = 0
  #submitted = 0

  constructor(options: { readonly nextRequestId: () => number }) {
    this.#nextRequestId = options.nextRequestId
  }

  /** Requests taken so far. */
  get processed(): number {
    return this.#requested
  }

  /** Snapshots given so far. */
  get submitted(): number {
    return this.#submitted
  }

  /** Whether the answer to this request is for it. */
  awaits(requestId: number): boolean {
    return this.#requests.has(requestId)
  }

  send(): readonly ToolkitEffect[] {
    this.#requested += 1
    const requestId = this.#nextRequestId()
    this.#requests.add(requestId)
    return [{ kind: 'store_read_all', requestId, reader: 'failure' }]
  }

  /** The store's content; null when a table's reader is not connected, which then says nothing. */
  read(requestId: number, entries: readonly StoredEntry[] | null): readonly ToolkitEffect[] {
    this.#requests.delete(requestId)
    if (entries === null) return [silentFailure(aspect, 'The table cannot be read: nothing is sent')]
    const [first] = entries
    if (first === undefined) {
      return [{ kind: 'trace', level: 'info', aspect, text: 'There are no stored snapshots' }]
    }
    const told = entries.map((entry) => this.#give(entry))
    const replayed = told.filter(({ isGiven }) => isGiven).length
    const of = told.find(({ origin }) => origin !== null)?.origin ?? null
    const detail = { parts: entries.length, cause: 'special_message' }
    return [
      event('takeover_started', of, detail),
      ...told.flatMap(({ effects }) => effects),
      event('takeover_done', of, { parts: replayed, remembered: entries.length, cause: 'special_message' }),
    ]
  }

  #give({ name, body }: StoredEntry): {
    readonly effects: readonly ToolkitEffect[]
    readonly origin: string | null
    readonly isGiven: boolean
  } {
    const deletion: ToolkitEffect = { kind: 'store_delete', name }
    const skip = (text: string): ReturnType<StoredSender['send']> => [...failure(aspect, text), deletion]
    if (body === null) return { effects: skip(`Cannot read ${name}`), origin: null, isGiven: false }
    if (body.length === 0) return { effects: skip(`Skipped ${name}: it is empty`), origin: null, isGiven: false }
    const decoded = tryDecodeHeartbeatMessage(body)
    if (!decoded.ok) return { effects: skip(`Skipped ${name}: ${decoded.text}`), origin: null, isGiven: false }
    this.#submitted += 1
    const { message } = decoded
    const { dataCenterOrigin: origin, dataSnapshotOrigin: part } = message
    const effects: readonly ToolkitEffect[] = [
      { kind: 'tuple', to: 'RemoteDCDataMerger', tuple: { kind: 'replay', message } },
      event('snapshot_replayed', origin, { part }),
      deletion,
      event('snapshot_deleted', origin, { name, part, reason: 'sent_on_request' }),
    ]
    return { effects, origin, isGiven: true }
  }
}
