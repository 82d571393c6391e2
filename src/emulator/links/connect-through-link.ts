import { connect, type Socket } from 'node:net'

/** How a connection attempt failed: the machine said no, or nothing was heard in time. */
export type ConnectFailureKind = 'refused' | 'timeout'

/** No connection. Thrown within the emulator only: its callers turn it into an outcome. */
export class ConnectFailure extends Error {
  override readonly name = 'ConnectFailure'
  readonly kind: ConnectFailureKind

  constructor(kind: ConnectFailureKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

interface ConnectOptions {
  readonly host: string
  readonly port: number
  /** Real milliseconds; 0 waits for ever, as in Java. */
  readonly timeoutMs: number
  /** Whether a link is on the way, which says by one byte that it reached the far side (link-connection.ts). */
  readonly throughLink: boolean
}

/**
 * A connection as the toolkit's sender makes it, paused.
 * @throws ConnectFailure
 */
export async function connectThroughLink(options: ConnectOptions): Promise<Socket> {
  const { host, port, timeoutMs, throughLink } = options
  const socket = connect({ host, port, noDelay: true })
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (kind: ConnectFailureKind, text: string, cause?: Error): void => {
        reject(new ConnectFailure(kind, text, { cause }))
      }
      if (timeoutMs > 0) {
        timer = setTimeout(() => fail('timeout', 'connect timed out'), Math.ceil(timeoutMs))
      }
      socket.once('error', (error) => fail('refused', `Connection refused (${host}:${port})`, error))
      socket.once('end', () => fail('refused', `Connection refused (${host}:${port})`))
      if (throughLink) socket.once('data', () => resolve())
      else socket.once('connect', () => resolve())
    })
    socket.pause()
    socket.removeAllListeners('error').removeAllListeners('end')
    return socket
  } catch (error) {
    socket.on('error', () => undefined)
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
}
