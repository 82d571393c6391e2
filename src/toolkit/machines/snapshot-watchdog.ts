import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { Random } from '../../support/random.ts'
import { messageTypes, tryDecodeHeartbeatMessage } from '../codec.ts'
import type { HeartbeatMessage, ToolkitEffect } from '../io.ts'
import { event, failure } from './events.ts'
import { Protection } from './protection.ts'

/** A stored snapshot that the watchdog knows of. */
interface Remembered {
  readonly name: string
  readonly origin: string
  readonly part: string
  readonly count: bigint
}

interface Takeover {
  readonly of: string
  readonly remembered: number
  outstanding: number
  replayed: number
}

const aspect = 'RemoteDC-Watchdog'

/** RemoteDataCenterWatchdog: keeps the remote's snapshots and replays them at a DOWN (toolkit reference §4.4, §5.3). */
export class SnapshotWatchdog {
  readonly #mode: number
  readonly #random: Random
  readonly #protection: Protection
  // Quirk Q9: which snapshots there are is known in memory only.
  readonly #names = new Map<string, Remembered>()
  /** Writes under way, oldest first; the store answers in order. */
  readonly #writes: (Remembered & { readonly bytes: number })[] = []
  readonly #reads = new Map<number, { readonly snapshot: Remembered; readonly takeover: Takeover }>()
  #nextRequestId = 1
  #isClosing = false
  #replayed = 0

  constructor(options: { readonly settings: CrossDcSettings; readonly random: Random; readonly parts: number }) {
    this.#mode = options.settings.crossDCOperationMode
    this.#random = options.random
    this.#protection = new Protection(options)
  }

  /** Tuples that it and the type-4 path gave to RemoteDCDataMerger. */
  get submitted(): number {
    return this.#replayed
  }

  /** The names of the snapshots that a DOWN would replay. */
  get remembered(): readonly string[] {
    return [...this.#names.keys()]
  }

  /** A POST arrived at a snapshot port; its body is kept byte for byte. */
  receive(body: Uint8Array): readonly ToolkitEffect[] {
    if (this.#isClosing) return []
    const decoded = tryDecodeHeartbeatMessage(body)
    // What the toolkit does with such a body is not known (toolkit reference §3.2); here it is traced and dropped.
    if (!decoded.ok) return failure(aspect, decoded.text)
    const { message } = decoded
    if (message.heartbeatMsgType === messageTypes.snapshot) return this.#keep(message, body)
    if (message.heartbeatMsgType === messageTypes.orderlyShutdown) return this.#forgetAll()
    if (message.heartbeatMsgType === messageTypes.returnedSnapshot) return this.#giveBack(message)
    return []
  }

  /** The oldest write under way ended. */
  stored(error: string | null): readonly ToolkitEffect[] {
    const write = this.#writes.shift()
    if (write === undefined) return []
    const { name, origin, part, count, bytes } = write
    if (error === null) {
      const stored = event('snapshot_stored', origin, { name, part, bytes, count: Number(count) })
      if (!this.#protection.stored(part, count)) return [stored]
      return [stored, event('protected', origin, { count: Number(count) })]
    }
    const told = failure(aspect, `Cannot write ${name}: ${error}`)
    // A later write of the same name is on its way and makes the file anew.
    if (this.#writes.some((later) => later.name === name)) return told
    this.#names.delete(name)
    this.#protection.lost(part)
    return [...told, ...deletion(write, 'write_error')]
  }

  /** The status changed. A DOWN replays each remembered snapshot and forgets it, unless this side is passive. */
  status(active: boolean): readonly ToolkitEffect[] {
    if (this.#isClosing) return []
    if (active) this.#protection.reset()
    if (active || this.#mode === 0) return []
    this.#protection.reset()
    // A hash map's order, which nobody may rely on (toolkit reference §5.7).
    const snapshots = this.#random.shuffle([...this.#names.values()])
    this.#names.clear()
    const [first] = snapshots
    if (first === undefined) return []
    const remembered = snapshots.length
    const takeover: Takeover = { of: first.origin, remembered, outstanding: remembered, replayed: 0 }
    return [
      event('takeover_started', takeover.of, { parts: remembered }),
      ...snapshots.flatMap((snapshot) => this.#readAndDelete(snapshot, takeover)),
    ]
  }

  /** A read ended; `body` null: the file was not there or could not be read. */
  read(requestId: number, body: Uint8Array | null): readonly ToolkitEffect[] {
    const request = this.#reads.get(requestId)
    if (request === undefined) return []
    this.#reads.delete(requestId)
    const { snapshot, takeover } = request
    const { name, part, origin } = snapshot
    takeover.outstanding -= 1
    const replay = this.#replay(snapshot, body)
    if (replay.some((effect) => effect.kind === 'emit_replay')) takeover.replayed += 1
    const effects = [...replay, event('snapshot_deleted', origin, { name, part, reason: 'replayed' })]
    if (takeover.outstanding > 0) return effects
    const { of, replayed, remembered } = takeover
    return [...effects, event('takeover_done', of, { parts: replayed, remembered })]
  }

  /** The store was emptied at the first tick. Quirk Q7: names that came before it stay remembered, without their files. */
  storeEmptied(): readonly ToolkitEffect[] {
    this.#protection.reset()
    return [...this.#names.values()].map(({ name, part, origin }) =>
      event('snapshot_deleted', origin, { name, part, reason: 'startup' }),
    )
  }

  /** After OrderlyShutdown: deaf for good. */
  close(): void {
    this.#isClosing = true
  }

  #keep(message: HeartbeatMessage, body: Uint8Array): readonly ToolkitEffect[] {
    const { dataCenterOrigin: origin, dataSnapshotOrigin: part, heartbeatCnt: count } = message
    const snapshot = { name: `${origin}-${part}.snapshot`, origin, part, count }
    if (message.dataSnapshot.length === 0) {
      this.#names.delete(snapshot.name)
      this.#protection.lost(part)
      return deletion(snapshot, 'empty_snapshot')
    }
    this.#names.set(snapshot.name, snapshot)
    this.#writes.push({ ...snapshot, bytes: message.dataSnapshot.length })
    return [{ kind: 'store_write', name: snapshot.name, body }]
  }

  /** Quirk Q3: the remote's orderly shutdown deletes its snapshots; DOWN comes later, from missing heartbeats. */
  #forgetAll(): readonly ToolkitEffect[] {
    const effects = [...this.#names.values()].flatMap((snapshot) => deletion(snapshot, 'orderly_shutdown'))
    this.#names.clear()
    this.#protection.reset()
    return effects
  }

  #giveBack(message: HeartbeatMessage): readonly ToolkitEffect[] {
    const inner = tryDecodeHeartbeatMessage(message.dataSnapshot)
    if (!inner.ok) return failure(aspect, `Cannot give back a snapshot: ${inner.text}`)
    this.#replayed += 1
    return [
      { kind: 'emit_replay', message: { ...inner.message, heartbeatMsgType: messageTypes.returnedSnapshot } },
      event('snapshot_returned', message.dataCenterOrigin, { part: inner.message.dataSnapshotOrigin }),
    ]
  }

  /** The deletion follows the read at once, as in the toolkit: a snapshot that arrives meanwhile is written behind both. */
  #readAndDelete(snapshot: Remembered, takeover: Takeover): readonly ToolkitEffect[] {
    const requestId = this.#nextRequestId
    this.#nextRequestId += 1
    this.#reads.set(requestId, { snapshot, takeover })
    return [
      { kind: 'store_read', requestId, name: snapshot.name },
      { kind: 'store_delete', name: snapshot.name },
    ]
  }

  #replay(snapshot: Remembered, body: Uint8Array | null): readonly ToolkitEffect[] {
    const { name, part, origin } = snapshot
    if (body === null) return failure(aspect, `Cannot read ${name}`)
    if (body.length === 0) return failure(aspect, `Skipped ${name}: it is empty`)
    const decoded = tryDecodeHeartbeatMessage(body)
    // A body cut short on disk; the toolkit may crash here (toolkit reference §3.2).
    if (!decoded.ok) return failure(aspect, `Skipped ${name}: ${decoded.text}`)
    this.#replayed += 1
    return [{ kind: 'emit_replay', message: decoded.message }, event('snapshot_replayed', origin, { part })]
  }
}

function deletion(snapshot: Remembered, reason: string): readonly ToolkitEffect[] {
  const { name, part, origin } = snapshot
  return [{ kind: 'store_delete', name }, event('snapshot_deleted', origin, { name, part, reason })]
}
