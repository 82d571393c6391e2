import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StoreFault } from '../../model/testbed-act.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import type { FaultyStore } from './faulty-store.ts'
import type { StoreFailure } from './snapshot-store.ts'
import { StoreFaults } from './store-faults.ts'
import { leaseTime, openStore, sqliteSettings, storeSettings, testFolder } from './testing/store-settings.ts'

const body = Buffer.from('state')
const other = Buffer.from('other')
/** As a table gives it back. */
const row = new Uint8Array(body)

interface TestStore {
  readonly store: FaultyStore
  readonly faults: StoreFaults
  readonly folder: string
  readonly failures: readonly StoreFailure[]
}

async function files(fault: StoreFault | null = null): Promise<TestStore> {
  const folder = testFolder()
  return { folder, ...(await openWith(storeSettings({ dataSnapshotStorageDirectory: folder }), { fault })) }
}

async function table(fault: StoreFault | null = null): Promise<TestStore> {
  const folder = testFolder()
  return { folder, ...(await openWith(sqliteSettings(), { fault, storageDirectory: folder })) }
}

async function openWith(
  settings: ReturnType<typeof storeSettings>,
  { fault, storageDirectory = '' }: { readonly fault: StoreFault | null; readonly storageDirectory?: string },
): Promise<Omit<TestStore, 'folder'>> {
  const faults = new StoreFaults()
  const failures: StoreFailure[] = []
  const onFailure = (failure: StoreFailure): void => void failures.push(failure)
  const time = leaseTime(60)
  const store = await openStore({ settings, faults, storageDirectory, time, onFailure })
  faults.set(fault)
  return { store, faults, failures }
}

describe('files', () => {
  test('a full disk empties the file that it cannot fill, and reads and deletes', async () => {
    const { store, faults, folder } = await files()
    await store.write('dc1-0.snapshot', body)
    await store.write('dc1-1.snapshot', body)
    faults.set({ mode: 'full' })
    expect(await store.write('dc1-0.snapshot', other)).toMatch(/^errno 28 \(ENOSPC: no space left on device, write/)
    expect(readFileSync(join(folder, 'dc1-0.snapshot'), 'utf8')).toBe('')
    expect(await store.read('dc1-1.snapshot')).toEqual({ kind: 'body', body })
    await store.delete('dc1-1.snapshot')
    expect(readdirSync(folder)).toEqual(['dc1-0.snapshot'])
  })

  test('a read-only disk leaves all files as they are, and tells what it did not delete', async () => {
    const { store, faults, folder, failures } = await files()
    await store.write('dc1-0.snapshot', body)
    faults.set({ mode: 'readonly' })
    expect(await store.write('dc1-0.snapshot', other)).toMatch(/^errno 30 \(EROFS: read-only file system, open/)
    await store.delete('dc1-0.snapshot')
    await store.deleteAll('files')
    expect(readFileSync(join(folder, 'dc1-0.snapshot'), 'utf8')).toBe('state')
    expect(await store.read('dc1-0.snapshot')).toEqual({ kind: 'body', body })
    const error = expect.stringMatching(/^errno 30 \(EROFS: read-only file system, unlink/)
    expect(failures).toEqual(Array.from({ length: 2 }, () => ({ operation: 'delete', name: 'dc1-0.snapshot', error })))
  })

  test.each([
    ['error', /^errno 5 \(EIO: i\/o error/],
    ['lost', /^errno 2 \(ENOENT: no such file or directory/],
  ] as const)('%s fails everything, and all is there again when it ends', async (mode, text) => {
    const { store, faults, failures } = await files()
    await store.write('dc1-0.snapshot', body)
    faults.set({ mode })
    expect(await store.write('dc1-0.snapshot', other)).toMatch(text)
    expect(await store.read('dc1-0.snapshot')).toEqual({ kind: 'error', error: expect.stringMatching(text) })
    expect(await store.readAll('failure')).toEqual([])
    await store.deleteAll('files')
    await store.delete('dc1-0.snapshot')
    expect(failures.map(({ operation }) => operation)).toEqual(['read_all', 'delete_all', 'delete'])
    faults.set(null)
    expect(await store.read('dc1-0.snapshot')).toEqual({ kind: 'body', body })
  })

  test('deleting a file that is not there is no failure', async () => {
    const { store, failures } = await files()
    await store.delete('dc1-0.snapshot')
    expect(failures).toEqual([])
  })

  test('a real refusal to delete is told as well', async () => {
    const { store, folder, failures } = await files()
    mkdirSync(join(folder, 'dc1-0.snapshot'))
    await store.delete('dc1-0.snapshot')
    expect(failures).toEqual([{ operation: 'delete', name: 'dc1-0.snapshot', error: expect.stringMatching(/^errno/) }])
  })

  test('a probe leaves nothing behind and touches no snapshot', async () => {
    const { store, folder } = await files()
    await store.write('dc1-0.snapshot', body)
    await expect(store.probe()).resolves.toMatchObject({ store: 'files', write: 'ok', read: 'ok', delete: 'ok' })
    expect(readdirSync(folder)).toEqual(['dc1-0.snapshot'])
  })

  test('a probe of a directory that is really not there says so', async () => {
    const faults = new StoreFaults()
    const dataSnapshotStorageDirectory = join(testFolder(), 'missing')
    const store = await openStore({ settings: storeSettings({ dataSnapshotStorageDirectory }), faults })
    const probe = await store.probe()
    for (const access of [probe.write, probe.read, probe.delete]) expect(access).toMatch(/^errno 2 \(ENOENT/)
  })
})

describe('slowness', () => {
  // At scale 60 these are 200 ms.
  const slow = { mode: 'slow', delaySeconds: 12 } as const

  test('makes each access of files late by as much system time', async () => {
    const { store } = await files(slow)
    const beganMs = monotonicNowMs()
    expect(await store.write('dc1-0.snapshot', body)).toBeNull()
    expect(monotonicNowMs() - beganMs).toBeGreaterThanOrEqual(200)
    expect(await store.read('dc1-0.snapshot')).toEqual({ kind: 'body', body })
    expect(monotonicNowMs() - beganMs).toBeGreaterThanOrEqual(400)
  })

  test('makes each access of a table late once, not each statement', async () => {
    const { store } = await table(slow)
    const beganMs = monotonicNowMs()
    expect(await store.write('dc1-0', body)).toBeNull()
    const tookMs = monotonicNowMs() - beganMs
    expect(tookMs).toBeGreaterThanOrEqual(200)
    expect(tookMs).toBeLessThan(390)
  })

  test('answers at once what an ordinary file store answers at once', async () => {
    const { store } = await files()
    expect(store.write('dc1-0.snapshot', body)).toBeNull()
  })

  test('an access that waits goes on when the fault ends', async () => {
    const { store, faults } = await files({ mode: 'slow', delaySeconds: 3600 })
    const written = store.write('dc1-0.snapshot', body)
    faults.set(null)
    expect(await written).toBeNull()
  })

  test('an access that waits meets the fault that comes meanwhile', async () => {
    const { store, faults } = await files({ mode: 'slow', delaySeconds: 3600 })
    const written = store.write('dc1-0.snapshot', body)
    faults.set({ mode: 'error' })
    expect(await written).toMatch(/EIO/)
  })
})

describe('a table', () => {
  test('in a full database a write loses the row, and reads and deletes go on', async () => {
    const { store, faults } = await table()
    await store.write('dc1-0', body)
    await store.write('dc1-1', body)
    faults.set({ mode: 'full' })
    expect(await store.write('dc1-0', other)).toBe('database or disk is full')
    expect(await store.read('dc1-0')).toEqual({ kind: 'dropped', why: 'there is no such row' })
    expect(await store.read('dc1-1')).toEqual({ kind: 'body', body: row })
    await store.delete('dc1-1')
    expect(await store.readAll('failure')).toEqual([])
  })

  test('in a read-only database keeps its rows, and the failed deletions are told', async () => {
    const { store, faults, failures } = await table()
    await store.write('dc1-0', body)
    faults.set({ mode: 'readonly' })
    expect(await store.write('dc1-0', other)).toBe('attempt to write a readonly database')
    await store.delete('dc1-0')
    await store.deleteAll('table')
    expect(await store.read('dc1-0')).toEqual({ kind: 'body', body: row })
    const error = 'attempt to write a readonly database'
    expect(failures).toEqual([
      { operation: 'delete', name: 'dc1-0', error },
      { operation: 'delete_all', error },
    ])
  })

  test('in a failing database fails all statements and keeps its connections', async () => {
    const { store, faults, failures } = await table()
    await store.write('dc1-0', body)
    faults.set({ mode: 'error' })
    expect(await store.write('dc1-0', other)).toBe('disk I/O error')
    expect(await store.read('dc1-0')).toEqual({ kind: 'dropped', why: 'disk I/O error' })
    expect(await store.readAll('failure')).toBeNull()
    expect(failures).toEqual([{ operation: 'read_all', error: 'disk I/O error' }])
    faults.set(null)
    expect(await store.read('dc1-0')).toEqual({ kind: 'body', body: row })
  })

  test('the start-up deletion of the directory suffers the same fault', async () => {
    const folder = testFolder()
    const dataSnapshotStorageDirectory = testFolder()
    writeFileSync(join(dataSnapshotStorageDirectory, 'dc1-0.snapshot'), body)
    const settings = sqliteSettings({ dataSnapshotStorageDirectory })
    const { store } = await openWith(settings, { fault: { mode: 'readonly' }, storageDirectory: folder })
    await store.deleteAll('files')
    expect(readdirSync(dataSnapshotStorageDirectory)).toEqual(['dc1-0.snapshot'])
  })

  test('a probe leaves no row and counts for no operator', async () => {
    const { store } = await table()
    await store.write('dc1-0', body)
    const before = store.table?.operators()
    await expect(store.probe()).resolves.toMatchObject({ store: 'table', write: 'ok', read: 'ok', delete: 'ok' })
    expect(store.table?.operators()).toEqual(before)
    expect(await store.readAll('failure')).toEqual([{ name: 'dc1-0', body: row }])
  })

  test('a probe waits for what the operators do, and they for it', async () => {
    const { store } = await table()
    const write = async (name: string): Promise<string | null> => await store.write(name, body)
    const done = await Promise.all([write('dc1-0'), store.probe(), write('dc1-1'), store.probe()])
    expect(done).toMatchObject([null, { write: 'ok' }, null, { write: 'ok' }])
  })

  test('without all its parameters says so to a probe', async () => {
    const settings = sqliteSettings({ dataSnapshotTableName: '' })
    const { store } = await openWith(settings, { fault: null })
    await expect(store.probe()).resolves.toMatchObject({ write: expect.stringContaining('parameters') })
  })
})
