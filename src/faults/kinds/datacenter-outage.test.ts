import { expect, test } from 'vitest'
import type { FaultSpec } from '../../model/fault.ts'
import type { InMemoryPair } from '../testing/in-memory-pair.ts'
import { sampleLedger } from '../testing/sample-faults.ts'

const outage: FaultSpec = { kind: 'datacenter_outage', target: { dc: 'dc1' } }
const hang: FaultSpec = { kind: 'host_hang', target: { dc: 'dc1' } }

function pidsIn(pair: InMemoryPair): readonly number[] {
  return pair.acts
    .processes()
    .filter(({ dc }) => dc === 'dc1')
    .map(({ pid }) => pid)
}

test('an outage takes PEs, management and the WAN, and gives them all back with a new job', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await pair.drive(ledger.inject(outage, { id: 'o' }))
  expect(pidsIn(pair)).toEqual([])
  expect(pair.rules.map(({ id }) => id)).toEqual(['o:dc1-dc2', 'o:dc2-dc1'])
  expect(fault.evidence.observed).toMatchObject({ answers: false, killedPids: [1, 2], probes: [{}, {}, {}, {}] })
  await pair.drive(fault.heal())
  expect(pair.rules).toEqual([])
  expect(pair.jobs.get('dc1')).toBe('3')
  expect(pair.acts.isAnswering('dc1')).toBe(true)
})

test('a hanging host has all its processes, paused; healed, they go on with their job', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await pair.drive(ledger.inject(hang))
  expect(pair.acts.processes().filter(({ isPaused }) => isPaused)).toHaveLength(3)
  await pair.drive(fault.heal())
  expect(pair.acts.processes().filter(({ isPaused }) => isPaused)).toEqual([])
  expect(pair.rules).toEqual([])
  expect(pair.jobs.get('dc1')).toBe('1')
})

test.for<[FaultSpec, 'stop_management' | 'apply_rules' | 'pause_pes' | 'hold_down', string]>([
  [outage, 'stop_management', 'datacenter_outage dc1 had no effect: process 9001 still runs.'],
  [outage, 'hold_down', 'datacenter_outage dc1 had no effect: killed 0 processes, still running: 1, 2.'],
  [hang, 'pause_pes', 'host_hang dc1 had no effect: still running: 1, 2.'],
  [hang, 'apply_rules', 'host_hang dc1 had no effect: dc1 → dc2:25091 (answered)'],
])('%o of which %s does nothing is an error, and all of it is undone', async ([spec, idle, message]) => {
  const { pair, ledger } = sampleLedger()
  pair.acts.idle.add(idle)
  await expect(pair.drive(ledger.inject(spec))).rejects.toThrow(message)
  expect(ledger.active).toEqual([])
  expect(pair.acts.isAnswering('dc1')).toBe(true)
  expect(pair.rules).toEqual([])
})

test('a host that is not there is refused', async () => {
  const { ledger } = sampleLedger()
  await expect(ledger.inject({ kind: 'host_hang', target: { dc: 'dc1', host: 1 } })).rejects.toThrow(
    'dc1 has one host here, dc1.host[0]; got host[1]',
  )
})

test('a job killed while the management is down is put back by whoever lets go last', async () => {
  const { pair, ledger } = sampleLedger()
  const management = await pair.drive(
    ledger.inject({ kind: 'kill', target: { dc: 'dc1', management: true } }, { id: 'm' }),
  )
  const kill = await pair.drive(ledger.inject({ kind: 'kill', target: { dc: 'dc1' } }))
  expect((await pair.drive(kill.heal())).evidence.observed).toEqual({ dc: 'dc1', leftTo: 'm' })
  expect(pidsIn(pair)).toEqual([])
  expect((await pair.drive(management.heal())).evidence.observed).toMatchObject({ job: { health: 'healthy' } })
  expect(pair.jobs.get('dc1')).toBe('3')
})

test('a job cancelled while its PEs are held down is put back by the kill', async () => {
  const { pair, ledger } = sampleLedger()
  const kill = await ledger.inject({ kind: 'kill', target: { dc: 'dc1' } }, { id: 'k' })
  const cancel = await ledger.inject({ kind: 'cancel_job', target: { dc: 'dc1' } })
  await pair.drive(cancel.heal())
  expect(pair.jobs.get('dc1')).toBeUndefined()
  await pair.drive(kill.heal())
  expect(pair.jobs.get('dc1')).toBe('3')
})

test('a single PE that another kill holds as well stays down until that is healed', async () => {
  const { pair, ledger } = sampleLedger()
  const one = await ledger.inject({ kind: 'kill', target: { dc: 'dc1', pes: [0] } }, { id: 'one' })
  const whole = await pair.drive(ledger.inject({ kind: 'kill', target: { dc: 'dc1' } }, { id: 'whole' }))
  expect((await pair.drive(one.heal())).evidence.observed).toEqual({ dc: 'dc1', leftDown: [0] })
  await pair.drive(whole.heal())
  expect(pidsIn(pair)).toHaveLength(3)
})
