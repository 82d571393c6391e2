import type { Clock } from '../model/clock.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { ExchangeEndpoint } from '../model/exchange-client.ts'
import type { Interval } from '../model/interval.ts'
import type { TrafficSpec } from '../model/scenario.ts'
import type { LoadSeries, MeasuringFault, Timeline } from '../model/timeline.ts'
import { createRandom } from '../support/random.ts'
import { ApplicationOutputs } from './application-outputs.ts'
import { injectBy, receiveFrom } from './client.ts'
import type { ClientDefinition } from './client.ts'
import { createGenerator } from './create-generator.ts'
import type { GeneratorRegistry } from './create-generator.ts'
import { DeliveryLedger } from './delivery-ledger.ts'
import { OutputCollector } from './output-collector.ts'
import { startTraffic } from './traffic.ts'
import type { Traffic } from './traffic.ts'
import { scheduleOf } from './traffic-schedule.ts'
import type { TupleGenerator } from './tuple-generator.ts'

/** The DC in whose name another system's deliveries stand on a timeline. */
export const clientDatacenter: DatacenterName = 'dc1'

/** What goes through a client has one way in. */
const endpoint: ExchangeEndpoint = { kind: 'inject', operator: 'client', url: 'client:' }

/** Real seconds between looks at what came out. */
const receiveRealSeconds = 0.02

/** Real seconds without anything new after which nothing more is expected. */
const quietRealSeconds = 1

/** Real seconds by which the time of an acceptance may be off: a batch holds as many milliseconds' worth of tuples. */
const answerToleranceRealSeconds = 0.01

/** One client's traffic: what was sent through it, and what came out. Times are of the clock that it was given. */
export class ClientLedger implements AsyncDisposable {
  readonly #definition: ClientDefinition
  readonly #clock: Clock
  readonly #seed: number
  readonly #registered: GeneratorRegistry
  readonly #deliveries: DeliveryLedger
  readonly #outputs = new OutputCollector()
  readonly #generators: TupleGenerator[] = []
  readonly #traffic: Traffic[] = []
  readonly #measuringFaults: MeasuringFault[] = []
  readonly #end = new AbortController()
  #received: ApplicationOutputs
  #isNothingReceived = true
  #ordinal = 0
  #closed: Promise<void> | undefined

  constructor(options: {
    readonly definition: ClientDefinition
    readonly clock: Clock
    readonly seed: number
    /** @default none */
    readonly registered?: GeneratorRegistry | undefined
  }) {
    this.#definition = options.definition
    this.#clock = options.clock
    this.#seed = options.seed
    this.#registered = options.registered ?? new Map()
    const toleranceSeconds = answerToleranceRealSeconds * options.clock.timeScale
    this.#deliveries = new DeliveryLedger({ toleranceSeconds })
    this.#received = this.#collector(true)
  }

  /** Starts traffic through the client. @throws SettingsError for a generator that cannot be made */
  async send(spec: TrafficSpec): Promise<Traffic> {
    const seed = this.#seed
    const place = { seed, origin: clientDatacenter, ordinal: this.#ordinal++ }
    const generator = await createGenerator(spec, { place, registered: this.#registered })
    this.#generators.push(generator)
    const random = createRandom(seed).fork(`arrivals ${this.#definition.name} ${place.ordinal}`)
    const traffic = startTraffic({
      name: spec.name,
      generator,
      target: { dc: clientDatacenter, exchange: injectBy(this.#definition), endpoint: () => endpoint },
      ledger: this.#deliveries,
      clock: this.#clock,
      schedule: scheduleOf(spec, { startTime: this.#clock.now(), random, times: generator.times }),
      warmupSeconds: spec.warmupSeconds,
      signal: this.#end.signal,
      onMeasuringFault: (fault) => this.#measuringFaults.push(fault),
    })
    this.#traffic.push(traffic)
    return traffic
  }

  /**
   * Stops all traffic, and takes in what comes out until all that was accepted is there, or nothing new came for a while.
   * @throws ClientError when the client's own code fails
   */
  async settle(): Promise<void> {
    await Promise.all(this.#traffic.map(async (traffic) => await traffic.stop()))
    const patience = quietRealSeconds * this.#clock.timeScale
    let quietSince = this.#clock.now()
    while (!this.#isAllThere() && this.#clock.now() - quietSince <= patience) {
      if ((await this.#receive()) > 0) quietSince = this.#clock.now()
      else await this.#clock.sleep(receiveRealSeconds * this.#clock.timeScale, { signal: this.#end.signal })
    }
    // What comes twice comes after all is there.
    await this.#receive()
  }

  /** What was seen so far; what came out of the system is all of its state that can be known. */
  evidence(): Pick<Timeline, 'acceptanceToleranceSeconds' | 'deliveries' | 'outputs' | 'states' | 'measuringFaults'> & {
    readonly load: readonly LoadSeries[]
  } {
    return {
      acceptanceToleranceSeconds: this.#deliveries.toleranceSeconds,
      deliveries: this.#deliveries.deliveries(),
      outputs: this.#outputs.outputs(),
      states: this.#received.states([clientDatacenter], this.#clock.now()),
      measuringFaults: [...this.#measuringFaults, ...this.#received.measuringFaults()],
      load: this.#traffic.flatMap((traffic) => traffic.series()),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close()
    await this.#closed
  }

  async #close(): Promise<void> {
    this.#end.abort(new Error('The test is over'))
    await Promise.allSettled(this.#traffic.map(async ({ done }) => await done))
    await this.#definition.close?.()
  }

  /** Returns how many items came. */
  async #receive(): Promise<number> {
    const items = await receiveFrom(this.#definition, this.#end.signal)
    if (this.#isNothingReceived && items.length > 0) {
      this.#isNothingReceived = false
      this.#received = this.#collector(items.every(({ checksum }) => checksum !== undefined))
    }
    const read = { dc: clientDatacenter, job: this.#definition.name, time: this.#clock.now(), items }
    this.#outputs.take(this.#received.take(read))
    return items.length
  }

  #collector(hasChecksums: boolean): ApplicationOutputs {
    const names = { key: 'key', sequence: 'sequence', ...(hasChecksums ? { checksum: 'checksum' } : {}) }
    const of = (key: string): TupleGenerator | undefined => this.#generators.find((generator) => generator.owns(key))
    const expectedChecksum = (key: string, intervals: readonly Interval[]): number =>
      of(key)?.expectedChecksum(key, intervals) ?? -1
    return new ApplicationOutputs({ names, known: { originOf: (key) => of(key)?.origin, expectedChecksum } })
  }

  #isAllThere(): boolean {
    const { accepted } = this.#deliveries.totals()
    return this.#received.arrived >= accepted
  }
}
