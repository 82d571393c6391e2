import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import got, { HTTPError } from 'got'
import type { Got } from 'got'
import { z } from 'zod'
import type { WaitOptions } from '../model/clock.ts'
import { RequestError } from '../model/errors.ts'
import type { Connection } from './connection-options.ts'
import { readRepresentation } from './representation.ts'
import { page } from './representations.ts'
import { codeOf, noAnswerError, statusError } from './request-failure.ts'

/** A request to the service; `json` or `bytes` is its body. */
export interface RestRequest extends WaitOptions {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly json?: unknown
  readonly bytes?: { readonly contentType: string; readonly content: Uint8Array }
  /** Statuses that are no failure. @default 200 */
  readonly expect?: readonly number[]
  /** @default the connection's */
  readonly timeoutMs?: number
}

/** An answer with a status that was expected. */
export interface RestAnswer {
  readonly method: string
  readonly url: string
  readonly status: number
  readonly body: string
  /** More than 1 when an earlier attempt failed, which may have had its effect all the same. */
  readonly attempts: number
}

/** Attempts after the first, of requests that may be repeated (house style: idempotent ones only). */
const retriesMax = 2
/** A time-out is not repeated: it has been long enough already. */
const retriedCodes = ['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'EAI_AGAIN']
const retriedStatuses = [429, 502, 503, 504]
const pagesMax = 1000

/** Requests to one service, with credentials, time-outs, retries and errors that say what to do. */
export class RestSession {
  readonly #connection: Connection
  readonly #got: Got
  readonly #agents: readonly { destroy(): void }[]

  constructor(connection: Connection) {
    this.#connection = connection
    const { tls, authorization } = connection
    const http = new HttpAgent({ keepAlive: true })
    const https = new HttpsAgent({ keepAlive: true, ...tls })
    this.#agents = [http, https]
    this.#got = got.extend({
      agent: { http, https },
      https: {
        rejectUnauthorized: tls.rejectUnauthorized,
        ...(tls.ca === undefined ? {} : { certificateAuthority: tls.ca }),
      },
      headers: { authorization, accept: 'application/json', 'user-agent': 'vitest-failover' },
      responseType: 'buffer',
      // Bounds on the answer's size are of bytes as received.
      decompress: false,
      // Credentials go to the named service only.
      followRedirect: false,
      retry: {
        limit: retriesMax,
        methods: ['GET', 'DELETE'],
        errorCodes: retriedCodes,
        statusCodes: retriedStatuses,
        maxRetryAfter: connection.requestTimeoutMs,
        backoffLimit: 400,
        calculateDelay: ({ attemptCount, computedValue }) => (computedValue === 0 ? 0 : 100 * 2 ** (attemptCount - 1)),
      },
    })
  }

  /**
   * Sends a request.
   * @throws RequestError, or the signal's reason
   */
  async send(request: RestRequest): Promise<RestAnswer> {
    const { method, url, signal, expect = [200], timeoutMs = this.#connection.requestTimeoutMs } = request
    signal?.throwIfAborted()
    const failed = { method, url, username: this.#connection.username, timeoutMs }
    try {
      const answer = await this.#attempt(request, timeoutMs)
      if (expect.includes(answer.status)) return answer
      throw statusError(failed, { ...answer, expected: expect.join(' or ') })
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof RequestError) throw error
      throw noAnswerError(failed, error)
    }
  }

  /** A representation. @throws RequestError */
  async get<T>(schema: z.ZodType<T>, at: WaitOptions & { readonly url: string }): Promise<T> {
    return readRepresentation(schema, await this.send({ method: 'GET', ...at }))
  }

  /**
   * The members of a collection, those on further pages too (streams-rest-api reference §3).
   * @throws RequestError
   */
  async list<T>(schema: z.ZodType<T>, at: WaitOptions & { url: string; key: string }): Promise<readonly T[]> {
    const { key, signal } = at
    const wait = signal === undefined ? {} : { signal }
    const members: T[] = []
    let url: string | undefined = at.url
    for (let pages = 0; url !== undefined; pages += 1) {
      if (pages === pagesMax)
        throw new RequestError(`Expected at most ${pagesMax} pages from GET ${at.url}`, { method: 'GET', url })
      const answer = await this.send({ method: 'GET', url, ...wait })
      const collection = readRepresentation(z.looseObject({ [key]: z.array(schema) }), answer)
      members.push(...(collection[key] ?? []))
      url = readRepresentation(page, answer).next
    }
    return members
  }

  /** Deletes a resource; false when it was not there. @throws RequestError */
  async remove(url: string, wait: WaitOptions): Promise<boolean> {
    const { status, attempts } = await this.send({ method: 'DELETE', url, expect: [200, 204, 404], ...wait })
    // Not there at a second attempt: the first one, whose answer was lost, has deleted it.
    return status !== 404 || attempts > 1
  }

  async #attempt(request: RestRequest, timeoutMs: number): Promise<RestAnswer> {
    const { method, url, json, bytes, signal } = request
    const { answerBytesMax, onAttempt } = this.#connection
    const isRepeatable = method === 'GET' || method === 'DELETE'
    const tooLarge = new AbortController()
    let attempts = 0
    let previousFailure: string | undefined
    const answer = this.#got(url, {
      method,
      timeout: { request: timeoutMs },
      signal: signal === undefined ? tooLarge.signal : AbortSignal.any([signal, tooLarge.signal]),
      ...(json === undefined ? {} : { json }),
      ...(bytes === undefined ? {} : { body: bytes.content, headers: { 'content-type': bytes.contentType } }),
      // A connection that the server is just closing fails a request which then cannot be repeated, so it gets a new one.
      ...(isRepeatable ? {} : { agent: { http: false, https: false } }),
      hooks: {
        beforeRequest: [
          () => {
            attempts += 1
            onAttempt({ method, url, attempt: attempts, previousFailure })
          },
        ],
        beforeRetry: [
          (error) => {
            previousFailure =
              error instanceof HTTPError ? `status ${error.response.statusCode}` : (codeOf(error) ?? error.message)
          },
        ],
      },
    }).on('downloadProgress', ({ transferred }) => {
      if (transferred > answerBytesMax) tooLarge.abort()
    })
    try {
      const { statusCode, body } = await answer
      return { method, url, status: statusCode, body: textOf(body), attempts }
    } catch (error) {
      if (tooLarge.signal.aborted) {
        const message = `Expected an answer of at most ${answerBytesMax} bytes from ${method} ${url}, got more`
        throw new RequestError(message, { method, url })
      }
      if (!(error instanceof HTTPError)) throw error
      return { method, url, status: error.response.statusCode, body: textOf(error.response.body), attempts }
    }
  }

  /** Ends open connections. */
  close(): void {
    for (const agent of this.#agents) agent.destroy()
  }
}

function textOf(body: unknown): string {
  return body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : String(body)
}
