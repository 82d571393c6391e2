// The table on a real PostgreSQL server, which is killed, frozen and started again.

import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { systemSeconds } from '../lease-time.ts'
import type { SnapshotTable } from './snapshot-table.ts'
import { skipsPostgres, startPostgres, type TestPostgres } from './testing/postgres-server.ts'
import { leaseTime, openTable, storeSettings, TraceRecord } from './testing/store-settings.ts'

const body = Buffer.from('state')
const columns = 'id varchar(256) NOT NULL, replicationTime varchar(256), snapshot bytea, PRIMARY KEY (id)'
/** The database operators, which have a connection each. */
const operatorCount = 4

describe.skipIf(skipsPostgres)('a table in PostgreSQL', () => {
  let server: TestPostgres
  let tables = 0
  beforeAll(async () => {
    server = await startPostgres()
  }, 60_000)
  afterAll(async () => await server?.[Symbol.asyncDispose]())

  function settingsFor(overrides: Partial<CrossDcSettings> = {}): CrossDcSettings {
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

  /** A store with a table of its own. */
  async function open(
    options: { timeScale?: number; columns?: string; settings?: Partial<CrossDcSettings> } = {},
  ): Promise<{ table: SnapshotTable; traces: TraceRecord; name: string }> {
    tables += 1
    const name = `snapshots${tables}`
    await server.sql(`CREATE TABLE ${name} (${options.columns ?? columns})`)
    const traces = new TraceRecord()
    const settings = settingsFor(options.settings)
    const table = await openTable({ settings, time: leaseTime(options.timeScale ?? 60), trace: traces.record })
    return { table, traces, name }
  }

  /** Has the server back for the next test, whatever becomes of this one. */
  function bringBack(): void {
    onTestFinished(async () => {
      server.thaw()
      if (server.pids.length === 0) await server.start()
    })
  }

  test('writes, overwrites, reads and deletes rows, each value of a byte as it is', async () => {
    const { table, name } = await open()
    const bytes = Buffer.from(Array.from({ length: 512 }, (_, value) => value % 256))
    expect(await table.write('dc2-0', Buffer.from('old'))).toBeNull()
    expect(await table.write('dc2-0', bytes)).toBeNull()
    expect(await table.write('dc2-ä\'";--', new Uint8Array(0))).toBeNull()
    expect(await table.read('dc2-0')).toEqual({ kind: 'body', body: bytes })
    const both = [
      { name: 'dc2-0', body: bytes },
      { name: 'dc2-ä\'";--', body: Buffer.alloc(0) },
    ]
    expect(await table.readAll('failure')).toEqual(both)
    expect(await table.readAll('first_contact')).toEqual(both)
    const [row] = await server.sql(`SELECT replicationTime, snapshot FROM ${name} WHERE id = $1`, ['dc2-0'])
    expect(row).toEqual([expect.stringMatching(/^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/), bytes])
    await table.delete('dc2-0')
    await table.delete('dc2-9')
    expect(await table.read('dc2-0')).toMatchObject({ kind: 'dropped' })
    expect(await table.readAll('failure')).toHaveLength(1)
    await table.deleteAll('table')
    expect(await server.sql(`SELECT * FROM ${name}`)).toEqual([])
  })

  test('stores a body of 5 MiB', async () => {
    const { table } = await open()
    const big = randomBytes(5 * 1024 * 1024)
    expect(await table.write('dc2-0', big)).toBeNull()
    const read = await table.read('dc2-0')
    expect(read.kind === 'body' && big.equals(read.body)).toBe(true)
  })

  test('holds four connections, and none once it is closed', async () => {
    const clients = `SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend'`
    // Polled: the server takes a moment to let go of a connection. The one that asks counts too.
    const expectClients = async (count: number): Promise<void> =>
      await expect.poll(async () => (await server.sql(clients))[0]?.[0], { timeout: 5000 }).toBe(count)
    await expectClients(1)
    const { table } = await open()
    await expectClients(1 + operatorCount)
    await table[Symbol.asyncDispose]()
    await table[Symbol.asyncDispose]()
    await expectClients(1)
    expect(await table.write('dc2-0', body)).toContain('not connected')
  })

  test('a body over the size of the column costs the row that was there', async () => {
    const { table, traces } = await open({ columns: columns.replace('bytea', 'bytea CHECK (length(snapshot) <= 5)') })
    expect(await table.write('dc2-0', Buffer.alloc(5))).toBeNull()
    expect(await table.write('dc2-0', Buffer.alloc(6))).toContain('violates check constraint')
    expect(await table.read('dc2-0')).toMatchObject({ kind: 'dropped' })
    expect(await table.readAll('failure')).toEqual([])
    expect(traces.count('error SnapshotInserter: The SQL statement failed')).toBe(1)
  })

  test('a key of 256 characters fits the documented column, one of 257 does not', async () => {
    const { table } = await open()
    expect(await table.write('x'.repeat(256), body)).toBeNull()
    expect(await table.write('x'.repeat(257), body)).toContain('too long')
  })

  test('a table that is not there shows at each statement, and not at the start', async () => {
    const { table, traces } = await open({ settings: { dataSnapshotTableName: 'nowhere' } })
    expect(await table.write('dc2-0', body)).toContain('relation "nowhere" does not exist')
    expect(await table.read('dc2-0')).toMatchObject({ kind: 'dropped' })
    expect(await table.readAll('first_contact')).toBeNull()
    await table.delete('dc2-0')
    await table.deleteAll('table')
    expect(traces.count('error')).toBe(5)
  })

  test('an empty key column fails every statement by key with quirk Q5', async () => {
    const { table, name } = await open({ settings: { dataSnapshotPrimaryKeyColumnName: '' } })
    await server.sql(`INSERT INTO ${name} VALUES ('dc2-0', '', '\\x00')`)
    expect(await table.write('dc2-0', body)).not.toBeNull()
    expect(await table.read('dc2-0')).toMatchObject({ kind: 'dropped' })
    expect(await table.readAll('failure')).toHaveLength(1)
  })

  test('several statements in a table name do not run', async () => {
    const { table, name } = await open()
    const dataSnapshotTableName = `${name}; DROP TABLE ${name}`
    const hostile = await openTable({ settings: settingsFor({ dataSnapshotTableName }) })
    expect(await hostile.readAll('failure')).toBeNull()
    await hostile.deleteAll('table')
    expect(await hostile.write('dc2-0', body)).not.toBeNull()
    expect(await table.write('dc2-0', body)).toBeNull()
  })

  test(
    'a server that is killed fails writes and silences readers; once it is back, the store is within 7 s',
    { timeout: 30_000 },
    async () => {
      bringBack()
      const timeScale = 4
      const { table, traces } = await open({ timeScale })
      expect(await table.write('dc2-0', body)).toBeNull()
      await server.kill()
      // Until the monitor looks, the connections are taken for good ones and the statements fail.
      expect(await table.write('dc2-1', body)).not.toBeNull()
      await traces.seen('is lost', operatorCount)
      expect(await table.write('dc2-1', body)).toContain('not connected')
      const linesBefore = traces.count('Reader')
      expect(await table.read('dc2-0')).toMatchObject({ kind: 'dropped' })
      expect(await table.readAll('failure')).toBeNull()
      expect(await table.readAll('first_contact')).toBeNull()
      expect(traces.count('Reader')).toBe(linesBefore)
      await table.deleteAll('table')
      await server.start()
      const backMs = monotonicNowMs()
      await traces.seen('Connected to the database again', operatorCount)
      expect(systemSeconds(leaseTime(timeScale), monotonicNowMs() - backMs)).toBeLessThan(7)
      // Nothing was tried again: neither the write nor the deletion.
      expect(await table.readAll('failure')).toEqual([{ name: 'dc2-0', body }])
      expect(await table.write('dc2-1', body)).toBeNull()
    },
  )

  test(
    'reconnects after each of several outages, also those of a server that is stopped in order',
    { timeout: 30_000 },
    async () => {
      bringBack()
      const { table, traces } = await open()
      for (const outage of [1, 2]) {
        await server.stop()
        await traces.seen('is lost', outage * operatorCount)
        await traces.seen('Attempt 2 to reconnect failed', outage)
        await server.start()
        await traces.seen('Connected to the database again', outage * operatorCount)
        expect(await table.write('dc2-0', body)).toBeNull()
      }
    },
  )

  test('a statement under way waits for a frozen server as long as it takes', async () => {
    bringBack()
    const { table, traces } = await open({ timeScale: 1 })
    server.freeze()
    let isDone = false
    const write = Promise.resolve(table.write('dc2-0', body)).finally(() => {
      isDone = true
    })
    // Another connection's login shows that the server gives no answer.
    await expect(openTable({ settings: settingsFor(), time: leaseTime(60) })).rejects.toThrow('no login within 250 ms')
    expect(isDone).toBe(false)
    server.thaw()
    expect(await write).toBeNull()
    expect(traces.count('is lost')).toBe(0)
  })

  test('the monitor waits for a statement under way, however long it takes', async () => {
    const { table, traces, name } = await open()
    const { host, port, database, user, password } = server
    const other = new Client({ host, port, database, user, password })
    await other.connect()
    onTestFinished(async () => await other.end())
    await other.query(`BEGIN; LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`)
    const write = table.write('dc2-0', body)
    // Several times the interval and the time limit of the validity check.
    await other.query('SELECT pg_sleep(0.8)')
    await other.query('COMMIT')
    expect(await write).toBeNull()
    expect(traces.count('is lost')).toBe(0)
  })

  test('a frozen server is noticed by the validity check, and closing does not wait for it', async () => {
    bringBack()
    const { table, traces } = await open()
    server.freeze()
    await traces.seen('is lost', operatorCount)
    expect(await table.write('dc2-0', body)).toContain('not connected')
    await table[Symbol.asyncDispose]()
  })

  test('closing ends a statement under way on a frozen server', async () => {
    bringBack()
    const { table } = await open({ timeScale: 1 })
    server.freeze()
    const write = table.write('dc2-0', body)
    await table[Symbol.asyncDispose]()
    expect(await write).not.toBeNull()
  })

  test('opening fails without a server, with a wrong password, and where nothing answers within the login time', async () => {
    await expect(
      openTable({ settings: settingsFor({ dataSnapshotJdbcUrl: 'jdbc:postgresql://127.0.0.1:1/dr' }) }),
    ).rejects.toThrow(
      'Could not connect to PostgreSQL at 127.0.0.1:1, database dr, user failover: connect ECONNREFUSED',
    )
    const wrong = openTable({ settings: settingsFor({ dataSnapshotJdbcPassword: 'not-the-password' }) })
    await expect(wrong).rejects.toThrow(/^(?!.*not-the-password).*password authentication failed/s)
    const mute = createServer(() => undefined).listen(0, '127.0.0.1')
    onTestFinished(() => void mute.close())
    await expect.poll(() => mute.listening).toBe(true)
    const address = mute.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const url = `jdbc:postgresql://127.0.0.1:${port}/dr`
    await expect(openTable({ settings: settingsFor({ dataSnapshotJdbcUrl: url }) })).rejects.toThrow('no login within')
  })

  test('takes user and password from the URL where the settings have none', async () => {
    const { name } = await open()
    const table = await openTable({
      settings: settingsFor({
        dataSnapshotJdbcUrl: `${server.url}?user=${server.user}&password=${server.password}`,
        dataSnapshotJdbcUser: '',
        dataSnapshotJdbcPassword: '',
      }),
    })
    expect(await table.write('dc2-0', body)).toBeNull()
    expect(await server.sql(`SELECT id FROM ${name}`)).toEqual([['dc2-0']])
  })

  test('an operator that is restarted has a new connection at once, and cannot start without a server', async () => {
    bringBack()
    const { table, traces } = await open({ timeScale: 1 })
    await server.kill()
    await expect(table.reconnect('SnapshotInserter')).rejects.toThrow('ECONNREFUSED')
    await server.start()
    await table.reconnect('SnapshotInserter')
    expect(await table.write('dc2-0', body)).toBeNull()
    expect(traces.count('again')).toBe(0)
  })
})
