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
 * A timer that is set again and again in system time, such as the toolkit's Beacon. Set within its own tick, it is due one interval
 * after that tick was due: the lateness of real timers, which the time scale would multiply, does not add up. Set later, after a
 * tick that was held up, it is due that much later, as the Beacon is (toolkit reference §4.1). Set while a tick is still due, it
 * starts over. A process that slept through a whole interval does not catch up.
 */
export class TickTimer {
  readonly #options: TickTimerOptions
  #dueMs = 0
  #firedMs = 0
  #isFiring = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: TickTimerOptions) {
    this.#options = options
  }

  /** The first interval counts from now. */
  begin(): void {
    this.#dueMs = monotonicNowMs()
    this.#firedMs = this.#dueMs
  }

  schedule(afterSeconds: number): void {
    const intervalMs = realMilliseconds(this.#options.time, afterSeconds)
    const nowMs = monotonicNowMs()
    const dueMs = this.#base(nowMs) + intervalMs
    this.#dueMs = dueMs < nowMs ? nowMs + intervalMs : dueMs
    this.stop()
    this.#arm()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** When the interval that is set now began. */
  #base(nowMs: number): number {
    if (this.#timer !== undefined) return nowMs
    return this.#isFiring ? this.#dueMs : this.#dueMs + nowMs - this.#firedMs
  }

  #arm(): void {
    const leftMs = this.#dueMs - monotonicNowMs()
    this.#timer = setTimeout(() => this.#fire(), Math.min(Math.max(Math.ceil(leftMs), 0), timerMsMax))
  }

  #fire(): void {
    const nowMs = monotonicNowMs()
    // Node's timers may fire a little early, and the longest ones come in pieces.
    if (nowMs < this.#dueMs) {
      this.#arm()
      return
    }
    this.#timer = undefined
    this.#firedMs = nowMs
    this.#options.onLate(nowMs - this.#dueMs)
    this.#isFiring = true
    try {
      this.#options.onTick()
    } finally {
      this.#isFiring = false
    }
  }
}
