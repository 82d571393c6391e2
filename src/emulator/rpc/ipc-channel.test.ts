import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../testing/testbed.ts'
import { ipcChannel, type IpcChannel } from './ipc-channel.ts'

/** A process that counts what it is sent and answers with the count. */
async function startCounter(): Promise<{
  readonly channel: IpcChannel
  readonly counted: () => number
  readonly signal: (name: NodeJS.Signals) => void
}> {
  const directory = mkdtempSync(join(tmpdir(), 'failover-test-'))
  const program = join(directory, 'counter.cjs')
  writeFileSync(program, 'let n = 0; process.on("message", () => process.send({ n: (n += 1) })); process.send({ n })')
  const child = fork(program)
  onTestFinished(() => {
    child.kill('SIGKILL')
    rmSync(directory, { recursive: true })
  })
  const channel = ipcChannel(child)
  let last = -1
  channel.onMessage((message) => {
    if (typeof message === 'object' && message !== null && 'n' in message) last = Number(message.n)
  })
  await eventually('the process', () => (last === 0 ? true : undefined))
  return { channel, counted: () => last, signal: (name) => void child.kill(name) }
}

const message = { text: 'x'.repeat(1000) }

test('has room at once while the other end reads', async () => {
  const { channel, counted } = await startCounter()
  for (let sent = 0; sent < 100; sent += 1) channel.send(message)
  await channel.room()
  expect(await eventually('the messages', () => (counted() === 100 ? counted() : undefined))).toBe(100)
})

test('has no room while too much waits to be read, and then has it for all who wait', async () => {
  const { channel, counted, signal } = await startCounter()
  signal('SIGSTOP')
  for (let sent = 0; sent < 3000; sent += 1) channel.send(message)
  let passed = 0
  const waiting = [1, 2].map(async () => {
    await channel.room()
    passed += 1
  })
  // Whatever can be written is written in the first turns of the event loop.
  for (let turn = 0; turn < 50; turn += 1) await nextTurn()
  expect(passed).toBe(0)
  signal('SIGCONT')
  await Promise.all(waiting)
  await eventually('the messages', () => (counted() === 3000 ? true : undefined))
})

test('lets all go on when the other end is gone', async () => {
  const { channel, signal } = await startCounter()
  signal('SIGSTOP')
  for (let sent = 0; sent < 3000; sent += 1) channel.send(message)
  const waiting = channel.room()
  signal('SIGKILL')
  await expect(waiting).resolves.toBeUndefined()
  channel.send(message)
  await expect(channel.room()).resolves.toBeUndefined()
})
