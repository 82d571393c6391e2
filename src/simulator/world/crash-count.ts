/** So many restarts after a crash within so many seconds, and Streams gives a PE up: the embedded testbed's limits at its scale. */
const crashesMax = 5
const windowSeconds = 600

/** What was too much, for a message. */
export const tooManyCrashes = `crashed ${crashesMax + 1} times within ${windowSeconds} s`

/** Counts the crashes of one PE. */
export class CrashCount {
  #times: number[] = []

  /** It crashed; whether it is to be started again. */
  allowsRestart(now: number): boolean {
    this.#times = [...this.#times.filter((time) => now - time < windowSeconds), now]
    return this.#times.length <= crashesMax
  }
}
