// The faults of a database, on a real PostgreSQL server.

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { FaultyStore } from './faulty-store.ts'
import { StoreFaults } from './store-faults.ts'
import { skipsPostgres, startPostgres, type TestPostgres } from './testing/postgres-server.ts'
import { leaseTime, openStore, storeOptions, storeSettings, TraceRecord } from './testing/store-settings.ts'
import { openSnapshotStore } from './open-snapshot-store.ts'

const body = Buffer.from('state')
const columns = 'id varchar(256) NOT NULL, replicationTime varchar(256), snapshot bytea, PRIMARY KEY (id)'

describe.skipIf(skipsPostgres)('a database in PostgreSQL', () => {
  let server: TestPostgres
  let tables = 0
  beforeAll(async () => {
    server = await startPostgres()
  }, 60_000)
  afterAll(async () => await server?.[Symbol.asyncDispose]())

  async function settingsOf(overrides: Partial<CrossDcSettings> = {}): Promise<CrossDcSettings> {
    tables += 1
    await server.sql(`CREATE TABLE snapshots${tables} (${columns})`)
    return storeSettings({
      dataSnapshotJdbcUrl: server.url,
      dataSnapshotJdbcUser: server.user,
      dataSnapshotJdbcPassword: server.password,
      dataSnapshotJdbcDriverLib: 'opt/postgresql.jar',
      dataSnapshotJdbcClassName: 'org.postgresql.Driver',
      dataSnapshotTableName: `snapshots${tables}`,
      dataSnapshotPrimaryKeyColumnName: 'id',
      ...overrides,
    })
  }

  async function open(overrides: Partial<CrossDcSettings> = {}): Promise<{
    readonly store: FaultyStore
    readonly faults: StoreFaults
    readonly traces: TraceRecord
  }> {
    const faults = new StoreFaults()
    const traces = new TraceRecord()
    const settings = await settingsOf(overrides)
    const store = await openStore({ settings, faults, time: leaseTime(60), trace: traces.record })
    return { store, faults, traces }
  }

  async function connections(): Promise<number> {
    const text = `SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`
    return Number((await server.sql(text))[0]?.[0])
  }

  test('losing it really ends its connections, and it is reconnected within 7 s once it is back', async () => {
    const { store, faults, traces } = await open()
    await store.write('dc1-0', body)
    const before = await connections()
    faults.set({ mode: 'lost' })
    await traces.seen('The connection to the database is lost', 4)
    expect(before - (await connections())).toBe(4)
    expect(await store.write('dc1-1', body)).toContain('not connected')
    expect(await store.read('dc1-0')).toMatchObject({ kind: 'dropped', why: expect.stringContaining('not connected') })
    faults.set(null)
    await traces.seen('Connected to the database again', 4)
    expect(await store.read('dc1-0')).toEqual({ kind: 'body', body })
  })

  test('until the monitor looks, statements fail on the broken connection', async () => {
    const { store, faults, traces } = await open()
    faults.set({ mode: 'lost' })
    // At scale 60 the monitor looks every 83 ms.
    expect(await store.write('dc1-0', body)).toBe('This connection has been closed')
    expect(traces.count('error SnapshotInserter: The SQL statement failed')).toBe(1)
  })

  test('a store cannot be opened while it is lost', async () => {
    const faults = new StoreFaults()
    faults.set({ mode: 'lost' })
    const before = await connections()
    const opening = openSnapshotStore(storeOptions({ settings: await settingsOf(), faults }))
    await expect(opening).rejects.toThrow('Could not connect to the database: Connection refused.')
    expect(await connections()).toBe(before)
  })

  test.each([
    ['full', /No space left on device/, { kind: 'dropped', why: 'there is no such row' }],
    ['readonly', /read-only transaction/, { kind: 'body', body }],
    ['error', /Input\/output error/, { kind: 'dropped', why: expect.stringMatching(/Input\/output error/) }],
  ] as const)('%s says what the server would say', async (mode, text, read) => {
    const { store, faults } = await open()
    await store.write('dc1-0', body)
    faults.set({ mode })
    expect(await store.write('dc1-0', body)).toMatch(text)
    expect(await store.read('dc1-0')).toEqual(read)
    const probe = await store.probe()
    expect(probe.write).toMatch(text)
    expect(probe.read).toMatch(mode === 'error' ? text : /^ok$/)
    expect(probe.delete).toMatch(mode === 'full' ? /^ok$/ : text)
  })

  test('a probe leaves no row behind', async () => {
    const { store } = await open()
    await expect(store.probe()).resolves.toMatchObject({ store: 'table', write: 'ok', read: 'ok', delete: 'ok' })
    expect(await store.readAll('failure')).toEqual([])
  })

  test('a probe says of each access what the server itself says', async () => {
    const { store } = await open({ dataSnapshotTableName: 'nowhere' })
    const probe = await store.probe()
    for (const access of [probe.write, probe.read, probe.delete]) expect(access).toContain('"nowhere" does not exist')
  })

  test('a probe of a server that does not answer comes to an end', async () => {
    const { store } = await open()
    server.freeze()
    onTestFinished(() => server.thaw())
    const probe = await store.probe()
    expect(probe.write).toMatch(/no answer within|no login within/)
    expect(probe.ms).toBeLessThan(8000)
  })
})
