import type { DatacenterName } from '../model/datacenter.ts'
import type { JsonObject } from '../model/json.ts'
import type { EventName } from '../model/timeline.ts'

/**
 * What goes into the toolkit's state machines and what comes out of them. A host (the emulator's PE, the simulator) performs
 * the effects and feeds their results back; the machines themselves do no I/O and read no clock.
 *
 * The host's duties: effects are begun in the order given; the store's (`store_*`) are carried out strictly one after another, so
 * that a read is answered with what was there before the deletion behind it. `name` of a store effect is the file's name in the
 * storage directory, such as `dc2-0.snapshot`; a name with a slash in it cannot be opened (toolkit reference §5.3) and is answered
 * as an error. Several `send`s may be under way at once, at most one for each `portOffset`.
 */

/** HeartbeatMessageType of toolkit reference §2. */
export interface HeartbeatMessage {
  /** 1 heartbeat, 2 snapshot, 3 orderly shutdown, 4 your old snapshot back (toolkit reference §3.3). */
  readonly heartbeatMsgType: number
  /** uint64. */
  readonly heartbeatCnt: bigint
  readonly dataCenterOrigin: string
  readonly dataSnapshot: Uint8Array
  readonly dataSnapshotOrigin: string
}

export type ToolkitInput =
  /** The operators are initialised and the receivers listen. */
  | { readonly kind: 'start' }
  /** The tick that the last `schedule_tick` asked for. */
  | { readonly kind: 'tick' }
  /** An accepted POST. `portOffset` 0 is the base port (heartbeats), 1 + c snapshot receiver c. */
  | { readonly kind: 'post'; readonly portOffset: number; readonly body: Uint8Array }
  /** A `send` ended: `status` of the answer, or the exception's text. */
  | { readonly kind: 'sent'; readonly sendId: number; readonly result: SendResult }
  /** The application's answer to a signal: one part of its state. */
  | { readonly kind: 'snapshot'; readonly signal: HeartbeatMessage; readonly part: string; readonly blob: Uint8Array }
  | { readonly kind: 'special'; readonly message: string }
  | { readonly kind: 'stored'; readonly name: string; readonly error: string | null }
  /** `body` null: the file was not there or could not be read. */
  | { readonly kind: 'store_read'; readonly requestId: number; readonly name: string; readonly body: Uint8Array | null }

export type SendResult =
  { readonly kind: 'answer'; readonly status: number } | { readonly kind: 'exception'; readonly text: string }

export type ToolkitEffect =
  | { readonly kind: 'schedule_tick'; readonly afterSeconds: number }
  /** POST `body` to `path` of the first remote machine at base port + `portOffset`. Timeouts in system seconds, 0 = none. */
  | {
      readonly kind: 'send'
      readonly sendId: number
      readonly portOffset: number
      readonly machine: string
      readonly path: string
      readonly body: Uint8Array
      readonly connectTimeoutSeconds: number
      readonly readTimeoutSeconds: number
    }
  | { readonly kind: 'emit_signal'; readonly signal: HeartbeatMessage }
  | { readonly kind: 'emit_status'; readonly active: boolean }
  | { readonly kind: 'emit_replay'; readonly message: HeartbeatMessage }
  /** Overwrite in place, no fsync (toolkit reference §5.3); answered by `stored`, in order. */
  | { readonly kind: 'store_write'; readonly name: string; readonly body: Uint8Array }
  /** Answered by `store_read`. */
  | { readonly kind: 'store_read'; readonly requestId: number; readonly name: string }
  /** Not answered; a file that is not there is no error. */
  | { readonly kind: 'store_delete'; readonly name: string }
  /** Delete every file whose name contains ".snapshot" (start-up deletion, Q7). */
  | { readonly kind: 'store_delete_all' }
  | { readonly kind: 'trace'; readonly level: 'error' | 'info'; readonly aspect: string; readonly text: string }
  /**
   * For the event log; no part of the toolkit's behaviour. `of` is the remote. For `protected` it is the DC whose state is now
   * safe here, which timelines name as that event's `dc`: the host swaps the two.
   */
  | { readonly kind: 'event'; readonly event: EventName; readonly of?: DatacenterName; readonly detail?: JsonObject }
