import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { ledgerOperators } from '../model/ledger.ts'
import type { LinkRule } from '../model/testbed.ts'
import { tupleChecksum } from '../support/checksum.ts'
import { decodeHeartbeatMessage } from '../toolkit/codec.ts'
import { call, endpoint, eventually, runLedger, runLedgers, useTestbed, type TestPair } from './testing/testbed.ts'

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 })
const lease = useTestbed()

/** A tick of the quick settings is 6 s; detection takes up to 5 of them after the last heartbeat. */
const detectionSecondsMax = 30

async function ingest({ pair }: TestPair, count: number): Promise<void> {
  const { dc1 } = pair.datacenters
  const items = Array.from({ length: count }, (_, seq) => {
    const tuple = { key: 'a', seq, payload: '' }
    return { ...tuple, checksum: tupleChecksum(tuple) }
  })
  const url = await endpoint(dc1, ledgerOperators.ingest)
  const { status } = await call(dc1, url, { method: 'POST', body: JSON.stringify({ items }) })
  expect(status).toBe(200)
}

const cut = (from: 'dc1' | 'dc2', how: 'drop' | 'reject' | 'hang' = 'drop'): LinkRule => ({
  id: `cut ${from}`,
  from,
  to: from === 'dc1' ? 'dc2' : 'dc1',
  ports: 'all',
  effect: { kind: how },
})

test('both DCs see each other, and each keeps the other’s snapshot byte for byte', async () => {
  const leased = await lease()
  await runLedgers(leased)
  await ingest(leased, 10)
  await leased.events.seen('remote_up', 'dc1')
  await leased.events.seen('remote_up', 'dc2')
  const stored = await leased.events.seen('snapshot_stored', 'dc2')
  expect(stored.detail).toMatchObject({ name: 'dc1-0.snapshot' })
  const body = readFileSync(join(leased.pair.datacenters.dc2.storageDirectory, 'dc1-0.snapshot'))
  expect(decodeHeartbeatMessage(body)).toMatchObject({
    heartbeatMsgType: 2,
    dataCenterOrigin: 'dc1',
    dataSnapshotOrigin: '0',
  })
  const safe = await leased.events.seen('protected', 'dc1')
  expect(safe).toMatchObject({ dc: 'dc1', of: 'dc2' })
  // dc1 is safe when dc2 has stored its state, not the other way round.
  expect(safe.time - stored.time).toBeLessThan(0.2)
  expect(safe.time - stored.time).toBeGreaterThanOrEqual(0)
})

test('the survivor of a kill takes the other’s state over and puts it out', async () => {
  const leased = await lease()
  await runLedgers(leased)
  await ingest(leased, 10)
  // The state that was taken in just now is in the next snapshot after this one at the latest.
  await leased.events.seen('snapshot_stored', 'dc2', 2)
  const killed = await leased.pair.processes.holdDown({ dc: 'dc1' })
  expect(killed.pids).toHaveLength(1)
  const down = await leased.events.seen('remote_down', 'dc2')
  expect(down.time - killed.time).toBeGreaterThan(0)
  expect(down.time - killed.time).toBeLessThan(detectionSecondsMax + 3)
  const done = await leased.events.seen('takeover_done', 'dc2')
  const output = await leased.events.seen('first_output', 'dc2')
  expect(output).toMatchObject({ dc: 'dc2', of: 'dc1', detail: { key: 'a' } })
  expect(leased.events.of('takeover_started', 'dc2')[0]?.time).toBeLessThanOrEqual(done.time)
  const { dc2 } = leased.pair.datacenters
  const { items } = (await call(dc2, await endpoint(dc2, ledgerOperators.state))).body
  expect(items).toMatchObject([{ producedBy: 'dc2', origin: 'dc1', cause: 'replay', intervals: [{ from: 0, to: 9 }] }])
})

test('a takeover of a DC that had no traffic has its first output too', async () => {
  const leased = await lease()
  await runLedgers(leased)
  await leased.events.seen('snapshot_stored', 'dc2')
  await leased.pair.processes.holdDown({ dc: 'dc1' })
  await leased.events.seen('takeover_done', 'dc2')
  expect(await leased.events.seen('first_output', 'dc2')).toMatchObject({ dc: 'dc2', of: 'dc1', detail: { key: '' } })
  const { dc2 } = leased.pair.datacenters
  const { items } = (await call(dc2, await endpoint(dc2, ledgerOperators.state))).body
  expect(items).toMatchObject([{ producedBy: 'dc2', origin: 'dc1', cause: 'replay', key: '', intervals: [] }])
})

test('an orderly shutdown has the other DC forget the snapshots, so that nothing is replayed', async () => {
  const leased = await lease()
  await runLedgers(leased)
  await leased.events.seen('snapshot_stored', 'dc2')
  const { dc1, dc2 } = leased.pair.datacenters
  const items = [{ command: 'special', queryId: '', argument: 'OrderlyShutdown' }]
  const control = await endpoint(dc1, ledgerOperators.control)
  expect((await call(dc1, control, { method: 'POST', body: JSON.stringify({ items }) })).status).toBe(200)
  await leased.events.seen('orderly_shutdown', 'dc1')
  await leased.events.seen('snapshot_deleted', 'dc2')
  expect(readdirSync(dc2.storageDirectory)).toEqual([])
  await leased.events.seen('remote_down', 'dc2')
  expect(leased.events.of('snapshot_replayed', 'dc2')).toEqual([])
})

test('a held PE stays dead until it is let up, and comes back empty with a higher launch count', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const job = await runLedger(leased, 'dc1')
  await ingest(leased, 3)
  await leased.pair.processes.holdDown({ dc: 'dc1' })
  const exited = await leased.events.seen('pe_exited', 'dc1')
  expect(exited.detail).toMatchObject({ signal: 'SIGKILL', isHeld: true, launchCount: 1 })
  const [dead] = (await call(dc1, job.pes)).body.pes
  expect(dead).toMatchObject({ status: 'stopped', statusReason: 'crash', launchCount: 1 })
  await leased.pair.processes.letUp({ dc: 'dc1' })
  await leased.events.seen('job_healthy', 'dc1', 2)
  const [alive] = (await call(dc1, job.pes)).body.pes
  expect(alive).toMatchObject({ status: 'running', launchCount: 2 })
  const control = await endpoint(dc1, ledgerOperators.control)
  const items = [{ command: 'query', queryId: 'q', argument: '' }]
  await call(dc1, control, { method: 'POST', body: JSON.stringify({ items }) })
  const state = await endpoint(dc1, ledgerOperators.state)
  const [answer] = await eventually('state', async () => {
    const read = (await call(dc1, state)).body.items
    return read.length > 0 ? read : undefined
  })
  expect(answer).toMatchObject({ key: '', intervals: [] })
})

test('a PE that crashes is started again by itself', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const job = await runLedger(leased, 'dc1')
  const [pe] = (await leased.pair.processes.list()).filter(({ role }) => role === 'pe')
  process.kill(pe?.pid ?? 0, 'SIGKILL')
  await leased.events.seen('job_healthy', 'dc1', 2)
  const [again] = (await call(dc1, job.pes)).body.pes
  expect(again).toMatchObject({ status: 'running', launchCount: 2 })
  expect(Number(again.processId)).not.toBe(pe?.pid)
})

test('a PE that crashes again and again is given up', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const job = await runLedger(leased, 'dc1')
  for (let launch = 1; launch <= 6; launch += 1) {
    await leased.events.seen('job_healthy', 'dc1', launch)
    const [pe] = (await leased.pair.processes.list()).filter(({ role }) => role === 'pe')
    process.kill(pe?.pid ?? 0, 'SIGKILL')
  }
  await leased.events.seen('pe_exited', 'dc1', 6)
  const pe = await eventually('the PE to be given up', async () => {
    const [seen] = (await call(dc1, job.pes)).body.pes
    return seen.statusReason === 'failure' ? seen : undefined
  })
  expect(pe).toMatchObject({
    status: 'stopped',
    launchCount: 6,
    failureReason: expect.stringContaining('crashed 6 times'),
  })
})

test('a toolkit error that ends the PE stands in its console log', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  // Below a second the toolkit divides by zero once the remote is up (toolkit reference §1.4, no. 8).
  const job = await runLedger(leased, 'dc1', { settings: { dataSnapshotExchangeInterval: 0.5 } })
  await runLedger(leased, 'dc2')
  const exited = await leased.events.seen('pe_exited', 'dc1')
  expect(exited.detail).toMatchObject({ code: 1, signal: null })
  const [pe] = (await call(dc1, job.pes)).body.pes
  expect((await call(dc1, pe.consoleLog)).body).toContain('The PE ends: ToolkitCrashError')
})

test('a cut of both directions takes both DCs down for each other, and its heal brings neither back (Q4)', async () => {
  const leased = await lease()
  // Its senders give up before the next tick: heartbeats that queue behind a cut would come out after its heal.
  await runLedgers(leased, { httpConnectionTimeout: 3 })
  await leased.events.seen('remote_up', 'dc1')
  await leased.events.seen('remote_up', 'dc2')
  const { links } = leased.pair
  await links.apply(cut('dc1'))
  await links.apply(cut('dc2'))
  await expect(links.probe({ from: 'dc1', to: 'dc2', port: 25_091 })).resolves.toMatchObject({
    outcome: 'no_connection',
  })
  await leased.events.seen('remote_down', 'dc1')
  await leased.events.seen('remote_down', 'dc2')
  for (const { id } of await links.rules()) await links.remove(id)
  await expect(links.probe({ from: 'dc1', to: 'dc2', port: 25_091 })).resolves.toMatchObject({
    outcome: 'answered',
    status: 200,
  })
  const { clock } = leased.pair
  await clock.sleep(3 * 6)
  expect(leased.events.of('remote_up')).toHaveLength(2)
})

test.each([
  ['drop', 'connect timed out'],
  ['hang', 'Read timed out'],
  ['reject', 'Connection refused'],
] as const)('a sender meets %s as: %s', async (how, text) => {
  const leased = await lease()
  await leased.pair.links.apply(cut('dc1', how))
  await runLedgers(leased, { httpConnectionTimeout: 3, httpReadTimeout: 3 })
  const failed = await leased.events.seen('heartbeat_failed', 'dc1', 2)
  expect(failed.detail?.['text']).toContain(text)
  await leased.events.seen('remote_up', 'dc1')
  expect(leased.events.of('heartbeat_received', 'dc2')).toEqual([])
})

test('ticks keep their interval in system time and do not drift', async () => {
  const leased = await lease()
  await runLedger(leased, 'dc1', { settings: { heartbeatExchangeInterval: 6 } })
  const started = leased.events.of('job_started', 'dc1')[0]?.time ?? 0
  await leased.events.seen('heartbeat_failed', 'dc1', 12)
  const last = leased.events.of('heartbeat_failed', 'dc1')[11]?.time ?? 0
  const lateness = await leased.pair.latenessSeconds()
  expect(last - started).toBeGreaterThanOrEqual(3 + 11 * 6)
  expect(last - started).toBeLessThan(3 + 11 * 6 + lateness + 3)
})

test('the pair’s own delay holds up every message by its way', async () => {
  const leased = await lease({ linkDelaySeconds: 1.2 })
  await runLedgers(leased)
  const sent = await leased.events.seen('heartbeat_received', 'dc2')
  const tick = leased.events.of('job_started', 'dc1')[0]?.time ?? 0
  // There and back for the connection, then the message's own way.
  expect(sent.time - (tick + 3)).toBeGreaterThanOrEqual(3.6)
})

test('the log holds every event, also those before anybody listened', async () => {
  const leased = await lease()
  await runLedger(leased, 'dc1')
  const log = (await leased.pair.eventLog()) ?? ''
  const logged = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string })
  const seen = leased.events.all.map(({ event }) => event)
  expect(logged.map(({ event }) => event).slice(0, seen.length)).toEqual(seen.slice(0, logged.length))
  expect(seen).toContain('job_started')
})

test('an event of a killed management process is told, and its PEs live on', async () => {
  const leased = await lease()
  await runLedger(leased, 'dc1')
  process.kill(leased.pair.datacenters.dc1.pid, 'SIGKILL')
  const exited = await leased.events.seen('management_exited', 'dc1')
  expect(exited.detail).toMatchObject({ signal: 'SIGKILL' })
  const roles = (await leased.pair.processes.list()).filter(({ dc }) => dc === 'dc1').map(({ role }) => role)
  expect(roles).toEqual(['pe'])
  expect((await fetch(`${leased.pair.datacenters.dc1.crossDcUrl}/ports/info`)).status).toBe(200)
})
