import type { Quirks } from '../../model/toolkit-behaviour.ts'

/** A change of the remote's status, as the watchdog reports it. */
export interface StatusChange {
  readonly active: boolean
  /** The remote said that it shuts down; reported without quirk Q3 only. */
  readonly isPlanned: boolean
}

interface HeartbeatWatchdogOptions {
  readonly missesAllowed: number
  readonly quirks: Pick<Quirks, 'Q1'>
}

/**
 * RemoteDataCenterHeartbeatWatchdog: decides whether the remote is UP or DOWN (toolkit reference §4.3). Its answers are the
 * change of status to report, or null.
 */
export class HeartbeatWatchdog {
  readonly #missesAllowed: number
  readonly #hasQ1: boolean
  #misses = 0
  #isActive = false
  #isClosing = false
  #submitted = 0
  #posts = 0
  #ticks = 0

  constructor({ missesAllowed, quirks }: HeartbeatWatchdogOptions) {
    this.#missesAllowed = missesAllowed
    this.#hasQ1 = quirks.Q1
  }

  /** Status tuples so far: 0 never contacted, odd UP, even DOWN (toolkit reference §6). */
  get submitted(): number {
    return this.#submitted
  }

  /** Tuples taken so far at the ports of the receiver and of the ticks. */
  get processed(): readonly [number, number] {
    return [this.#posts, this.#ticks]
  }

  get isClosing(): boolean {
    return this.#isClosing
  }

  /** A POST arrived at the base port; whether it `counts` as a heartbeat is quirk Q6's business. */
  post({ counts }: { readonly counts: boolean }): StatusChange | null {
    this.#posts += 1
    return counts ? this.signOfLife() : null
  }

  /** The remote lives: a heartbeat, or without quirk Q6 any message of its. */
  signOfLife(): StatusChange | null {
    if (this.#isClosing) return null
    this.#misses = 0
    return this.#isActive ? null : this.#report({ active: true, isPlanned: false })
  }

  tick(): StatusChange | null {
    this.#ticks += 1
    if (this.#isClosing || this.#isMissed()) return null
    // The counter is a uint8: with A = 255 it wraps and DOWN is never declared (toolkit reference §1.4, no. 7).
    this.#misses = this.#hasQ1 ? (this.#misses + 1) & 0xff : this.#misses + 1
    return this.#isMissed() && this.#isActive ? this.#report({ active: false, isPlanned: false }) : null
  }

  /** Without quirk Q3: the remote's orderly shutdown counts as DOWN at once. */
  remoteCloses(): StatusChange | null {
    if (this.#isClosing || !this.#isActive) return null
    this.#misses = this.#missesAllowed + 1
    return this.#report({ active: false, isPlanned: true })
  }

  /** After OrderlyShutdown: deaf for good. */
  close(): void {
    this.#isClosing = true
  }

  /** Quirk Q1: DOWN comes with miss A + 1; as documented, with miss A, of which there must be one. */
  #isMissed(): boolean {
    return this.#hasQ1 ? this.#misses > this.#missesAllowed : this.#misses >= Math.max(1, this.#missesAllowed)
  }

  #report(change: StatusChange): StatusChange {
    this.#isActive = change.active
    this.#submitted += 1
    return change
  }
}
