import type { Clock } from '../model/clock.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { ExchangeClient, ExchangeEndpoint, InjectOutcome } from '../model/exchange-client.ts'
import type { DeliveryOutcome } from '../model/timeline.ts'
import type { Tuple } from '../model/tuple.ts'
import { unreachable } from '../support/unreachable.ts'
import type { DeliveryLedger } from './delivery-ledger.ts'

/** The largest batch of one request: a lane that lags catches up in bodies of bounded size. */
const batchTuplesMax = 1000

/** Real milliseconds before the rest of a batch is sent again that a full buffer had refused; doubled up to the second figure. */
const backOffMsMin = 2
const backOffMsMax = 64

/** What a lane needs to send its tuples. */
export interface LaneOptions {
  readonly into: DatacenterName
  readonly exchange: ExchangeClient
  /** The endpoint at the moment, or undefined while the DC has no job: tuples are then rejected without a request. */
  readonly endpoint: () => ExchangeEndpoint | undefined
  readonly ledger: DeliveryLedger
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Sends tuples in the order in which they are given, one request at a time: a second one under way could overtake the first,
 * and a key's order would be lost. What came of each is put into the ledger.
 */
export class TrafficLane {
  readonly #options: LaneOptions
  #queue: Tuple[] = []
  #underWay = 0
  #requests = 0
  #sending: Promise<void> | undefined
  /** Time by the clock after which what has not been sent is given up. */
  #giveUpAt = Number.POSITIVE_INFINITY

  constructor(options: LaneOptions) {
    this.#options = options
  }

  /** Tuples given and not yet answered. */
  get backlog(): number {
    return this.#queue.length + this.#underWay
  }

  get requests(): number {
    return this.#requests
  }

  /** Sends the tuples after those given before. */
  give(tuples: readonly Tuple[]): void {
    for (const tuple of tuples) this.#queue.push(tuple)
    if (this.#queue.length === 0 || this.#sending !== undefined) return
    this.#sending = this.#send()
    // `finish` passes an error on; until somebody calls it, it must not end the process.
    this.#sending.catch(() => undefined)
  }

  /**
   * Resolves when everything given has its outcome. What could not be sent until `giveUpAt` is rejected: it never went out.
   * @throws what the exchange client throws
   */
  async finish(giveUpAt: number): Promise<void> {
    this.#giveUpAt = giveUpAt
    await this.#sending
  }

  async #send(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, batchTuplesMax)
      this.#queue = this.#queue.slice(batchTuplesMax)
      this.#underWay = batch.length
      await this.#sendBatch(batch)
      this.#underWay = 0
    }
    this.#sending = undefined
  }

  async #sendBatch(batch: readonly Tuple[]): Promise<void> {
    const { exchange, endpoint, clock, signal } = this.#options
    let rest = batch
    let backOffMs = backOffMsMin
    while (rest.length > 0) {
      const to = endpoint()
      const sentTime = clock.now()
      if (to === undefined || signal.aborted || sentTime > this.#giveUpAt) {
        this.#record(rest, 'rejected', sentTime)
        return
      }
      this.#requests += 1
      const outcome = await exchange.inject(to, rest, { signal })
      const taken = this.#takeOutcome(rest, outcome, sentTime)
      rest = rest.slice(taken)
      if (rest.length === 0) return
      backOffMs = taken > 0 ? backOffMsMin : Math.min(backOffMs * 2, backOffMsMax)
      await this.#backOff(backOffMs)
    }
  }

  /** Records what is known; returns how many tuples are done with, whatever came of them. */
  #takeOutcome(tuples: readonly Tuple[], outcome: InjectOutcome, sentTime: number): number {
    switch (outcome.outcome) {
      case 'accepted':
      case 'rejected':
      case 'unknown':
        this.#record(tuples, outcome.outcome, sentTime)
        return tuples.length
      case 'partial':
        this.#record(tuples.slice(0, outcome.added), 'accepted', sentTime)
        return outcome.added
      default:
        return unreachable(outcome)
    }
  }

  #record(tuples: readonly Tuple[], outcome: DeliveryOutcome, sentTime: number): void {
    if (tuples.length === 0) return
    const { ledger, into, clock } = this.#options
    ledger.record({ into, tuples, outcome, sentTime, time: clock.now() })
  }

  async #backOff(ms: number): Promise<void> {
    const { clock, signal } = this.#options
    try {
      await clock.sleep((ms / 1000) * clock.timeScale, { signal })
    } catch (error) {
      // The signal ends the sending, not with an error: the loop sees it and records what is left.
      if (!signal.aborted) throw error
    }
  }
}
