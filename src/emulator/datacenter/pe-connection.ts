import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { isErrno } from '../errno.ts'
import { readBody } from '../http-server.ts'
import type { PeInternals } from '../pair-protocol.ts'
import { secretHeader } from '../pe/internal-server.ts'
import type { OperatorCounters } from '../../applications/hosting/operator-counters.ts'
import { ServiceError } from './service-error.ts'
import { parseTrusted } from '../json-text.ts'

/** Real time for a PE to say what it counted: far more than it needs, unless it is stopped or stuck. */
const countersWaitMs = 1000

/** A running PE, as the management process reaches it. */
interface PeAddress {
  readonly address: string
  readonly internals: PeInternals
}

/** Kept-alive connections to the operators inside PEs. */
export class PeConnection {
  readonly #agent = new Agent({ keepAlive: true })

  /** What the PE's operators counted so far; empty when it has just ended, or does not answer. */
  async operators(pe: PeAddress): Promise<readonly OperatorCounters[]> {
    return await new Promise((resolve) => {
      const request = httpRequest(this.#options(pe, { method: 'GET', path: '/operators' }), (response) => {
        readBody(response).then(
          (body) => resolve(parseTrusted<readonly OperatorCounters[]>(body.toString('utf8'))),
          () => resolve([]),
        )
      })
      request.setTimeout(countersWaitMs, () => request.destroy())
      request.on('error', () => resolve([]))
      request.end()
    })
  }

  /**
   * Passes a data-service request on to the PE, body and answer unread. If the PE dies in between, the client's connection is cut
   * without an answer, for nobody can say any more what the PE had taken.
   * @throws ServiceError when the PE could not be reached at all: nothing was taken then
   */
  async pass(
    pe: PeAddress,
    exchange: { request: IncomingMessage; response: ServerResponse; path: string },
  ): Promise<void> {
    const { request, response, path } = exchange
    const { method = 'GET', headers } = request
    const length = headers['content-length']
    const passed = httpRequest(this.#options(pe, { method, path, ...(length !== undefined && { length }) }))
    await new Promise<void>((resolve, reject) => {
      const cut = (): void => {
        response.destroy()
        resolve()
      }
      passed.on('error', (error) => {
        if (isErrno(error, 'ECONNREFUSED'))
          reject(new ServiceError(503, 'CDISX0002E', "The operator's PE does not run."))
        else cut()
      })
      passed.on('response', (answer) => {
        const { 'content-type': type, 'content-length': size } = answer.headers
        response.writeHead(answer.statusCode ?? 502, {
          ...(type && { 'content-type': type }),
          ...(size && { 'content-length': size }),
        })
        answer.on('error', cut)
        answer.pipe(response)
        answer.on('end', resolve)
      })
      // A client that leaves early is not worth the PE's work any more.
      response.on('close', () => {
        passed.destroy()
        resolve()
      })
      request.pipe(passed)
    })
  }

  close(): void {
    this.#agent.destroy()
  }

  #options(pe: PeAddress, to: { readonly method: string; readonly path: string; readonly length?: string }): object {
    const { address, internals } = pe
    const headers = {
      [secretHeader]: internals.secret,
      ...(to.length !== undefined && { 'content-length': to.length }),
    }
    return { agent: this.#agent, host: address, port: internals.port, method: to.method, path: to.path, headers }
  }
}
