import { expect, test } from 'vitest'
import type { RestartFault } from '../../model/fault.ts'
import { sampleLedger } from '../testing/sample-faults.ts'

const restart: RestartFault = { kind: 'restart', target: { dc: 'dc1' } }
const crossdc = { heartbeatExchangeInterval: 5, dataSnapshotJdbcPassword: 'env:SECRET' }

test('a job is cancelled, and comes up with what was changed once it is healed', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await ledger.inject({ ...restart, crossdc, sab: 'builtin:sample' })
  expect(pair.jobs.get('dc1')).toBeUndefined()
  expect(pair.changes).toEqual([{ dc: 'dc1', changes: { crossdc, sab: 'builtin:sample' } }])
  const changed = {
    crossdc: { heartbeatExchangeInterval: 5, dataSnapshotJdbcPassword: '<hidden>' },
    sab: 'builtin:sample',
  }
  expect(fault.evidence.observed).toMatchObject({ changed })
  expect((await fault.heal()).evidence.observed).toMatchObject({ health: 'healthy', changed })
  expect(pair.jobs.get('dc1')).toBe('3')
})

test('a change that cannot be prepared is refused before anything is down', async () => {
  const { pair, ledger } = sampleLedger()
  await expect(ledger.inject({ ...restart, sab: 'builtin:none' })).rejects.toThrow(
    'there is no application builtin:none',
  )
  expect(pair.jobs.get('dc1')).toBe('1')
  expect(pair.changes).toEqual([])
})

test('single PEs go down and come up in the same job', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await ledger.inject({ kind: 'restart', target: { dc: 'dc1', pes: [1] } })
  expect(pair.acts.processes().map(({ pid }) => pid)).not.toContain(2)
  expect((await pair.drive(fault.heal())).evidence.observed).toMatchObject({ health: 'healthy' })
  expect(pair.jobs.get('dc1')).toBe('1')
})

test('the management process goes down and comes up, and the job lives on', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await pair.drive(ledger.inject({ kind: 'restart', target: { dc: 'dc1', management: true } }))
  expect(pair.acts.isAnswering('dc1')).toBe(false)
  await pair.drive(fault.heal())
  expect(pair.acts.isAnswering('dc1')).toBe(true)
  expect(pair.jobs.get('dc1')).toBe('1')
})

test('only a whole job takes changes', async () => {
  const { ledger } = sampleLedger()
  await expect(ledger.inject({ kind: 'restart', target: { dc: 'dc1', pes: [0] }, crossdc })).rejects.toThrow(
    'expected a whole job to restart with changed settings or SAB, got dc1.pe[0]',
  )
})
