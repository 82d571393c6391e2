import { monotonicNowMs } from '../../support/monotonic-clock.ts'

/** So many restarts after a crash within `crashWindowMs` of real time, and Streams gives a PE up. */
const crashesMax = 5
const crashWindowMs = 10_000

/** Counts the crashes of one PE. */
export class CrashLimit {
  #crashesMs: number[] = []

  /** What was too much, for a message. */
  readonly text = `crashed ${crashesMax + 1} times within ${crashWindowMs} ms`

  /** It crashed; whether it is to be started again. */
  allowsRestart(): boolean {
    const nowMs = monotonicNowMs()
    this.#crashesMs = [...this.#crashesMs.filter((crashMs) => nowMs - crashMs < crashWindowMs), nowMs]
    return this.#crashesMs.length <= crashesMax
  }
}
