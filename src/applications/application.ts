import type { LedgerCommand, LedgerIngestItem, LedgerOutputItem, LedgerStateItem } from '../model/ledger.ts'
import type { HeartbeatMessage } from '../toolkit/io.ts'

/** What a built-in application answers with; the host carries it out. */
export type ApplicationEffect =
  | { readonly kind: 'output'; readonly item: LedgerOutputItem }
  | { readonly kind: 'state'; readonly item: LedgerStateItem }
  /** One part of the state, for the toolkit's SerializedDataSnapshotMessage port. */
  | { readonly kind: 'snapshot'; readonly signal: HeartbeatMessage; readonly part: string; readonly blob: Uint8Array }
  /** For the toolkit's SpecialMessage port. */
  | { readonly kind: 'special'; readonly message: string }

/** A built-in application: pure, so that the emulator and the simulator run the same one. */
export interface Application {
  /** Parts of its state; each sends a snapshot of its own. */
  readonly channels: number
  ingest(items: readonly LedgerIngestItem[]): readonly ApplicationEffect[]
  command(command: LedgerCommand): readonly ApplicationEffect[]
  signal(signal: HeartbeatMessage): readonly ApplicationEffect[]
  status(active: boolean): readonly ApplicationEffect[]
  replay(message: HeartbeatMessage): readonly ApplicationEffect[]
}
