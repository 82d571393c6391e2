import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { Quirks } from '../../model/toolkit-behaviour.ts'
import type { Random } from '../../support/random.ts'
import { messageTypes, tryDecodeHeartbeatMessage } from '../codec.ts'
import type { HeartbeatMessage, OperatorTuple, StoreRead, StoredEntry, ToolkitEffect } from '../io.ts'
import { event, failure, silentFailure } from './events.ts'
import { InputQueue } from './input-queue.ts'
import { Protection } from './protection.ts'
import { readableSnapshots, storedSnapshot, usesTable } from './stored-names.ts'
import type { StoredSnapshot } from './stored-names.ts'

interface Takeover {
  readonly of: string
  readonly remembered: number
  outstanding: number
  replayed: number
}

type Work = { readonly kind: 'body'; readonly body: Uint8Array } | OperatorTuple

interface SnapshotWatchdogOptions {
  readonly settings: CrossDcSettings
  readonly quirks: Quirks
  readonly random: Random
  /** Parts of the remote application's state. */
  readonly parts: number
  readonly nextRequestId: () => number
  /** Writes that an earlier life of the operator left under way. @default 0 */
  readonly writesBefore?: number
}

const aspect = 'RemoteDC-Watchdog'

/**
 * RemoteDataCenterWatchdog: keeps the remote's snapshots and replays them at a DOWN (toolkit reference §4.4, §5.3, §5.6). While
 * the store works for it, what comes in waits in its queue.
 */
export class SnapshotWatchdog {
  readonly #options: SnapshotWatchdogOptions
  readonly #protection: Protection
  // Quirk Q9: which snapshots there are is known in memory only.
  readonly #names = new Map<string, StoredSnapshot>()
  readonly #queue = new InputQueue<Work>()
  #write: (StoredSnapshot & { readonly bytes: number }) | null = null
  /** Writes of an earlier life of the operator whose ends are still to be told, before those of this one. */
  #writesBefore: number
  readonly #reads = new Map<number, { readonly snapshot: StoredSnapshot; readonly takeover: Takeover }>()
  #load: number | null = null
  #isClosing = false
  /** Names written since the first contact: what goes back to its origin is older than these. */
  readonly #fresh = new Set<string>()
  #hasContact = false
  #replayed = 0
  #posts = 0
  #statuses = 0

  constructor(options: SnapshotWatchdogOptions) {
    this.#options = options
    this.#protection = new Protection(options)
    this.#writesBefore = options.writesBefore ?? 0
  }

  /** Tuples that it gave to RemoteDCDataMerger. */
  get submitted(): number {
    return this.#replayed
  }

  /** Tuples taken so far: those of the receivers, and statuses. */
  get processed(): readonly [number, number] {
    return [this.#posts, this.#statuses]
  }

  /** The names of the snapshots that a DOWN would replay. */
  get remembered(): readonly string[] {
    return [...this.#names.keys()]
  }

  /** The operator is initialised. Without quirk Q9 it looks which snapshots there are. */
  start(): readonly ToolkitEffect[] {
    if (this.#options.quirks.Q9) return []
    this.#load = this.#options.nextRequestId()
    return [{ kind: 'store_read_all', requestId: this.#load, reader: 'failure' }]
  }

  /** Whether the answer to this request is for it. */
  awaits(requestId: number): boolean {
    return this.#load === requestId || this.#reads.has(requestId)
  }

  /** A POST arrived at a snapshot port; its body is kept byte for byte. */
  receive(post: { readonly postId: number; readonly body: Uint8Array }): readonly ToolkitEffect[] {
    this.#posts += 1
    const accepted = this.#queue.post({ kind: 'body', body: post.body }, post.postId)
    return [...accepted, ...this.#drain()]
  }

  /** A tuple from another operator of the composite. */
  take(tuple: OperatorTuple): readonly ToolkitEffect[] {
    if (tuple.kind === 'status') this.#statuses += 1
    this.#queue.add(tuple)
    return this.#drain()
  }

  /** Writes whose ends are still to be told. */
  get writesUnderWay(): number {
    return this.#writesBefore + (this.#write === null ? 0 : 1)
  }

  /** The operator ends: posts that wait for room in its queue are lost with it, and must not keep their senders waiting. */
  abandon(): readonly ToolkitEffect[] {
    return this.#queue.abandon()
  }

  /** The oldest write under way ended. */
  stored(error: string | null): readonly ToolkitEffect[] {
    if (this.#writesBefore > 0) {
      this.#writesBefore -= 1
      return []
    }
    const write = this.#write
    this.#write = null
    return write === null ? [] : [...this.#written(write, error), ...this.#drain()]
  }

  /** A read ended. */
  read(requestId: number, result: StoreRead): readonly ToolkitEffect[] {
    const request = this.#reads.get(requestId)
    if (request === undefined) return []
    this.#reads.delete(requestId)
    const { takeover } = request
    takeover.outstanding -= 1
    const effects = this.#replay(request.snapshot, result)
    if (effects.some(({ kind }) => kind === 'tuple')) takeover.replayed += 1
    if (takeover.outstanding > 0) return effects
    const { of, replayed, remembered } = takeover
    return [...effects, event('takeover_done', of, { parts: replayed, remembered }), ...this.#drain()]
  }

  /** The snapshots that were there at the start. */
  loaded(entries: readonly StoredEntry[] | null): readonly ToolkitEffect[] {
    this.#load = null
    for (const snapshot of readableSnapshots(entries ?? [])) this.#names.set(snapshot.name, snapshot)
    return this.#drain()
  }

  #drain(): readonly ToolkitEffect[] {
    const effects: ToolkitEffect[] = []
    while (this.#write === null && this.#reads.size === 0 && this.#load === null) {
      const next = this.#queue.next()
      if (next === undefined) break
      effects.push(...next.effects, ...this.#do(next.work))
    }
    return effects
  }

  #do(work: Work): readonly ToolkitEffect[] {
    if (work.kind === 'store_emptied') return this.#storeEmptied()
    if (work.kind === 'returned') return this.#returned(work.stored)
    if (this.#isClosing) return []
    switch (work.kind) {
      case 'body':
        return this.#receive(work.body)
      case 'status':
        return this.#status(work.active)
      case 'closing':
        this.#isClosing = true
        return []
      default:
        return []
    }
  }

  #receive(body: Uint8Array): readonly ToolkitEffect[] {
    const decoded = tryDecodeHeartbeatMessage(body)
    // What the toolkit does with such a body is not known (toolkit reference §3.2); here it is traced and dropped.
    if (!decoded.ok) return failure(aspect, decoded.text)
    const { message } = decoded
    if (message.heartbeatMsgType === messageTypes.snapshot) return this.#keep(message, body)
    if (message.heartbeatMsgType === messageTypes.orderlyShutdown) return this.#forgetAll()
    if (message.heartbeatMsgType === messageTypes.returnedSnapshot) return this.#giveBack(message)
    return []
  }

  #keep(message: HeartbeatMessage, body: Uint8Array): readonly ToolkitEffect[] {
    const snapshot = storedSnapshot(message, this.#options.settings)
    if (message.dataSnapshot.length === 0) {
      this.#names.delete(snapshot.name)
      this.#protection.lost(snapshot.part)
      return deletion(snapshot, 'empty_snapshot')
    }
    this.#names.set(snapshot.name, snapshot)
    if (this.#hasContact) this.#fresh.add(snapshot.name)
    this.#write = { ...snapshot, bytes: message.dataSnapshot.length }
    return [{ kind: 'store_write', name: snapshot.name, body }]
  }

  #written(write: StoredSnapshot & { readonly bytes: number }, error: string | null): readonly ToolkitEffect[] {
    const { name, origin, part, count, bytes } = write
    if (error === null) {
      const stored: readonly ToolkitEffect[] = [
        { kind: 'trace', level: 'info', aspect, text: `Stored ${name}, ${bytes} bytes` },
        event('snapshot_stored', origin, { name, part, bytes, count: Number(count) }),
      ]
      if (!this.#protection.stored(part, count)) return stored
      return [...stored, event('protected', origin, { count: Number(count) })]
    }
    this.#protection.lost(part)
    const told = failure(aspect, `Cannot write ${name}: ${error}`, { operation: 'write', name, error })
    // A row's name stays remembered, though the row may be gone (toolkit reference §5.6).
    if (usesTable(this.#options.settings)) return told
    this.#names.delete(name)
    return [...told, ...deletion(write, 'write_error')]
  }

  /** A DOWN replays each remembered snapshot and forgets it, unless this side is passive. */
  #status(active: boolean): readonly ToolkitEffect[] {
    if (active) this.#hasContact = true
    if (active || this.#options.settings.crossDCOperationMode === 0) return []
    this.#protection.reset()
    // A hash map's order, which nobody may rely on (toolkit reference §5.7).
    const snapshots = this.#options.random.shuffle([...this.#names.values()])
    this.#names.clear()
    const [first] = snapshots
    if (first === undefined) return []
    const remembered = snapshots.length
    const takeover: Takeover = { of: first.origin, remembered, outstanding: remembered, replayed: 0 }
    return [
      event('takeover_started', takeover.of, { parts: remembered }),
      ...snapshots.flatMap((snapshot) => this.#ask(snapshot, takeover)),
    ]
  }

  /** Of a file the deletion follows the read at once, whatever the read brings; a row is deleted when it was read. */
  #ask(snapshot: StoredSnapshot, takeover: Takeover): readonly ToolkitEffect[] {
    const { name } = snapshot
    const requestId = this.#options.nextRequestId()
    this.#reads.set(requestId, { snapshot, takeover })
    const reading: ToolkitEffect = { kind: 'store_read', requestId, name }
    return usesTable(this.#options.settings) ? [reading] : [reading, { kind: 'store_delete', name }]
  }

  #replay(snapshot: StoredSnapshot, result: StoreRead): readonly ToolkitEffect[] {
    const { name, part, origin } = snapshot
    const isTable = usesTable(this.#options.settings)
    const gone = isTable
      ? deletion(snapshot, 'replayed')
      : [event('snapshot_deleted', origin, { name, part, reason: 'replayed' })]
    if (result.kind !== 'body') {
      const error = result.kind === 'error' ? result.error : (result.why ?? 'the reader is not connected')
      const text = `Cannot read ${name}: ${error}`
      const about = { operation: 'read', name, error }
      if (isTable) return [silentFailure(aspect, text, about)]
      return [...failure(aspect, text, about), ...gone]
    }
    if (result.body.length === 0) return [...failure(aspect, `Skipped ${name}: it is empty`), ...gone]
    const decoded = tryDecodeHeartbeatMessage(result.body)
    // A body cut short on disk; the toolkit may crash here (toolkit reference §3.2).
    if (!decoded.ok) return [...failure(aspect, `Skipped ${name}: ${decoded.text}`), ...gone]
    this.#replayed += 1
    return [
      { kind: 'tuple', to: 'RemoteDCDataMerger', tuple: { kind: 'replay', message: decoded.message } },
      event('snapshot_replayed', origin, { part }),
      ...gone,
    ]
  }

  /** Quirk Q3: the remote's orderly shutdown deletes its snapshots; DOWN comes later, from missing heartbeats. */
  #forgetAll(): readonly ToolkitEffect[] {
    const effects = [...this.#names.values()].flatMap((snapshot) => deletion(snapshot, 'orderly_shutdown'))
    this.#names.clear()
    this.#protection.reset()
    if (this.#options.quirks.Q3) return effects
    return [...effects, { kind: 'tuple', to: 'RemoteDataCenterHeartbeatWatchdog', tuple: { kind: 'remote_closes' } }]
  }

  #giveBack(message: HeartbeatMessage): readonly ToolkitEffect[] {
    const inner = tryDecodeHeartbeatMessage(message.dataSnapshot)
    if (!inner.ok) return failure(aspect, `Cannot give back a snapshot: ${inner.text}`)
    this.#replayed += 1
    const returned = { ...inner.message, heartbeatMsgType: messageTypes.returnedSnapshot }
    return [
      { kind: 'tuple', to: 'RemoteDCDataMerger', tuple: { kind: 'replay', message: returned } },
      event('snapshot_returned', message.dataCenterOrigin, { part: inner.message.dataSnapshotOrigin }),
    ]
  }

  /** The store was emptied. Quirk Q7: names that came before it stay remembered, without their files. */
  #storeEmptied(): readonly ToolkitEffect[] {
    const { quirks } = this.#options
    this.#protection.reset()
    const lost = [...this.#names.values()].map(({ name, part, origin }) =>
      event('snapshot_deleted', origin, { name, part, reason: 'startup' }),
    )
    if (!quirks.Q7 || !quirks.Q9) this.#names.clear()
    return lost
  }

  /** Without quirk Q8: a snapshot reached its origin, and only then goes; a newer one that came under its name meanwhile stays. */
  #returned(name: string): readonly ToolkitEffect[] {
    if (this.#fresh.has(name)) return []
    this.#names.delete(name)
    return [{ kind: 'store_delete', name }]
  }
}

function deletion(snapshot: StoredSnapshot, reason: string): readonly ToolkitEffect[] {
  const { name, part, origin } = snapshot
  return [{ kind: 'store_delete', name }, event('snapshot_deleted', origin, { name, part, reason })]
}
