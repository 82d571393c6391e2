import { expect, test } from 'vitest'
import type { FaultSpec } from '../../model/fault.ts'
import type { InMemoryPair } from '../testing/in-memory-pair.ts'
import { sampleLedger } from '../testing/sample-faults.ts'

const job: FaultSpec = { kind: 'pause', target: { dc: 'dc1' } }
const one: FaultSpec = { kind: 'pause', target: { dc: 'dc1', pes: [1] } }
const management: FaultSpec = { kind: 'pause', target: { dc: 'dc1', management: true } }

function paused(pair: InMemoryPair): readonly number[] {
  return pair.acts
    .processes()
    .filter(({ isPaused }) => isPaused)
    .map(({ pid }) => pid)
}

test('a paused job is alive and answers nothing; healed, the same processes go on', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await ledger.inject(job)
  expect(paused(pair)).toEqual([1, 2])
  expect(fault.evidence.observed).toMatchObject({ pausedPids: [1, 2], probes: [{ outcome: 'no_answer' }, {}] })
  const { evidence } = await fault.heal()
  expect(paused(pair)).toEqual([])
  expect(evidence.observed).toMatchObject({ resumed: [1, 2], leftPaused: [], probes: [{ outcome: 'answered' }, {}] })
  expect(pair.jobs.get('dc1')).toBe('1')
})

test('a paused management process is mute until healed', async () => {
  const { pair, ledger } = sampleLedger()
  const fault = await pair.drive(ledger.inject(management))
  expect(pair.acts.isAnswering('dc1')).toBe(false)
  expect(fault.evidence.observed).toMatchObject({ answers: false, pausedPid: 9001 })
  await pair.drive(fault.heal())
  expect(pair.acts.isAnswering('dc1')).toBe(true)
})

test.for<[FaultSpec, string]>([
  [job, 'pause dc1.job had no effect: still running: 1, 2.'],
  [one, 'pause dc1.pe[1] had no effect: still running: 2.'],
  [management, 'pause dc1.management had no effect: the process is not paused.'],
])('%o that does not take hold is an error', async ([spec, message]) => {
  const { pair, ledger } = sampleLedger()
  pair.acts.idle.add('pause_pes').add('pause_management')
  await expect(pair.drive(ledger.inject(spec))).rejects.toThrow(message)
  expect(ledger.active).toEqual([])
})

test.for<[FaultSpec, FaultSpec, string]>([
  [one, job, 'dc1.pe[1] is paused already'],
  [management, management, "dc1's management process is paused already"],
  [{ kind: 'kill', target: { dc: 'dc1' } }, job, "dc1's job has no running PE to pause"],
])('after %o, %o is refused', async ([first, second, message]) => {
  const { pair, ledger } = sampleLedger()
  await pair.drive(ledger.inject(first))
  await expect(pair.drive(ledger.inject(second))).rejects.toThrow(message)
})

test('a PE that is not there is refused with those that are', async () => {
  const { ledger } = sampleLedger()
  await expect(ledger.inject({ kind: 'pause', target: { dc: 'dc1', pes: [1, 2] } })).rejects.toThrow(
    "expected running PEs of dc1's job (0, 1), got 2",
  )
})

test('what was killed while it was paused is put back by the kill, and the pause has nothing left to do', async () => {
  const { pair, ledger } = sampleLedger()
  await ledger.inject(job, { id: 'pause' })
  await ledger.inject({ kind: 'kill', target: { dc: 'dc1' } }, { id: 'kill' })
  await pair.drive(ledger.healAll())
  expect(pair.jobs.get('dc1')).toBe('3')
  expect(paused(pair)).toEqual([])
})

test('PEs that two faults paused go on when the last of them is healed', async () => {
  const { pair, ledger } = sampleLedger()
  const when = { event: 'remote_down', dc: 'dc2', occurrence: 1, afterSeconds: 0, sinceTime: 0 } as const
  const armed = ledger.inject(job, { when })
  await pair.clock.advance(1)
  const inner = await ledger.inject(one)
  pair.tell('dc2', 'remote_down')
  await pair.clock.advance(1)
  const outer = await armed
  expect((await outer.heal()).evidence.observed).toMatchObject({ resumed: [1], leftPaused: [2] })
  expect(paused(pair)).toEqual([2])
  await inner.heal()
  expect(paused(pair)).toEqual([])
})
