// What a pair of jobs does when a snapshot store fails (toolkit reference §5.3, §5.6, situations 33 and 52).

import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { CrossDcOverrides } from '../model/crossdc-settings.ts'
import type { StoreFault } from '../model/testbed-act.ts'
import type { TestbedEvent } from '../model/testbed.ts'
import { eventually, runLedger, runLedgers, useTestbed, type TestPair } from './testing/testbed.ts'

const lease = useTestbed()

const sqlite: CrossDcOverrides = {
  dataSnapshotJdbcUrl: 'jdbc:sqlite:replicas.db',
  dataSnapshotJdbcDriverLib: 'opt/sqlite-jdbc.jar',
  dataSnapshotJdbcClassName: 'org.sqlite.JDBC',
  dataSnapshotTableName: 'snapshots',
  dataSnapshotPrimaryKeyColumnName: 'id',
}

/** Two ledgers, of which dc1's state has a replica in dc2. */
async function protectedPair(settings: CrossDcOverrides = {}): Promise<TestPair> {
  const lab = await lease()
  await runLedgers(lab, settings)
  await lab.events.seen('protected', 'dc1')
  return lab
}

async function strike({ pair }: TestPair, fault: StoreFault | null): Promise<void> {
  await pair.acts.perform([{ kind: 'store_fault', dc: 'dc2', fault }])
}

async function killDc1({ pair }: TestPair): Promise<void> {
  await pair.acts.perform([{ kind: 'hold_down', dc: 'dc1' }])
}

/** The first failure of dc2's store in that operation. */
async function storeFailure({ events }: TestPair, operation: string): Promise<TestbedEvent> {
  const failures = (): readonly TestbedEvent[] =>
    events.of('toolkit_error', 'dc2').filter(({ detail }) => detail?.['operation'] === operation)
  return await eventually(`a failed ${operation} in dc2`, () => failures()[0])
}

const snapshotFiles = ({ pair }: TestPair): readonly string[] =>
  readdirSync(pair.datacenters.dc2.storageDirectory).filter((name) => name.endsWith('.snapshot'))

test('a full disk loses the replica that was there, and nothing is replayed', async () => {
  const lab = await protectedPair()
  expect(snapshotFiles(lab)).not.toEqual([])
  await strike(lab, { mode: 'full' })
  const failed = await storeFailure(lab, 'write')
  expect(failed.detail).toMatchObject({ operation: 'write', error: expect.stringMatching(/^errno 28 \(ENOSPC/) })
  await eventually('the files to be gone', () => (snapshotFiles(lab).length === 0 ? true : undefined))
  await killDc1(lab)
  await lab.events.seen('remote_down', 'dc2')
  expect(lab.events.of('snapshot_replayed', 'dc2')).toEqual([])
  expect(lab.events.of('takeover_started', 'dc2')).toEqual([])
})

test('a read-only disk keeps the old file, which nobody remembers any more', async () => {
  const lab = await protectedPair()
  const before = snapshotFiles(lab)
  await strike(lab, { mode: 'readonly' })
  const failed = await storeFailure(lab, 'write')
  expect(failed.detail).toMatchObject({ error: expect.stringMatching(/^errno 30 \(EROFS/) })
  const deletion = await storeFailure(lab, 'delete')
  expect(deletion.detail).toMatchObject({ name: before[0], error: expect.stringMatching(/^errno 30 \(EROFS/) })
  await killDc1(lab)
  await lab.events.seen('remote_down', 'dc2')
  expect(lab.events.of('snapshot_replayed', 'dc2')).toEqual([])
  expect(snapshotFiles(lab)).toEqual(before)
})

test('a disk that fails when the replica is needed ends the takeover without a state', async () => {
  const lab = await protectedPair()
  await killDc1(lab)
  await strike(lab, { mode: 'error' })
  const done = await lab.events.seen('takeover_done', 'dc2')
  expect(done.detail).toMatchObject({ parts: 0 })
  expect((await storeFailure(lab, 'read')).detail).toMatchObject({ error: expect.stringMatching(/^errno 5 \(EIO/) })
  expect(lab.events.of('snapshot_replayed', 'dc2')).toEqual([])
})

test('a slow disk stores late, and the remote stays up', async () => {
  const lab = await protectedPair()
  await strike(lab, { mode: 'slow', delaySeconds: 4 })
  const struck = lab.pair.clock.now()
  const stored = await eventually('a snapshot stored by the slow disk', () =>
    lab.events.of('snapshot_stored', 'dc2').find(({ time }) => time > struck + 4),
  )
  const signal = lab.events.of('snapshot_signal', 'dc1').findLast(({ time }) => time < stored.time)
  expect(stored.time - (signal?.time ?? stored.time)).toBeGreaterThanOrEqual(4)
  expect(lab.events.of('remote_down')).toEqual([])
})

test('a lost database silences the takeover; its rows outlive it, and it is reconnected', async () => {
  const lab = await protectedPair(sqlite)
  await killDc1(lab)
  await strike(lab, { mode: 'lost' })
  const failed = await storeFailure(lab, 'read')
  expect(failed.time).toBeGreaterThanOrEqual((await lab.events.seen('remote_down', 'dc2')).time)
  expect(lab.events.of('snapshot_replayed', 'dc2')).toEqual([])
  await strike(lab, null)
  const lines = await eventually('the database to be connected again', async () => {
    const logged = (await lab.pair.logs()).map(({ message }) => message)
    return logged.some((message) => message.includes('Connected to the database again')) ? logged : undefined
  })
  expect(lines).toContainEqual(expect.stringContaining('The connection to the database is lost'))
})

test('a full database loses the row that it should have replaced', async () => {
  const lab = await protectedPair(sqlite)
  await strike(lab, { mode: 'full' })
  expect((await storeFailure(lab, 'write')).detail).toMatchObject({ error: 'database or disk is full' })
  await killDc1(lab)
  expect((await storeFailure(lab, 'read')).detail).toMatchObject({ error: 'there is no such row' })
  expect(lab.events.of('snapshot_replayed', 'dc2')).toEqual([])
})

test('a read-only database keeps the row, and an older state is replayed', async () => {
  const lab = await protectedPair(sqlite)
  await strike(lab, { mode: 'readonly' })
  await storeFailure(lab, 'write')
  const stored = lab.events.of('snapshot_stored', 'dc2').at(-1)
  await killDc1(lab)
  const replayed = await lab.events.seen('snapshot_replayed', 'dc2')
  expect(replayed.time).toBeGreaterThan(stored?.time ?? 0)
  expect((await storeFailure(lab, 'delete')).detail).toMatchObject({ error: 'attempt to write a readonly database' })
})

test('a fault is there for a PE that starts later', async () => {
  const lab = await protectedPair()
  await strike(lab, { mode: 'full' })
  const pe = (await lab.pair.processes.list()).find(({ dc, role }) => dc === 'dc2' && role === 'pe')
  const restarted = await lab.pair.processes.restartPe({ dc: 'dc2', peId: pe?.peId ?? '' })
  const failed = await eventually('a failed write of the new PE', () =>
    lab.events
      .of('toolkit_error', 'dc2')
      .find(({ time, detail }) => time > restarted.time && detail?.['operation'] === 'write'),
  )
  expect(failed.detail).toMatchObject({ error: expect.stringContaining('ENOSPC') })
})

test('a PE cannot start while its database is lost, and starts when it is back', async () => {
  const lab = await lease()
  await strike(lab, { mode: 'lost' })
  const started = runLedger(lab, 'dc2', { settings: sqlite })
  const failed = await lab.events.seen('toolkit_error', 'dc2')
  expect(failed.detail).toMatchObject({ cause: 'operator', message: expect.stringContaining('Connection refused') })
  await strike(lab, null)
  await started
})

test.each([
  ['files', { mode: 'full' }, { write: /ENOSPC/, read: /^ok$/, delete: /^ok$/ }],
  ['files', { mode: 'readonly' }, { write: /EROFS/, read: /^ok$/, delete: /EROFS/ }],
  ['files', { mode: 'error' }, { write: /EIO/, read: /EIO/, delete: /EIO/ }],
  ['files', { mode: 'lost' }, { write: /ENOENT/, read: /ENOENT/, delete: /ENOENT/ }],
  ['table', { mode: 'full' }, { write: /is full/, read: /^ok$/, delete: /^ok$/ }],
  ['table', { mode: 'readonly' }, { write: /readonly/, read: /^ok$/, delete: /readonly/ }],
  ['table', { mode: 'error' }, { write: /I\/O error/, read: /I\/O error/, delete: /I\/O error/ }],
  ['table', { mode: 'lost' }, { write: /refused/, read: /refused/, delete: /refused/ }],
] as const)('a probe of %s sees %j and its end', async (store, fault, answers) => {
  const lab = await lease()
  await runLedger(lab, 'dc2', { settings: store === 'table' ? sqlite : {} })
  const healthy = { store, write: 'ok', read: 'ok', delete: 'ok' }
  await expect(lab.pair.processes.probeStore({ dc: 'dc2' })).resolves.toMatchObject(healthy)
  await strike(lab, fault)
  const probe = await lab.pair.processes.probeStore({ dc: 'dc2' })
  for (const access of ['write', 'read', 'delete'] as const) expect(probe[access]).toMatch(answers[access])
  await strike(lab, null)
  await expect(lab.pair.processes.probeStore({ dc: 'dc2' })).resolves.toMatchObject(healthy)
})

test('a probe takes as long as three accesses to a slow store', async () => {
  const lab = await lease()
  await runLedger(lab, 'dc2')
  await strike(lab, { mode: 'slow', delaySeconds: 6 })
  const probe = await lab.pair.processes.probeStore({ dc: 'dc2' })
  expect(probe).toMatchObject({ write: 'ok', read: 'ok', delete: 'ok' })
  // 18 s of system time.
  expect(probe.ms).toBeGreaterThanOrEqual(300)
})

test('a store cannot be probed where nothing runs', async () => {
  const lab = await lease()
  await expect(lab.pair.processes.probeStore({ dc: 'dc1' })).rejects.toThrow(
    'Expected a running PE in dc1 that stores snapshots',
  )
})

test('a paused PE cannot be asked for its store', async () => {
  const lab = await lease()
  await runLedger(lab, 'dc2')
  await lab.pair.acts.perform([{ kind: 'pause_pes', dc: 'dc2' }])
  await expect(lab.pair.processes.probeStore({ dc: 'dc2' })).rejects.toThrow('in dc2 is paused')
})

test('the logs of a lease tell what the PEs traced as errors, with their times', async () => {
  const lab = await protectedPair()
  const before = lab.pair.clock.now()
  await strike(lab, { mode: 'error' })
  await storeFailure(lab, 'write')
  const logs = await lab.pair.logs()
  expect(logs).toContainEqual({
    t: expect.any(Number),
    dc: 'dc2',
    level: 'error',
    source: 'RemoteDC-Watchdog',
    message: expect.stringMatching(/^Cannot write dc1-.*errno 5 \(EIO/),
  })
  const line = logs.find(({ source }) => source === 'RemoteDC-Watchdog')
  expect(line?.t).toBeGreaterThan(before)
})
