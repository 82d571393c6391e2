import type { DatacenterName } from '../model/datacenter.ts'
import type { JsonObject } from '../model/json.ts'
import type { EventName } from '../model/timeline.ts'
import type { OperatorName } from './operators.ts'

/**
 * What goes into the toolkit's state machines and what comes out of them. A host (the emulator's PE, the simulator) performs
 * the effects and feeds their results back; the machines themselves do no I/O and read no clock.
 *
 * The host's duties: effects are begun in the order given; the store's (`store_*`) are carried out strictly one after another, so
 * that a read is answered with what was there before the deletion behind it. Several `send`s may be under way at once, at most
 * one for each `portOffset`. After the application has answered an `emit_signal` with all its snapshots, the host says
 * `signal_answered`.
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
  /** A POST. `portOffset` 0 is the base port (heartbeats), 1 + c snapshot receiver c. Answered by `accept_post`. */
  | { readonly kind: 'post'; readonly postId: number; readonly portOffset: number; readonly body: Uint8Array }
  /** A `send` ended: `status` of the answer, or the exception's text. */
  | { readonly kind: 'sent'; readonly sendId: number; readonly result: SendResult }
  /** The application's answer to a signal: one part of its state. */
  | { readonly kind: 'snapshot'; readonly signal: HeartbeatMessage; readonly part: string; readonly blob: Uint8Array }
  /** The application is done with the last `emit_signal`. */
  | { readonly kind: 'signal_answered' }
  | { readonly kind: 'special'; readonly message: string }
  /** The oldest `store_write` ended. */
  | { readonly kind: 'stored'; readonly name: string; readonly error: string | null }
  | { readonly kind: 'store_read'; readonly requestId: number; readonly name: string; readonly result: StoreRead }
  /** `entries` null: the store cannot be reached, which a table's reader keeps to itself (toolkit reference §5.6). */
  | { readonly kind: 'store_read_all'; readonly requestId: number; readonly entries: readonly StoredEntry[] | null }
  /** A tuple from an operator in another PE of the job. */
  | { readonly kind: 'tuple'; readonly to: OperatorName; readonly tuple: OperatorTuple }

export type SendResult =
  { readonly kind: 'answer'; readonly status: number } | { readonly kind: 'exception'; readonly text: string }

/**
 * `error`: why there is no body, such as `errno 2`. `dropped`: the table's reader says nothing; `why` is for the event log only.
 */
export type StoreRead =
  | { readonly kind: 'body'; readonly body: Uint8Array }
  | { readonly kind: 'error'; readonly error: string }
  | { readonly kind: 'dropped'; readonly why?: string }

/** A stored snapshot: its name in the store and its body, null when it cannot be read. */
export interface StoredEntry {
  readonly name: string
  readonly body: Uint8Array | null
}

/** Which of the table's two readers is asked (toolkit reference §5.6); files have one way of being read. */
export type StoreReader = 'first_contact' | 'failure'

/**
 * `name` of a store effect is that of toolkit reference §5.3 and §5.6: the file's in the storage directory, such as
 * `dc2-0.snapshot`, or the row's key, `dc2-0`. A file name with a slash in it cannot be opened and is answered as an error.
 */
export type ToolkitEffect =
  /** Replaces a tick that is still due. */
  | { readonly kind: 'schedule_tick'; readonly afterSeconds: number }
  /** POST `body` to `path` of `machine` at base port + `portOffset`. Timeouts in system seconds, 0 = none. */
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
  /** The POST was handed on: answer 204. */
  | { readonly kind: 'accept_post'; readonly postId: number }
  | { readonly kind: 'emit_signal'; readonly signal: HeartbeatMessage }
  /** `isPlanned`: after the remote's orderly shutdown, which only a toolkit without quirk Q3 reports. */
  | { readonly kind: 'emit_status'; readonly active: boolean; readonly isPlanned: boolean }
  | { readonly kind: 'emit_replay'; readonly message: HeartbeatMessage }
  /** A sender's queue is full, so that the application waits in its own submit: give it no input until `resume_application`. */
  | { readonly kind: 'block_application' }
  | { readonly kind: 'resume_application' }
  /** A file: overwrite in place, no fsync. A row: delete by key, then insert. Answered by `stored`, in order. */
  | { readonly kind: 'store_write'; readonly name: string; readonly body: Uint8Array }
  /** Answered by `store_read`. */
  | { readonly kind: 'store_read'; readonly requestId: number; readonly name: string }
  /** Every stored snapshot, in the directory's order. Answered by `store_read_all`. */
  | { readonly kind: 'store_read_all'; readonly requestId: number; readonly reader: StoreReader }
  /** Not answered; a file or row that is not there is no error. */
  | { readonly kind: 'store_delete'; readonly name: string }
  /**
   * Delete every file of the storage directory whose name contains ".snapshot", or every row. With a directory and a URL the table
   * is in use, yet the deletion at the start takes the directory (toolkit reference §1.4, no. 10).
   */
  | { readonly kind: 'store_delete_all'; readonly from: 'files' | 'table' }
  /** For an operator that another PE of the job holds. */
  | { readonly kind: 'tuple'; readonly to: OperatorName; readonly tuple: OperatorTuple }
  | { readonly kind: 'trace'; readonly level: TraceLevel; readonly aspect: string; readonly text: string }
  /**
   * For the event log; no part of the toolkit's behaviour. `of` is the remote. For `protected` it is the DC whose state is now
   * safe here, which timelines name as that event's `dc`: the host swaps the two.
   */
  | { readonly kind: 'event'; readonly event: EventName; readonly of?: DatacenterName; readonly detail?: JsonObject }

/** Levels of PE traces, most severe first; `error` is the default of a job. */
export type TraceLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace'

/** What the composite's operators send each other; the streams to and from the application and the store are effects and inputs. */
export type OperatorTuple =
  | { readonly kind: 'tick' }
  | { readonly kind: 'status'; readonly active: boolean; readonly isPlanned: boolean }
  /** OrderlyShutdown was asked for here: be deaf. */
  | { readonly kind: 'closing' }
  /** For a sender. `stored`: the stored snapshot that it returns, for a toolkit without quirk Q8. */
  | { readonly kind: 'message'; readonly message: HeartbeatMessage; readonly stored?: string }
  /** Without quirk Q8: this stored snapshot has reached its origin. */
  | { readonly kind: 'returned'; readonly stored: string }
  /** For the merger. */
  | { readonly kind: 'replay'; readonly message: HeartbeatMessage }
  /** An HTTP status other than 200 and 204. */
  | { readonly kind: 'response'; readonly status: number }
  /** SendMeDataFromSnapshotFiles. */
  | { readonly kind: 'send_stored' }
  /** The start-up deletion was asked for; for the event log only. */
  | { readonly kind: 'store_emptied' }
  /** Without quirk Q3: the remote said that it shuts down. */
  | { readonly kind: 'remote_closes' }
  /** Without quirk Q6: a well-formed message came at a snapshot port. */
  | { readonly kind: 'sign_of_life' }
