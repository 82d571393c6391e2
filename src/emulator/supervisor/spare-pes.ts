import type { PairHome } from '../pair-home.ts'
import type { PeHostMethods, PeMethods } from '../pair-protocol.ts'
import { startChild, type Child } from './child.ts'

/** Processes that wait for a job, so that submitting one does not wait for Node to start. Enough for both DCs and a restart. */
const sparesWanted = 3

/** PE processes without a job. */
export class SparePes {
  readonly #home: PairHome
  readonly #handlers: PeHostMethods
  #spares: Promise<Child<PeMethods>>[] = []

  constructor(options: { readonly home: PairHome; readonly handlers: PeHostMethods }) {
    this.#home = options.home
    this.#handlers = options.handlers
  }

  /** Starts what is missing, without waiting for it. */
  fill(): void {
    while (this.#spares.length < sparesWanted) this.#spares.push(this.#start())
  }

  /** A living spare, or a new process when none is left. */
  async take(): Promise<Child<PeMethods>> {
    for (let next = this.#spares.shift(); next !== undefined; next = this.#spares.shift()) {
      const spare = await next
      if (spare.isAlive()) {
        // Not at every take: starting a process disturbs the timing of those that run.
        if (this.#spares.length === 0) this.#spares.push(this.#start())
        return spare
      }
    }
    return await this.#start()
  }

  async close(): Promise<void> {
    const spares = await Promise.allSettled(this.#spares)
    this.#spares = []
    await Promise.all(
      spares.map(async (spare) => (spare.status === 'fulfilled' ? await spare.value.kill() : undefined)),
    )
  }

  async #start(): Promise<Child<PeMethods>> {
    const starting = startChild<PeMethods>({ role: 'pe', home: this.#home, handlers: this.#handlers })
    // Whoever takes the spare is told of a failure; until then nobody listens.
    starting.catch(() => undefined)
    return await starting
  }
}
