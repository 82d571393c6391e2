/**
 * When the remote's state is protected: every one of its parts has a replica here. No part of the toolkit, but what a timeline
 * must say, for without it a loss of everything could not be told from a loss of one snapshot period.
 */
export class Protection {
  readonly #parts: number
  /** Part → the signal count of its newest replica. */
  readonly #counts = new Map<string, bigint>()
  #reported: bigint | null = null

  constructor(options: { readonly parts: number }) {
    this.#parts = options.parts
  }

  /**
   * A part was stored. True when the whole is protected by it for the first time, or better than before: the oldest replica
   * among the parts became newer.
   */
  stored(part: string, count: bigint): boolean {
    // A remote that counts anew has restarted, so the other parts' replicas are of an earlier life.
    if (count < (this.#counts.get(part) ?? count)) this.reset()
    this.#counts.set(part, count)
    if (this.#counts.size < this.#parts) return false
    const oldest = [...this.#counts.values()].reduce((least, other) => (other < least ? other : least))
    if (this.#reported !== null && oldest <= this.#reported) return false
    this.#reported = oldest
    return true
  }

  /** A part's replica is gone. */
  lost(part: string): void {
    this.#counts.delete(part)
    this.#reported = null
  }

  /** All replicas are gone, or the remote begins again. */
  reset(): void {
    this.#counts.clear()
    this.#reported = null
  }
}
