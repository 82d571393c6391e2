import type { Clock } from '../model/clock.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { ExchangeClient, ExchangeEndpoint, InjectOutcome } from '../model/exchange-client.ts'
import type { DeliveryOutcome } from '../model/timeline.ts'
import type { Tuple } from '../model/tuple.ts'
import { unreachable } from '../support/unreachable.ts'
import type { DeliveryLedger } from './delivery-ledger.ts'
import { TupleQueue } from './tuple-queue.ts'
import type { DueTuples } from './tuple-queue.ts'
import { over } from '../support/over.ts'

/** The largest batch of one request: a lane that lags catches up in bodies of bounded size. */
export const batchTuplesMax = 1000

/** Real milliseconds before the rest of a batch is sent again that a full buffer had refused; doubled up to the second figure. */
const backOffMsMin = 2
const backOffMsMax = 64

/** Where tuples go. */
export interface TrafficTarget {
  readonly dc: DatacenterName
  readonly exchange: Pick<ExchangeClient, 'inject'>
  /** The endpoint at the moment, or undefined while the DC has no job: tuples are then rejected without a request. */
  readonly endpoint: () => ExchangeEndpoint | undefined
  /** What is sent of a tuple. @default the tuple */
  readonly itemOf?: ((tuple: Tuple) => object) | undefined
}

/** What a lane needs to send its tuples. */
export interface LaneOptions {
  readonly target: TrafficTarget
  readonly ledger: DeliveryLedger
  /** Told of each outcome, beside the ledger. */
  readonly onOutcome: (answered: DueTuples, outcome: DeliveryOutcome, time: number) => void
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Sends tuples in the order in which they are given, one request at a time: a second one under way could overtake the first,
 * and a key's order would be lost. What came of each is put into the ledger.
 */
export class TrafficLane {
  readonly #options: LaneOptions
  readonly #queue = new TupleQueue()
  #target: TrafficTarget
  /** Calls off what is under way into the present target. */
  #leave = new AbortController()
  /** Ends a request at the traffic's end, or when its target is left. */
  #leaving: AbortSignal
  #underWay = 0
  #requests = 0
  #sending: Promise<void> | undefined
  /** Time by the clock after which what has not been sent is given up. */
  #giveUpAt = Number.POSITIVE_INFINITY

  constructor(options: LaneOptions) {
    this.#options = options
    this.#target = options.target
    this.#leaving = AbortSignal.any([options.signal, this.#leave.signal])
  }

  /** Tuples given and not yet answered. */
  get backlog(): number {
    return this.#queue.length + this.#underWay
  }

  get requests(): number {
    return this.#requests
  }

  /** Sends the tuples after those given before. */
  give(tuples: DueTuples): void {
    this.#queue.add(tuples)
    if (this.#queue.length === 0 || this.#sending !== undefined) return
    this.#sending = this.#send()
    // `finish` passes an error on; until somebody calls it, it must not end the process.
    this.#sending.catch(() => undefined)
  }

  /**
   * From now on into another target, what waits included. An answer that is still due from the old one is not waited for: what came
   * of those tuples stays unknown.
   */
  redirect(target: TrafficTarget): void {
    this.#target = target
    this.#leave.abort(over)
    this.#leave = new AbortController()
    this.#leaving = AbortSignal.any([this.#options.signal, this.#leave.signal])
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
      const batch = this.#queue.take(batchTuplesMax)
      this.#underWay = batch.tuples.length
      await this.#sendBatch(batch)
      this.#underWay = 0
    }
    this.#sending = undefined
  }

  async #sendBatch(batch: DueTuples): Promise<void> {
    const { clock, signal } = this.#options
    let rest = batch
    let backOffMs = backOffMsMin
    while (rest.tuples.length > 0) {
      const target = this.#target
      const to = target.endpoint()
      const sentTime = clock.now()
      if (to === undefined || signal.aborted || sentTime > this.#giveUpAt) {
        this.#record(rest, 'rejected', { into: target.dc, sentTime })
        return
      }
      this.#requests += 1
      const items = target.itemOf === undefined ? rest.tuples : rest.tuples.map(target.itemOf)
      const outcome = await target.exchange.inject(to, items, { signal: this.#leaving })
      const taken = this.#takeOutcome(rest, outcome, { into: target.dc, sentTime })
      if (taken === rest.tuples.length) return
      rest = { tuples: rest.tuples.slice(taken), dueTimes: rest.dueTimes.slice(taken) }
      backOffMs = taken > 0 ? backOffMsMin : Math.min(backOffMs * 2, backOffMsMax)
      await this.#backOff(backOffMs)
    }
  }

  /** Records what is known; returns how many tuples are done with, whatever came of them. */
  #takeOutcome(batch: DueTuples, outcome: InjectOutcome, sent: { into: DatacenterName; sentTime: number }): number {
    const { tuples, dueTimes } = batch
    switch (outcome.outcome) {
      case 'accepted':
      case 'rejected':
      case 'unknown':
        this.#record(batch, outcome.outcome, sent)
        return tuples.length
      case 'partial': {
        const { added } = outcome
        this.#record({ tuples: tuples.slice(0, added), dueTimes: dueTimes.slice(0, added) }, 'accepted', sent)
        return added
      }
      default:
        return unreachable(outcome)
    }
  }

  #record(batch: DueTuples, outcome: DeliveryOutcome, sent: { into: DatacenterName; sentTime: number }): void {
    const { tuples } = batch
    if (tuples.length === 0) return
    const { ledger, clock, onOutcome } = this.#options
    const time = clock.now()
    ledger.record({ ...sent, tuples, outcome, time })
    onOutcome(batch, outcome, time)
  }

  async #backOff(ms: number): Promise<void> {
    const { clock } = this.#options
    const signal = this.#leaving
    try {
      await clock.sleep((ms / 1000) * clock.timeScale, { signal })
    } catch (error) {
      // The signal ends the pause, not with an error: the loop sees what is next.
      if (!signal.aborted) throw error
    }
  }
}
