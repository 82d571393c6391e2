import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'

// For tests: a real server on a port of its own, which answers as the test says and remembers what it was asked.

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A server that listens; disposing ends it with its connections. */
export interface HttpTestServer extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string
  readonly received: readonly ReceivedRequest[]
}

/** What to answer. An answer that the server should never give is a response that is left alone. */
export type Answerer = (request: ReceivedRequest, response: ServerResponse) => void

/** A server on loopback at a free port; with `tls` it speaks https. */
export async function startHttpTestServer(answer: Answerer, tls?: ServerOptions): Promise<HttpTestServer> {
  const received: ReceivedRequest[] = []
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      const seen = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') }
      received.push(seen)
      answer(seen, response)
    })
  }
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  await new Promise<void>((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0 }, resolve)
  })
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${portOf(server)}`,
    received,
    [Symbol.asyncDispose]: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

/** Answers with JSON, or with a text as it is. */
export function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

/** A URL on loopback where nobody listens. */
export async function closedUrl(): Promise<string> {
  await using server = await startHttpTestServer(() => undefined)
  return server.url
}

function portOf(server: Server): number {
  // A TCP server that listens has such an address.
  return (server.address() as AddressInfo).port
}
