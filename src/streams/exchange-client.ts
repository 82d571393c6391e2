import type { WaitOptions } from '../model/clock.ts'
import { RequestError } from '../model/errors.ts'
import type { ExchangeClient, ExchangeEndpoint, InjectOutcome } from '../model/exchange-client.ts'
import type { JsonObject } from '../model/json.ts'
import { resolveConnection } from './connection-options.ts'
import type { Connection, ConnectionOptions } from './connection-options.ts'
import { endpointsOf, findOpenApiUrl, jobIdsOf } from './exchange-discovery.ts'
import { itemsOf } from './exchange-items.ts'
import { ExchangeTransport } from './exchange-transport.ts'
import { outcomeOf } from './inject-outcome.ts'
import { parseAnswer } from './representation.ts'
import { noAnswerError, statusError } from './request-failure.ts'
import { RestSession } from './rest-session.ts'
import { hasUnsafeInteger } from './safe-integers.ts'

/** How to reach one instance's data service. `url` is its top-level URL (`streamtool getinstanceurl --data`). */
export interface ExchangeClientOptions extends ConnectionOptions {
  /**
   * Where else a job's OpenAPI document may be found, when the data service does not list the job: the REST client's
   * `openApiUrl`. @default nowhere
   */
  readonly openApiUrl?: ((jobId: string, options?: WaitOptions) => Promise<string | undefined>) | undefined
}

/**
 * A client of one instance's Data Exchange service. Nothing is sent before the first call.
 * @throws SettingsError
 */
export function createExchangeClient(options: ExchangeClientOptions): ExchangeClient {
  return new HttpExchangeClient(resolveConnection(options), options.openApiUrl)
}

class HttpExchangeClient implements ExchangeClient {
  readonly url: string
  readonly #connection: Connection
  readonly #session: RestSession
  readonly #transport: ExchangeTransport
  readonly #openApiUrl: ExchangeClientOptions['openApiUrl']

  constructor(connection: Connection, openApiUrl: ExchangeClientOptions['openApiUrl']) {
    this.url = connection.url
    this.#connection = connection
    this.#session = new RestSession(connection)
    this.#transport = new ExchangeTransport(connection)
    this.#openApiUrl = openApiUrl
  }

  async endpoints(jobId: string, wait: WaitOptions = {}): Promise<readonly ExchangeEndpoint[]> {
    const top = parseAnswer(await this.#session.send({ method: 'GET', url: this.url, ...wait }))
    const documentUrl = findOpenApiUrl(top, { jobId, topUrl: this.url }) ?? (await this.#openApiUrl?.(jobId, wait))
    if (documentUrl === undefined) {
      const listed = jobIdsOf(top).join(', ') || 'none'
      const message = `Expected the data service to list job ${jobId} with its OpenAPI document; jobs listed: ${listed} (GET ${this.url})`
      throw new RequestError(message, { method: 'GET', url: this.url, status: 404 })
    }
    return endpointsOf(await this.#session.send({ method: 'GET', url: documentUrl, ...wait }))
  }

  async inject(endpoint: ExchangeEndpoint, items: readonly object[], wait: WaitOptions = {}): Promise<InjectOutcome> {
    if (hasUnsafeInteger(items)) {
      const message = `Expected whole numbers below 2^53, got larger ones: they would arrive changed (POST ${endpoint.url}, not sent)`
      return { outcome: 'rejected', added: 0, status: undefined, message }
    }
    const request = { method: 'POST', url: endpoint.url, ...this.#patience() }
    const exchange = await this.#transport.send({ ...request, body: JSON.stringify({ items }), ...wait })
    return outcomeOf(exchange, { request, itemCount: items.length })
  }

  /** The answer to a GET holds the only copy of what it brings (consuming reads), so it is never asked for twice. */
  async retrieve(endpoint: ExchangeEndpoint, wait: WaitOptions = {}): Promise<readonly JsonObject[]> {
    const request = { method: 'GET', url: endpoint.url, ...this.#patience() }
    const exchange = await this.#transport.send({ ...request, ...wait })
    if (exchange.kind === 'failed') {
      wait.signal?.throwIfAborted()
      throw noAnswerError(request, exchange.error)
    }
    if (exchange.status !== 200) throw statusError(request, exchange)
    return itemsOf({ ...request, ...exchange })
  }

  close(): void {
    this.#session.close()
    this.#transport.close()
  }

  #patience(): { readonly username: string; readonly timeoutMs: number } {
    return { username: this.#connection.username, timeoutMs: this.#connection.requestTimeoutMs }
  }
}
