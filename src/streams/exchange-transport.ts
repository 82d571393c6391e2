import { Agent } from 'undici'
import type { Dispatcher } from 'undici'
import type { WaitOptions } from '../model/clock.ts'
import type { Connection } from './connection-options.ts'

/** A request on the load path. */
export interface ExchangeRequest extends WaitOptions {
  readonly method: string
  readonly url: string
  readonly body?: string | Uint8Array
}

/** What came of a request: a whole answer, or a failure, perhaps after its status was known. */
export type Exchange =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | {
      readonly kind: 'failed'
      /** The status, when the answer had begun. */
      readonly status: number | undefined
      /** False: the request surely never went out. */
      readonly wasSent: boolean
      readonly error: Error
    }

/** Requests under way at once; more wait for their turn. */
const connectionsMax = 16

/**
 * Requests to the data service on kept connections, one at a time on each, and each request once: what goes wrong is answered
 * with all that is known of it, never repeated.
 */
export class ExchangeTransport {
  readonly #connection: Connection
  readonly #agent: Agent
  readonly #targets = new Map<string, { readonly origin: string; readonly path: string }>()

  constructor(connection: Connection) {
    this.#connection = connection
    const { tls, requestTimeoutMs } = connection
    this.#agent = new Agent({
      connections: connectionsMax,
      pipelining: 1,
      connect: {
        timeout: requestTimeoutMs,
        rejectUnauthorized: tls.rejectUnauthorized,
        ...(tls.ca ? { ca: tls.ca } : {}),
      },
      // One time-out of our own covers the whole request; undici's work in steps of half a second.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  }

  /** Sends a request once. Never throws. */
  async send(request: ExchangeRequest): Promise<Exchange> {
    const { method, url, body = null, signal } = request
    const { authorization, requestTimeoutMs, answerBytesMax } = this.#connection
    if (signal?.aborted === true)
      return { kind: 'failed', status: undefined, wasSent: false, error: abortError(signal) }
    return await new Promise((resolve) => {
      const handler = new ExchangeHandler({
        answerBytesMax,
        onEnd: (exchange) => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', onAbort)
          resolve(exchange)
        },
      })
      const onAbort = (): void => handler.giveUp(abortError(signal))
      const timer = setTimeout(() => handler.giveUp(timeoutError(requestTimeoutMs)), requestTimeoutMs)
      signal?.addEventListener('abort', onAbort, { once: true })
      const headers = { authorization, accept: 'application/json', ...(body === null ? {} : jsonContent) }
      this.#agent.dispatch({ ...this.#target(url), method, headers, body }, handler)
    })
  }

  /** Ends open connections; requests under way fail. */
  close(): void {
    this.#agent.destroy(() => undefined)
  }

  #target(url: string): { readonly origin: string; readonly path: string } {
    let target = this.#targets.get(url)
    if (target === undefined) {
      const { origin, pathname, search } = new URL(url)
      target = { origin, path: `${pathname}${search}` }
      this.#targets.set(url, target)
    }
    return target
  }
}

const jsonContent = { 'content-type': 'application/json' }

/** Follows one request. undici calls onRequestStart right before it writes to the connection, so before that nothing went out. */
class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #answerBytesMax: number
  readonly #onEnd: (exchange: Exchange) => void
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #status: number | undefined
  #controller: Dispatcher.DispatchController | undefined
  #hasEnded = false

  constructor(options: { answerBytesMax: number; onEnd: (exchange: Exchange) => void }) {
    this.#answerBytesMax = options.answerBytesMax
    this.#onEnd = options.onEnd
  }

  /** Ends the request. One that still waits for a connection is called off when its turn comes, before it is written. */
  giveUp(error: Error): void {
    this.#end({ kind: 'failed', status: this.#status, wasSent: this.#controller !== undefined, error })
    this.#controller?.abort(error)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#hasEnded) controller.abort(new Error('Called off before it was sent'))
    else this.#controller = controller
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    // 1xx are no answers yet.
    if (status >= 200) this.#status = status
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes <= this.#answerBytesMax) this.#chunks.push(chunk)
    else controller.abort(new Error(`Expected an answer of at most ${this.#answerBytesMax} bytes, got more`))
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#chunks).toString('utf8')
    if (this.#status !== undefined) this.#end({ kind: 'answered', status: this.#status, body })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end({ kind: 'failed', status: this.#status, wasSent: this.#controller !== undefined, error })
  }

  #end(exchange: Exchange): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#onEnd(exchange)
  }
}

function timeoutError(timeoutMs: number): Error {
  return Object.assign(new Error(`No answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' })
}

function abortError(signal: AbortSignal | undefined): Error {
  return new Error('The request was called off', { cause: signal?.reason })
}
