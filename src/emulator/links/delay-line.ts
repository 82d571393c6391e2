import type { Socket } from 'node:net'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'

/** Bytes that may wait in a delay line, or unsent behind it, before its source is paused. */
const waitingBytesMax = 1024 * 1024

interface DelayLineOptions {
  readonly from: Socket
  readonly to: Socket
  /** Real milliseconds for a chunk that comes in now; 0 passes it on at once. */
  readonly delayMs: () => number
}

/** Passes one direction of a connection on, each chunk late by the delay in force when it came in, in order. */
export class DelayLine {
  readonly #options: DelayLineOptions
  readonly #waiting: { readonly dueMs: number; readonly chunk: Buffer | null }[] = []
  #waitingBytes = 0
  #isStalled = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: DelayLineOptions) {
    this.#options = options
    const { from, to } = options
    from.on('data', (chunk: Buffer) => this.#push(chunk))
    from.on('end', () => this.#push(null))
    to.on('drain', () => this.#resumeSource())
    // The link pauses a connection until the far side has answered.
    from.resume()
  }

  /** Nothing more is passed on, ever: what waits is discarded. */
  stall(): void {
    this.#isStalled = true
    this.#waiting.length = 0
    clearTimeout(this.#timer)
    this.#options.from.pause()
  }

  #push(chunk: Buffer | null): void {
    if (this.#isStalled) return
    const last = this.#waiting.at(-1)
    const dueMs = Math.max(monotonicNowMs() + this.#options.delayMs(), last?.dueMs ?? 0)
    this.#waiting.push({ dueMs, chunk })
    this.#waitingBytes += chunk?.length ?? 0
    if (this.#waitingBytes > waitingBytesMax) this.#options.from.pause()
    if (last === undefined) this.#pass()
  }

  /** Passes on what is due, and comes back for the rest. */
  #pass(): void {
    const { from, to } = this.#options
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const leftMs = next.dueMs - monotonicNowMs()
      if (leftMs > 0) {
        this.#timer = setTimeout(() => this.#pass(), Math.ceil(leftMs))
        return
      }
      this.#waiting.shift()
      this.#waitingBytes -= next.chunk?.length ?? 0
      if (!to.writable) continue
      if (next.chunk === null) to.end()
      else if (!to.write(next.chunk)) from.pause()
    }
    this.#resumeSource()
  }

  #resumeSource(): void {
    const isFull = this.#waitingBytes > waitingBytesMax || this.#options.to.writableNeedDrain
    if (!this.#isStalled && !isFull) this.#options.from.resume()
  }
}
