import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import { closeHttp } from '../http-server.ts'
import { eventually } from '../testing/testbed.ts'
import { PendingPosts, type PostOutcome } from './pending-posts.ts'
import type { PostRoomLimits } from './post-room.ts'
import { openReceivers } from './receivers.ts'

vi.setConfig({ testTimeout: 20_000 })

/** An address of this process's own: two ports side by side are free there. */
const address = `127.0.${1 + (process.pid % 250)}.${1 + (Math.trunc(process.pid / 250) % 250)}`
let lastPort = 26_000
const path = (operator: string): string => `/crossdcrx/${operator}/ports/output/0/inject`
const heartbeats = path('CrossDataCenterReceiverForHB')
const blob = { 'content-type': 'application/octet-stream' }

async function receivers(
  onPost: (portOffset: number, body: Uint8Array) => Promise<PostOutcome> = async () =>
    await Promise.resolve('accepted'),
  { timeScale = 1, limits = {} }: { readonly timeScale?: number; readonly limits?: PostRoomLimits } = {},
): Promise<number> {
  const basePort = (lastPort += 10)
  const time = { leaseId: 1, originMs: 0, timeScale }
  const servers = await openReceivers({ address, basePort, portOffsets: [0, 1], time, onPost, limits })
  onTestFinished(() => servers.forEach(closeHttp))
  return basePort
}

const url = (port: number, at: string): string => `http://${address}:${port}${at}`

const status = async (port: number, at: string, init: RequestInit = {}): Promise<number> =>
  (await fetch(url(port, at), init)).status

/** Writes raw bytes and resolves with what came back once the connection has ended. */
async function raw(
  port: number,
  bytes: string | Uint8Array,
  options: { readonly end?: boolean } = {},
): Promise<string> {
  const socket = connect({ host: address, port })
  let received = ''
  socket.on('error', () => undefined)
  socket.on('data', (data) => (received += data.toString('latin1')))
  socket.write(bytes)
  if (options.end === true) socket.end()
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
  })
  return received
}

test('hands a body on and answers 204 without one', async () => {
  const bodies: unknown[] = []
  const port = await receivers(async (portOffset, body) => {
    bodies.push([portOffset, Buffer.from(body).toString()])
    return await Promise.resolve('accepted')
  })
  const answer = await fetch(url(port, heartbeats), { method: 'POST', headers: blob, body: 'beat' })
  expect([answer.status, await answer.text()]).toEqual([204, ''])
  const snapshots = path('CrossDataCenterReceiver[0]')
  const head = `POST ${snapshots} HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 4\r\n`
  expect(await raw(port + 1, `${head}Connection: close\r\n\r\nsnap`)).toMatch(/^HTTP\/1\.1 204 No Content\r\n/)
  expect(bodies).toEqual([
    [0, 'beat'],
    [1, 'snap'],
  ])
})

test.each([
  ['GET', heartbeats, {}, 405],
  ['PUT', heartbeats, blob, 405],
  ['POST', heartbeats, { 'content-type': 'text/plain' }, 500],
  ['POST', heartbeats, { 'content-type': 'APPLICATION/octet-stream' }, 500],
  ['POST', heartbeats, { 'content-type': 'application/octet-streams' }, 500],
  ['POST', heartbeats, { 'content-type': 'application/octet-stream;charset=utf-8' }, 204],
  ['POST', path('CrossDataCenterReceiver[0]'), blob, 404],
  ['GET', '/', {}, 404],
  ['GET', '/%ff', {}, 404],
  ['GET', '/ports/info', {}, 200],
  ['GET', '/contexts/info', {}, 200],
  ['GET', heartbeats.replace('inject', 'info'), {}, 200],
] as const)('answers %s %s with %j by %i', async (...[method, at, headers, expected]) => {
  const port = await receivers()
  const body = method === 'GET' ? {} : { body: 'x' }
  expect(await status(port, at, { method, headers, ...body })).toBe(expected)
})

test('holds the request until the tuple is taken, and answers 500 when it never is', async () => {
  const posts = new PendingPosts()
  let handedOn = 0
  const port = await receivers(async (portOffset) => await posts.submit(portOffset, () => void (handedOn += 1)))
  const answers: number[] = []
  const post = async (): Promise<void> => {
    answers.push(await status(port, heartbeats, { method: 'POST', headers: blob, body: 'x' }))
  }
  const [first, second] = [post(), post()]
  await eventually('both POSTs', () => (handedOn === 2 ? true : undefined))
  expect(await status(port, '/ports/info')).toBe(200)
  expect(answers).toEqual([])
  posts.accept(1)
  posts.accept(1)
  await Promise.race([first, second])
  expect(answers).toEqual([204])
  posts.fail((portOffset) => portOffset === 1)
  posts.fail((portOffset) => portOffset === 0)
  await Promise.all([first, second])
  expect(answers).toEqual([204, 500])
})

test('an announced body of 1 GiB is refused without being read', async () => {
  const port = await receivers()
  const before = process.memoryUsage().arrayBuffers
  const head = `POST ${heartbeats} HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n`
  for (const length of ['268435457', '1073741824', '9007199254740993']) {
    expect(await raw(port, `${head}Content-Length: ${length}\r\n\r\nfew`)).toMatch(/^HTTP\/1\.1 413 /)
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024)
  expect(await status(port, heartbeats, { method: 'POST', headers: blob, body: 'x' })).toBe(204)
})

test('bodies that are read at once share a limit, whichever port they come to', async () => {
  const posts = new PendingPosts()
  let handedOn = 0
  const port = await receivers(async (offset) => await posts.submit(offset, () => void (handedOn += 1)), {
    limits: { bodyBytesMax: 100 },
  })
  const post = async (bytes: number, to: 0 | 1 = 0): Promise<number> => {
    const at = to === 0 ? heartbeats : path('CrossDataCenterReceiver[0]')
    return await status(port + to, at, { method: 'POST', headers: blob, body: 'x'.repeat(bytes) })
  }
  const first = post(60)
  await eventually('the first POST', () => (handedOn === 1 ? true : undefined))
  expect([await post(41), await post(41, 1)]).toEqual([500, 500])
  const second = post(40, 1)
  await eventually('the second POST', () => (handedOn === 2 ? true : undefined))
  expect(await post(1)).toBe(500)
  posts.accept(1)
  posts.accept(2)
  expect(await Promise.all([first, second])).toEqual([204, 204])
  const third = post(100)
  await eventually('the third POST', () => (handedOn === 3 ? true : undefined))
  posts.accept(3)
  expect(await third).toBe(204)
})

test('a connection with too many requests without an answer is cut, others are served', async () => {
  const posts = new PendingPosts()
  let handedOn = 0
  const onPost = async (offset: number): Promise<PostOutcome> => await posts.submit(offset, () => void (handedOn += 1))
  const port = await receivers(onPost, { limits: { postsMax: 20 } })
  const head = `POST ${heartbeats} HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n`
  const one = `${head}Content-Length: 4\r\n\r\nbeat`
  const patient = connect({ host: address, port })
  onTestFinished(() => void patient.destroy())
  let answers = ''
  patient.on('data', (data) => (answers += data.toString('latin1')))
  patient.write(one.repeat(20))
  await eventually('as many as there is room for', () => (handedOn === 20 ? true : undefined))
  await raw(port, one.repeat(2))
  expect(handedOn).toBe(21)
  const others = [1, 2].map(async () => await status(port, heartbeats, { method: 'POST', headers: blob, body: 'x' }))
  await eventually('one of each connection', () => (handedOn === 23 ? true : undefined))
  for (let post = 1; post <= 23; post += 1) posts.accept(post)
  expect(await Promise.all(others)).toEqual([204, 204])
  await eventually('its answers', () => (answers.split(' 204 ').length === 21 ? true : undefined))
  expect(await status(port, heartbeats.replace('inject', 'info'))).toBe(200)
})

test('ends a connection that says nothing, in the middle of a body too, but not one that waits for its answer', async () => {
  const posts = new PendingPosts()
  // 30 s at this scale are less than the floor of 2 s.
  const port = await receivers(async (offset) => await posts.submit(offset, () => undefined), { timeScale: 60 })
  const head = `POST ${heartbeats} HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n`
  const began = performance.now()
  const waiting = status(port, heartbeats, { method: 'POST', headers: blob, body: 'x' })
  const ended = [raw(port, ''), raw(port, 'POST /cross'), raw(port, `${head}Content-Length: 5\r\n\r\nab`)]
  await Promise.all(ended)
  expect(performance.now() - began).toBeGreaterThan(1900)
  posts.accept(1)
  await expect(waiting).resolves.toBe(204)
})

test('a client that leaves in the middle of its body leaves nothing behind', async () => {
  const taken: number[] = []
  const port = await receivers(async (portOffset) => {
    taken.push(portOffset)
    return await Promise.resolve('accepted')
  })
  const head = `POST ${heartbeats} HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n`
  await raw(port, `${head}Content-Length: 5\r\n\r\nab`, { end: true })
  expect(taken).toEqual([])
  expect(await status(port, '/ports/info')).toBe(200)
})

test('one port that cannot be had closes the others again', async () => {
  const port = await receivers()
  const time = { leaseId: 1, originMs: 0, timeScale: 1 }
  const onPost = async (): Promise<PostOutcome> => await Promise.resolve('accepted')
  const opening = openReceivers({ address, basePort: port - 1, portOffsets: [0, 1], time, onPost })
  await expect(opening).rejects.toThrow(`Could not listen on ${address}:${port} (EADDRINUSE).`)
  await expect(fetch(url(port - 1, '/ports/info'))).rejects.toThrow('fetch failed')
})

const methods = ['GET', 'POST', 'PUT', 'TRACE', 'OPTIONS', 'HEAD', 'post', '\u0000', 'CONNECT']
const paths = [
  heartbeats,
  '/ports/info',
  '*',
  '/..%2f',
  '%',
  `${heartbeats}?${'x'.repeat(9000)}`,
  '\r\n',
  '//',
  'http://',
]
const headerLines = [
  'Host: x',
  'Content-Type: application/octet-stream',
  'Content-Length: 3',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Expect: 100-continue',
  'Expect: nonsense',
  'Upgrade: websocket',
  'Connection: upgrade',
  ': empty',
  'No-Colon',
  `Large: ${'y'.repeat(20_000)}`,
]
const bodies = [
  '',
  'abc',
  '3\r\nabc\r\n0\r\n\r\n',
  'ffffffffffffffff\r\n',
  '40000000\r\nabc',
  '\u0000\u0001',
  'GET / HTTP/1.1\r\n\r\n',
]

test('no bytes whatever end the receivers or keep them from serving others', async () => {
  const port = await receivers()
  const request = fc
    .record({
      method: fc.constantFrom(...methods),
      at: fc.constantFrom(...paths),
      version: fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/9.9', ''),
      headers: fc.subarray(headerLines),
      body: fc.constantFrom(...bodies),
    })
    .map(({ method, at, version, headers, body }) =>
      Buffer.from(`${[`${method} ${at} ${version}`, ...headers].join('\r\n')}\r\n\r\n${body}`, 'latin1'),
    )
  const noise = fc.uint8Array({ maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(fc.oneof(request, noise), async (bytes) => {
      await raw(port, bytes, { end: true })
    }),
    { numRuns: 200 },
  )
  expect(await status(port, heartbeats, { method: 'POST', headers: blob, body: 'x' })).toBe(204)
})

test('many idle connections do not keep a POST from its answer', async () => {
  const port = await receivers()
  const sockets: Socket[] = Array.from({ length: 300 }, () => connect({ host: address, port }))
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()))
  for (const socket of sockets) socket.on('error', () => undefined)
  await eventually('the connections', () => (sockets.every((socket) => !socket.connecting) ? true : undefined))
  expect(await status(port, heartbeats, { method: 'POST', headers: blob, body: 'x' })).toBe(204)
})
