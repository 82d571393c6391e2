import type { Clock } from '../model/clock.ts'
import type { ExchangeClient } from '../model/exchange-client.ts'
import type { JsonObject } from '../model/json.ts'
import type { RunningJob } from './datacenter-jobs.ts'
import type { LedgerEndpoints } from './ledger-endpoints.ts'
import { over } from '../support/over.ts'

/** Real seconds between reads when nothing tells that there is something to read. */
const readRealSeconds = 0.05

/** A job whose sinks can be read. */
export interface ReadableJob extends RunningJob {
  readonly endpoints: LedgerEndpoints
}

/** What one read of a job's sinks gave, and when: `before` and `after` bracket the reads (system seconds from t = 0). */
export interface SinkRead {
  readonly job: RunningJob
  readonly outputs: readonly JsonObject[]
  readonly states: readonly JsonObject[]
  readonly before: number
  readonly after: number
}

/**
 * The one reader of a job's consuming sinks (decisions 5). Reads now and then, and at once when asked. A read that fails is
 * told to `onFailure` and does not end the reading: the job may be down on purpose.
 */
export class JobReader implements AsyncDisposable {
  readonly #job: ReadableJob
  readonly #exchange: ExchangeClient
  readonly #clock: Clock
  readonly #onRead: (read: SinkRead) => void
  readonly #onFailure: (error: unknown) => void
  readonly #stop = new AbortController()
  /** Ends the hearing of what the sinks get. */
  readonly #unfollow: readonly (() => void)[]
  readonly #loop: Promise<void> | undefined
  #lastRead: Promise<void> = Promise.resolve()

  constructor(options: {
    job: ReadableJob
    exchange: ExchangeClient
    clock: Clock
    onRead: (read: SinkRead) => void
    onFailure: (error: unknown) => void
  }) {
    this.#job = options.job
    this.#exchange = options.exchange
    this.#clock = options.clock
    this.#onRead = options.onRead
    this.#onFailure = options.onFailure
    this.#unfollow = this.#follow()
    this.#loop = this.#unfollow.length === 0 ? this.#readNowAndThen() : undefined
  }

  /** Reads once, after any read under way: what was put out before this call is known when it resolves. */
  async readNow(): Promise<void> {
    this.#lastRead = this.#lastRead.then(() => this.#read())
    await this.#lastRead
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(over)
    for (const unfollow of this.#unfollow) unfollow()
    await this.#loop
    await this.#lastRead
  }

  /** Where the testbed tells what the sinks get, nobody has to ask for it; empty where it does not. */
  #follow(): readonly (() => void)[] {
    const { state, output } = this.#job.endpoints
    const hear = (sink: 'states' | 'outputs') => (items: readonly JsonObject[]) => {
      const now = this.#clock.now()
      this.#onRead({ job: this.#job, outputs: [], states: [], [sink]: items, before: now, after: now })
    }
    const states = state === null ? undefined : this.#exchange.follow?.(state, hear('states'))
    const outputs = this.#exchange.follow?.(output, hear('outputs'))
    return [states, outputs].filter((unfollow) => unfollow !== undefined)
  }

  async #readNowAndThen(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      await this.readNow()
      await this.#clock
        .sleep(readRealSeconds * this.#clock.timeScale, { signal, background: true })
        .catch(() => undefined)
    }
  }

  async #read(): Promise<void> {
    const { endpoints } = this.#job
    const before = this.#clock.now()
    try {
      // The states first: an output that led to a state is then never read after it.
      const states = endpoints.state === null ? [] : await this.#exchange.retrieve(endpoints.state)
      const outputs = await this.#exchange.retrieve(endpoints.output)
      this.#onRead({ job: this.#job, outputs, states, before, after: this.#clock.now() })
    } catch (error) {
      this.#onFailure(error)
    }
  }
}
