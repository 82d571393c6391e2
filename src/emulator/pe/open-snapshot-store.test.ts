import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSnapshotStore } from './open-snapshot-store.ts'
import {
  openTable,
  sqliteSettings,
  storeOptions,
  storeSettings,
  testFolder,
  TraceRecord,
} from './testing/store-settings.ts'

const body = Buffer.from('state')

test('without a URL the store is files, and each database operator says once that it has nothing to do', async () => {
  const dataSnapshotStorageDirectory = testFolder()
  const traces = new TraceRecord()
  const settings = storeSettings({ dataSnapshotStorageDirectory })
  const store = await openSnapshotStore(storeOptions({ settings, trace: traces.record }))
  expect(store.table).toBeNull()
  expect(traces.lines.map((line) => line.split(':')[0])).toEqual([
    'error SnapshotRemover',
    'error SnapshotReaderOnRemoteDCFirstContact',
    'error SnapshotInserter',
    'error SnapshotReaderOnRemoteDCFailureOrOnSpecialMessage',
  ])
  expect(await store.write('dc2-0.snapshot', body)).toBeNull()
  expect(readdirSync(dataSnapshotStorageDirectory)).toEqual(['dc2-0.snapshot'])
})

test('a URL wins over the directory', async () => {
  const folder = testFolder()
  const settings = sqliteSettings({ dataSnapshotStorageDirectory: folder })
  const table = await openTable({ settings, storageDirectory: folder })
  expect(await table.write('dc2-0', body)).toBeNull()
  expect(readdirSync(folder)).toEqual(['replicas.db'])
})

test('with a URL and a directory, files and rows are deleted apart', async () => {
  const folder = testFolder()
  const dataSnapshotStorageDirectory = testFolder()
  writeFileSync(join(dataSnapshotStorageDirectory, 'dc2-0.snapshot'), body)
  const settings = sqliteSettings({ dataSnapshotStorageDirectory })
  const table = await openTable({ settings, storageDirectory: folder })
  await table.write('dc2-0', body)
  await table.deleteAll('table')
  expect(readdirSync(dataSnapshotStorageDirectory)).toEqual(['dc2-0.snapshot'])
  await table.write('dc2-0', body)
  await table.deleteAll('files')
  expect(readdirSync(dataSnapshotStorageDirectory)).toEqual([])
  expect(await table.readAll('failure')).toHaveLength(1)
})

test.each(['dataSnapshotJdbcDriverLib', 'dataSnapshotJdbcClassName', 'dataSnapshotTableName'] as const)(
  'a URL without %s is a table that nothing is ever stored in',
  async (missing) => {
    const folder = testFolder()
    const traces = new TraceRecord()
    const settings = sqliteSettings({ [missing]: '', dataSnapshotStorageDirectory: folder })
    const table = await openTable({ settings, storageDirectory: folder, trace: traces.record })
    expect(traces.count(`missing: ${missing}`)).toBe(4)
    expect(await table.write('dc2-0', body)).toContain('not connected')
    expect(await table.read('dc2-0')).toMatchObject({ kind: 'dropped' })
    expect(await table.readAll('failure')).toBeNull()
    await table.delete('dc2-0')
    await table.deleteAll('table')
    // Its results say so; the readers say nothing.
    expect(traces.lines.slice(4)).toEqual([
      expect.stringMatching(/^info SnapshotInserter: .*not connected/),
      expect.stringMatching(/^info SnapshotRemover: .*not connected/),
      expect.stringMatching(/^info SnapshotRemover: .*not connected/),
    ])
    expect(readdirSync(folder)).toEqual([])
  },
)

test('opening fails for a driver library that is not there, whatever the URL', async () => {
  const dataSnapshotJdbcDriverLib = join(testFolder(), 'missing', 'driver.jar')
  await expect(openTable({ settings: sqliteSettings({ dataSnapshotJdbcDriverLib }) })).rejects.toThrow('ENOENT')
})
