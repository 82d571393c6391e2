// One cross-DC connection on its way through a link. User space cannot withhold the kernel's SYN-ACK, so the link says by one
// byte of its own that the far listener was reached; our senders wait for it within their connect timeout (connect-through-link.ts)
// and speak HTTP only then. Thus
//   drop    accepts and stays silent: the sender runs into its connect timeout;
//   hang    sends the byte and passes nothing on: the sender runs into its read timeout;
//   reject  resets, as a firewall's REJECT does; so does a far side that refuses.
// A rule that comes while a connection is open acts on it too. What a drop or a hang stopped stays lost when the rule goes: the
// real kernel would send it again, but a connection that outlives its outage is no behaviour that the toolkit relies on.

import { connect, type Socket } from 'node:net'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import type { LinkEffect } from '../../support/link-effect.ts'
import { WanTimer } from './wan-timer.ts'
import type { RateBucket, Way } from './rate-bucket.ts'
import { WanLine } from './wan-line.ts'

/** The virtual SYN-ACK. */
const handshakeByte = Buffer.from([0x06])

interface LinkConnectionOptions {
  readonly near: Socket
  readonly farAddress: string
  readonly port: number
  readonly effect: () => LinkEffect
  /** Real milliseconds of a one-way delay, drawn anew each time. */
  readonly delayMs: (way: Way) => number
  readonly buckets: (way: Way) => readonly RateBucket[]
}

/** A connection through the link; `apply` makes it follow the effect now in force. */
export class LinkConnection {
  readonly #options: LinkConnectionOptions
  readonly #timers = new Set<WanTimer>()
  #far: Socket | undefined
  #lines: readonly WanLine[] = []
  #isStalled = false

  constructor(options: LinkConnectionOptions) {
    this.#options = options
    const { near } = options
    near.setNoDelay(true)
    // An error is followed by `close`, and that is all there is to do about it.
    near.on('error', () => undefined)
    near.once('close', () => this.close())
    if (options.effect().blocks === null) this.#connectFar()
    else this.apply()
  }

  apply(): void {
    const { blocks } = this.#options.effect()
    if (blocks === 'reject') this.#refuse()
    else if (blocks !== null) this.#stall(blocks)
    else for (const line of this.#lines) line.refresh()
  }

  /**
   * Resets both sides, if data can pass: nothing gets through to what a rule has stopped.
   * @returns whether it did
   */
  reset(): boolean {
    if (this.#isStalled || this.#lines.length === 0 || this.#options.near.destroyed) return false
    this.#far?.resetAndDestroy()
    this.#refuse()
    return true
  }

  /** Ends both sides. */
  close(): void {
    for (const timer of this.#timers) timer.clear()
    for (const line of this.#lines) line.stall()
    this.#far?.destroy()
    this.#options.near.destroy()
  }

  #connectFar(): void {
    const { near, farAddress, port, delayMs } = this.#options
    const far = connect({ host: farAddress, port, noDelay: true, allowHalfOpen: true })
    this.#far = far
    // Until the far side answers nothing is read, so nothing is lost; a drop that comes meanwhile leaves it so.
    near.pause()
    far.once('connect', () => {
      if (!this.#isStalled) this.#after(delayMs('there'), () => this.#open(far))
    })
    // Refused, or reset later: the near side is told in the same way. Its orderly end comes through the line.
    far.on('error', () => {
      if (!this.#isStalled) this.#after(delayMs('there') + delayMs('back'), () => this.#refuse())
    })
  }

  /** The far listener was reached; its word takes the way that its data will take. */
  #open(far: Socket): void {
    const { near, delayMs, buckets } = this.#options
    const line = (way: Way): WanLine =>
      new WanLine({
        ...(way === 'there' ? { from: near, to: far } : { from: far, to: near }),
        delayMs: () => delayMs(way),
        buckets: () => buckets(way),
      })
    const back = line('back')
    back.push(handshakeByte)
    this.#lines = [line('there'), back]
  }

  #stall(how: 'drop' | 'hang'): void {
    if (this.#isStalled) return
    const { near, delayMs } = this.#options
    this.#isStalled = true
    for (const timer of this.#timers) timer.clear()
    if (how === 'hang' && near.bytesWritten === 0) {
      this.#after(delayMs('there') + delayMs('back'), () => near.write(handshakeByte))
    }
    for (const line of this.#lines) line.stall()
    // Whoever hangs up is noticed only by a socket that reads; what it reads goes nowhere.
    near.on('data', () => undefined)
    near.once('end', () => this.close())
    near.resume()
  }

  #refuse(): void {
    this.#options.near.resetAndDestroy()
    this.close()
  }

  #after(delayMs: number, act: () => void): void {
    if (delayMs === 0) {
      act()
      return
    }
    const timer = new WanTimer()
    this.#timers.add(timer)
    timer.set(monotonicNowMs() + delayMs, () => {
      this.#timers.delete(timer)
      act()
    })
  }
}
