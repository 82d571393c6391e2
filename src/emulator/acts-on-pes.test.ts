import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { ledgerOperators } from '../model/ledger.ts'
import type { TestbedAct } from '../model/testbed-act.ts'
import type { ProcessInfo } from '../model/testbed.ts'
import { call, eventually, runLedger, runLedgers, useTestbed, type TestPair } from './testing/testbed.ts'

vi.setConfig({ testTimeout: 20_000 })

const lease = useTestbed()

async function perform(leased: TestPair, ...acts: readonly TestbedAct[]) {
  return (await leased.pair.acts.perform(acts)).outcomes
}

async function pesOf({ pair }: TestPair, dc = 'dc1'): Promise<readonly ProcessInfo[]> {
  return (await pair.processes.list()).filter((process) => process.role === 'pe' && process.dc === dc)
}

function stateOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).charAt(0)
}

test('some PEs of a job are held down by their indices while the others live on', async () => {
  const leased = await lease()
  await runLedger(leased, 'dc1', { peCount: 3 })
  const before = await pesOf(leased)
  expect(before.map(({ indexWithinJob, isPaused }) => [indexWithinJob, isPaused])).toEqual([
    [0, false],
    [1, false],
    [2, false],
  ])
  const [held] = await perform(leased, { kind: 'hold_down', dc: 'dc1', pes: [1, 2] })
  expect(held?.detail).toEqual({ pids: [before[1]?.pid, before[2]?.pid] })
  expect((await pesOf(leased)).map(({ pid }) => pid)).toEqual([before[0]?.pid])
  await perform(leased, { kind: 'let_up', dc: 'dc1', pes: [2] })
  await leased.events.seen('pe_started', 'dc1', 4)
  expect((await pesOf(leased)).map(({ indexWithinJob }) => indexWithinJob)).toEqual([0, 2])
  await perform(leased, { kind: 'let_up', dc: 'dc1' })
  await leased.events.seen('job_healthy', 'dc1', 2)
  expect((await pesOf(leased)).map(({ indexWithinJob }) => indexWithinJob)).toEqual([0, 1, 2])
})

test('what is already so stays so', async () => {
  const leased = await lease()
  await runLedger(leased, 'dc1')
  const act = { kind: 'hold_down', dc: 'dc1' } as const
  const [first, second] = await perform(leased, act, act)
  expect(first?.detail['pids']).toHaveLength(1)
  expect(second?.detail).toEqual({ pids: [] })
  expect(second?.effect.time).toBeGreaterThanOrEqual(first?.effect.time ?? Number.POSITIVE_INFINITY)
  await perform(leased, { kind: 'let_up', dc: 'dc1' }, { kind: 'let_up', dc: 'dc1' })
  await leased.events.seen('job_healthy', 'dc1', 2)
  const pause = { kind: 'pause_pes', dc: 'dc1' } as const
  const [paused, again] = await perform(leased, pause, pause)
  expect(again?.detail).toEqual(paused?.detail)
  const resume = { kind: 'resume_pes', dc: 'dc1' } as const
  const [resumed, none] = await perform(leased, resume, resume)
  expect(resumed?.detail).toEqual(paused?.detail)
  expect(none?.detail).toEqual({ pids: [] })
  expect(leased.events.of('pe_paused')).toHaveLength(1)
  expect(leased.events.of('pe_resumed')).toHaveLength(1)
})

test('a PE that is killed once is started again by Streams', async () => {
  const leased = await lease()
  const job = await runLedger(leased, 'dc1')
  const [killed] = await perform(leased, { kind: 'kill_pes', dc: 'dc1' })
  const exited = await leased.events.seen('pe_exited', 'dc1')
  expect(exited.detail).toMatchObject({ isHeld: false, signal: 'SIGKILL' })
  expect(Math.abs(exited.time - (killed?.effect.time ?? 0))).toBeLessThanOrEqual(
    (killed?.effect.uncertainty ?? 0) + 0.1,
  )
  await leased.events.seen('job_healthy', 'dc1', 2)
  expect((await call(leased.pair.datacenters.dc1, job.pes)).body.pes).toMatchObject([{ launchCount: 2 }])
})

test('an index that no PE has is refused, and nothing is done', async () => {
  const leased = await lease()
  await runLedger(leased, 'dc1', { peCount: 2 })
  for (const kind of ['hold_down', 'kill_pes', 'pause_pes'] as const) {
    await expect(perform(leased, { kind, dc: 'dc1', pes: [0, 2] })).rejects.toThrow(
      'Expected the index of a PE in dc1 (0, 1), got 2.',
    )
  }
  await expect(perform(leased, { kind: 'kill_pes', dc: 'dc2', pes: [0] })).rejects.toThrow('(none there), got 0.')
  expect((await pesOf(leased)).map(({ isPaused }) => isPaused)).toEqual([false, false])
})

test('a paused PE is silent, is no failure to Streams, and goes on where it was', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const job = await runLedger(leased, 'dc1')
  await runLedger(leased, 'dc2')
  await leased.events.seen('remote_up', 'dc2')
  const operators = await call(dc1, job.operators)
  const [paused] = await perform(leased, { kind: 'pause_pes', dc: 'dc1' })
  const [pe] = await pesOf(leased)
  expect(paused?.detail).toEqual({ pids: [pe?.pid] })
  expect(pe).toMatchObject({ isPaused: true })
  expect(stateOf(pe?.pid ?? 0)).toBe('T')
  const event = await leased.events.seen('pe_paused', 'dc1')
  expect(event.detail).toMatchObject({ pid: pe?.pid, indexWithinJob: 0 })
  const down = await leased.events.seen('remote_down', 'dc2')
  expect(down.time).toBeGreaterThan(event.time)
  expect((await call(dc1, job.self)).body).toMatchObject({ health: 'healthy', status: 'running' })
  expect((await call(dc1, job.pes)).body.pes).toMatchObject([{ status: 'running', health: 'healthy', launchCount: 1 }])
  // Its operators as they were last seen, without a wait for it.
  const asked = performance.now()
  expect((await call(dc1, job.operators)).body.total).toBe(operators.body.total)
  expect(performance.now() - asked).toBeLessThan(900)
  const [resumed] = await perform(leased, { kind: 'resume_pes', dc: 'dc1' })
  expect(resumed?.detail).toEqual({ pids: [pe?.pid] })
  expect(stateOf(pe?.pid ?? 0)).not.toBe('T')
  const sent = leased.events.of('heartbeat_received', 'dc2').length
  await leased.events.seen('heartbeat_received', 'dc2', sent + 2)
  expect(leased.events.of('pe_exited')).toEqual([])
})

test('a pause is no lateness of the testbed', async () => {
  const leased = await lease()
  await runLedgers(leased)
  const before = await leased.pair.latenessSeconds()
  await perform(leased, { kind: 'pause_pes', dc: 'dc1' })
  const { clock } = leased.pair
  await clock.sleep(60)
  await perform(leased, { kind: 'resume_pes', dc: 'dc1' })
  const sent = leased.events.of('heartbeat_received', 'dc2').length
  await leased.events.seen('heartbeat_received', 'dc2', sent + 2)
  expect(await leased.pair.latenessSeconds()).toBeLessThan(Math.max(before, 0) + 15)
})

test('a paused PE is told of nothing that has an answer, and holds up no other PE', async () => {
  const leased = await lease()
  await runLedgers(leased)
  await perform(leased, { kind: 'pause_pes', dc: 'dc1' })
  const { processes } = leased.pair
  const restart = processes.restartOperator({ dc: 'dc1', operator: ledgerOperators.ingest })
  await expect(restart).rejects.toThrow('is paused')
  await expect(processes.probeStore({ dc: 'dc1' })).rejects.toThrow('is paused')
  await perform(leased, { kind: 'store_fault', dc: 'dc1', fault: { mode: 'full' } })
  await leased.pair.processes.restartOperator({ dc: 'dc2', operator: ledgerOperators.ingest })
  await perform(leased, { kind: 'kill_pes', dc: 'dc2' })
  await leased.events.seen('job_healthy', 'dc2', 2)
})

test('a paused PE can be killed, and its successor runs', async () => {
  const leased = await lease()
  await runLedger(leased, 'dc1')
  await perform(leased, { kind: 'pause_pes', dc: 'dc1' }, { kind: 'kill_pes', dc: 'dc1' })
  await leased.events.seen('job_healthy', 'dc1', 2)
  expect((await pesOf(leased)).map(({ isPaused }) => isPaused)).toEqual([false])
})

test('an operator is started anew inside its PE', async () => {
  const leased = await lease()
  const job = await runLedger(leased, 'dc1')
  const [outcome] = await perform(leased, { kind: 'restart_operator', dc: 'dc1', operator: ledgerOperators.output })
  expect(outcome?.detail).toMatchObject({ jobId: job.id })
  await leased.events.seen('operator_restarted', 'dc1')
})

test('a store fault is the live PEs’ and that of PEs started later, until it ends', async () => {
  const leased = await lease()
  await runLedgers(leased)
  await perform(leased, { kind: 'store_fault', dc: 'dc2', fault: { mode: 'error' } })
  await expect(leased.pair.processes.probeStore({ dc: 'dc2' })).resolves.not.toMatchObject({ write: 'ok' })
  await perform(leased, { kind: 'kill_pes', dc: 'dc2' })
  await leased.events.seen('job_healthy', 'dc2', 2)
  await expect(leased.pair.processes.probeStore({ dc: 'dc2' })).resolves.not.toMatchObject({ write: 'ok' })
  await expect(leased.pair.processes.probeStore({ dc: 'dc1' })).resolves.toMatchObject({ write: 'ok' })
  const [ended] = await perform(leased, { kind: 'store_fault', dc: 'dc2', fault: null })
  expect(ended?.detail['pids']).toHaveLength(1)
  await expect(leased.pair.processes.probeStore({ dc: 'dc2' })).resolves.toMatchObject({ write: 'ok' })
})

test('rules are applied and removed together, and open connections are reset', async () => {
  const leased = await lease()
  await runLedgers(leased)
  const cut = (id: string, from: 'dc1' | 'dc2') =>
    ({ id, from, to: from === 'dc1' ? 'dc2' : 'dc1', ports: 'all', effect: { kind: 'drop' } }) as const
  const [applied] = await perform(leased, { kind: 'apply_rules', rules: [cut('a', 'dc1'), cut('b', 'dc2')] })
  expect(applied?.detail).toEqual({ ids: ['a', 'b'] })
  expect((await leased.pair.links.rules()).map(({ id }) => id)).toEqual(['a', 'b'])
  await perform(leased, { kind: 'remove_rules', ids: ['a', 'b', 'none'] })
  await expect(leased.pair.links.rules()).resolves.toEqual([])
  const reset = { kind: 'reset_connections', from: 'dc1', to: 'dc2', ports: [25_091] } as const
  await eventually('a connection to be reset', async () => {
    const [outcome] = await perform(leased, reset)
    return Number(outcome?.detail['connections']) > 0 ? outcome : undefined
  })
})

test('when one of several acts fails, the message says which, and those before it stay done', async () => {
  const leased = await lease()
  await runLedger(leased, 'dc1')
  await expect(
    perform(leased, { kind: 'hold_down', dc: 'dc1' }, { kind: 'pause_pes', dc: 'dc1', pes: [7] }),
  ).rejects.toThrow(
    'Act 2 of 2, pause_pes, failed: Expected the index of a PE in dc1 (0), got 7. Done before it, and not undone: hold_down.',
  )
  expect(await pesOf(leased)).toEqual([])
})
