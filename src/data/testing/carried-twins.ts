import type { ExchangeEndpoint, InjectOutcome } from '../../model/exchange-client.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { CarriedLoad, Intake, LoadCarrier, TupleRun } from '../../model/load-carrier.ts'
import type { ArrivalSpec } from '../../model/scenario.ts'
import type { MeasuringFault } from '../../model/timeline.ts'
import { createVirtualClock } from '../../support/virtual-clock.ts'
import { CarriedKeys } from '../carried-keys.ts'
import { startCarriedTraffic } from '../carried-traffic.ts'
import { DeliveryLedger } from '../delivery-ledger.ts'
import { rateProfile } from '../rate-profile.ts'
import { RateSchedule } from '../rate-schedule.ts'
import { createSequenceGenerator } from '../sequence-generator.ts'
import { startTraffic } from '../traffic.ts'
import type { Traffic } from '../traffic.ts'
import type { TrafficTarget } from '../traffic-lane.ts'
import { createInMemoryExchange, ingest } from './in-memory-exchange.ts'

// For tests: the same traffic twice, carried as runs and injected tuple by tuple, into DCs that do as the test says.

/** How a DC meets what comes: it takes it, gives no answer, refuses it, or has no job. */
export type SiteState = 'takes' | 'waits' | 'refuses' | 'no job'

/** As long as the client of Data Exchange waits for an answer, in real seconds. */
const answerSecondsMax = 10

/** One DC, for both kinds of traffic. */
class Site {
  state: SiteState = 'takes'
  readonly given: TupleRun[] = []
  readonly #waiters: (() => void)[] = []

  endpoint(): ExchangeEndpoint | undefined {
    return this.state === 'no job' ? undefined : ingest
  }

  become(state: SiteState): void {
    if (state === this.state) return
    this.state = state
    for (const wake of this.#waiters.splice(0)) wake()
  }

  async changed(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiters.push(resolve)
    })
  }
}

/** Two kinds of the same traffic. */
export class CarriedTwins {
  readonly clock = createVirtualClock()
  readonly sites: Readonly<Record<DatacenterName, Site>> = { dc1: new Site(), dc2: new Site() }
  readonly carried: { readonly traffic: Traffic; readonly ledger: DeliveryLedger; readonly faults: MeasuringFault[] }
  readonly single: { readonly traffic: Traffic; readonly ledger: DeliveryLedger; readonly faults: MeasuringFault[] }
  readonly #loads = new Set<CarriedLoad>()
  readonly #end = new AbortController()

  /** `batchIntervalMs` as long as from one tuple to the next lets every tuple be injected when it is due. */
  constructor(options: {
    readonly rate: number
    readonly batchIntervalMs: number
    readonly keys?: number
    readonly arrival?: ArrivalSpec
    readonly count?: number
    readonly forSeconds?: number
    readonly backlogTuplesMax?: number
    readonly warmupSeconds?: number
  }) {
    const { rate, arrival, keys = 3, count, forSeconds, ...rest } = options
    const schedule = (): RateSchedule =>
      new RateSchedule({ startTime: this.clock.now(), profile: rateProfile(arrival, rate), count, forSeconds })
    const place = { seed: 1, origin: 'dc1', ordinal: 0 } as const
    // Rounding between two ways to work a time out must not make a span of every tuple.
    const newLedger = (): DeliveryLedger => new DeliveryLedger({ toleranceSeconds: 1e-6 })
    const { clock } = this
    const { signal } = this.#end
    const common = { ...rest, clock, signal, name: 'twins' }
    const carried = { ledger: newLedger(), faults: new Array<MeasuringFault>() }
    this.carried = {
      ...carried,
      traffic: startCarriedTraffic({
        ...common,
        keys: new CarriedKeys(place, keys),
        target: this.#target('dc1'),
        carrier: this.#carrier(),
        ledger: carried.ledger,
        schedule: schedule(),
        onMeasuringFault: (fault) => carried.faults.push(fault),
      }),
    }
    const single = { ledger: newLedger(), faults: new Array<MeasuringFault>() }
    this.single = {
      ...single,
      traffic: startTraffic({
        ...common,
        generator: createSequenceGenerator({ ...place, keys, sizeBytes: 0 }),
        target: this.#target('dc1'),
        ledger: single.ledger,
        schedule: schedule(),
        onMeasuringFault: (fault) => single.faults.push(fault),
      }),
    }
  }

  /** From now on a DC does this. */
  become(dc: DatacenterName, state: SiteState): void {
    this.settle()
    this.sites[dc].become(state)
    this.settle()
  }

  /** Does something with both. */
  both(act: (traffic: Traffic) => void): void {
    act(this.carried.traffic)
    act(this.single.traffic)
  }

  redirect(to: DatacenterName): void {
    this.both((traffic) => traffic.redirect(this.#target(to)))
  }

  abort(): void {
    this.#end.abort()
  }

  /** Lets time go on until both have ended. */
  async finish(): Promise<void> {
    const ended = Promise.all([this.carried.traffic.stop(), this.single.traffic.stop()]).then(() => true)
    while (!(await Promise.race([ended, this.clock.advance(0.5).then(() => false)]))) continue
  }

  settle(): void {
    for (const load of this.#loads) load.settle()
  }

  #target(dc: DatacenterName): TrafficTarget {
    const site = this.sites[dc]
    const exchange = createInMemoryExchange({
      clock: this.clock,
      answer: async ({ tuples }, signal) => await this.#answer(site, tuples.length, signal),
    })
    return { dc, exchange, endpoint: () => site.endpoint() }
  }

  async #answer(site: Site, count: number, signal: AbortSignal | undefined): Promise<InjectOutcome> {
    const refused: InjectOutcome = { outcome: 'rejected', added: 0, status: undefined, message: 'refused' }
    if (site.state === 'takes') return { outcome: 'accepted', added: count }
    if (site.state !== 'waits') return refused
    const late = this.clock.sleep(answerSecondsMax).then(() => 'unknown' as const)
    const calledOff = new Promise<'unknown'>((resolve) => {
      signal?.addEventListener('abort', () => resolve('unknown'), { once: true })
    })
    const changed = site.changed().then(() => (site.state === 'takes' ? ('accepted' as const) : ('unknown' as const)))
    const outcome = await Promise.race([late, calledOff, changed])
    return outcome === 'accepted' ? { outcome, added: count } : { outcome, message: 'no answer' }
  }

  #carrier(): LoadCarrier {
    const intakes = { takes: { kind: 'takes', room: Infinity }, waits: { kind: 'waits' } } as const
    return {
      join: (load) => {
        this.#loads.add(load)
        let asked = 0
        return {
          settleIn: (seconds) => {
            const mine = (asked += 1)
            const due = this.clock.sleep(seconds)
            void due.then(() => (mine === asked ? this.settle() : undefined))
          },
          leave: () => void this.#loads.delete(load),
        }
      },
      settle: () => this.settle(),
      intake: (dc): Intake => {
        const { state } = this.sites[dc]
        return state === 'takes' || state === 'waits' ? intakes[state] : { kind: 'refuses' }
      },
      give: (dc, _, runs) => void this.sites[dc].given.push(...runs),
    }
  }
}
