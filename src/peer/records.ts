import type { DecodedMessage } from '../toolkit/codec.ts'
import type { SendResult } from '../toolkit/io.ts'

/** How a receiver of the peer treats what the job posts. */
export type PeerBehaviour =
  /** As the toolkit's receivers: 204 for a POST of the right content type, 405, 404 and 500 for others (§3.1). */
  | { readonly kind: 'accept'; readonly afterSeconds?: number }
  /** This status to every POST at the inject path. */
  | { readonly kind: 'status'; readonly status: number; readonly afterSeconds?: number }
  /** Takes the connection and the request and never answers, as a stopped process does. */
  | { readonly kind: 'hang' }
  /** Ends the connection instead of answering. */
  | { readonly kind: 'drop' }
  /** Nobody listens. */
  | { readonly kind: 'refuse' }

/** How a request was answered. `afterSeconds`: how long it was held back on purpose, system seconds. */
export type PeerAnswer =
  | { readonly kind: 'status'; readonly status: number; readonly afterSeconds: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'drop' }

interface Exchanged {
  /** Counts from 1 over both directions. */
  readonly id: number
  /** System seconds on the peer's clock: when the request was whole, or its sending began. */
  readonly time: number
  /** 0 is the base port. */
  readonly portOffset: number
  /** As it was sent: brackets literally. */
  readonly path: string
  readonly body: Uint8Array
  /** What the body says, or what is wrong with it. */
  readonly message: DecodedMessage
}

/** A request that came to the peer. */
export interface ReceivedRecord extends Exchanged {
  readonly direction: 'received'
  readonly method: string
  /** Names and values as sent, in their order. */
  readonly headers: readonly (readonly [string, string])[]
  readonly answer: PeerAnswer
}

/** A message that the peer sent. */
export interface SentRecord extends Exchanged {
  readonly direction: 'sent'
  readonly contentType: string
  readonly result: SendResult
}

/** One thing that the peer received or sent. */
export type PeerRecord = ReceivedRecord | SentRecord

type WithoutId<T> = T extends PeerRecord ? Omit<T, 'id'> : never

/** How much is kept: a peer may run for days. */
export interface RecordLimits {
  readonly recordsMax: number
  readonly bodyBytesMax: number
}

/** Everything that went over the wire, newest last, within limits: the oldest are forgotten first. */
export class PeerRecords {
  readonly #limits: RecordLimits
  readonly #listeners = new Set<(record: PeerRecord) => void>()
  readonly #records: PeerRecord[] = []
  #bodyBytes = 0
  #lastId = 0

  constructor(limits: RecordLimits) {
    this.#limits = limits
  }

  get all(): readonly PeerRecord[] {
    return this.#records
  }

  /** How many records were given up to the limits. */
  get forgotten(): number {
    return this.#lastId - this.#records.length
  }

  add<T extends WithoutId<PeerRecord>>(record: T): T & { readonly id: number } {
    this.#lastId += 1
    const numbered = { ...record, id: this.#lastId }
    this.#records.push(numbered)
    this.#bodyBytes += record.body.length
    this.#forget()
    for (const listener of this.#listeners) listener(numbered)
    return numbered
  }

  subscribe(listener: (record: PeerRecord) => void): () => void {
    // A set holds a function once; each subscription has one of its own.
    const own = (record: PeerRecord): void => listener(record)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  #forget(): void {
    const { recordsMax, bodyBytesMax } = this.#limits
    // The newest stays, however large it is: somebody may be waiting for it.
    while (this.#records.length > 1 && (this.#records.length > recordsMax || this.#bodyBytes > bodyBytesMax)) {
      this.#bodyBytes -= this.#records.shift()?.body.length ?? 0
    }
  }
}
