import { expect, test } from 'vitest'
import type { ConnectionResetFault } from '../../model/fault.ts'
import { sampleLedger } from '../testing/sample-faults.ts'

const reset: ConnectionResetFault = {
  kind: 'connection_reset',
  from: 'dc1',
  to: 'dc2',
  direction: 'both',
  ports: 'all',
}

test('both directions are reset, and new connections are let through', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await ledger.inject(reset)
  expect(pair.acts.performed).toEqual([
    { kind: 'reset_connections', from: 'dc1', to: 'dc2', ports: [25091, 25092] },
    { kind: 'reset_connections', from: 'dc2', to: 'dc1', ports: [25091, 25092] },
  ])
  expect(fault.evidence.observed).toEqual({
    reset: [
      { from: 'dc1', to: 'dc2', connections: 0 },
      { from: 'dc2', to: 'dc1', connections: 0 },
    ],
  })
  expect((await fault.heal()).evidence.observed).toMatchObject({ probes: [{ outcome: 'answered' }, {}, {}, {}] })
})

test('connections that do not come back are a heal that failed', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await ledger.inject(reset)
  pair.areLinksDead = true
  await expect(fault.heal()).rejects.toThrow('dc1 → dc2:25091 (no_answer)')
})
