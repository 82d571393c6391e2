import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { expect, test, vi } from 'vitest'
import { datacenterNames } from '../../model/datacenter.ts'
import type { TestbedAct } from '../../model/testbed-act.ts'
import { processState } from '../process-state.ts'
import { connectSupervisor, startSupervisor } from '../supervisor-client.ts'
import { call, eventually, leasePair, runLedger, runLedgers, testSupervisor, type AnyJson } from '../testing/testbed.ts'
import { nothingLeft, runningPair, tracesOf } from '../testing/traces.ts'
import { refusalOf } from '../testing/refusal.ts'

// Each test starts a supervisor of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 20_000 })

/** Everything that can be, is stopped where it is. */
const allPaused = datacenterNames.flatMap((dc): readonly TestbedAct[] => [
  { kind: 'pause_pes', dc },
  { kind: 'pause_management', dc },
])

/** One DC hangs, the other one's management is down, its job is held, its store is broken, and the WAN is cut. */
const allBroken: readonly TestbedAct[] = [
  { kind: 'pause_pes', dc: 'dc1' },
  { kind: 'pause_management', dc: 'dc1' },
  { kind: 'stop_management', dc: 'dc2' },
  { kind: 'store_fault', dc: 'dc2', fault: { mode: 'full' } },
  { kind: 'hold_down', dc: 'dc2' },
  {
    kind: 'apply_rules',
    rules: [{ id: 'r', from: 'dc1', to: 'dc2', ports: 'all', effect: { kind: 'hang' } }],
  },
]

test('kill -9 of the supervisor leaves nothing of what is paused', async () => {
  const { pair, pid } = await runningPair()
  await pair.acts.perform(allPaused)
  const traces = await tracesOf(pair, pid)
  expect(traces.pids.filter((child) => processState(child) === 'T')).toHaveLength(4)
  process.kill(pid, 'SIGKILL')
  expect(await nothingLeft(traces)).toBeLessThan(1000)
})

test('kill -9 of the supervisor leaves nothing of one DC alone, all of which is paused', async () => {
  const { supervisor, connection } = await testSupervisor()
  const only = { dc: 'dc1', remote: { host: '127.0.0.1', port: 1 }, crossDcPort: 25_991 } as const
  const leased = await leasePair(connection, { only })
  await runLedger(leased, 'dc1')
  await leased.pair.acts.perform(allPaused.filter((act) => 'dc' in act && act.dc === 'dc1'))
  const traces = await tracesOf(leased.pair, supervisor.pid)
  process.kill(supervisor.pid, 'SIGKILL')
  expect(await nothingLeft(traces)).toBeLessThan(1000)
})

test.each([
  ['paused', allPaused],
  ['broken', allBroken],
])('an orderly end leaves nothing of what is %s', async (_, acts) => {
  const { pair, pid, close } = await runningPair()
  await pair.acts.perform(acts)
  const traces = await tracesOf(pair, pid)
  await close()
  expect(await nothingLeft(traces)).toBeLessThan(1000)
})

test.each([
  ['paused', allPaused],
  ['broken', allBroken],
])('a holder that is gone while all is %s gives back a pair that the next one gets clean', async (_, acts) => {
  const { supervisor, connection } = await testSupervisor()
  const first = await leasePair(connection)
  await runLedgers(first)
  await first.pair.acts.perform(acts)
  const waiting = first.pair.acts.perform(allBroken, {
    when: { event: 'job_started', dc: 'dc1', occurrence: 2, afterSeconds: 0, sinceTime: 0 },
  })
  const refusal = refusalOf(waiting)
  await connection.close()
  expect(await refusal).toContain('The lease ended before pause_pes, pause_management, stop_management')
  const next = await leasePair(await connectSupervisor(supervisor.endpoint))
  const { pair } = next
  expect(pair.name).toBe(first.pair.name)
  const processes = await pair.processes.list()
  expect(processes.map(({ role, isPaused }) => [role, isPaused])).toEqual([
    ['management', false],
    ['management', false],
    ['link', false],
  ])
  expect(processes.map(({ pid }) => processState(pid))).not.toContain('T')
  await expect(pair.links.rules()).resolves.toEqual([])
  expect(readdirSync(pair.datacenters.dc2.storageDirectory)).toEqual([])
  // Nothing that waited is performed in the next lease, no job is held, and stores work.
  await runLedgers(next)
  await expect(pair.processes.probeStore({ dc: 'dc2' })).resolves.toMatchObject({ write: 'ok' })
  for (const dc of datacenterNames) {
    expect((await call(pair.datacenters[dc], pair.datacenters[dc].restUrl)).status).toBe(200)
  }
  expect(pair.lost.aborted).toBe(false)
})

test('a holder whose connection breaks while all is stopped gives back a pair in which all runs', async () => {
  const { supervisor, connection } = await testSupervisor()
  const { endpoint } = supervisor
  const settings = { timeScale: 60, linkDelaySeconds: 0, seed: 0, holder: 'test' }
  const acts: readonly TestbedAct[] = [
    { kind: 'pause_management', dc: 'dc1' },
    { kind: 'stop_management', dc: 'dc2' },
  ]
  const socket = connect(endpoint)
  socket.setEncoding('utf8')
  const answers = createInterface({ input: socket })[Symbol.asyncIterator]()
  const ask = async (message: object): Promise<AnyJson> => {
    socket.write(`${JSON.stringify(message)}\n`)
    for (;;) {
      const { value } = await answers.next()
      const answer: AnyJson = JSON.parse(String(value))
      // Events come in between.
      if (answer.reply !== undefined) return answer.result
    }
  }
  socket.write(`${JSON.stringify({ token: endpoint.token })}\n`)
  const { leaseId, name } = await ask({ call: 1, method: 'lease', params: settings })
  const { outcomes } = await ask({ call: 2, method: 'perform', params: { leaseId, id: 1, acts, when: null } })
  expect(outcomes).toHaveLength(2)
  socket.destroy()
  const next = await eventually(`the pair ${name} to be idle`, async () => {
    const pair = await connection.lease({ holder: 'test' })
    if (pair.name === name) return pair
    await pair[Symbol.asyncDispose]()
    return undefined
  })
  const processes = await next.processes.list()
  expect(processes.map(({ role, isPaused }) => [role, isPaused])).toEqual([
    ['management', false],
    ['management', false],
    ['link', false],
  ])
  for (const dc of datacenterNames) {
    expect((await call(next.datacenters[dc], next.datacenters[dc].restUrl)).status).toBe(200)
  }
})

test('an act that is under way when the lease ends is over before the pair is leased again', async () => {
  const supervisor = await startSupervisor()
  const connection = await connectSupervisor(supervisor.endpoint)
  const pair = await connection.lease({ holder: 'test' })
  const acts = Array.from({ length: 20 }, (): readonly TestbedAct[] => [
    { kind: 'stop_management', dc: 'dc1' },
    { kind: 'start_management', dc: 'dc1' },
  ])
  const performing = pair.acts.perform(acts.flat())
  const refusal = refusalOf(performing)
  await pair[Symbol.asyncDispose]()
  expect(await refusal).toContain('The lease ended before')
  const next = await connection.lease({ holder: 'test' })
  expect(next.name).toBe(pair.name)
  expect((await next.processes.list()).map(({ role }) => role)).toEqual(['management', 'management', 'link'])
  await supervisor.close()
})
