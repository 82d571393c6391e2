// Jobs of several PEs, and restarts of single PEs and operators (decisions 15; toolkit reference §7, situations 37 to 39).

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { ledgerOperators } from '../model/ledger.ts'
import { tupleChecksum } from '../support/checksum.ts'
import { peCountMax } from '../applications/hosting/partition-operators.ts'
import { call, endpoint, eventually, installSettings, runLedger, submit, useTestbed } from './testing/testbed.ts'
import type { AnyJson, TestPair } from './testing/testbed.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 20_000 })
const lease = useTestbed()

async function ingest({ pair }: TestPair, dc: 'dc1' | 'dc2', count: number): Promise<void> {
  const items = Array.from({ length: count }, (_, seq) => {
    const tuple = { key: 'a', seq, payload: '' }
    return { ...tuple, checksum: tupleChecksum(tuple) }
  })
  const url = await endpoint(pair.datacenters[dc], ledgerOperators.ingest)
  const { status } = await call(pair.datacenters[dc], url, { method: 'POST', body: JSON.stringify({ items }) })
  expect(status).toBe(200)
}

/** What the application in a DC holds of the keys of each origin. */
async function query({ pair }: TestPair, dc: 'dc1' | 'dc2'): Promise<readonly AnyJson[]> {
  const control = await endpoint(pair.datacenters[dc], ledgerOperators.control)
  const items = [{ command: 'query', queryId: 'q', argument: '' }]
  await call(pair.datacenters[dc], control, { method: 'POST', body: JSON.stringify({ items }) })
  const state = await endpoint(pair.datacenters[dc], ledgerOperators.state)
  return await eventually('the state', async () => {
    const read = (await call(pair.datacenters[dc], state)).body.items.filter((item: AnyJson) => item.queryId === 'q')
    return read.length > 0 ? read : undefined
  })
}

async function operatorsOf({ pair }: TestPair, job: AnyJson): Promise<readonly AnyJson[]> {
  return (await call(pair.datacenters.dc1, job.operators)).body.operators
}

/** nTuplesSubmitted of an operator's port 0. */
async function submitted(leased: TestPair, job: AnyJson, operator: string): Promise<number> {
  const found = (await operatorsOf(leased, job)).find(({ name }) => name === `CrossDCFailover.${operator}`)
  const { body } = await call(leased.pair.datacenters.dc1, `${found?.self}/outputports/0/metrics`)
  return body.metrics[0].value
}

const peWith = async (leased: TestPair, job: AnyJson, operator: string): Promise<string> => {
  const found = (await operatorsOf(leased, job)).find(({ name }) => name === operator)
  return String(found?.pe.split('/').at(-1))
}

test.each([2, 4, peCountMax])(
  'two jobs of %i PEs each protect each other, and the survivor takes over',
  async (peCount) => {
    const leased = await lease()
    const { pair, events } = leased
    for (const dc of ['dc1', 'dc2'] as const) await runLedger(leased, dc, { peCount })
    const pes = (await pair.processes.list()).filter(({ role }) => role === 'pe')
    expect(new Set(pes.map(({ pid }) => pid)).size).toBe(2 * peCount)
    expect(events.of('job_started', 'dc1')).toHaveLength(1)
    expect(events.of('job_healthy', 'dc1')).toHaveLength(1)
    expect(events.of('pe_started', 'dc1')).toHaveLength(peCount)
    await ingest(leased, 'dc1', 10)
    await events.seen('remote_up', 'dc1')
    const stored = events.of('snapshot_stored', 'dc2').length
    await events.seen('snapshot_stored', 'dc2', stored + 2)
    const { pids } = await pair.processes.holdDown({ dc: 'dc1' })
    expect(pids).toHaveLength(peCount)
    await events.seen('takeover_done', 'dc2')
    const first = await events.seen('first_output', 'dc2')
    expect(first).toMatchObject({ of: 'dc1', detail: { key: 'a' } })
    expect(await query(leased, 'dc2')).toContainEqual(
      expect.objectContaining({ origin: 'dc1', key: 'a', intervals: [{ from: 0, to: 9 }] }),
    )
    expect(events.of('toolkit_error')).toEqual([])
  },
)

test('REST shows each operator in its PE, and the PEs of the job by their index', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const job = await runLedger(leased, 'dc1', { peCount: 4 })
  const { pes } = (await call(dc1, job.pes)).body
  expect(pes.map(({ indexWithinJob }: AnyJson) => indexWithinJob)).toEqual([0, 1, 2, 3])
  expect(pes[0]).toMatchObject({ health: 'healthy', requiredConnections: 'connected' })
  const operators = await operatorsOf(leased, job)
  const peOf = (name: string): unknown => operators.find((operator) => operator.name === name)?.pe
  expect(peOf('LedgerIngest')).toBe(pes[0].self)
  expect(peOf('CrossDCFailover.HeartbeatMessagePreparer')).toBe(pes[1].self)
  expect(peOf('CrossDCFailover.RemoteDataCenterWatchdog')).toBe(pes[2].self)
  expect(peOf('CrossDCFailover.RemoteDataCenterHeartbeatWatchdog')).toBe(pes[3].self)
  expect(new Set(operators.map(({ name }) => name)).size).toBe(operators.length)
  const own = (await call(dc1, pes[3].operators)).body.operators.map(({ name }: AnyJson) => name)
  expect(own).toEqual([
    'CrossDCFailover.CrossDataCenterReceiverForHB',
    'CrossDCFailover.RemoteDataCenterHeartbeatWatchdog',
  ])
})

test('shows ports and TLS of the receivers as their own metrics', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const job = await runLedger(leased, 'dc1')
  const receiver = (await operatorsOf(leased, job)).find(({ name }) => name.endsWith('CrossDataCenterReceiver[0]'))
  expect((await call(dc1, receiver?.metrics)).body.metrics).toMatchObject([
    { name: 'serverPort', metricKind: 'gauge', metricType: 'custom', value: 25_092 },
    { name: 'https', metricKind: 'gauge', value: 0 },
  ])
})

test('a PE that is restarted alone comes back, and the others live on and have kept what is for it', async () => {
  const leased = await lease()
  const { pair, events } = leased
  const { dc1 } = pair.datacenters
  const job = await runLedger(leased, 'dc1', { peCount: 4 })
  await runLedger(leased, 'dc2')
  await ingest(leased, 'dc1', 3)
  await events.seen('remote_up', 'dc1')
  const peId = await peWith(leased, job, 'CrossDCFailover.RemoteDataCenterHeartbeatWatchdog')
  const before = await pair.processes.list()
  const { pid, launchCount, time } = await pair.processes.restartPe({ dc: 'dc1', peId })
  expect(before).toContainEqual(expect.objectContaining({ pid, peId }))
  expect(launchCount).toBe(2)
  const exited = await events.seen('pe_exited', 'dc1')
  expect(exited).toMatchObject({ detail: { pid, peId, signal: 'SIGKILL' } })
  expect(Math.abs(exited.time - time)).toBeLessThan(3)
  await events.seen('job_healthy', 'dc1', 2)
  const after = await pair.processes.list()
  const others = before.filter((one) => one.dc === 'dc1' && one.peId !== peId)
  for (const other of others) expect(after).toContainEqual(other)
  // Situation 39: a second true without a false between.
  await events.seen('remote_up', 'dc1', 2)
  expect(events.of('remote_down', 'dc1')).toEqual([])
  expect(await query(leased, 'dc1')).toContainEqual(expect.objectContaining({ intervals: [{ from: 0, to: 2 }] }))
  expect(events.of('job_started', 'dc1')).toHaveLength(1)
  const [pe] = (await call(dc1, job.pes)).body.pes.filter(({ id }: AnyJson) => id === peId)
  expect(pe).toMatchObject({ status: 'running', launchCount: 2 })
})

test('while a PE is down its job is not healthy, and the heartbeats of the others wait for nobody', async () => {
  const leased = await lease()
  const { pair, events } = leased
  const { dc1 } = pair.datacenters
  const job = await runLedger(leased, 'dc1', { peCount: 2 })
  await runLedger(leased, 'dc2')
  await events.seen('heartbeat_sent', 'dc1', 2)
  await pair.processes.holdDown({ dc: 'dc2' })
  const peId = await peWith(leased, job, 'LedgerIngest')
  const { pid } = (await pair.processes.list()).find((one) => one.peId === peId && one.dc === 'dc1') ?? { pid: 0 }
  process.kill(pid, 'SIGSTOP')
  await events.seen('heartbeat_failed', 'dc1', events.of('heartbeat_failed', 'dc1').length + 2)
  process.kill(pid, 'SIGKILL')
  await events.seen('pe_exited', 'dc1')
  await events.seen('job_healthy', 'dc1', 2)
  expect((await call(dc1, job.self)).body.health).toBe('healthy')
})

test('an application that restarts alone is empty, and is told the status that waited for it', async () => {
  const leased = await lease()
  const { pair } = leased
  const job = await runLedger(leased, 'dc1', { peCount: 2 })
  await ingest(leased, 'dc1', 3)
  await pair.processes.restartPe({ dc: 'dc1', peId: await peWith(leased, job, 'LedgerIngest') })
  expect(await query(leased, 'dc1')).toMatchObject([{ key: '', intervals: [] }])
})

test('the watchdog alone restarts inside its PE and has forgotten the snapshots (situation 37)', async () => {
  const leased = await lease()
  const { pair, events } = leased
  await runLedger(leased, 'dc1')
  await runLedger(leased, 'dc2', { peCount: 3 })
  await ingest(leased, 'dc1', 3)
  await events.seen('snapshot_stored', 'dc2', 2)
  const before = (await pair.processes.list()).map(({ pid }) => pid)
  // The restart comes after the last snapshot: nothing is remembered until the next one, which does not come.
  await pair.processes.holdDown({ dc: 'dc1' })
  const restarted = await pair.processes.restartOperator({
    dc: 'dc2',
    operator: 'CrossDCFailover.RemoteDataCenterWatchdog',
  })
  const told = await events.seen('operator_restarted', 'dc2')
  expect(told.detail).toEqual({
    jobId: restarted.jobId,
    peId: restarted.peId,
    operator: 'CrossDCFailover.RemoteDataCenterWatchdog',
  })
  expect(Math.abs(told.time - restarted.time)).toBeLessThanOrEqual(restarted.uncertainty + 1)
  await events.seen('remote_down', 'dc2')
  await pair.clock.sleep(6)
  expect(events.of('snapshot_replayed', 'dc2')).toEqual([])
  expect((await pair.processes.list()).filter(({ dc }) => dc === 'dc2').every(({ pid }) => before.includes(pid))).toBe(
    true,
  )
})

test('the heartbeat watchdog alone counts from 0 again (situation 39)', async () => {
  const leased = await lease()
  const { pair, events } = leased
  const job = await runLedger(leased, 'dc1')
  await runLedger(leased, 'dc2')
  await events.seen('remote_up', 'dc1')
  expect(await submitted(leased, job, 'RemoteDataCenterHeartbeatWatchdog')).toBe(1)
  await pair.processes.restartOperator({ dc: 'dc1', operator: 'RemoteDataCenterHeartbeatWatchdog' })
  await events.seen('remote_up', 'dc1', 2)
  expect(events.of('remote_down', 'dc1')).toEqual([])
})

test('an operator of the application takes the application with it, an endpoint only its buffer', async () => {
  const leased = await lease()
  const { pair } = leased
  const job = await runLedger(leased, 'dc1', { parameters: { channels: '2' } })
  await ingest(leased, 'dc1', 3)
  await pair.processes.restartOperator({ dc: 'dc1', operator: ledgerOperators.output })
  expect(await query(leased, 'dc1')).toContainEqual(
    expect.objectContaining({ key: 'a', intervals: [{ from: 0, to: 2 }] }),
  )
  const names: readonly string[] = (await operatorsOf(leased, job)).map(({ name }) => name)
  const own = names.find((name) => !name.includes('.') && !Object.values<string>(ledgerOperators).includes(name))
  await pair.processes.restartOperator({ dc: 'dc1', operator: own ?? '' })
  expect(await query(leased, 'dc1')).toMatchObject([{ intervals: [] }, { intervals: [] }])
})

test('refuses restarts of what is not there, and of what may not come back', async () => {
  const leased = await lease()
  const { processes } = leased.pair
  await expect(processes.restartOperator({ dc: 'dc1', operator: 'x' })).rejects.toThrow('Expected a job in dc1')
  const job = await runLedger(leased, 'dc1')
  const peId = await peWith(leased, job, 'LedgerIngest')
  await expect(processes.restartPe({ dc: 'dc1', peId: '99' })).rejects.toThrow(`Expected a PE of dc1 (${peId}), got 99`)
  await expect(processes.restartPe({ dc: 'dc2', peId })).rejects.toThrow('(none there)')
  await expect(processes.restartOperator({ dc: 'dc1', operator: 'Abacus' })).rejects.toThrow('got Abacus')
  await expect(processes.restartOperator({ dc: 'dc1', operator: 'LedgerIngest', jobId: '99' })).rejects.toThrow(
    'job 99',
  )
  await processes.holdDown({ dc: 'dc1' })
  await expect(processes.restartPe({ dc: 'dc1', peId })).rejects.toThrow('held down')
  await expect(processes.restartOperator({ dc: 'dc1', operator: 'LedgerIngest' })).rejects.toThrow('to run')
})

test('a job whose port is taken comes up when the other one ends, with a launch for each attempt', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const first = await runLedger(leased, 'dc1')
  const configFileName = await installSettings(leased.pair, 'dc1')
  const { body: second } = await submit(leased.pair, 'dc1', { configFileName })
  const error = await leased.events.seen('toolkit_error', 'dc1')
  expect(error.detail).toMatchObject({ code: 'EADDRINUSE', isRetried: true, jobId: second.id })
  await call(dc1, first.self, { method: 'DELETE' })
  await leased.events.seen('job_healthy', 'dc1', 2)
  const [pe] = (await call(dc1, second.pes)).body.pes
  expect(pe.status).toBe('running')
  expect(pe.launchCount).toBeGreaterThan(1)
  expect(leased.events.of('toolkit_error', 'dc1')).toHaveLength(1)
})

test('a PE whose settings cannot be cast loops through its restarts and is given up with the reason', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const configFileName = await leased.pair.installFile({
    dc: 'dc1',
    name: 'bad.txt',
    content: 'heartbeatExchangeInterval=soon\n',
  })
  const { body: job } = await submit(leased.pair, 'dc1', { configFileName })
  await leased.events.seen('pe_exited', 'dc1', 6)
  const pe = await eventually('the PE to be given up', async () => {
    const [seen] = (await call(dc1, job.pes)).body.pes
    return seen.statusReason === 'failure' && seen.launchCount === 6 ? seen : undefined
  })
  expect(pe.failureReason).toContain('heartbeatExchangeInterval')
})

test('reads the application configuration anew at each start, below the file', async () => {
  const leased = await lease()
  const { pair, events } = leased
  const { dc1 } = pair.datacenters
  const job = await runLedger(leased, 'dc1', { tracing: 'error' })
  const [pe] = (await call(dc1, job.pes)).body.pes
  const missing = (text: string): number => text.split('\n').filter((line) => line.includes(' Runtime ')).length
  expect(missing((await call(dc1, pe.applicationTrace)).body)).toBe(1)
  const name = `${(await call(dc1, job.self)).body.applicationName}_crossDCHttpPort`
  const { applicationConfigurations } = (await call(dc1, job.instance)).body
  await call(dc1, applicationConfigurations, {
    method: 'POST',
    body: JSON.stringify({ name: 'CrossDCFailover', properties: { [name]: '26000' } }),
  })
  writeFileSync(join(dc1.storageDirectory, '..', 'dc1-files', 'crossdc-config.txt'), 'crossDCInitDelay=3\n')
  await pair.processes.restartPe({ dc: 'dc1', peId: pe.id })
  await events.seen('job_healthy', 'dc1', 2)
  const host = new URL(dc1.crossDcUrl).hostname
  expect((await fetch(`http://${host}:26000/ports/info`)).status).toBe(200)
  expect(missing((await call(dc1, pe.applicationTrace)).body)).toBe(1)
})

test('traces at the level of the submission', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const job = await runLedger(leased, 'dc1', { tracing: 'info' })
  await runLedger(leased, 'dc2', { tracing: 'off' })
  await leased.events.seen('heartbeat_received', 'dc1')
  const [pe] = (await call(dc1, job.pes)).body.pes
  expect(pe.tracingLevel).toBe('info')
  const trace = await eventually('a trace of the heartbeat', async () => {
    const text: string = (await call(dc1, pe.applicationTrace)).body
    return text.includes('RemoteDC-Heartbeat-Watchdog') ? text : undefined
  })
  expect(trace).toMatch(/^_XXXXX_ \d+\.\d{3} INFO RemoteDC-Heartbeat-Watchdog Heartbeat 1 from dc2$/m)
  const { dc2 } = leased.pair.datacenters
  const [other] = (await call(dc2, `${(await call(dc2, dc2.restUrl)).body.resources[0].resource}`)).body.instances
  const [silent] = (await call(dc2, other.pes)).body.pes
  expect((await call(dc2, silent.applicationTrace)).body).toBe('')
})

test('a variant of an application has its own parameters compiled in', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  await runLedger(leased, 'dc1', {
    settings: { crossDCHttpPort: 25_091 },
    variant: { operatorParameters: { crossDCHttpPortKey: 'otherPort', crossDCHttpPort: '26100' } },
  })
  const host = new URL(dc1.crossDcUrl).hostname
  expect((await fetch(`http://${host}:26100/ports/info`)).status).toBe(200)
})
