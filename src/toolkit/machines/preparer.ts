import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { messageTypes } from '../codec.ts'
import { ToolkitCrashError } from '../errors.ts'
import type { HeartbeatMessage } from '../io.ts'

/** What the preparer puts out: its three output ports, and the start-up deletion. */
export type PreparerOutput =
  | { readonly kind: 'delete_stored' }
  | { readonly kind: 'heartbeat' | 'other' | 'signal'; readonly message: HeartbeatMessage }

const noBytes = new Uint8Array(0)

/** HeartbeatMessagePreparer: makes heartbeats, snapshot signals and the orderly-shutdown notice (toolkit reference §4.2). */
export class HeartbeatMessagePreparer {
  readonly #settings: CrossDcSettings
  #count = 1n
  #hasSensed = false
  #isActive = false
  #isJustStarted = true
  #isClosing = false
  readonly #submitted = { heartbeat: 0, other: 0, signal: 0 }

  constructor(settings: CrossDcSettings) {
    this.#settings = settings
  }

  /** Tuples put out so far at the ports 0 (heartbeats), 1 (other messages) and 2 (snapshot signals). */
  get submitted(): readonly [number, number, number] {
    return [this.#submitted.heartbeat, this.#submitted.other, this.#submitted.signal]
  }

  /** @throws ToolkitCrashError when the snapshot interval is below 1 s and the remote is UP. */
  tick(): readonly PreparerOutput[] {
    if (this.#isClosing) return []
    const outputs: PreparerOutput[] = []
    // Quirk Q7: the deletion "at start-up" comes with the first tick, so it also hits what arrived before it.
    if (this.#isJustStarted && this.#deletesStored()) outputs.push({ kind: 'delete_stored' })
    this.#isJustStarted = false
    // Quirk Q4: after a DOWN this side is silent until the other contacts it; two such sides wait for each other for ever.
    if (this.#hasSensed && !this.#isActive) return outputs
    // Quirk Q2: a signal takes a number of the counter of its own, so signals come closer together than the interval says.
    if (this.#isActive && this.#isSnapshotCount() && this.#settings.crossDCOperationMode === 1) {
      outputs.push(this.#output('signal', messageTypes.snapshot))
    }
    outputs.push(this.#output('heartbeat', messageTypes.heartbeat))
    return outputs
  }

  status(active: boolean): void {
    if (this.#isClosing) return
    this.#isActive = active
    if (active) this.#hasSensed = true
  }

  /** Quirk Q3: the notice makes the remote delete its snapshots; it does not make it report DOWN. Mute for good after it. */
  orderlyShutdown(): readonly PreparerOutput[] {
    this.#isClosing = true
    return [this.#output('other', messageTypes.orderlyShutdown)]
  }

  #deletesStored(): boolean {
    return !this.#settings.retainOlderDataSnapshotsAtStartup && this.#settings.dataSnapshotStorageDirectory !== ''
  }

  #isSnapshotCount(): boolean {
    const interval = BigInt(Math.floor(this.#settings.heartbeatExchangeInterval))
    const snapshotInterval = BigInt(Math.floor(this.#settings.dataSnapshotExchangeInterval))
    if (snapshotInterval === 0n) {
      const got = this.#settings.dataSnapshotExchangeInterval
      throw new ToolkitCrashError(`Modulo by zero: \`dataSnapshotExchangeInterval\` must be at least 1 s, got ${got}`)
    }
    return (this.#count * interval) % snapshotInterval === 0n
  }

  #output(kind: 'heartbeat' | 'other' | 'signal', heartbeatMsgType: number): PreparerOutput {
    const heartbeatCnt = this.#count
    this.#count += 1n
    this.#submitted[kind] += 1
    const dataCenterOrigin = this.#settings.localDataCenterName
    return {
      kind,
      message: { heartbeatMsgType, heartbeatCnt, dataCenterOrigin, dataSnapshot: noBytes, dataSnapshotOrigin: '' },
    }
  }
}
