import { createServer, type Server, type Socket } from 'node:net'
import { ListenError } from '../http-server.ts'

/** A longer line is none of a special message's, which are words such as `OrderlyShutdown`. */
export const specialLineBytesMax = 8 * 1024

/** So many clients at once; those after them are turned away. */
const clientsMax = 256

const lineFeed = 10
const carriageReturn = 13

/** Options of `openSpecialMessagePort`. */
export interface SpecialMessagePortOptions {
  readonly address: string
  /** 0: any free one, as the sample's named port is. @default 0 */
  readonly port?: number
  /** A line without its ending. */
  readonly onLine: (line: string) => void
  /** What went wrong with one client, in a sentence; the port stays open. */
  readonly onError: (text: string) => void
}

/** A port that listens. */
export interface SpecialMessagePort {
  readonly port: number
  /** Ends it with its connections. A second call gives the first one's result. */
  close(): Promise<void>
}

/**
 * The TCP port `SpecialMessagePort` of the samples (toolkit reference §8): one line is one message. Assumed where the reference
 * says no more: a carriage return before the line feed is dropped, since the sample's own advice is to use Telnet, which sends
 * both; empty lines are no messages; a last line needs no line feed when the client closes; bytes are UTF-8, and what is not is
 * replaced. What the words mean is not looked at here.
 * @throws ListenError
 */
export async function openSpecialMessagePort(options: SpecialMessagePortOptions): Promise<SpecialMessagePort> {
  const { address, port = 0, onError } = options
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    readLines(socket, options)
  })
  server.maxConnections = clientsMax
  server.on('drop', () => onError(`More than ${clientsMax} clients at once: one was turned away.`))
  await listen(server, { address, port })
  // Such as a lack of file descriptors at an accept: the port is open still.
  server.on('error', (error) => onError(`A client could not be taken: ${error.message}.`))
  let closing: Promise<void> | undefined
  return {
    port: portOf(server),
    close: async () => {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve())
      })
      for (const socket of sockets) socket.destroy()
      await closing
    },
  }
}

function readLines(socket: Socket, { onLine, onError }: SpecialMessagePortOptions): void {
  const client = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`
  const tell = (bytes: Buffer): void => {
    const end = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length
    if (end > 0) onLine(bytes.toString('utf8', 0, end))
  }
  let rest = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    let bytes = Buffer.concat([rest, typeof chunk === 'string' ? Buffer.from(chunk) : chunk])
    let at = bytes.indexOf(lineFeed)
    while (at >= 0 && at <= specialLineBytesMax) {
      tell(bytes.subarray(0, at))
      bytes = bytes.subarray(at + 1)
      at = bytes.indexOf(lineFeed)
    }
    rest = bytes
    if (rest.length <= specialLineBytesMax) return
    rest = Buffer.alloc(0)
    onError(`${client} sent a line of more than ${specialLineBytesMax} bytes and was cut off.`)
    socket.destroy()
  })
  socket.once('end', () => tell(rest))
  socket.once('error', (error) => onError(`The connection of ${client} broke: ${error.message}.`))
}

async function listen(server: Server, at: { readonly address: string; readonly port: number }): Promise<void> {
  const { address, port } = at
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new ListenError({ address, port, code: cause.code ?? 'unknown' }, { cause }))
    })
    server.listen({ host: address, port }, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}

function portOf(server: Server): number {
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}
