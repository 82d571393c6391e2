import { monotonicNowMs } from '../../support/monotonic-clock.ts'

/** How often the event loop is looked at, in real milliseconds. */
const sampleMs = 20
/** The worst is reported again once it has grown by so much, so that reports stay few. */
const growth = 1.2
const reportedMsMin = 1

/**
 * Measures how late this process acts: its own timers (`record`), and the event loop at all other times. `report` gets each new
 * worst value in real milliseconds. The sampling timer keeps nothing alive.
 */
export class LatenessMeter {
  readonly #report: (worstMs: number) => void
  #reportedMs = 0
  #timer: NodeJS.Timeout | undefined
  #isPausing = false
  #pauses = 0

  constructor(report: (worstMs: number) => void) {
    this.#report = report
  }

  start(): void {
    const dueMs = monotonicNowMs() + sampleMs
    this.#timer = setTimeout(() => {
      this.record(monotonicNowMs() - dueMs)
      this.start()
    }, sampleMs).unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  /** The process is going to be stopped on purpose, or goes on: what was due meanwhile says nothing of the testbed. */
  pausing(isPausing: boolean): void {
    const pause = (this.#pauses += 1)
    if (isPausing) {
      this.#isPausing = true
      return
    }
    // Node fires overdue timers first, in the order of their times, so that this one comes after all that the stop held up.
    const end = (): void => {
      if (pause === this.#pauses) this.#isPausing = false
    }
    setTimeout(end, sampleMs).unref()
  }

  record(lateMs: number): void {
    if (this.#isPausing) return
    if (lateMs < Math.max(reportedMsMin, this.#reportedMs * growth)) return
    this.#reportedMs = lateMs
    this.#report(lateMs)
  }
}
