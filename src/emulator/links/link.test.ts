import { createServer } from 'node:net'
import { onTestFinished, expect, test } from 'vitest'
import type { Link } from './link.ts'
import { probeLink } from './probe.ts'
import { connectTo, exchange, listenRaw, nearAddress, openLink, post, wire } from './testing/wire.ts'

test('carries a message there and its answer back', async () => {
  const { port, bodies } = await wire()
  await expect(post(port, 'hello')).resolves.toBe(204)
  expect(bodies).toEqual(['hello'])
})

test('carries a message of a megabyte in order', async () => {
  const { port, bodies } = await wire()
  const body = Array.from({ length: 200_000 }, (_, index) => String(index)).join(' ')
  await expect(post(port, body)).resolves.toBe(204)
  expect(bodies[0] === body).toBe(true)
})

test.each([
  ['drop', 'connect timed out'],
  ['hang', 'Read timed out'],
  ['reject', 'Connection refused'],
] as const)('%s makes the sender see: %s', async (kind, text) => {
  const { port, apply, bodies } = await wire()
  apply({ kind })
  await expect(post(port)).rejects.toThrow(text)
  expect(bodies).toEqual([])
})

test.each([
  ['drop', 'no_connection'],
  ['hang', 'no_answer'],
  ['reject', 'refused'],
] as const)('a probe calls %s %s', async (kind, outcome) => {
  const { port, apply } = await wire()
  apply({ kind })
  await expect(probeLink({ host: nearAddress, port, limitMs: 60 })).resolves.toMatchObject({ outcome })
})

test('a probe tells the status of an answer', async () => {
  const { port } = await wire()
  await expect(probeLink({ host: nearAddress, port, limitMs: 100 })).resolves.toMatchObject({
    outcome: 'answered',
    status: 204,
  })
})

test('acts on the ports of its rule only', async () => {
  const { port, apply } = await wire()
  apply({ kind: 'drop' }, { ports: [port + 1] })
  await expect(post(port)).resolves.toBe(204)
})

test('is as before once the rule is gone', async () => {
  const { port, apply, heal } = await wire()
  apply({ kind: 'drop' })
  await expect(post(port)).rejects.toThrow('connect timed out')
  heal()
  await expect(post(port)).resolves.toBe(204)
})

test.each(['drop', 'hang'] as const)(
  '%s stops an open connection and does not deliver later what it stopped',
  async (kind) => {
    const { port, apply, heal, bodies } = await wire()
    const socket = await connectTo(port)
    apply({ kind })
    const stopped = exchange(socket, port)
    heal()
    await expect(stopped).rejects.toThrow('Read timed out')
    await expect(post(port, 'next')).resolves.toBe(204)
    expect(bodies).toEqual(['next'])
  },
)

test('reject resets an open connection', async () => {
  const { port, apply } = await wire()
  const socket = await connectTo(port)
  const answer = exchange(socket, port)
  apply({ kind: 'reject' })
  await expect(answer).rejects.toThrow('Connection reset')
})

test('a far side that does not listen is a refusal', async () => {
  const { port } = await openLinkToNobody()
  await expect(post(port)).rejects.toThrow('Connection refused')
})

test('a far side that dies in an exchange ends it without an answer', async () => {
  const server = await listenRaw((socket) => socket.once('data', () => socket.destroy()))
  await openLink(server.port)
  await expect(post(server.port)).rejects.toThrow('Unexpected end of file')
})

test('delays the handshake by there and back, and each message by its way', async () => {
  const { port, apply } = await wire()
  apply({ kind: 'delay', seconds: 0.02 })
  const began = performance.now()
  const socket = await connectTo(port)
  const connected = performance.now()
  await expect(exchange(socket, port)).resolves.toBe(204)
  const answered = performance.now()
  // Timers of a millisecond, and the odd busy moment.
  expect(connected - began).toBeGreaterThanOrEqual(39)
  expect(answered - connected).toBeGreaterThanOrEqual(39)
})

test('a port that another process has is an error that names the address', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => {
    taken.listen({ host: nearAddress, port: 0 }, resolve)
  })
  onTestFinished(() => void taken.close())
  const { link } = await openLinkToNobody()
  const { port } = taken.address() as { port: number }
  await expect(link.open([port])).rejects.toThrow(`Could not open the link dc1 → dc2 on ${nearAddress}:${port}`)
})

async function openLinkToNobody(): Promise<{ readonly link: Link; readonly port: number }> {
  const server = await listenRaw(() => undefined)
  server.server.close()
  return { ...(await openLink(server.port)), port: server.port }
}
