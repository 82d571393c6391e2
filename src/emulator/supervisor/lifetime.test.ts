import { spawn } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished, expect, test, vi } from 'vitest'
import { connectSupervisor, type SupervisorConnection } from '../supervisor-client.ts'
import { parseTrusted } from '../json-text.ts'
import { eventually, leasePair, runLedgers, testSupervisor } from '../testing/testbed.ts'
import { listenersOn, nothingLeft, runningPair, tracesOf } from '../testing/traces.ts'

// Each test starts a supervisor of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 20_000 })

test('an orderly end leaves nothing and is quick', async () => {
  const { pair, pid, close } = await runningPair()
  const traces = await tracesOf(pair, pid)
  expect(listenersOn(traces.block).length).toBeGreaterThan(4)
  const began = performance.now()
  await close()
  expect(performance.now() - began).toBeLessThan(300)
  await nothingLeft(traces)
})

test('kill -9 of the supervisor leaves nothing', async () => {
  const { pair, pid } = await runningPair()
  const traces = await tracesOf(pair, pid)
  process.kill(pid, 'SIGKILL')
  expect(await nothingLeft(traces)).toBeLessThan(1000)
})

test('kill -9 of a management process leaves nothing after the release', async () => {
  const { pair, pid, close } = await runningPair()
  const traces = await tracesOf(pair, pid)
  process.kill(pair.datacenters.dc2.pid, 'SIGKILL')
  await pair[Symbol.asyncDispose]()
  expect(await nothingLeft({ ...traces, pids: traces.pids.filter((candidate) => candidate !== pid) })).toBeLessThan(
    1000,
  )
  await close()
})

test('kill -9 of the owner ends the supervisor and all its children', async () => {
  const owner = spawnOwner()
  const { endpoint, supervisorPid } = await owner.ready
  const connection = await connectSupervisor(endpoint)
  const pair = await connection.lease({ holder: 'test' })
  const traces = await tracesOf(pair, supervisorPid)
  process.kill(owner.pid, 'SIGKILL')
  expect(await nothingLeft(traces)).toBeLessThan(1000)
  await expect(connection.lease({ holder: 'test' })).rejects.toThrow("the testbed's supervisor")
})

test('SIGTERM of the supervisor leaves nothing', async () => {
  const { pair, pid } = await runningPair()
  const traces = await tracesOf(pair, pid)
  process.kill(pid, 'SIGTERM')
  expect(await nothingLeft(traces)).toBeLessThan(1000)
})

test('a holder that is gone gives its pair back, and the next one gets it clean', async () => {
  const { supervisor, connection } = await testSupervisor()
  const first = await leasePair(connection)
  await runLedgers(first)
  writeFileSync(join(first.pair.datacenters.dc1.storageDirectory, 'dc2-0.snapshot'), 'state')
  await first.pair.links.apply({ id: 'r', from: 'dc1', to: 'dc2', ports: 'all', effect: { kind: 'drop' } })
  await connection.close()
  const again = await connectSupervisor(supervisor.endpoint)
  const { pair } = await leasePair(again)
  expect(pair.name).toBe(first.pair.name)
  expect((await pair.processes.list()).map(({ role }) => role)).toEqual(['management', 'management', 'link'])
  await expect(pair.links.rules()).resolves.toEqual([])
  expect(readdirSync(pair.datacenters.dc1.storageDirectory)).toEqual([])
  expect(pair.clock.now()).toBeLessThan(120)
  await expect(pair.eventLog()).resolves.toBe('')
})

test('a holder whose connection breaks gives its pair back', async () => {
  const { supervisor, connection } = await testSupervisor()
  const { endpoint } = supervisor
  const call = { call: 1, method: 'lease', params: { timeScale: 60, linkDelaySeconds: 0, seed: 0, holder: 'test' } }
  const granted = await lines(endpoint, [JSON.stringify({ token: endpoint.token }), JSON.stringify(call)])
  const { result } = parseTrusted<{ result: { name: string } }>(granted)
  await expect(leasedAgain(connection, result.name)).resolves.toBe(result.name)
})

/** Leases pairs until it gets that one: a pair that was not given back never comes. */
async function leasedAgain(connection: SupervisorConnection, name: string): Promise<string> {
  return await eventually(`the pair ${name} to be idle`, async () => {
    const next = await connection.lease({ holder: 'test' })
    await next[Symbol.asyncDispose]()
    return next.name === name ? next.name : undefined
  })
}

test('two leases have pairs of their own', async () => {
  const { connection } = await testSupervisor()
  const first = await leasePair(connection)
  const second = await leasePair(connection)
  expect(first.pair.name).not.toBe(second.pair.name)
  await runLedgers(first)
  await runLedgers(second)
})

test('a pair whose management process died is replaced by a fresh one', async () => {
  const { connection } = await testSupervisor()
  const { pair } = await leasePair(connection)
  process.kill(pair.datacenters.dc1.pid, 'SIGKILL')
  await pair[Symbol.asyncDispose]()
  const next = await leasePair(connection)
  expect(next.pair.name).not.toBe(pair.name)
})

test('a pair that lost a process while it waited is replaced by a fresh one', async () => {
  const { connection } = await testSupervisor()
  const { pair } = await leasePair(connection)
  await pair[Symbol.asyncDispose]()
  process.kill(pair.datacenters.dc2.pid, 'SIGKILL')
  const next = await leasePair(connection)
  expect(next.pair.name).not.toBe(pair.name)
  await runLedgers(next)
})

test('releasing twice is releasing once', async () => {
  const { connection } = await testSupervisor()
  const { pair } = await leasePair(connection)
  await pair[Symbol.asyncDispose]()
  await pair[Symbol.asyncDispose]()
  await expect(pair.links.rules()).rejects.toThrow('holds no lease')
})

test('an aborted wait for a pair gives the pair back', async () => {
  const { connection } = await testSupervisor()
  const { pair } = await leasePair(connection)
  await pair[Symbol.asyncDispose]()
  const abort = new AbortController()
  const waiting = connection.lease({ holder: 'test' }, { signal: abort.signal })
  abort.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await expect(leasedAgain(connection, pair.name)).resolves.toBe(pair.name)
})

test('a supervisor that is not there is named in the error', async () => {
  const endpoint = { host: '127.0.0.1', port: 1, token: '' }
  await expect(connectSupervisor(endpoint)).rejects.toThrow("Could not reach the testbed's supervisor at 127.0.0.1:1")
})

/** A process of its own that starts a supervisor and prints how to reach it. */
function spawnOwner(): {
  readonly pid: number
  readonly ready: Promise<{ endpoint: { host: string; port: number; token: string }; supervisorPid: number }>
} {
  const client = fileURLToPath(new URL('../supervisor-client.ts', import.meta.url))
  const script = `
    const { startSupervisor } = await import(${JSON.stringify(client)})
    const { endpoint, pid } = await startSupervisor()
    process.stdout.write(JSON.stringify({ endpoint, supervisorPid: pid }) + '\\n')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ready = new Promise<string>((resolve) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString()))
  })
  return { pid: child.pid ?? 0, ready: ready.then((line) => parseTrusted(line)) }
}

async function lines(endpoint: { host: string; port: number }, sent: readonly string[]): Promise<string> {
  const socket = connect(endpoint)
  socket.setEncoding('utf8')
  // A connection that is cut off while we still write is reset; what counts is what came back.
  socket.on('error', () => undefined)
  let received = ''
  socket.on('data', (data: string) => {
    received += data
    if (received.split('\n').length > sent.length - 1) socket.end()
  })
  socket.write(sent.map((line) => `${line}\n`).join(''))
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
  })
  return received
}

test('ends a connection that shows a wrong token, or none', async () => {
  const { supervisor } = await testSupervisor()
  const { endpoint } = supervisor
  const call = JSON.stringify({ call: 1, method: 'lease', params: {} })
  await expect(lines(endpoint, [JSON.stringify({ token: 'wrong' }), call])).resolves.toBe('')
  await expect(lines(endpoint, [call])).resolves.toBe('')
  await expect(lines(endpoint, ['{"token":'])).resolves.not.toContain('result')
  await expect(lines(endpoint, ['{"token":{"toString":1}}', call])).resolves.toBe('')
  await expect(lines(endpoint, [`{"token":"${'x'.repeat(100_000)}"}`, call])).resolves.toBe('')
  await expect(lines(endpoint, [JSON.stringify({ token: endpoint.token }), call])).resolves.toContain('error')
})

test('refuses what it does not understand with a message, and goes on', async () => {
  const { supervisor, connection } = await testSupervisor()
  const { endpoint } = supervisor
  const answers = await lines(endpoint, [
    JSON.stringify({ token: endpoint.token }),
    'nonsense',
    '7',
    JSON.stringify({ call: 1, method: 'fly', params: {} }),
    JSON.stringify({ call: 2, method: 'lease', params: { timeScale: 'fast', linkDelaySeconds: 0 } }),
    JSON.stringify({ call: 3, method: 'rules', params: { leaseId: 99 } }),
    JSON.stringify({ notify: 'fly' }),
  ])
  const messages = answers
    .trim()
    .split('\n')
    .map((line) => parseTrusted<{ error: { message: string } }>(line).error.message)
  // Their order is that of the work behind them.
  expect(messages).toHaveLength(6)
  expect(messages).toEqual(
    expect.arrayContaining([
      'Expected one JSON object a line, got "nonsense".',
      'Expected a call, an answer or a notification, got 7.',
      expect.stringMatching(/^Expected a method among lease, .*, got "fly"\.$/),
      expect.stringContaining('Expected `timeScale` to be a number'),
      'This connection holds no lease 99.',
    ]),
  )
  const { pair } = await leasePair(connection)
  await expect(pair.installFile({ dc: 'dc1', name: '../x', content: '' })).rejects.toThrow('plain file name')
  await expect(
    pair.links.apply({ id: 'r', from: 'dc1', to: 'dc2', ports: [0], effect: { kind: 'drop' } }),
  ).rejects.toThrow('TCP ports')
})
