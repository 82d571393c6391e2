import type { Clock, WaitOptions } from '../model/clock.ts'

/** A run's clock: the lease's clock until dc1's job has started, from then on the same clock counted from t = 0 (decisions 1). */
export class RunClock implements Clock {
  readonly #lease: Clock
  #origin = 0

  constructor(lease: Clock) {
    this.#lease = lease
  }

  get timeScale(): number {
    return this.#lease.timeScale
  }

  /** Makes that lease time t = 0. */
  startAt(leaseTime: number): void {
    this.#origin = leaseTime
  }

  /** t of a lease time. */
  fromLease(leaseTime: number): number {
    return leaseTime - this.#origin
  }

  /** Lease time of a t. */
  toLease(time: number): number {
    return time + this.#origin
  }

  now(): number {
    return this.#lease.now() - this.#origin
  }

  sleep(seconds: number, options?: WaitOptions): Promise<void> {
    return this.#lease.sleep(seconds, options)
  }

  until(time: number, options?: WaitOptions): Promise<void> {
    return this.#lease.until(time + this.#origin, options)
  }
}
