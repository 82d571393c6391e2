import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { WanTimer } from './wan-timer.ts'

interface DelayLineOptions {
  /** Real milliseconds for a chunk that comes in now; 0 passes it on at once. */
  readonly delayMs: () => number
  /** null: the end of the data. */
  readonly pass: (chunk: Buffer | null) => void
}

/** Passes chunks on, each late by the delay drawn when it came in, yet never before one that came in earlier. */
export class DelayLine {
  readonly #options: DelayLineOptions
  readonly #waiting: { readonly dueMs: number; readonly chunk: Buffer | null }[] = []
  readonly #timer = new WanTimer()
  #waitingBytes = 0
  #isStalled = false

  constructor(options: DelayLineOptions) {
    this.#options = options
  }

  get waitingBytes(): number {
    return this.#waitingBytes
  }

  push(chunk: Buffer | null): void {
    if (this.#isStalled) return
    const last = this.#waiting.at(-1)
    const dueMs = Math.max(monotonicNowMs() + this.#options.delayMs(), last?.dueMs ?? 0)
    this.#waiting.push({ dueMs, chunk })
    this.#waitingBytes += chunk?.length ?? 0
    if (last === undefined) this.#passDue()
  }

  /** Nothing more is passed on: what waits is discarded. */
  stall(): void {
    this.#isStalled = true
    this.#timer.clear()
    this.#waiting.length = 0
    this.#waitingBytes = 0
  }

  /** Passes on what is due, and comes back for the rest. */
  #passDue(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (next.dueMs > monotonicNowMs()) {
        this.#timer.set(next.dueMs, () => this.#passDue())
        return
      }
      this.#waiting.shift()
      this.#waitingBytes -= next.chunk?.length ?? 0
      this.#options.pass(next.chunk)
    }
  }
}
