import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { frameOf } from '../frames.ts'
import { eventually } from '../testing/testbed.ts'
import { waitingTuplesMax } from './pe-line.ts'
import type { PeMessage } from '../../applications/hosting/pe-message.ts'
import { PeMesh } from './pe-mesh.ts'

const address = '127.0.0.1'
const secret = '0123456789abcdef0123456789abcdef'

interface Seen {
  readonly from: number
  readonly text: string
}

const say = (text: string): PeMessage => ({ kind: 'input', input: { kind: 'special', message: text } })

async function openMesh(
  indexWithinJob: number,
  own = secret,
): Promise<{ mesh: PeMesh; seen: Seen[]; dropped: number[]; restarted: number[] }> {
  const seen: Seen[] = []
  const dropped: number[] = []
  const restarted: number[] = []
  const mesh = await PeMesh.open({
    address,
    secret: own,
    indexWithinJob,
    onMessage: (from, message) => {
      const text = message.kind === 'input' && message.input.kind === 'special' ? message.input.message : message.kind
      seen.push({ from, text })
    },
    onDropped: (to) => dropped.push(to),
    onRestarted: (index) => restarted.push(index),
  })
  onTestFinished(() => mesh.close())
  return { mesh, seen, dropped, restarted }
}

const peer = (indexWithinJob: number, port: number | null, launchCount = 1) => ({ indexWithinJob, port, launchCount })

test('passes on in order, also what was sent before the other PE was known', async () => {
  const [a, b] = [await openMesh(0), await openMesh(1)]
  const texts = Array.from({ length: 500 }, (_, number) => String(number))
  for (const text of texts.slice(0, 100)) a.mesh.send(1, say(text))
  a.mesh.peers([peer(0, a.mesh.port), peer(1, b.mesh.port)])
  for (const text of texts.slice(100)) a.mesh.send(1, say(text))
  await eventually('all tuples', () => (b.seen.length === texts.length ? true : undefined))
  expect(b.seen).toEqual(texts.map((text) => ({ from: 0, text })))
})

test('keeps what is sent while the other PE is down, and gives it to the one that comes back', async () => {
  const [a, b] = [await openMesh(0), await openMesh(1)]
  a.mesh.peers([peer(1, b.mesh.port)])
  a.mesh.send(1, say('before'))
  await eventually('the first tuple', () => b.seen[0])
  b.mesh.close()
  a.mesh.peers([peer(1, null)])
  a.mesh.send(1, say('meanwhile'))
  const again = await openMesh(1)
  a.mesh.peers([peer(1, again.mesh.port, 2)])
  a.mesh.send(1, say('after'))
  await eventually('both tuples', () => (again.seen.length === 2 ? true : undefined))
  expect(again.seen.map(({ text }) => text)).toEqual(['meanwhile', 'after'])
  expect(a.restarted).toEqual([1])
})

test('loses the oldest when too much waits, and says so', async () => {
  const a = await openMesh(0)
  for (let number = 0; number < waitingTuplesMax; number += 1) a.mesh.send(1, say(String(number)))
  expect(a.dropped).toEqual([])
  a.mesh.send(1, say('last'))
  expect(a.dropped).toEqual([1])
  const b = await openMesh(1)
  a.mesh.peers([peer(1, b.mesh.port)])
  await eventually('what waited', () => (b.seen.length === waitingTuplesMax ? true : undefined))
  expect(b.seen[0]?.text).toBe('1')
  expect(b.seen.at(-1)?.text).toBe('last')
})

test('reads nothing from whoever does not know the secret', async () => {
  const [a, b] = [await openMesh(0, 'f'.repeat(32)), await openMesh(1)]
  a.mesh.peers([peer(1, b.mesh.port)])
  a.mesh.send(1, say('forged'))
  const socket = connect({ host: address, port: b.mesh.port })
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
  })
  socket.on('error', () => undefined)
  socket.resume()
  socket.write(Buffer.concat([Buffer.alloc(36), frameOf(say('forged'))]))
  await closed
  expect(b.seen).toEqual([])
})

test('ends a connection that announces a frame that is too large', async () => {
  const b = await openMesh(1)
  const socket = connect({ host: address, port: b.mesh.port })
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
  })
  socket.on('error', () => undefined)
  socket.resume()
  socket.write(Buffer.concat([Buffer.from(secret), Buffer.alloc(4), Buffer.from([0xff, 0xff, 0xff, 0xff])]))
  await closed
  expect(b.seen).toEqual([])
})
