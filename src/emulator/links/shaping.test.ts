import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { LinkRule } from '../../model/testbed.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { probeLink, probeLimitMs } from './probe.ts'
import { connectTo, exchange, listenRaw, nearAddress, openLink, wire, type TestLink } from './testing/wire.ts'

/** What came through, and when. */
interface Arrivals {
  readonly chunks: { readonly atMs: number; readonly bytes: Buffer }[]
  /** Resolves when so many bytes have come. */
  readonly bytes: (count: number) => Promise<void>
  readonly ended: Promise<void>
}

interface Stream extends TestLink {
  readonly near: Socket
  readonly far: Socket
  readonly arrivals: Arrivals
  readonly port: number
}

/** A bare connection through a link, and the far end's view of it. */
async function stream(
  options: { readonly timeScale?: number; readonly rules?: readonly LinkRule['effect'][] } = {},
): Promise<Stream> {
  const accepted: Socket[] = []
  const { server, port } = await listenRaw((socket) => accepted.push(socket))
  const opened = await openLink(port, options)
  options.rules?.forEach((effect, index) => opened.apply(effect, { id: `rule ${index}` }))
  const near = await connectTo(port, 10_000)
  if (accepted.length === 0) await once(server, 'connection')
  const [far] = accepted
  if (far === undefined) throw new Error('The far side accepted nothing.')
  return { ...opened, near, far, arrivals: arrivalsAt(far), port }
}

function arrivalsAt(socket: Socket): Arrivals {
  const chunks: { atMs: number; bytes: Buffer }[] = []
  let count = 0
  let recheck = (): void => undefined
  socket.on('data', (bytes: Buffer) => {
    chunks.push({ atMs: monotonicNowMs(), bytes })
    count += bytes.length
    recheck()
  })
  const ended = new Promise<void>((resolve) => {
    socket.once('end', resolve)
  })
  const bytes = async (wanted: number): Promise<void> => {
    await new Promise<void>((resolve) => {
      recheck = (): void => (count >= wanted ? resolve() : undefined)
      recheck()
    })
  }
  return { chunks, bytes, ended }
}

const numbered = (sizeBytes: number): Buffer =>
  Buffer.from(Array.from({ length: sizeBytes }, (_, index) => index % 251))

test('a rate lets so many bits through a second, of system time', async () => {
  // 8 kbit a second at scale 60 are 60 bytes a millisecond.
  const { near, arrivals } = await stream({ timeScale: 60, rules: [{ kind: 'rate', bitsPerSecond: 8000 }] })
  const beganMs = monotonicNowMs()
  near.write(numbered(12_000))
  await arrivals.bytes(12_000)
  const tookMs = monotonicNowMs() - beganMs
  expect(tookMs).toBeGreaterThanOrEqual(199)
  // In real time it would be 12 s.
  expect(tookMs).toBeLessThan(2000)
})

test('data comes through a rate whole and in order, and so does its end', async () => {
  const { near, arrivals } = await stream({ rules: [{ kind: 'rate', bitsPerSecond: 16_000_000 }] })
  const sent = numbered(200_000)
  near.end(sent)
  await arrivals.ended
  expect(Buffer.concat(arrivals.chunks.map(({ bytes }) => bytes)).equals(sent)).toBe(true)
})

test('the connections of a rule share its rate, in turns', async () => {
  const first = await stream({ rules: [{ kind: 'rate', bitsPerSecond: 800_000 }] })
  const accepted = once(first.far, 'data')
  first.near.write('x')
  await accepted
  const second = await connectTo(first.port, 1000)
  const beganMs = monotonicNowMs()
  // 100 bytes a millisecond: alone, either of them would take 100 ms.
  first.near.write(numbered(10_000))
  const answered = once(second, 'close')
  second.write(numbered(10_000))
  await first.arrivals.bytes(10_001)
  expect(monotonicNowMs() - beganMs).toBeGreaterThanOrEqual(180)
  second.destroy()
  await answered
})

test('the other way has the rate for itself', async () => {
  const { near, far, arrivals } = await stream({ rules: [{ kind: 'rate', bitsPerSecond: 800_000 }] })
  const back = arrivalsAt(near)
  near.resume()
  const beganMs = monotonicNowMs()
  near.write(numbered(40_000))
  far.write(numbered(40_000))
  await Promise.all([arrivals.bytes(40_000), back.bytes(40_000)])
  const tookMs = monotonicNowMs() - beganMs
  expect(tookMs).toBeGreaterThanOrEqual(399)
  // One after the other they would take 800 ms.
  expect(tookMs).toBeLessThan(750)
})

test('of several rates the smallest holds', async () => {
  const rates = [8_000_000, 400_000, 1_600_000].map((bitsPerSecond) => ({ kind: 'rate', bitsPerSecond }) as const)
  const { near, arrivals } = await stream({ rules: rates })
  const beganMs = monotonicNowMs()
  near.write(numbered(5000))
  await arrivals.bytes(5000)
  expect(monotonicNowMs() - beganMs).toBeGreaterThanOrEqual(99)
})

test('what waits for a rate goes on at once when the rule goes', async () => {
  const { near, arrivals, heal } = await stream({ rules: [{ kind: 'rate', bitsPerSecond: 8000 }] })
  const sent = numbered(50_000)
  near.write(sent)
  await arrivals.bytes(10)
  const healedMs = monotonicNowMs()
  heal()
  await arrivals.bytes(50_000)
  // It would have taken another 50 s.
  expect(monotonicNowMs() - healedMs).toBeLessThan(5000)
  expect(Buffer.concat(arrivals.chunks.map(({ bytes }) => bytes)).equals(sent)).toBe(true)
})

test('a rate that comes while data flow acts on what has not gone through', async () => {
  const { near, arrivals, apply } = await stream({ rules: [{ kind: 'rate', bitsPerSecond: 80_000 }] })
  near.write(numbered(1500))
  await arrivals.bytes(100)
  apply({ kind: 'rate', bitsPerSecond: 40_000 }, { id: 'slower' })
  const before = arrivals.chunks.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const appliedMs = monotonicNowMs()
  await arrivals.bytes(1500)
  // 5 bytes a millisecond from now on; a piece of the old rate may have been under way.
  expect(monotonicNowMs() - appliedMs).toBeGreaterThanOrEqual((1500 - before - 100) / 5)
})

test('the source is held back when too much waits', async () => {
  const { near } = await stream({ rules: [{ kind: 'rate', bitsPerSecond: 8000 }] })
  const sizeBytes = 64 * 1024 * 1024
  let written = 0
  while (written < sizeBytes && near.write(Buffer.alloc(256 * 1024))) written += 256 * 1024
  const drained = once(near, 'drain')
  const late = pause(100, 'held back')
  near.write(Buffer.alloc(sizeBytes))
  await expect(Promise.race([drained, late])).resolves.toBe('held back')
  near.destroy()
})

test('the handshake goes at the rate too', async () => {
  const { port, apply } = await wire()
  // A byte takes 80 ms.
  apply({ kind: 'rate', bitsPerSecond: 100 })
  const beganMs = monotonicNowMs()
  const socket = await connectTo(port, 500)
  expect(monotonicNowMs() - beganMs).toBeGreaterThanOrEqual(79)
  socket.destroy()
})

test('a probe waits as long as its question and its answer take', async () => {
  const { port, apply } = await wire()
  const effect = { kind: 'rate', bitsPerSecond: 16_000 } as const
  apply(effect)
  const rules: readonly LinkRule[] = [{ id: 'r', from: 'dc1', to: 'dc2', ports: 'all', effect }]
  const limitMs = probeLimitMs({ rules, baseDelaySeconds: 0, time: { leaseId: 1, originMs: 0, timeScale: 1 } })
  const probe = await probeLink({ host: nearAddress, port, limitMs })
  expect(probe.outcome).toBe('answered')
  expect(probe.tookMs).toBeGreaterThan(20)
})

test('a jitter delays each chunk by its own draw, and never puts one before another', async () => {
  const rules = [{ kind: 'delay', seconds: 0.02, jitterSeconds: 0.01 }] as const
  const { near, arrivals } = await stream({ rules })
  const delaysMs: number[] = []
  for (let index = 0; index < 30; index += 1) {
    const sentMs = monotonicNowMs()
    near.write(Buffer.from([index]))
    await arrivals.bytes(index + 1)
    delaysMs.push((arrivals.chunks.at(-1)?.atMs ?? 0) - sentMs)
  }
  expect(Math.min(...delaysMs)).toBeGreaterThanOrEqual(9.9)
  expect(Math.min(...delaysMs)).toBeLessThan(19)
  expect(Math.max(...delaysMs)).toBeGreaterThan(24)
  // All at once, they would overtake each other if they could.
  for (let index = 0; index < 50; index += 1) {
    near.write(Buffer.from([100 + index]))
    await turn()
  }
  await arrivals.bytes(80)
  const bytes = Buffer.concat(arrivals.chunks.map((chunk) => chunk.bytes))
  expect(Array.from(bytes.subarray(30))).toEqual(Array.from({ length: 50 }, (_, index) => 100 + index))
})

test('the same seed draws the same delays', async () => {
  const draw = async (seed: number): Promise<number> => {
    const { port, apply, link } = await wire({ seed })
    apply({ kind: 'delay', seconds: 0.1, jitterSeconds: 0.1 })
    const beganMs = monotonicNowMs()
    const socket = await connectTo(port, 1000)
    const tookMs = monotonicNowMs() - beganMs
    socket.destroy()
    await link.close()
    return tookMs
  }
  // With these two seeds a handshake takes 283 ms and 106 ms.
  const [one, again, other] = [await draw(8), await draw(8), await draw(9)]
  expect(Math.abs(one - again)).toBeLessThan(80)
  expect(one - other).toBeGreaterThan(80)
})

test('a delay that comes acts on an open connection', async () => {
  const { near, arrivals, apply } = await stream()
  near.write('a')
  await arrivals.bytes(1)
  apply({ kind: 'delay', seconds: 0.05 })
  const sentMs = monotonicNowMs()
  near.write('b')
  await arrivals.bytes(2)
  expect(monotonicNowMs() - sentMs).toBeGreaterThanOrEqual(49)
})

test('what is on its way when a delay goes is not overtaken', async () => {
  const { near, arrivals, heal } = await stream({ rules: [{ kind: 'delay', seconds: 0.06 }] })
  near.write('a')
  // The link is in this process: it reads within a few turns.
  for (let turns = 0; turns < 10; turns += 1) await turn()
  heal()
  near.write('b')
  await arrivals.bytes(2)
  expect(Buffer.concat(arrivals.chunks.map(({ bytes }) => bytes)).toString()).toBe('ab')
})

test('a reset ends open connections on both sides and lets new ones through', async () => {
  const { near, far, link, port } = await stream()
  const ends = [near, far].map(async (socket) => {
    const [error] = (await once(socket, 'error')) as [Error & { code: string }]
    return error.code
  })
  expect(link.reset([port])).toBe(1)
  await expect(Promise.all(ends)).resolves.toEqual(['ECONNRESET', 'ECONNRESET'])
  expect(link.reset([port])).toBe(0)
  const again = await connectTo(port)
  again.destroy()
})

test('a reset answers how many connections of its ports it ended', async () => {
  const { link, port } = await wire()
  for (let connections = 0; connections < 2; connections += 1) await connectTo(port)
  expect(link.reset([port + 1])).toBe(0)
  expect(link.reset('all')).toBe(2)
})

test('a reset makes a message under way end as with a reset connection', async () => {
  const { port, link } = await wire()
  const socket = await connectTo(port)
  const answer = exchange(socket, port)
  link.reset([port])
  await expect(answer).rejects.toThrow('Connection reset')
})

test('a reset does not reach what a partition has stopped', async () => {
  const { port, link, apply } = await wire()
  const socket = await connectTo(port)
  apply({ kind: 'hang' })
  expect(link.reset([port])).toBe(0)
  await expect(exchange(socket, port)).rejects.toThrow('Read timed out')
})
