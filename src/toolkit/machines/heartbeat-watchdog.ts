/**
 * RemoteDataCenterHeartbeatWatchdog: decides whether the remote is UP or DOWN (toolkit reference §4.3). Its answers are the
 * status to report, or null when nothing changed.
 */
export class HeartbeatWatchdog {
  readonly #missesAllowed: number
  #misses = 0
  #isActive = false
  #isClosing = false
  #submitted = 0

  constructor(options: { readonly missesAllowed: number }) {
    this.#missesAllowed = options.missesAllowed
  }

  /** Status tuples so far: 0 never contacted, odd UP, even DOWN (toolkit reference §6). */
  get submitted(): number {
    return this.#submitted
  }

  get isClosing(): boolean {
    return this.#isClosing
  }

  /** A POST arrived at the base port. Quirk Q6: any does, for it counts before it is decoded. */
  heartbeat(): boolean | null {
    if (this.#isClosing) return null
    this.#misses = 0
    return this.#isActive ? null : this.#report(true)
  }

  /** Quirk Q1: DOWN comes with miss A + 1, not A. */
  tick(): boolean | null {
    if (this.#isClosing || this.#misses > this.#missesAllowed) return null
    // The counter is a uint8: with A = 255 it wraps and DOWN is never declared (toolkit reference §1.4, no. 7).
    this.#misses = (this.#misses + 1) & 0xff
    return this.#misses > this.#missesAllowed && this.#isActive ? this.#report(false) : null
  }

  /** After OrderlyShutdown: deaf for good. */
  close(): void {
    this.#isClosing = true
  }

  #report(active: boolean): boolean {
    this.#isActive = active
    this.#submitted += 1
    return active
  }
}
