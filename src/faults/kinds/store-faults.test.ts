import { expect, test } from 'vitest'
import type { FaultSpec } from '../../model/fault.ts'
import { sampleLedger } from '../testing/sample-faults.ts'

const target = { dc: 'dc2' } as const
const full: FaultSpec = { kind: 'disk_full', target }

test.for<[FaultSpec, object]>([
  [full, { write: 'failed: full', read: 'ok' }],
  [
    { kind: 'disk_readonly', target },
    { write: 'failed: readonly', delete: 'failed: readonly', read: 'ok' },
  ],
  [
    { kind: 'disk_error', target },
    { write: 'failed: error', read: 'failed: error' },
  ],
  [
    { kind: 'disk_slow', target, delaySeconds: 2 },
    { write: 'ok', ms: 6001 },
  ],
])('%o is met by a marker in the store, and gone after its heal', async ([spec, observed]) => {
  const { pair, ledger } = sampleLedger()
  const fault = await ledger.inject(spec)
  expect(fault.evidence.observed).toMatchObject({ ...observed, before: { write: 'ok' } })
  expect((await fault.heal()).evidence.observed).toMatchObject({ write: 'ok', read: 'ok', delete: 'ok', ms: 1 })
  expect(pair.acts.stores.size).toBe(0)
})

test.for<[FaultSpec, string]>([
  [full, 'disk_full dc2 had no effect: write succeeded.'],
  [{ kind: 'disk_readonly', target }, 'disk_readonly dc2 had no effect: write and delete succeeded.'],
  [{ kind: 'disk_error', target }, 'disk_error dc2 had no effect: write and read succeeded.'],
  [{ kind: 'disk_slow', target, delaySeconds: 2 }, 'a probe took 1.0 ms; expected at least 1800.0 ms (real time)'],
])('%o that the store does not feel is an error', async ([spec, message]) => {
  const { pair, ledger } = sampleLedger()
  pair.acts.idle.add('store_fault')
  await expect(ledger.inject(spec)).rejects.toThrow(message)
  expect(ledger.active).toEqual([])
})

test('of two faults the newest holds, and its heal brings back the one before', async () => {
  const { pair, ledger } = sampleLedger()
  const oldest = await ledger.inject({ kind: 'disk_readonly', target })
  const older = await ledger.inject(full)
  const newer = await ledger.inject({ kind: 'disk_error', target })
  expect(pair.acts.stores.get('dc2')).toEqual({ mode: 'error' })
  expect((await newer.heal()).evidence.observed).toMatchObject({ left: 'full', write: 'failed: full' })
  expect(pair.acts.stores.get('dc2')).toEqual({ mode: 'full' })
  await older.heal()
  await oldest.heal()
  expect(pair.acts.stores.size).toBe(0)
})

test('healed first, the older one leaves the newer in force', async () => {
  const { pair, ledger } = sampleLedger()
  const older = await ledger.inject(full)
  await ledger.inject({ kind: 'disk_error', target })
  await older.heal()
  expect(pair.acts.stores.get('dc2')).toEqual({ mode: 'error' })
  await ledger.healAll()
  expect(pair.acts.stores.size).toBe(0)
})

test('only a database can be lost', async () => {
  const { ledger } = sampleLedger()
  await expect(ledger.inject({ kind: 'database_lost', target })).rejects.toThrow(
    'dc2 keeps its snapshots in files, not in a database: its `crossdc` has no `dataSnapshotJdbcUrl`',
  )
})

test('a job in a database can lose it', async () => {
  const { pair, ledger } = sampleLedger()
  pair.changes.push({ dc: 'dc2', changes: { crossdc: { dataSnapshotJdbcUrl: 'jdbc:sqlite:x' } } })
  const fault = await ledger.inject({ kind: 'database_lost', target })
  expect(fault.evidence.observed).toMatchObject({ store: 'table', write: 'failed: lost' })
  await fault.heal()
})

test('a store that stays broken is a heal that failed', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await ledger.inject(full)
  pair.acts.idle.add('store_fault')
  await expect(fault.heal()).rejects.toThrow('disk_full dc2 was removed, yet write: failed: full.')
})
