import { createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { sendMessage, type SenderPlacement } from './http-sender.ts'

const answer = 'HTTP/1.1 204 No Content\r\n\r\n'

/** A server on 127.0.0.1 that treats its connections in turn; the last treatment holds for all after it. */
async function serverOf(
  ...treatments: readonly ((socket: Socket) => void)[]
): Promise<{ readonly port: number; readonly count: () => number; readonly bodies: string[] }> {
  let count = 0
  const bodies: string[] = []
  const server = createServer((socket) => {
    const treat = treatments[Math.min(count, treatments.length - 1)]
    count += 1
    socket.on('error', () => undefined)
    socket.once('data', (data) => {
      bodies.push(data.toString().split('\r\n\r\n')[1] ?? '')
      treat?.(socket)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0 }, resolve)
  })
  onTestFinished(() => void server.close())
  return { port: (server.address() as { port: number }).port, count: () => count, bodies }
}

const placement: SenderPlacement = {
  address: '127.0.0.1',
  linkAddress: null,
  remote: null,
  time: { leaseId: 1, originMs: 0, timeScale: 1 },
}

const send = async (
  basePort: number,
  options: { readonly placement?: SenderPlacement; readonly portOffset?: number; readonly machine?: string } = {},
) =>
  await sendMessage(
    {
      kind: 'send',
      sendId: 1,
      portOffset: options.portOffset ?? 0,
      machine: options.machine ?? '127.0.0.1',
      path: '/x',
      body: Buffer.from('body'),
      connectTimeoutSeconds: 1,
      readTimeoutSeconds: 0.05,
    },
    { placement: options.placement ?? placement, basePort },
  )

const ok = (socket: Socket): void => void socket.end(answer)
const end = (socket: Socket): void => void socket.end()
const reset = (socket: Socket): void => void socket.resetAndDestroy()

test.each([
  ['closes', end],
  ['resets', reset],
])('posts once more when the server %s the connection without a word', async (_, treat) => {
  const { port, count, bodies } = await serverOf(treat, ok)
  await expect(send(port)).resolves.toEqual({ kind: 'answer', status: 204 })
  expect(count()).toBe(2)
  expect(bodies).toEqual(['body', 'body'])
})

test('posts once more and no more than that', async () => {
  const { port, count } = await serverOf(end)
  await expect(send(port)).resolves.toEqual({ kind: 'exception', text: 'Unexpected end of file from server' })
  expect(count()).toBe(2)
})

test('does not post again after a timeout, nor after the beginning of an answer, nor after a status', async () => {
  const silent = await serverOf(() => undefined)
  await expect(send(silent.port)).resolves.toEqual({ kind: 'exception', text: 'Read timed out' })
  expect(silent.count()).toBe(1)
  const half = await serverOf((socket) => void socket.end('HTTP/1.1 2'))
  await expect(send(half.port)).resolves.toMatchObject({ kind: 'exception' })
  expect(half.count()).toBe(1)
  const refusing = await serverOf((socket) => void socket.end('HTTP/1.1 500 Server Error\r\n\r\n'))
  await expect(send(refusing.port)).resolves.toEqual({ kind: 'answer', status: 500 })
  expect(refusing.count()).toBe(1)
})

test('a connection that is refused is not tried again', async () => {
  const { port } = await serverOf(ok)
  await expect(send(port, { machine: '127.0.0.9' })).resolves.toMatchObject({
    kind: 'exception',
    text: `Connection refused (127.0.0.9:${port})`,
  })
})

test('finds a remote elsewhere at its own base port', async () => {
  const { port, count } = await serverOf(ok)
  const remote = { host: '127.0.0.1', port: port - 2 }
  const elsewhere = { ...placement, address: '127.0.0.9', remote }
  await expect(send(1, { placement: elsewhere, portOffset: 2 })).resolves.toEqual({ kind: 'answer', status: 204 })
  expect(count()).toBe(1)
})

test('localhost is the DC’s own address', async () => {
  const { port } = await serverOf(ok)
  await expect(send(port, { machine: 'localhost' })).resolves.toEqual({ kind: 'answer', status: 204 })
})

test('a machine from which nothing is ever heard costs the connection timeout', async () => {
  const before = performance.now()
  await expect(send(1, { machine: 'nobody' })).resolves.toEqual({ kind: 'exception', text: 'connect timed out' })
  expect(performance.now() - before).toBeGreaterThan(990)
})
