import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server could not listen. Thrown within the emulator only: its callers turn it into an answer that says what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
  readonly address: string
  readonly port: number
  /** The operating system's, such as EADDRINUSE. */
  readonly code: string

  constructor(details: { address: string; port: number; code: string }, options?: ErrorOptions) {
    super(`Could not listen on ${details.address}:${details.port} (${details.code}).`, options)
    this.address = details.address
    this.port = details.port
    this.code = details.code
  }
}

interface ListenOptions {
  readonly address: string
  /** 0: any free one. */
  readonly port: number
  readonly handler: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

/** The largest body that is read, far above what a batch or a snapshot comes to. */
const bodyBytesMax = 256 * 1024 * 1024

/**
 * An HTTP server that listens.
 * @throws ListenError
 */
export async function listenHttp(options: ListenOptions): Promise<Server> {
  const { address, port, handler } = options
  const server = createServer((request, response) => {
    handler(request, response).catch((error: unknown) => {
      // The peer went away in the middle, or we have a bug: either way there is no answer to give, and a cut connection says so.
      if (!request.destroyed) process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`)
      response.destroy()
    })
  })
  // A server that closes an idle connection may meet the next request on its way, and that request's outcome is then unknown.
  server.keepAliveTimeout = 0
  return await new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new ListenError({ address, port, code: cause.code ?? 'unknown' }, { cause }))
    })
    server.listen({ host: address, port }, () => resolve(server))
  })
}

/** The port that a listening server has. */
export function portOf(server: Server): number {
  // A TCP server's address is never a path, and not null while it listens.
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  return (server.address() as AddressInfo).port
}

/** Ends a server with its connections. */
export function closeHttp(server: Server): void {
  server.close()
  server.closeAllConnections()
}

/** Too large by itself; or with all the others that are being read; or its end did not come. */
type RequestBodyReason = 'too_large' | 'no_room' | 'cut_off'

/** A request's body could not be had. Thrown within the emulator only: its callers answer, or cut the connection. */
export class RequestBodyError extends Error {
  override readonly name = 'RequestBodyError'
  readonly reason: RequestBodyReason

  constructor(reason: RequestBodyReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/**
 * A request's whole body. One that is announced to be too large is not read at all. `onBytes` is told of each piece, and may
 * throw a RequestBodyError to end the reading.
 * @throws RequestBodyError when the peer ends the connection before the body's end, or the body is too large
 */
export async function readBody(request: IncomingMessage, onBytes?: (bytes: number) => void): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > bodyBytesMax) throw tooLarge(`one of ${announced}`)
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of readable(request)) {
      length += chunk.length
      if (length > bodyBytesMax) throw tooLarge('more')
      onBytes?.(chunk.length)
      chunks.push(chunk)
    }
  } catch (cause) {
    if (cause instanceof RequestBodyError) throw cause
    throw new RequestBodyError('cut_off', 'The connection ended before the end of the body.', { cause })
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

function tooLarge(got: string): RequestBodyError {
  return new RequestBodyError('too_large', `Expected a body of at most ${bodyBytesMax} bytes, got ${got}.`)
}

/** Not destroyed when one stops reading early: an answer is still to go out. */
function readable(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
}

/** Answers with JSON. */
export function replyJson(
  response: ServerResponse,
  answer: { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> },
): void {
  const bytes = Buffer.from(JSON.stringify(answer.body))
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-type': 'application/json',
    'content-length': bytes.length,
  })
  response.end(bytes)
}

/** Answers without a body. */
export function replyStatus(response: ServerResponse, status: number): void {
  response.writeHead(status, status === 204 ? {} : { 'content-length': 0 })
  response.end()
}

/** Answers with text, plain unless another media type is given. */
export function replyText(
  response: ServerResponse,
  answer: { readonly text: string; readonly type?: string | undefined },
): void {
  const { text, type = 'text/plain' } = answer
  const bytes = Buffer.from(text)
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'content-length': bytes.length })
  response.end(bytes)
}
