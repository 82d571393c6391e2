import { connect, type Socket } from 'node:net'
import { httpExchange, NoAnswer } from './http-exchange.ts'

/** What became of a POST: the status of its answer, or why there was none, in the words of the JDK's client. */
export type PostResult =
  { readonly kind: 'answer'; readonly status: number } | { readonly kind: 'exception'; readonly text: string }

interface PostOptions {
  readonly host: string
  readonly port: number
  /** Sent as it is: brackets are not escaped. */
  readonly path: string
  readonly body: Uint8Array
  /** @default 'application/octet-stream' */
  readonly contentType?: string
  /** Real milliseconds; 0 waits for ever, as in Java. */
  readonly connectTimeoutMs: number
  /** Real milliseconds; 0 waits for ever, as in Java. */
  readonly readTimeoutMs: number
  /** Ends the attempt; the result is then an exception. */
  readonly signal?: AbortSignal
}

/**
 * One POST as the toolkit's sender makes it, straight to a receiver: a connection of its own, ended afterwards (toolkit reference
 * §3.1). A failure is a result, for a sender goes on after it.
 */
export async function post(options: PostOptions): Promise<PostResult> {
  const { host, port, signal } = options
  const socket = connect({ host, port, noDelay: true })
  // From now on an error is heard even where nobody listens any more.
  socket.on('error', () => undefined)
  const end = (): void => void socket.destroy()
  signal?.addEventListener('abort', end, { once: true })
  try {
    if (signal?.aborted === true) throw new NoAnswer('The sender has ended')
    await connected(socket, options)
    return { kind: 'answer', status: await httpExchange({ ...options, method: 'POST', socket }) }
  } catch (error) {
    if (error instanceof NoAnswer) return { kind: 'exception', text: error.message }
    throw error
  } finally {
    signal?.removeEventListener('abort', end)
    socket.destroy()
  }
}

/** @throws NoAnswer */
async function connected(socket: Socket, options: PostOptions): Promise<void> {
  const { host, port, connectTimeoutMs } = options
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      if (connectTimeoutMs > 0) {
        timer = setTimeout(() => reject(new NoAnswer('connect timed out')), Math.ceil(connectTimeoutMs))
      }
      socket.once('connect', resolve)
      socket.once('error', (cause: NodeJS.ErrnoException) => {
        const why = cause.code === 'ECONNREFUSED' ? 'Connection refused' : (cause.code ?? cause.message)
        reject(new NoAnswer(`${why} (${host}:${port})`, { cause }))
      })
      socket.once('close', () => reject(new NoAnswer('The connection ended before it was made')))
    })
  } finally {
    clearTimeout(timer)
  }
}
