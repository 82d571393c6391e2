import { createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../testing/testbed.ts'
import { sendMessage } from './http-sender.ts'

/** What a server on 127.0.0.1 saw of each connection. */
interface Seen {
  readonly socket: Socket
  bytes: string
  isEnded: boolean
}

async function server(onRequest: (seen: Seen) => void): Promise<{ readonly port: number; readonly all: Seen[] }> {
  const all: Seen[] = []
  const listener = createServer((socket) => {
    const seen: Seen = { socket, bytes: '', isEnded: false }
    all.push(seen)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      seen.isEnded = true
    })
    socket.on('data', (data) => {
      seen.bytes += data.toString('latin1')
      if (seen.bytes.endsWith('body')) onRequest(seen)
    })
  })
  await new Promise<void>((resolve) => {
    listener.listen({ host: '127.0.0.1', port: 0 }, resolve)
  })
  onTestFinished(() => void listener.close())
  return { port: (listener.address() as { port: number }).port, all }
}

const answer = 'HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n'

async function send(port: number, readTimeoutSeconds: number) {
  return await sendMessage(
    {
      kind: 'send',
      sendId: 1,
      portOffset: 0,
      machine: '127.0.0.1',
      path: '/crossdcrx/CrossDataCenterReceiver[0]/ports/output/0/inject',
      body: Buffer.from('body'),
      connectTimeoutSeconds: 0,
      readTimeoutSeconds,
    },
    {
      basePort: port,
      placement: {
        address: '127.0.0.1',
        linkAddress: null,
        remote: null,
        time: { leaseId: 1, originMs: 0, timeScale: 1 },
      },
    },
  )
}

test('each message has a connection of its own, which the sender ends though the receiver would keep it', async () => {
  const { port, all } = await server(({ socket }) => void socket.write(answer))
  for (const count of [1, 2]) {
    await expect(send(port, 5)).resolves.toEqual({ kind: 'answer', status: 204 })
    expect(all).toHaveLength(count)
  }
  await eventually('both connections to end', () => (all.every(({ isEnded }) => isEnded) ? true : undefined))
})

test('a message has the headers of the toolkit’s sender, and the brackets of its path as they are', async () => {
  const { port, all } = await server(({ socket }) => void socket.write(answer))
  await send(port, 5)
  expect(all[0]?.bytes.split('\r\n')).toEqual([
    'POST /crossdcrx/CrossDataCenterReceiver[0]/ports/output/0/inject HTTP/1.1',
    'Content-Type: application/octet-stream',
    'User-Agent: Java/1.8.0',
    `Host: 127.0.0.1:${port}`,
    'Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
    'Connection: keep-alive',
    'Content-Length: 4',
    '',
    'body',
  ])
})

test('a read timeout of 0 waits longer than one that is over', async () => {
  const waiting: Seen[] = []
  const { port } = await server((seen) => void waiting.push(seen))
  const forEver = send(port, 0)
  await eventually('the first request', () => (waiting.length === 1 ? true : undefined))
  await expect(send(port, 0.05)).resolves.toEqual({ kind: 'exception', text: 'Read timed out' })
  expect(waiting[0]?.isEnded).toBe(false)
  waiting[0]?.socket.write(answer)
  await expect(forEver).resolves.toEqual({ kind: 'answer', status: 204 })
})
