import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { OutsideWork } from './outside-work.ts'

/** A list of resources and a time that the test sets. */
function made(): { work: OutsideWork; now: { ms: number; resources: readonly string[] } } {
  const now = { ms: 0, resources: ['PipeWrap', 'TCPSocketWrap'] as readonly string[] }
  return { work: new OutsideWork({ now: () => now.ms, resources: () => now.resources }), now }
}

test('sees a file that is being read, and its end', async () => {
  const work = new OutsideWork()
  const reading = readFile(import.meta.filename)
  expect(work.underWay()).not.toEqual([])
  await reading
  await turn()
  expect(work.underWay()).toEqual([])
})

test('sees a program that runs', async () => {
  const work = new OutsideWork()
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' })
  expect(work.underWay()).toContain('ProcessWrap')
  await once(child, 'close')
})

test('sees a request from its first turn of the event loop until its answer, though the server goes on', async () => {
  const server = createServer((_, response) => void setTimeout(() => response.end('x'), 20)).listen(0)
  await once(server, 'listening')
  const work = new OutsideWork()
  // A listening socket is no AddressInfo only where it is a pipe's.
  const { port } = server.address() as AddressInfo
  expect(work.underWay()).toEqual([])
  const answer = fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } })
  await turn()
  expect(work.underWay()).not.toEqual([])
  await (await answer).text()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

test('passes over timers, and over what was there before', () => {
  const { work, now } = made()
  now.resources = ['PipeWrap', 'TCPSocketWrap', 'Timeout', 'Immediate', 'TCPServerWrap']
  expect(work.underWay()).toEqual([])
})

test('a request is never there anyway, though one was under way at the beginning', () => {
  const now = { resources: ['FSReqPromise'] as readonly string[] }
  const work = new OutsideWork({ resources: () => now.resources })
  expect(work.underWay()).toEqual(['FSReqPromise'])
  now.resources = []
  expect(work.underWay()).toEqual([])
})

test('counts what comes in place of something that was there before', () => {
  const { work, now } = made()
  now.resources = ['PipeWrap']
  expect(work.underWay()).toEqual([])
  now.resources = ['PipeWrap', 'TCPSocketWrap']
  expect(work.underWay()).toEqual(['TCPSocketWrap'])
})

test('takes a connection for idle when nothing has changed for five seconds, and a program after a minute', () => {
  const { work, now } = made()
  now.resources = ['PipeWrap', 'TCPSocketWrap', 'TCPSocketWrap', 'ProcessWrap']
  expect(work.underWay()).toEqual(['TCPSocketWrap', 'ProcessWrap'])
  now.ms = 4_999
  expect(work.underWay()).toEqual(['TCPSocketWrap', 'ProcessWrap'])
  now.ms = 5_000
  expect(work.underWay()).toEqual(['ProcessWrap'])
  now.ms = 60_000
  expect(work.underWay()).toEqual([])
})
