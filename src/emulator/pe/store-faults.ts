// What a snapshot store can suffer on the emulated disk or in the emulated database. A folder whose permissions forbid writing does
// not bind root, and a full disk needs a mount of its own; so what the operating system or the database would say is put between
// the toolkit's operators and the real store. Evidence calls these means by their name: `store wrapper`.

import type { StoreFault } from '../../model/testbed-act.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { realMilliseconds, type LeaseTime } from '../lease-time.ts'
import { atMoment } from '../supervisor/precise-timer.ts'

/** What the store of a PE suffers now. */
export class StoreFaults {
  readonly #listeners = new Set<(fault: StoreFault | null) => void>()
  #fault: StoreFault | null = null

  get current(): StoreFault | null {
    return this.#fault
  }

  /** In force when it returns. An access that waits because the store is slow goes on at once, and meets what is in force then. */
  set(fault: StoreFault | null): void {
    this.#fault = fault
    for (const listener of this.#listeners) listener(fault)
  }

  /** Calls back at each change; returns what ends it. */
  onChange(listener: (fault: StoreFault | null) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Real milliseconds that an access is late by. */
  delayMs(time: LeaseTime): number {
    return this.#fault?.mode === 'slow' ? realMilliseconds(time, this.#fault.delaySeconds) : 0
  }

  /** Resolves when an access to a slow store may begin; null where the store is not slow. */
  delay(time: LeaseTime): Promise<void> | null {
    const delayMs = this.delayMs(time)
    if (delayMs === 0) return null
    return new Promise((resolve) => {
      const end = (): void => {
        callOff()
        stop()
        resolve()
      }
      const stop = this.onChange(end)
      const callOff = atMoment(monotonicNowMs() + delayMs, end)
    })
  }
}
