import { expect, test } from 'vitest'
import type { FaultSpec } from '../../model/fault.ts'
import { sampleLedger } from '../testing/sample-faults.ts'

const send = (message: string): FaultSpec => ({ kind: 'special_message', target: { dc: 'dc1' }, message })

test('a word reaches the job, which goes on', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await ledger.inject(send('SendMeDataFromSnapshotFiles'))
  expect(pair.said).toEqual([{ dc: 'dc1', message: 'SendMeDataFromSnapshotFiles' }])
  expect(fault.evidence.observed).toMatchObject({ taken: true, jobId: '1' })
  await pair.drive(fault.heal())
  expect(pair.jobs.get('dc1')).toBe('1')
})

test('after OrderlyShutdown the job is closed for good, and replaced', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await ledger.inject(send('OrderlyShutdown'))
  expect(fault.evidence.observed).toMatchObject({ event: 'orderly_shutdown', message: 'OrderlyShutdown' })
  await pair.drive(fault.heal())
  expect(pair.jobs.get('dc1')).toBe('3')
})

test('a word that is not taken is an error', async () => {
  const { pair, ledger } = sampleLedger()
  pair.specialMessageError = new Error('connection refused')
  await expect(pair.drive(ledger.inject(send('Nonsense'), { id: 's' }))).rejects.toThrow(
    'Fault s (special_message) could not be injected: connection refused',
  )
})

test('no word, and a word for a dead job, are refused', async () => {
  const { ledger } = sampleLedger()
  await expect(ledger.inject(send(' '))).rejects.toThrow('expected a word for the SpecialMessage port, got none')
  await ledger.inject({ kind: 'kill', target: { dc: 'dc1' } })
  await expect(ledger.inject(send('X'))).rejects.toThrow(`dc1's job has no running PE to send "X" to`)
})
