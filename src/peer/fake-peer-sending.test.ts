import { expect, test } from 'vitest'
import { FakePeer } from './fake-peer.ts'
import type { PeerOptions } from './peer-options.ts'
import type { SentRecord } from './records.ts'
import { startRawReceiver, type RawReceiver } from './testing/raw-receiver.ts'

const listen = { host: '127.0.0.1', port: 0 }

async function peerOf(port: number, options: Partial<PeerOptions> = {}): Promise<FakePeer> {
  return await FakePeer.start({ listen, target: { host: '127.0.0.1', port }, ...options })
}

/** Where the job of a peer listens on its base port + 1. */
async function snapshotReceiver(): Promise<RawReceiver & { readonly basePort: number }> {
  const receiver = await startRawReceiver()
  return { ...receiver, basePort: receiver.port - 1, requests: receiver.requests }
}

/** Head and body of a request, the body in hexadecimal. */
function parted(request: Buffer | undefined): { readonly head: string; readonly body: string } {
  const bytes = request ?? Buffer.alloc(0)
  const end = bytes.indexOf('\r\n\r\n') + 4
  return { head: bytes.subarray(0, end).toString('latin1'), body: bytes.subarray(end).toString('hex') }
}

/** Fields apart, for people. */
function hex(fields: string): string {
  return fields.replaceAll(' ', '')
}

test('sends a heartbeat as the toolkit does, in 25 bytes', async () => {
  await using job = await startRawReceiver()
  await using peer = await peerOf(job.port)
  const sent = await peer.sendHeartbeat()
  const { head, body } = parted(job.requests[0])
  expect(head).toBe(
    [
      'POST /crossdcrx/CrossDataCenterReceiverForHB/ports/output/0/inject HTTP/1.1',
      'Content-Type: application/octet-stream',
      'User-Agent: Java/1.8.0',
      `Host: 127.0.0.1:${job.port}`,
      'Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
      'Connection: keep-alive',
      'Content-Length: 25',
      '\r\n',
    ].join('\r\n'),
  )
  expect(body).toBe(hex('01000000 0100000000000000 03646332 0000000000000000 00'))
  expect(sent).toMatchObject({ direction: 'sent', portOffset: 0, result: { kind: 'answer', status: 204 } })
})

test('sends a snapshot to the snapshot port, the brackets of its path as they are', async () => {
  await using job = await snapshotReceiver()
  await using peer = await peerOf(job.basePort)
  await peer.sendSnapshot({ part: '0', blob: Uint8Array.of(0xab, 0xcd), count: 6n })
  const { head, body } = parted(job.requests[0])
  expect(head).toMatch(/^POST \/crossdcrx\/CrossDataCenterReceiver\[0\]\/ports\/output\/0\/inject HTTP\/1\.1\r\n/)
  expect(body).toBe(hex('02000000 0600000000000000 03646332 0200000000000000 abcd 0130'))
})

test('sends an orderly shutdown as type 3, without any snapshot', async () => {
  await using job = await snapshotReceiver()
  await using peer = await peerOf(job.basePort)
  await peer.sendOrderlyShutdown()
  const { body } = parted(job.requests[0])
  expect(body).toBe(hex('03000000 0100000000000000 03646332 0000000000000000 00'))
})

test('returns a snapshot as type 4 around the type 2 that the job once sent', async () => {
  await using job = await snapshotReceiver()
  await using peer = await peerOf(job.basePort)
  await peer.returnSnapshot({ part: '1', blob: 'x', innerCount: 7n })
  const { body } = parted(job.requests[0])
  const inner = hex('02000000 0700000000000000 03646331 0100000000000000 78 0131')
  expect(body).toBe(`${hex('04000000 0100000000000000 03646332 1b00000000000000')}${inner}00`)
})

test('counts its messages from 1, goes on from a count that was given, and wraps at 2^64', async () => {
  await using job = await startRawReceiver()
  await using peer = await peerOf(job.port)
  const counts: (bigint | null)[] = []
  for (const count of [undefined, undefined, 41n, undefined, 2n ** 64n - 1n, undefined]) {
    const { message } = await peer.sendHeartbeat(count === undefined ? {} : { count })
    counts.push(message.ok ? message.message.heartbeatCnt : null)
  }
  expect(counts).toEqual([1n, 2n, 41n, 42n, 2n ** 64n - 1n, 0n])
})

test('deals snapshots over the channels in turn, unless told which', async () => {
  await using job = await startRawReceiver()
  await using peer = await peerOf(job.port, { listen: { ...listen, pairs: 3 } })
  const sent: SentRecord[] = []
  for (let part = 0; part < 4; part += 1) sent.push(await peer.sendSnapshot({ part: String(part), blob: '' }))
  sent.push(await peer.sendSnapshot({ part: '4', blob: '', channel: 2 }))
  expect(sent.map(({ portOffset }) => portOffset)).toEqual([1, 2, 3, 1, 3])
  expect(sent.map(({ path }) => /\[(\d)\]/.exec(path)?.[1])).toEqual(['0', '1', '2', '0', '2'])
})

test('uses other paths when told so', async () => {
  await using job = await startRawReceiver()
  await using peer = await peerOf(job.port, { paths: { heartbeat: '/elsewhere/beat' } })
  await peer.sendHeartbeat()
  expect(parted(job.requests[0]).head).toMatch(/^POST \/elsewhere\/beat HTTP/)
})

test('posts any body of any type to any port', async () => {
  await using job = await startRawReceiver()
  await using peer = await peerOf(job.port - 5)
  const sent = await peer.sendRaw({ portOffset: 5, body: 'no message', contentType: 'text/plain', path: '/x' })
  const { head, body } = parted(job.requests[0])
  expect(head).toMatch(/^POST \/x HTTP\/1\.1\r\nContent-Type: text\/plain\r\n/)
  expect(Buffer.from(body, 'hex').toString()).toBe('no message')
  expect(sent.message.ok).toBe(false)
})

test('posts an empty body with its length of 0', async () => {
  await using job = await startRawReceiver()
  await using peer = await peerOf(job.port)
  await peer.sendRaw({ body: '' })
  expect(parted(job.requests[0])).toMatchObject({ head: expect.stringContaining('Content-Length: 0\r\n'), body: '' })
})

test.each([
  ['HTTP/1.1 500 Server Error\r\nContent-Length: 0\r\n\r\n', { kind: 'answer', status: 500 }],
  ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', { kind: 'answer', status: 200 }],
  ['', { kind: 'exception', text: 'Unexpected end of file from server' }],
  [null, { kind: 'exception', text: 'Read timed out' }],
])('tells of the answer %j', async (answer, result) => {
  await using job = await startRawReceiver(answer)
  await using peer = await peerOf(job.port, { readTimeoutSeconds: 30, timeScale: 300 })
  expect((await peer.sendHeartbeat()).result).toEqual(result)
})

test('gives up on an answer whose head never ends', async () => {
  await using job = await startRawReceiver(`HTTP/1.1 204 No Content\r\nX: ${'y'.repeat(70_000)}`)
  await using peer = await peerOf(job.port)
  expect((await peer.sendHeartbeat()).result).toEqual({ kind: 'exception', text: 'Invalid Http response' })
})

test('tells that a connection was refused', async () => {
  const gone = await startRawReceiver()
  await gone[Symbol.asyncDispose]()
  await using peer = await peerOf(gone.port)
  const text = `Connection refused (127.0.0.1:${gone.port})`
  expect((await peer.sendHeartbeat()).result).toEqual({ kind: 'exception', text })
})

test('sends heartbeats at its cadence until it is stopped, also to a job that answers none', async () => {
  await using job = await startRawReceiver(null)
  await using peer = await peerOf(job.port, { timeScale: 100, readTimeoutSeconds: 0 })
  peer.startHeartbeats({ everySeconds: 5 })
  expect(peer.isBeating).toBe(true)
  await expect.poll(() => job.requests.length, { interval: 5 }).toBeGreaterThanOrEqual(4)
  peer.stopHeartbeats()
  expect(peer.isBeating).toBe(false)
  await peer.clock.sleep(10)
  const before = job.requests.length
  await peer.clock.sleep(30)
  expect(job.requests).toHaveLength(before)
})

test('ends what is under way when it is disposed, twice as once', async () => {
  await using job = await startRawReceiver(null)
  const peer = await peerOf(job.port, { readTimeoutSeconds: 0 })
  const sending = peer.sendHeartbeat()
  await expect.poll(() => job.requests.length, { interval: 5 }).toBe(1)
  await Promise.all([peer[Symbol.asyncDispose](), peer[Symbol.asyncDispose]()])
  expect((await sending).result.kind).toBe('exception')
})

test.each([
  [{ listen: { host: '127.0.0.1', port: 65_535 } }, /`listen\.port` to be a whole number from 0 to 65534, got 65535/],
  [{ listen: { host: '127.0.0.1', port: 0, pairs: 0 } }, /`listen\.pairs` to be a whole number from 1 to 256, got 0/],
  [{ target: { host: '127.0.0.1', port: 0 } }, /`target\.port` to be a whole number from 1 to 65534, got 0/],
  [{ timeScale: 1001 }, /`timeScale` to be a number from 1 to 1000, got 1001/],
  [{ name: '' }, /`name` to be a text that is not empty, got ""/],
  [{ recordsMax: 0.5 }, /`recordsMax` to be a whole number from 1 up, got 0\.5/],
  [{ readTimeoutSeconds: -1 }, /`readTimeoutSeconds` to be a number from 0 up, got -1/],
])('refuses the options %j', async (options, message) => {
  await expect(peerOf(1, options)).rejects.toThrow(message)
})

test('refuses channels, ports and cadences that cannot be', async () => {
  await using peer = await peerOf(1)
  await expect(peer.sendSnapshot({ part: '0', blob: '', channel: 1 })).rejects.toThrow(/`channel`.*from 0 to 0, got 1/)
  await expect(peer.sendRaw({ portOffset: -1, body: '' })).rejects.toThrow(/`portOffset`.*from 0 to 65534, got -1/)
  await expect(peer.behave({ kind: 'hang' }, { portOffset: 2 })).rejects.toThrow(/`portOffset`.*from 0 to 1, got 2/)
  expect(() => peer.startHeartbeats({ everySeconds: 0 })).toThrow(/`everySeconds` to be a number from 0\.001 up, got 0/)
})
