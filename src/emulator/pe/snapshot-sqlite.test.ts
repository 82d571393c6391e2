import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished, expect, test } from 'vitest'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { toolkitProfiles } from '../../model/toolkit-behaviour.ts'
import type { SnapshotTable } from './snapshot-table.ts'
import { openTable, sqliteSettings, testFolder, TraceRecord } from './testing/store-settings.ts'

const body = Buffer.from('state')
const allBytes = Buffer.from(Array.from({ length: 256 }, (_, value) => value))

interface SqliteStore {
  readonly table: SnapshotTable
  readonly traces: TraceRecord
  readonly folder: string
}

async function openOwn(overrides: Partial<CrossDcSettings> = {}): Promise<SqliteStore> {
  const folder = testFolder()
  const traces = new TraceRecord()
  const settings = sqliteSettings(overrides)
  return { table: await openTable({ settings, storageDirectory: folder, trace: traces.record }), traces, folder }
}

function openFile(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  onTestFinished(() => database.close())
  return database
}

test('makes its own database with the documented table, and writes, overwrites, reads and deletes rows', async () => {
  const { table, folder } = await openOwn()
  expect(await table.write('dc2-0', Buffer.from('old'))).toBeNull()
  expect(await table.write('dc2-0', allBytes)).toBeNull()
  expect(await table.write('dc2-1', new Uint8Array(0))).toBeNull()
  expect(await table.read('dc2-0')).toEqual({ kind: 'body', body: new Uint8Array(allBytes) })
  const both = [
    { name: 'dc2-0', body: new Uint8Array(allBytes) },
    { name: 'dc2-1', body: new Uint8Array(0) },
  ]
  expect(await table.readAll('failure')).toEqual(both)
  expect(await table.readAll('first_contact')).toEqual(both)
  const rows = openFile(join(folder, 'replicas.db')).prepare('SELECT id, replicationTime FROM snapshots').all()
  expect(rows.map((row) => row['id'])).toEqual(['dc2-0', 'dc2-1'])
  expect(rows[0]?.['replicationTime']).toMatch(/^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/)
  await table.delete('dc2-0')
  expect(await table.read('dc2-0')).toMatchObject({ kind: 'dropped' })
  await table.deleteAll('table')
  expect(await table.readAll('failure')).toEqual([])
})

test('answers calls in the order in which they were made', async () => {
  const { table } = await openOwn()
  const write = table.write('dc2-0', body)
  const read = table.read('dc2-0')
  const deletion = table.delete('dc2-0')
  const all = table.readAll('failure')
  expect(await Promise.all([write, read, deletion, all])).toEqual([
    null,
    { kind: 'body', body: new Uint8Array(body) },
    undefined,
    [],
  ])
})

test('keeps its rows when it is opened again', async () => {
  const { table, folder } = await openOwn()
  await table.write('dc2-0', body)
  await table[Symbol.asyncDispose]()
  const again = await openTable({ settings: sqliteSettings(), storageDirectory: folder })
  expect(await again.readAll('failure')).toHaveLength(1)
})

test('a body over the size of the column costs the row that was there', async () => {
  const path = join(testFolder(), 'sized.db')
  const columns = 'id varchar(256) NOT NULL, replicationTime varchar(256), snapshot BLOB CHECK (length(snapshot) <= 5)'
  openFile(path).exec(`CREATE TABLE snapshots (${columns}, PRIMARY KEY (id))`)
  const traces = new TraceRecord()
  const settings = sqliteSettings({ dataSnapshotJdbcUrl: `jdbc:sqlite:${path}` })
  const table = await openTable({ settings, trace: traces.record })
  expect(await table.write('dc2-0', Buffer.alloc(5))).toBeNull()
  expect(await table.write('dc2-0', Buffer.alloc(6))).toContain('CHECK constraint failed')
  expect(await table.read('dc2-0')).toMatchObject({ kind: 'dropped' })
  expect(traces.lines).toContainEqual(expect.stringMatching(/^error SnapshotInserter: The SQL statement failed: CHECK/))
})

test('creates neither the table nor the file of a database that is not its own', async () => {
  const folder = testFolder()
  const dataSnapshotJdbcUrl = `jdbc:sqlite:${join(folder, 'mine.db')}`
  const settings = sqliteSettings({ dataSnapshotJdbcUrl })
  await expect(openTable({ settings })).rejects.toThrow('it is not there')
  expect(existsSync(join(folder, 'mine.db'))).toBe(false)
  openFile(join(folder, 'mine.db')).exec('CREATE TABLE other (a int)')
  const table = await openTable({ settings })
  expect(await table.write('dc2-0', body)).toContain('no such table: snapshots')
})

test('opening fails where the file is no database and where its folder is not there', async () => {
  const folder = testFolder()
  writeFileSync(join(folder, 'replicas.db'), 'no database at all, but long enough to be looked at as one'.repeat(20))
  await expect(openTable({ settings: sqliteSettings(), storageDirectory: folder })).rejects.toThrow(
    'file is not a database',
  )
  await expect(openTable({ settings: sqliteSettings(), storageDirectory: join(folder, 'missing') })).rejects.toThrow(
    'unable to open database file',
  )
})

test.each(['jdbc:sqlite:', 'jdbc:sqlite::memory:', 'jdbc:sqlite:file:x.db', 'jdbc:sqlite:../x.db', 'jdbc:sqlite:x/'])(
  'refuses %s',
  async (dataSnapshotJdbcUrl) => {
    await expect(openOwn({ dataSnapshotJdbcUrl })).rejects.toThrow(
      'Expected dataSnapshotJdbcUrl to be jdbc:sqlite:PATH',
    )
  },
)

test('refuses a name for its own database that the deletion at the start would take for a snapshot', async () => {
  await expect(openOwn({ dataSnapshotJdbcUrl: 'jdbc:sqlite:dc1.snapshots.db' })).rejects.toThrow('not to contain')
})

test('an empty key column makes SQL that fails with quirk Q5, so that rows can only be read and deleted all at once', async () => {
  const { table, traces, folder } = await openOwn({ dataSnapshotPrimaryKeyColumnName: '' })
  openFile(join(folder, 'replicas.db')).exec(`INSERT INTO snapshots VALUES ('dc2-0', '', x'00')`)
  expect(await table.write('dc2-0', body)).toContain('syntax error')
  expect(await table.read('dc2-0')).toMatchObject({ kind: 'dropped' })
  await table.delete('dc2-0')
  expect(traces.count('error')).toBe(3)
  expect(await table.readAll('failure')).toHaveLength(1)
  await table.deleteAll('table')
  expect(await table.readAll('failure')).toEqual([])
})

test('an empty key column is id without quirk Q5', async () => {
  const settings = sqliteSettings({ dataSnapshotPrimaryKeyColumnName: '' })
  const table = await openTable({ settings, storageDirectory: testFolder(), quirks: toolkitProfiles.documented })
  expect(await table.write('dc2-0', body)).toBeNull()
  expect(await table.read('dc2-0')).toMatchObject({ kind: 'body' })
})

test('counts what each operator got and sent on, and begins again at 0 when it is restarted', async () => {
  const { table } = await openOwn()
  const counts = (): Record<string, readonly number[]> =>
    Object.fromEntries(
      table.operators().map(({ name, counts: { processed, submitted } }) => [name, [...processed, ...submitted]]),
    )
  await table.write('dc2-0', body)
  await table.write('dc2-1', body)
  await table.read('dc2-0')
  await table.read('dc2-9')
  await table.readAll('failure')
  await table.readAll('first_contact')
  await table.deleteAll('table')
  expect(counts()).toEqual({
    SnapshotInserter: [2, 2],
    SnapshotRemover: [1, 1],
    SnapshotReaderOnRemoteDCFirstContact: [1, 2],
    SnapshotReaderOnRemoteDCFailureOrOnSpecialMessage: [3, 3],
  })
  await table.reconnect('SnapshotInserter')
  expect(counts()).toMatchObject({ SnapshotInserter: [0, 0], SnapshotRemover: [1, 1] })
  expect(await table.write('dc2-0', body)).toBeNull()
})

test('only the first of several statements in a table name runs', async () => {
  const folder = testFolder()
  const path = join(folder, 'mine.db')
  const columns = 'id varchar(256) NOT NULL, replicationTime varchar(256), snapshot BLOB, PRIMARY KEY (id)'
  const database = openFile(path)
  database.exec(`CREATE TABLE snapshots (${columns}); CREATE TABLE other (a int)`)
  const dataSnapshotTableName = 'snapshots; DROP TABLE other'
  const settings = sqliteSettings({ dataSnapshotJdbcUrl: `jdbc:sqlite:${path}`, dataSnapshotTableName })
  const table = await openTable({ settings })
  await table.deleteAll('table')
  expect(await table.write('dc2-0', body)).not.toBeNull()
  expect(database.prepare('SELECT * FROM other').all()).toEqual([])
})
