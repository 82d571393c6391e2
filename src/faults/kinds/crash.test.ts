import { expect, test } from 'vitest'
import type { FaultSpec } from '../../model/fault.ts'
import { sampleLedger } from '../testing/sample-faults.ts'

const crash: FaultSpec = { kind: 'crash', target: { dc: 'dc1' } }

test('PEs die once, and Streams’ restart of them is the proof of healing', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await ledger.inject(crash)
  expect(fault.evidence.observed).toEqual({ killedPids: [1, 2], launchesBefore: { '1-0': 1, '1-1': 1 } })
  const { evidence } = await pair.drive(fault.heal())
  expect(evidence.observed).toMatchObject({ launches: { '1-0': 2, '1-1': 2 }, health: 'healthy' })
  expect(pair.jobs.get('dc1')).toBe('1')
})

test('a single PE dies alone', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await ledger.inject({ kind: 'crash', target: { dc: 'dc1', pes: [0] } })
  expect(fault.evidence.observed).toMatchObject({ killedPids: [1] })
  const { evidence } = await pair.drive(fault.heal())
  expect(evidence.observed).toMatchObject({ launches: { '1-0': 2, '1-1': 1 } })
})

test('PEs that nobody restarts are a heal that failed, in the time stated', async () => {
  const { pair, ledger } = sampleLedger()
  pair.areDeadForgotten = true
  const fault = await ledger.inject(crash)
  await expect(pair.drive(fault.heal())).rejects.toThrow(
    'Timed out after 60 s (system time) waiting for Streams to restart dc1.job; last seen: {"1-0":1,"1-1":1}.',
  )
})

test('a kill that hits nothing is an error', async () => {
  const { pair, ledger } = sampleLedger()
  pair.areProcessesImmortal = true
  await expect(pair.drive(ledger.inject(crash))).rejects.toThrow('crash dc1.job had no effect: killed 2 processes')
})

test('a standalone executable, which nobody restarts, is submitted again', async () => {
  const { pair, ledger } = sampleLedger()
  pair.areJobsStandalone = true
  const fault = await ledger.inject(crash)
  await pair.drive(fault.heal())
  expect(pair.jobs.get('dc1')).not.toBe('1')
})

test('a management process cannot crash, only be killed or restarted', async () => {
  const { ledger } = sampleLedger()
  await expect(ledger.inject({ kind: 'crash', target: { dc: 'dc1', management: true } })).rejects.toThrow(
    'expected a job or PEs to crash, got dc1.management. Use kill or restart for the management process',
  )
})

test('while another fault holds the datacenter down, its recovery is left to that one', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await ledger.inject(crash)
  await ledger.inject({ kind: 'kill', target: { dc: 'dc1' } }, { id: 'kill' })
  expect((await pair.drive(fault.heal())).evidence.observed).toEqual({ dc: 'dc1', leftTo: 'kill' })
  await pair.drive(ledger.healAll())
})
