import type { Socket } from 'node:net'
import { DelayLine } from './delay-line.ts'
import type { RateBucket } from './rate-bucket.ts'
import { RateLine } from './rate-line.ts'

/** Bytes that may wait in a line, or unsent behind it, before its source is paused. */
const waitingBytesMax = 1024 * 1024

interface WanLineOptions {
  readonly from: Socket
  readonly to: Socket
  /** Real milliseconds for a chunk that goes on its way now. */
  readonly delayMs: () => number
  readonly buckets: () => readonly RateBucket[]
}

/** Carries one direction of a connection as a long line does: first at its rate, then late by its delay. */
export class WanLine {
  readonly #options: WanLineOptions
  readonly #rate: RateLine
  readonly #delay: DelayLine
  #isStalled = false

  constructor(options: WanLineOptions) {
    this.#options = options
    const { from, to, delayMs, buckets } = options
    this.#delay = new DelayLine({ delayMs, pass: (chunk) => this.#write(chunk) })
    this.#rate = new RateLine({ buckets, pass: (chunk) => this.#delay.push(chunk) })
    from.on('data', (chunk: Buffer) => this.push(chunk))
    from.on('end', () => this.push(null))
    to.on('drain', () => this.#balanceSource())
    // The link pauses a connection until the far side has answered.
    from.resume()
  }

  /** Sends a chunk on its way, as if it had come from the source; null ends the data. */
  push(chunk: Buffer | null): void {
    if (this.#isStalled) return
    this.#rate.push(chunk)
    this.#balanceSource()
  }

  /** The rates changed. */
  refresh(): void {
    if (!this.#isStalled) this.#rate.refresh()
  }

  /** Nothing more is passed on, ever: what waits is discarded. */
  stall(): void {
    this.#isStalled = true
    this.#rate.stall()
    this.#delay.stall()
    this.#options.from.pause()
  }

  #write(chunk: Buffer | null): void {
    const { to } = this.#options
    if (to.writable) {
      if (chunk === null) to.end()
      else to.write(chunk)
    }
    this.#balanceSource()
  }

  #balanceSource(): void {
    const { from, to } = this.#options
    if (this.#isStalled) return
    const isFull = this.#rate.waitingBytes + this.#delay.waitingBytes > waitingBytesMax || to.writableNeedDrain
    if (isFull) from.pause()
    else from.resume()
  }
}
