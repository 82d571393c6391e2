import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { realMilliseconds, type LeaseTime } from '../lease-time.ts'

/** The longest delay that Node's timers take. */
const timerMsMax = 2 ** 31 - 1

interface TickTimerOptions {
  readonly time: LeaseTime
  readonly onTick: () => void
  /** How late a tick came, real milliseconds. */
  readonly onLate: (lateMs: number) => void
}

/**
 * The toolkit's Beacon in system time. A tick is due one interval after the one before it was due: the lateness of real timers,
 * which the time scale would multiply, does not add up. A process that slept through a whole interval does not catch up, as the
 * Beacon does not (toolkit reference §4.1).
 */
export class TickTimer {
  readonly #options: TickTimerOptions
  #dueMs = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: TickTimerOptions) {
    this.#options = options
  }

  /** The first interval counts from now. */
  begin(): void {
    this.#dueMs = monotonicNowMs()
  }

  schedule(afterSeconds: number): void {
    const intervalMs = realMilliseconds(this.#options.time, afterSeconds)
    const nowMs = monotonicNowMs()
    const dueMs = this.#dueMs + intervalMs
    this.#dueMs = dueMs < nowMs ? nowMs + intervalMs : dueMs
    this.#arm()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #arm(): void {
    const leftMs = this.#dueMs - monotonicNowMs()
    this.#timer = setTimeout(() => this.#fire(), Math.min(Math.max(Math.ceil(leftMs), 0), timerMsMax))
  }

  #fire(): void {
    const lateMs = monotonicNowMs() - this.#dueMs
    // Node's timers may fire a little early, and the longest ones come in pieces.
    if (lateMs < 0) {
      this.#arm()
      return
    }
    this.#options.onLate(lateMs)
    this.#options.onTick()
  }
}
