import { createServer, type AddressInfo, type Socket } from 'node:net'

/** Listens on one port and keeps what it gets byte for byte; answers every connection with the same bytes. */
export interface RawReceiver extends AsyncDisposable {
  readonly port: number
  /** One entry a connection: head and body. */
  readonly requests: readonly Buffer[]
}

/** `answer` null: none, and the connection stays open; empty: none, and the connection ends. */
export async function startRawReceiver(
  answer: string | null = 'HTTP/1.1 204 No Content\r\n\r\n',
  port = 0,
): Promise<RawReceiver> {
  const requests: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let got = Buffer.alloc(0)
    const index = requests.push(got) - 1
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      got = Buffer.concat([got, chunk])
      requests[index] = got
      if (!isWhole(got) || answer === null) return
      if (answer === '') socket.destroy()
      else socket.write(answer)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port }, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

function isWhole(request: Buffer): boolean {
  const end = request.indexOf('\r\n\r\n')
  const length = /content-length: (\d+)/i.exec(request.toString('latin1'))?.[1]
  return end >= 0 && request.length >= end + 4 + Number(length ?? 0)
}
