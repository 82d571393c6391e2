import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { Quirks } from '../../model/toolkit-behaviour.ts'
import { messageTypes } from '../codec.ts'
import { ToolkitCrashError } from '../errors.ts'
import type { HeartbeatMessage, StoredEntry } from '../io.ts'

/** What the preparer puts out: its three output ports, and what it asks of the store. */
export type PreparerOutput =
  | { readonly kind: 'delete_stored'; readonly from: 'files' | 'table' }
  | { readonly kind: 'read_stored' }
  | { readonly kind: 'heartbeat' | 'signal'; readonly message: HeartbeatMessage }
  /** `stored`: the stored snapshot that goes when the message has arrived; without quirk Q8 only. */
  | { readonly kind: 'other'; readonly message: HeartbeatMessage; readonly stored?: string }

interface PreparerOptions {
  readonly settings: CrossDcSettings
  readonly quirks: Pick<Quirks, 'Q2' | 'Q4' | 'Q7' | 'Q8'>
}

const noBytes = new Uint8Array(0)
/** With a table, all messages that return a row have this number (toolkit reference §5.4). */
const tableCount = 1_234_567n

/** HeartbeatMessagePreparer: makes heartbeats, snapshot signals, the orderly-shutdown notice and the return of old snapshots (toolkit reference §4.2). */
export class HeartbeatMessagePreparer {
  readonly #settings: CrossDcSettings
  readonly #quirks: PreparerOptions['quirks']
  #count = 1n
  /** Ticks that sent a heartbeat; without quirk Q2 these decide on signals. */
  #rounds = 0n
  #hasSensed = false
  #isActive = false
  #isJustStarted = true
  #isClosing = false
  readonly #submitted = { heartbeat: 0, other: 0, signal: 0 }
  readonly #processed = { ticks: 0, statuses: 0, specials: 0 }

  constructor({ settings, quirks }: PreparerOptions) {
    this.#settings = settings
    this.#quirks = quirks
  }

  /** Tuples put out so far at the ports 0 (heartbeats), 1 (other messages) and 2 (snapshot signals). */
  get submitted(): readonly [number, number, number] {
    return [this.#submitted.heartbeat, this.#submitted.other, this.#submitted.signal]
  }

  /** Tuples taken so far: ticks, statuses, special messages. */
  get processed(): readonly [number, number, number] {
    return [this.#processed.ticks, this.#processed.statuses, this.#processed.specials]
  }

  /** The operator is initialised. Without quirk Q7 the deletion "at start-up" comes here, before anything can arrive. */
  start(): readonly PreparerOutput[] {
    if (this.#quirks.Q7) return []
    this.#isJustStarted = false
    return this.#deletion()
  }

  /** @throws ToolkitCrashError when the snapshot interval is below 1 s and the remote is UP. */
  tick(): readonly PreparerOutput[] {
    this.#processed.ticks += 1
    if (this.#isClosing) return []
    const outputs: PreparerOutput[] = []
    // Quirk Q7: the deletion "at start-up" comes with the first tick, so it also hits what arrived before it.
    if (this.#isJustStarted) outputs.push(...this.#deletion())
    this.#isJustStarted = false
    // Quirk Q4: after a DOWN this side is silent until the other contacts it; two such sides wait for each other for ever.
    if (this.#quirks.Q4 && this.#hasSensed && !this.#isActive) return outputs
    this.#rounds += 1n
    if (this.#isActive && this.#isSnapshotCount() && this.#settings.crossDCOperationMode === 1) {
      outputs.push(this.#output('signal', messageTypes.snapshot))
    }
    outputs.push(this.#output('heartbeat', messageTypes.heartbeat))
    return outputs
  }

  /** At the first UP of an application's life, flag 25 has the stored snapshots sent back. */
  status(active: boolean): readonly PreparerOutput[] {
    this.#processed.statuses += 1
    if (this.#isClosing) return []
    this.#isActive = active
    if (!active || this.#hasSensed) return []
    this.#hasSensed = true
    return this.#settings.sendDataSnapshotsToOriginDCAtStartup ? [{ kind: 'read_stored' }] : []
  }

  /** The stored snapshots, each in a message of type 4 with the snapshot's body as its blob (toolkit reference §5.4). */
  returnStored(entries: readonly StoredEntry[]): readonly PreparerOutput[] {
    const isTable = this.#settings.dataSnapshotJdbcUrl !== ''
    return entries.flatMap(({ name, body }): readonly PreparerOutput[] => {
      if (body === null) return []
      // Rows take no number of the counter, files do.
      const heartbeatCnt = isTable ? tableCount : this.#takeCount()
      const message = { ...this.#message(messageTypes.returnedSnapshot, heartbeatCnt), dataSnapshot: body }
      this.#submitted.other += 1
      return [{ kind: 'other', message, ...(this.#quirks.Q8 ? {} : { stored: name }) }]
    })
  }

  /** A word came to the SpecialMessage port. */
  special(): void {
    this.#processed.specials += 1
  }

  /**
   * Quirk Q3: the notice makes the remote delete its snapshots; it does not make it report DOWN. Mute for good after it, but for
   * another notice when it is asked for again.
   */
  orderlyShutdown(): readonly PreparerOutput[] {
    this.#isClosing = true
    return [this.#output('other', messageTypes.orderlyShutdown)]
  }

  /** The directory before the table, although with both the table is in use (toolkit reference §4.2). */
  #deletion(): readonly PreparerOutput[] {
    const settings = this.#settings
    if (settings.retainOlderDataSnapshotsAtStartup || settings.sendDataSnapshotsToOriginDCAtStartup) return []
    if (settings.dataSnapshotStorageDirectory !== '') return [{ kind: 'delete_stored', from: 'files' }]
    return settings.dataSnapshotJdbcUrl === '' ? [] : [{ kind: 'delete_stored', from: 'table' }]
  }

  /** Quirk Q2: a signal takes a number of the counter of its own, so signals come closer together than the interval says. */
  #isSnapshotCount(): boolean {
    // Casts to whole seconds: what is below 1 becomes 0 (toolkit reference §1.4, nos. 6 and 8).
    const interval = BigInt(Math.trunc(this.#settings.heartbeatExchangeInterval))
    const snapshotInterval = BigInt(Math.trunc(this.#settings.dataSnapshotExchangeInterval))
    if (snapshotInterval === 0n) {
      const got = this.#settings.dataSnapshotExchangeInterval
      throw new ToolkitCrashError(`Modulo by zero: \`dataSnapshotExchangeInterval\` must be at least 1 s, got ${got}`)
    }
    return ((this.#quirks.Q2 ? this.#count : this.#rounds) * interval) % snapshotInterval === 0n
  }

  #output<Kind extends 'heartbeat' | 'other' | 'signal'>(
    kind: Kind,
    heartbeatMsgType: number,
  ): { readonly kind: Kind; readonly message: HeartbeatMessage } {
    this.#submitted[kind] += 1
    return { kind, message: this.#message(heartbeatMsgType, this.#takeCount()) }
  }

  #takeCount(): bigint {
    const count = this.#count
    this.#count += 1n
    return count
  }

  #message(heartbeatMsgType: number, heartbeatCnt: bigint): HeartbeatMessage {
    const dataCenterOrigin = this.#settings.localDataCenterName
    return { heartbeatMsgType, heartbeatCnt, dataCenterOrigin, dataSnapshot: noBytes, dataSnapshotOrigin: '' }
  }
}
