import type { WaitOptions } from '../../model/clock.ts'
import { RequestError } from '../../model/errors.ts'
import type { ExchangeClient, ExchangeEndpoint, InjectOutcome } from '../../model/exchange-client.ts'
import type { JsonObject } from '../../model/json.ts'
import { ledgerOperators } from '../../model/ledger.ts'
import type { WorldJob } from '../world/job.ts'
import type { WorldPe } from '../world/pe.ts'
import type { World } from '../world/world.ts'
import { itemsProblem } from './endpoint-items.ts'
import { brokenOff, originOf, refused } from './refusals.ts'
import type { RequestName } from './refusals.ts'
import { settled, taken } from './service.ts'
import type { ServedDatacenter } from './service.ts'
import { SinkFollowers } from './sink-followers.ts'

const injected: readonly string[] = [ledgerOperators.ingest, ledgerOperators.control]
const inspected: readonly string[] = [ledgerOperators.output, ledgerOperators.state]

/** Where a request goes. */
interface Place {
  readonly jobId: string
  readonly operator: string
}

/** A simulated DC's Data Exchange service without HTTP: the same answers and errors (data-exchange reference §4, §5). */
export class InMemoryExchangeClient implements ExchangeClient {
  readonly url: string
  readonly #on: ServedDatacenter
  readonly #places = new Map<string, Place>()
  readonly #followers: SinkFollowers

  constructor(on: ServedDatacenter, world: Pick<World, 'onSink'>) {
    this.#on = on
    this.url = `${originOf(on.datacenter.name)}/streams-data`
    this.#followers = new SinkFollowers(on, world)
  }

  async endpoints(jobId: string, wait?: WaitOptions): Promise<readonly ExchangeEndpoint[]> {
    await taken(this.#on, { method: 'GET', url: this.url }, wait)
    const jobs = this.#on.datacenter.jobs().filter(({ description }) => description.hasLedgerEndpoints)
    if (jobs.some(({ id }) => id === jobId)) {
      return [
        ...injected.map((operator) => this.#endpoint('inject', { jobId, operator })),
        ...inspected.map((operator) => this.#endpoint('inspect', { jobId, operator })),
      ]
    }
    const listed = jobs.map(({ id }) => id).join(', ') || 'none'
    const message = `Expected the data service to list job ${jobId} with its OpenAPI document; jobs listed: ${listed} (GET ${this.url})`
    throw new RequestError(message, { method: 'GET', url: this.url, status: 404 })
  }

  async inject(endpoint: ExchangeEndpoint, items: readonly object[], wait: WaitOptions = {}): Promise<InjectOutcome> {
    const request = { method: 'POST', url: endpoint.url } as const
    if (hasUnsafeInteger(items)) {
      const message = `Expected whole numbers below 2^53, got larger ones: they would arrive changed (POST ${endpoint.url}, not sent)`
      return { outcome: 'rejected', added: 0, status: undefined, message }
    }
    const attempt = { isUnderWay: false }
    try {
      return await this.#inject(request, { endpoint, items, wait, attempt })
    } catch (error) {
      return outcomeOfFailure(error, { request, wasSent: attempt.isUnderWay })
    }
  }

  async retrieve(endpoint: ExchangeEndpoint, wait?: WaitOptions): Promise<readonly JsonObject[]> {
    const request = { method: 'GET', url: endpoint.url } as const
    await taken(this.#on, request, wait)
    const pe = await this.#answeringPe(request, wait)
    const { operator } = this.#placeOf(request)
    const items = pe.retrieve(operator)
    if (items === undefined) throw refused(request, { status: 404, id: 'CDISW5000E', text: `Nothing is there.` })
    // What the ledger puts out is JSON.
    // eslint-disable-next-line typescript/no-unsafe-type-assertion
    return items as readonly JsonObject[]
  }

  follow(endpoint: ExchangeEndpoint, onItems: (items: readonly JsonObject[]) => void): () => void {
    return this.#followers.add(this.#placeOf({ method: 'GET', url: endpoint.url }), onItems)
  }

  /** Hands over what sinks got since; called after each thing that happened in the world. */
  handOver(): void {
    this.#followers.handOver()
  }

  close(): void {
    this.#followers.clear()
  }

  async #inject(
    request: RequestName,
    injection: {
      readonly endpoint: ExchangeEndpoint
      readonly items: readonly object[]
      readonly wait: WaitOptions
      /** Told once nobody can say any more that nothing went out. */
      readonly attempt: { isUnderWay: boolean }
    },
  ): Promise<InjectOutcome> {
    const { items, wait, attempt } = injection
    // A paused process takes the request, and says nothing.
    attempt.isUnderWay = this.#on.datacenter.management === 'paused'
    await taken(this.#on, request, wait)
    const pe = await this.#answeringPe(request, wait, attempt)
    const { operator } = this.#placeOf(request)
    const problem = itemsProblem(operator, items)
    if (problem !== undefined) throw refused(request, { status: 400, id: 'CDISX0001E', text: problem, expected: '2xx' })
    const added = pe.inject(operator, items)
    return added === items.length ? { outcome: 'accepted', added } : { outcome: 'partial', added }
  }

  /** The PE with the endpoints, once it answers: one that is paused does not. */
  async #answeringPe(
    request: RequestName,
    wait: WaitOptions | undefined,
    attempt?: { isUnderWay: boolean },
  ): Promise<WorldPe> {
    const { jobId, operator } = this.#placeOf(request)
    const job = this.#findJob(request, jobId)
    const pe = job.applicationPe
    if (pe.status !== 'running') {
      const text = `The PE of ${operator} in job ${jobId} does not run.`
      throw refused(request, { status: 503, id: 'CDISX0002E', text })
    }
    if (!pe.isPaused) return pe
    if (attempt !== undefined) attempt.isUnderWay = true
    const { launchCount } = pe
    const isGone = (): boolean => pe.status !== 'running' || pe.launchCount !== launchCount
    await settled(this.#on, request, { ...wait, isSettled: () => !pe.isPaused || isGone() })
    if (isGone()) throw brokenOff(request)
    return pe
  }

  #findJob(request: RequestName, jobId: string): WorldJob {
    const job = this.#on.datacenter.job(jobId)
    if (job !== undefined) return job
    const text = `The resource of type job and restid ${jobId} was not found.`
    throw refused(request, { status: 404, id: 'CDISW5000E', text })
  }

  #endpoint(kind: ExchangeEndpoint['kind'], { jobId, operator }: Place): ExchangeEndpoint {
    const url = `${this.url}/jobs/${jobId}/${operator}/ports/${kind === 'inject' ? 'output' : 'input'}/0/tuples`
    this.#places.set(url, { jobId, operator })
    return { kind, operator, url }
  }

  /** @throws RequestError for a URL that none of the endpoints has */
  #placeOf(request: RequestName): Place {
    const place = this.#places.get(request.url)
    if (place !== undefined) return place
    throw refused(request, { status: 404, id: 'CDISW5000E', text: `Nothing is at ${new URL(request.url).pathname}.` })
  }
}

/** As with an HTTP client: nothing was taken when the service said so or never had it, else nobody knows. */
function outcomeOfFailure(
  error: unknown,
  of: { readonly request: RequestName; readonly wasSent: boolean },
): InjectOutcome {
  const { request, wasSent } = of
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof RequestError && error.status !== undefined) {
    return { outcome: 'rejected', added: 0, status: error.status, message }
  }
  const explained = error instanceof RequestError ? message : `${request.url} was called off: ${message}`
  if (wasSent) return { outcome: 'unknown', message: explained }
  return { outcome: 'rejected', added: 0, status: undefined, message: `${explained}; nothing was sent` }
}

function hasUnsafeInteger(items: readonly object[]): boolean {
  return items.some((item) =>
    Object.values(item).some((value) => Number.isInteger(value) && !Number.isSafeInteger(value)),
  )
}
