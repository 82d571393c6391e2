// The toolkit's samples as jobs of the emulator (toolkit reference §8).

import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { call, eventually, runLedger, useTestbed, type AnyJson, type TestPair } from './testing/testbed.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 20_000 })
const lease = useTestbed()

const peOf = async ({ pair }: TestPair, job: AnyJson): Promise<AnyJson> =>
  (await call(pair.datacenters.dc1, job.pes)).body.pes[0]

/** nTuplesSubmitted of an operator's port 0. */
async function submitted({ pair }: TestPair, job: AnyJson, operator: string): Promise<number> {
  const { dc1 } = pair.datacenters
  const { operators } = (await call(dc1, job.operators)).body
  const found = operators.find(({ name }: AnyJson) => name === operator)
  return (await call(dc1, `${found?.self}/outputports/0/metrics`)).body.metrics[0].value
}

test('the sample generates data without endpoints, and the other DC stores its five parts', async () => {
  const leased = await lease()
  const job = await runLedger(leased, 'dc1', { sab: 'builtin:sample' })
  await runLedger(leased, 'dc2', { sab: 'builtin:sample' })
  expect(job.name).toBe(`${job.applicationName}_${job.id}`)
  expect(job).not.toHaveProperty('service')
  const { dc1 } = leased.pair.datacenters
  expect((await call(dc1, dc1.dataExchangeUrl)).body).toEqual({ jobs: [] })
  await leased.events.seen('snapshot_stored', 'dc2', 5)
  expect(await submitted(leased, job, 'TestDataGenerator')).toBeGreaterThan(0)
})

test('the sample takes special messages at its TCP port', async () => {
  const leased = await lease()
  const job = await runLedger(leased, 'dc1', { sab: 'builtin:sample' })
  const { namedPorts } = await peOf(leased, job)
  const socket = connect({
    host: new URL(leased.pair.datacenters.dc1.crossDcUrl).hostname,
    port: namedPorts.SpecialMessagePort,
  })
  socket.end('Nonsense\r\nOrderlyShutdown\r\n')
  expect(await leased.events.seen('orderly_shutdown', 'dc1')).toMatchObject({ of: 'dc2' })
})

test('a PE of the consistent-region sample that restarts goes back to its checkpoint', async () => {
  const leased = await lease()
  const job = await runLedger(leased, 'dc1', { sab: 'builtin:cr-sample' })
  const { storageDirectory } = leased.pair.datacenters.dc1
  const path = join(storageDirectory, '..', `dc1-job-${job.id}.checkpoint`)
  await eventually('a checkpoint', () => (existsSync(path) ? true : undefined))
  await leased.pair.processes.restartPe({ dc: 'dc1', peId: (await peOf(leased, job)).id })
  await leased.events.seen('job_healthy', 'dc1', 2)
  const [pe] = (await call(leased.pair.datacenters.dc1, job.pes)).body.pes
  expect(pe).toMatchObject({ status: 'running', launchCount: 2 })
  expect((await call(leased.pair.datacenters.dc1, pe.consoleLog)).body).toContain('goes back to its checkpoint')
})

test('a standalone executable that ends is no job any more, and nobody starts it again', async () => {
  const leased = await lease()
  const { pair, events } = leased
  const job = await runLedger(leased, 'dc1', {
    sab: 'builtin:passive-sample',
    parameters: { shellScriptName: 'true' },
    peCount: 3,
  })
  expect((await call(pair.datacenters.dc1, job.pes)).body.pes).toMatchObject([{ restartable: false }])
  const pe = await peOf(leased, job)
  await expect(pair.processes.restartPe({ dc: 'dc1', peId: pe.id })).rejects.toThrow('standalone executable')
  process.kill(Number(pe.processId), 'SIGTERM')
  const ended = await events.seen('job_cancelled', 'dc1')
  expect(ended.detail).toEqual({ jobId: job.id, reason: 'ended' })
  expect((await call(pair.datacenters.dc1, job.self)).status).toBe(404)
  await pair.clock.sleep(10)
  expect((await pair.processes.list()).filter(({ role }) => role === 'pe')).toEqual([])
  expect(events.of('pe_started', 'dc1')).toHaveLength(1)
})
