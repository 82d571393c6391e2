import type { SingleDatacenter, TestbedEvent } from '../../model/testbed.ts'
import { Pair } from './pair.ts'

/** A leased pair. */
export interface PoolLease {
  readonly leaseId: number
  readonly pair: Pair
  readonly originMs: number
}

/** All pairs of a supervisor: leased ones, and clean ones that wait for the next lease. */
export class PairPool {
  readonly #pairs = new Set<Pair>()
  /** Pairs that are coming up, which an end of the pool must wait for. */
  readonly #starting = new Set<Promise<Pair>>()
  #idle: Promise<Pair>[] = []
  #lastLease = 0
  #isClosed = false

  /** Starts pairs ahead of their leases. */
  prestart(count: number): void {
    for (let started = 0; started < count; started += 1) {
      const starting = this.#start()
      // The lease that takes the pair is told.
      starting.catch(() => undefined)
      this.#idle.push(starting)
    }
  }

  /**
   * A clean, healthy pair: one that waits, or a fresh one.
   * @throws TestbedError when no pair can be started
   */
  async lease(settings: {
    readonly timeScale: number
    readonly delaySeconds: number
    readonly seed: number
    /** One DC alone, for which a pair is made and which no other lease gets. */
    readonly only: SingleDatacenter | null
    readonly onEvent: (leaseId: number, event: TestbedEvent) => void
  }): Promise<PoolLease> {
    const { timeScale, delaySeconds, seed, only, onEvent } = settings
    const leaseId = (this.#lastLease += 1)
    const begin = async (pair: Pair): Promise<PoolLease> => {
      const tell = (event: TestbedEvent): void => onEvent(leaseId, event)
      const time = await pair.lease({ leaseId, timeScale, delaySeconds, seed, onEvent: tell })
      return { leaseId, pair, originMs: time.originMs }
    }
    if (only !== null) return await begin(await this.#start(only))
    const idle = await this.#takeIdle()
    if (idle !== undefined) {
      try {
        return await begin(idle)
      } catch {
        // It lost a process since it was looked at; a fresh one takes its place.
        await this.#end(idle)
      }
    }
    return await begin(await this.#start())
  }

  /** Takes a pair back: cleaned for the next lease, or ended when that does not work. */
  async release(pair: Pair): Promise<void> {
    if (!pair.isOrdinary) {
      await this.#end(pair)
      return
    }
    try {
      await pair.reset()
      if (this.#isClosed) throw new Error('The pool is closed.')
      this.#idle.push(Promise.resolve(pair))
    } catch {
      // A pair that lost a process, or that does not come clean, is replaced by a fresh one at the next lease.
      await this.#end(pair)
    }
  }

  /** Ends all pairs. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled(this.#starting)
    this.#idle = []
    const endings = await Promise.allSettled([...this.#pairs].map(async (pair) => await this.#end(pair)))
    const failures = endings.flatMap((ending) => (ending.status === 'rejected' ? [ending.reason as unknown] : []))
    if (failures.length > 0) throw new AggregateError(failures, 'Could not end all pairs of the testbed.')
  }

  async #takeIdle(): Promise<Pair | undefined> {
    for (let next = this.#idle.shift(); next !== undefined; next = this.#idle.shift()) {
      const pair = await next
      if (pair.isHealthy) return pair
      await this.#end(pair)
    }
    return undefined
  }

  async #start(only: SingleDatacenter | null = null): Promise<Pair> {
    const starting = Pair.start(only)
    this.#starting.add(starting)
    try {
      const pair = await starting
      this.#pairs.add(pair)
      return pair
    } finally {
      this.#starting.delete(starting)
    }
  }

  async #end(pair: Pair): Promise<void> {
    this.#pairs.delete(pair)
    await pair.close()
  }
}
