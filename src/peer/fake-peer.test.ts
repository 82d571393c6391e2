import * as fc from 'fast-check'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { encodeHeartbeatMessage } from '../toolkit/codec.ts'
import { post, type PostResult } from '../wire/post.ts'
import { FakePeer } from './fake-peer.ts'
import { defaultPeerPaths, receiverPath } from './paths.ts'
import type { PeerOptions } from './peer-options.ts'
import { startRawReceiver } from './testing/raw-receiver.ts'

const listen = { host: '127.0.0.1', port: 0 }
const heartbeat = encodeHeartbeatMessage({
  heartbeatMsgType: 1,
  heartbeatCnt: 5n,
  dataCenterOrigin: 'dc1',
  dataSnapshot: new Uint8Array(),
  dataSnapshotOrigin: '',
})

async function started(options: Partial<PeerOptions> = {}): Promise<FakePeer> {
  return await FakePeer.start({ listen, target: { host: '127.0.0.1', port: 1 }, ...options })
}

/** What a job's sender makes of a POST to the peer. */
async function jobPosts(peer: FakePeer, body: Uint8Array = heartbeat, portOffset = 0): Promise<PostResult> {
  return await post({
    host: '127.0.0.1',
    port: peer.listening.port + portOffset,
    path: receiverPath(portOffset, defaultPeerPaths),
    body,
    connectTimeoutMs: 1000,
    readTimeoutMs: 300,
  })
}

/** Fields apart, for people. */
function hex(fields: string): string {
  return fields.replaceAll(' ', '')
}

test('records what the job sends: where, how, when and what it says', async () => {
  await using peer = await started({ listen: { ...listen, pairs: 2 } })
  expect(await jobPosts(peer)).toEqual({ kind: 'answer', status: 204 })
  await jobPosts(peer, heartbeat, 2)
  const [first, second] = peer.received()
  expect(first).toMatchObject({
    id: 1,
    direction: 'received',
    portOffset: 0,
    method: 'POST',
    path: '/crossdcrx/CrossDataCenterReceiverForHB/ports/output/0/inject',
    message: { ok: true, message: { heartbeatMsgType: 1, heartbeatCnt: 5n, dataCenterOrigin: 'dc1' } },
    answer: { kind: 'status', status: 204, afterSeconds: 0 },
  })
  expect(Buffer.from(first?.body ?? []).toString('hex')).toBe(Buffer.from(heartbeat).toString('hex'))
  expect(first?.headers).toContainEqual(['User-Agent', 'Java/1.8.0'])
  expect(second).toMatchObject({ portOffset: 2, path: '/crossdcrx/CrossDataCenterReceiver[1]/ports/output/0/inject' })
  expect(second?.time).toBeGreaterThanOrEqual(first?.time ?? Infinity)
})

test.each([
  ['GET', '/crossdcrx/CrossDataCenterReceiverForHB/ports/output/0/inject', 405],
  ['POST', '/crossdcrx/CrossDataCenterReceiver[0]/ports/output/0/inject', 404],
  ['GET', '/nowhere', 404],
  ['GET', '/%E0%A4%A', 404],
])('answers %s %s with %i, as the toolkit does, and records it', async (method, path, status) => {
  await using peer = await started()
  const { host, port } = peer.listening
  expect((await fetch(`http://${host}:${port}${path}`, { method })).status).toBe(status)
  expect(peer.received()).toMatchObject([{ method, answer: { kind: 'status', status } }])
})

test('answers another content type with 500', async () => {
  await using peer = await started()
  const { host, port } = peer.listening
  const path = '/crossdcrx/CrossDataCenterReceiverForHB/ports/output/0/inject'
  expect((await fetch(`http://${host}:${port}${path}`, { method: 'POST', body: 'text' })).status).toBe(500)
})

test.each(['/ports/info', '/contexts/info', '/crossdcrx/CrossDataCenterReceiver[0]/ports/output/0/info'])(
  'has the information page %s, which leaves no record',
  async (path) => {
    await using peer = await started()
    const { host, port } = peer.listening
    const answer = await fetch(`http://${host}:${port + 1}${path}`)
    expect(answer.status).toBe(200)
    expect(JSON.stringify(await answer.json())).toMatch(/CrossDataCenterReceiver\[0\]|crossdcrx/)
    expect(peer.records).toEqual([])
  },
)

test.each([
  ['an empty body', '', 'Expected 4 bytes for heartbeatMsgType'],
  ['a body cut short', Buffer.from(heartbeat).toString('hex').slice(0, 40), 'Expected'],
  ['a length of 1 GiB', hex('02000000 0100000000000000 03646331 0000004000000000'), 'Expected 1073741824 bytes'],
  ['a hostile length', hex('02000000 0100000000000000 03646331 ffffffffffffffff'), 'Expected'],
])('accepts %s, and says what is wrong with it', async (_what, bytes, problem) => {
  await using peer = await started()
  expect(await jobPosts(peer, Buffer.from(bytes, 'hex'))).toEqual({ kind: 'answer', status: 204 })
  expect(peer.received()).toMatchObject([{ message: { ok: false, text: expect.stringContaining(problem) } }])
})

test('takes whatever bytes a job sends', async () => {
  await using peer = await started()
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (body) => {
      expect(await jobPosts(peer, body)).toEqual({ kind: 'answer', status: 204 })
      expect(Buffer.from(peer.received().at(-1)?.body ?? [])).toEqual(Buffer.from(body))
    }),
    { numRuns: 50 },
  )
})

test('lives on when a job ends its connection in the middle of a request', async () => {
  await using peer = await started()
  const socket = connect({ host: '127.0.0.1', port: peer.listening.port })
  await new Promise<void>((resolve) => {
    const head = 'POST /crossdcrx/CrossDataCenterReceiverForHB/ports/output/0/inject HTTP/1.1\r\nHost: x\r\n'
    socket.write(`${head}Content-Type: application/octet-stream\r\nContent-Length: 25\r\n\r\nshort`, () => resolve())
  })
  socket.destroy()
  expect(await jobPosts(peer)).toEqual({ kind: 'answer', status: 204 })
  expect(peer.received()).toHaveLength(1)
})

test('plays a bad remote: another status, no answer, an ended connection, nobody there, and a good one again', async () => {
  await using peer = await started()
  await peer.behave({ kind: 'status', status: 503 })
  expect(await jobPosts(peer)).toEqual({ kind: 'answer', status: 503 })
  await peer.behave({ kind: 'hang' })
  expect(await jobPosts(peer)).toEqual({ kind: 'exception', text: 'Read timed out' })
  await peer.behave({ kind: 'drop' })
  expect(await jobPosts(peer)).toEqual({ kind: 'exception', text: 'Unexpected end of file from server' })
  await peer.behave({ kind: 'refuse' })
  expect(await jobPosts(peer)).toMatchObject({ text: expect.stringMatching(/^Connection refused/) })
  await peer.behave({ kind: 'accept' })
  expect(await jobPosts(peer)).toEqual({ kind: 'answer', status: 204 })
  const answers = peer.received().map(({ answer }) => (answer.kind === 'status' ? answer.status : answer.kind))
  expect(answers).toEqual([503, 'hang', 'drop', 204])
})

test('treats one port otherwise than the others', async () => {
  await using peer = await started({ listen: { ...listen, pairs: 2 } })
  await peer.behave({ kind: 'refuse' }, { portOffset: 1 })
  expect(await jobPosts(peer, heartbeat, 0)).toMatchObject({ status: 204 })
  expect(await jobPosts(peer, heartbeat, 1)).toMatchObject({ kind: 'exception' })
  expect(await jobPosts(peer, heartbeat, 2)).toMatchObject({ status: 204 })
})

test('begins as told, and holds an answer back for so long', async () => {
  await using peer = await started({ timeScale: 100, behaviour: { kind: 'accept', afterSeconds: 10 } })
  const before = performance.now()
  expect(await jobPosts(peer)).toEqual({ kind: 'answer', status: 204 })
  expect(performance.now() - before).toBeGreaterThanOrEqual(99)
  expect(peer.received()).toMatchObject([{ answer: { kind: 'status', status: 204, afterSeconds: 10 } }])
})

test('waits for a message, among those already there and those to come', async () => {
  await using peer = await started()
  await jobPosts(peer)
  const seen = await peer.waitFor(({ message }) => message.ok && message.message.heartbeatCnt === 5n)
  const next = peer.waitFor(() => true, { afterId: seen.id })
  await jobPosts(peer, Uint8Array.of(1))
  expect((await next).body).toHaveLength(1)
})

test('says what it waited for and what came last when nothing fits', async () => {
  await using peer = await started({ timeScale: 100 })
  await jobPosts(peer)
  const wait = peer.waitFor(({ portOffset }) => portOffset === 1, { timeoutSeconds: 2, what: 'a snapshot' })
  await expect(wait).rejects.toThrow(
    'Timed out after 2 s (system time) waiting for a snapshot from the job to dc2; last seen: message 1 at base port + 0 (type 1, count 5).',
  )
})

test('gives up a wait when its signal aborts', async () => {
  await using peer = await started()
  const given = new AbortController()
  const wait = peer.waitFor(() => false, { signal: given.signal })
  given.abort(new Error('enough'))
  await expect(wait).rejects.toThrow('enough')
})

test('tells subscribers of both directions until they leave', async () => {
  await using peer = await started()
  const heard: string[] = []
  const leave = peer.subscribe(({ direction }) => void heard.push(direction))
  await jobPosts(peer)
  await peer.sendHeartbeat()
  leave()
  await jobPosts(peer)
  expect(heard).toEqual(['received', 'sent'])
})

test('returns snapshots to the name that the job was last heard under', async () => {
  await using peer = await started({ name: 'north' })
  await jobPosts(peer, Buffer.from(Buffer.from(heartbeat).toString('hex').replace('03646331', '03646339'), 'hex'))
  const { body } = await peer.returnSnapshot({ part: '0', blob: '' })
  expect(Buffer.from(body).toString('latin1')).toContain('dc9')
})

test('keeps the newest records, and says how many it forgot', async () => {
  await using peer = await started({ recordsMax: 2 })
  for (let sent = 0; sent < 3; sent += 1) await jobPosts(peer)
  expect(peer.records.map(({ id }) => id)).toEqual([2, 3])
  expect(peer.forgotten).toBe(1)
})

test('says which port it could not listen on, and leaves none open', async () => {
  await using block = await started({ listen: { ...listen, pairs: 2 } })
  const { port } = block.listening
  await block[Symbol.asyncDispose]()
  const middle = await startRawReceiver(null, port + 1)
  const all = { host: '127.0.0.1', port, pairs: 2 }
  const blocked = started({ listen: all })
  await expect(blocked).rejects.toThrow(`The peer could not listen on 127.0.0.1:${port + 1} (EADDRINUSE)`)
  await middle[Symbol.asyncDispose]()
  await using free = await started({ listen: all })
  expect(free.listening).toEqual(all)
})
