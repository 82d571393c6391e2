import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import type { RateBucket } from './rate-bucket.ts'

interface RateLineOptions {
  /** The rates in force now; none: all passes at once. */
  readonly buckets: () => readonly RateBucket[]
  /** null: the end of the data. */
  readonly pass: (chunk: Buffer | null) => void
}

/** What goes through next: so many bytes, through all these buckets at that time. */
interface Piece {
  readonly bytes: number
  readonly buckets: readonly RateBucket[]
  readonly dueMs: number
}

/** Passes one direction of a connection on at the rates in force, piece by piece, in order. */
export class RateLine {
  readonly #options: RateLineOptions
  readonly #waiting: (Buffer | null)[] = []
  #waitingBytes = 0
  /** When what waits first could have begun: a timer's lateness must not make the rate smaller. */
  #readyMs = 0
  #piece: Piece | undefined
  #timer: NodeJS.Timeout | undefined
  #isStalled = false

  constructor(options: RateLineOptions) {
    this.#options = options
  }

  get waitingBytes(): number {
    return this.#waitingBytes
  }

  push(chunk: Buffer | null): void {
    if (this.#isStalled) return
    if (this.#waiting.length === 0) this.#readyMs = monotonicNowMs()
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk?.length ?? 0
    if (this.#waiting.length === 1) this.refresh()
  }

  /** Goes on by the rates that are in force now. */
  refresh(): void {
    clearTimeout(this.#timer)
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const piece = next === null ? null : this.#nextPiece(next)
      const leftMs = piece === null ? 0 : piece.dueMs - monotonicNowMs()
      if (leftMs > 0) {
        this.#timer = setTimeout(() => this.refresh(), Math.ceil(leftMs))
        return
      }
      this.#take(next, piece)
    }
  }

  /** Nothing more is passed on: what waits is discarded. */
  stall(): void {
    this.#isStalled = true
    clearTimeout(this.#timer)
    this.#waiting.length = 0
    this.#waitingBytes = 0
  }

  #nextPiece(chunk: Buffer): Piece {
    const buckets = this.#options.buckets()
    const held = this.#piece
    if (held !== undefined && isSame(held.buckets, buckets)) return held
    // Under other rates the piece is cut anew. A bucket that stays has then counted it twice, which is no more than its 10 ms.
    const bytes = Math.min(chunk.length, ...buckets.map(({ pieceBytes }) => pieceBytes))
    const dues = buckets.map((bucket) => bucket.reserve(bytes, this.#readyMs))
    this.#piece = { bytes, buckets, dueMs: Math.max(0, ...dues) }
    return this.#piece
  }

  #take(next: Buffer | null, piece: Piece | null): void {
    const bytes = piece?.bytes ?? 0
    this.#piece = undefined
    this.#waitingBytes -= bytes
    if (next === null || bytes === next.length) this.#waiting.shift()
    else this.#waiting[0] = next.subarray(bytes)
    // Without rates there is no time to make up for.
    this.#readyMs = piece === null || piece.buckets.length === 0 ? monotonicNowMs() : piece.dueMs
    this.#options.pass(next === null ? null : next.subarray(0, bytes))
  }
}

function isSame(one: readonly RateBucket[], other: readonly RateBucket[]): boolean {
  return one.length === other.length && one.every((bucket, index) => bucket === other[index])
}
