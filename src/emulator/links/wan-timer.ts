import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { atMoment } from '../supervisor/precise-timer.ts'

/** Of a longer wait a timer's millisecond is at most a twentieth, and not worth a busy processor as long as data are under way. */
const preciseWaitMsMax = 20

/** A timer that is never early and, where the wait is short, hardly late: a time scale multiplies lateness. */
export class WanTimer {
  #cancel: () => void = () => undefined

  /** Has `act` called at that monotonic time, in place of what was set before. */
  set(dueMs: number, act: () => void): void {
    this.clear()
    const leftMs = dueMs - monotonicNowMs()
    if (leftMs <= preciseWaitMsMax) {
      this.#cancel = atMoment(dueMs, act)
      return
    }
    // What is left when it fires, if anything, is short.
    const timer = setTimeout(() => this.set(dueMs, act), Math.ceil(leftMs))
    this.#cancel = (): void => clearTimeout(timer)
  }

  clear(): void {
    this.#cancel()
  }
}
