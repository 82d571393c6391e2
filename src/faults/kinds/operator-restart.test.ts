import { expect, test } from 'vitest'
import type { FaultSpec } from '../../model/fault.ts'
import { sampleLedger } from '../testing/sample-faults.ts'

const restart = (operator: string): FaultSpec => ({ kind: 'operator_restart', target: { dc: 'dc1', operator } })

test('an operator starts anew by its full name or by that in the composite, and the job goes on', async () => {
  const { pair, ledger } = sampleLedger()
  for (const name of ['CrossDCFailover.RemoteDataCenterWatchdog', 'RemoteDataCenterWatchdog']) {
    const fault = await ledger.inject(restart(name))
    expect(pair.acts.performed.at(-1)).toEqual({ kind: 'restart_operator', dc: 'dc1', operator: name })
    await pair.drive(fault.heal())
  }
  expect(pair.jobs.get('dc1')).toBe('1')
})

test('an operator that is not there is refused with those that are', async () => {
  const { pair, ledger } = sampleLedger()
  await expect(ledger.inject(restart('Watchdog'))).rejects.toThrow(
    `expected an operator of dc1's job (CrossDCFailover.RemoteDataCenterWatchdog), got "Watchdog"`,
  )
  expect(pair.acts.performed).toEqual([])
})

test('an operator that cannot be restarted is an error', async () => {
  const { pair, ledger } = sampleLedger()
  pair.acts.failing.add('restart_operator')
  await expect(pair.drive(ledger.inject(restart('RemoteDataCenterWatchdog')))).rejects.toThrow(
    'restart_operator failed',
  )
})
