import { expect, test, vi } from 'vitest'
import { ledgerOperators } from '../model/ledger.ts'
import type { TestbedAct } from '../model/testbed-act.ts'
import {
  call,
  endpoint,
  eventually,
  installSettings,
  instanceOf,
  runLedger,
  useTestbed,
  type AnyJson,
  type TestPair,
} from './testing/testbed.ts'

vi.setConfig({ testTimeout: 20_000 })

const lease = useTestbed()

const stop = { kind: 'stop_management', dc: 'dc1' } as const
const start = { kind: 'start_management', dc: 'dc1' } as const

async function perform(leased: TestPair, ...acts: readonly TestbedAct[]) {
  return (await leased.pair.acts.perform(acts)).outcomes
}

async function rolesOf({ pair }: TestPair): Promise<readonly string[]> {
  return (await pair.processes.list()).filter(({ dc }) => dc === 'dc1').map(({ role }) => role)
}

/** Everything of a job that REST shows, without what changes by itself. */
async function seenOf(leased: TestPair, job: AnyJson): Promise<unknown> {
  const { dc1 } = leased.pair.datacenters
  const [shown, pes, operators, exchange] = await Promise.all([
    call(dc1, job.self),
    call(dc1, job.pes),
    call(dc1, job.operators),
    call(dc1, dc1.dataExchangeUrl),
  ])
  const instance = await instanceOf(dc1)
  const names = operators.body.operators.map(({ name }: AnyJson) => name)
  return { job: shown.body, pes: pes.body, names, exchange: exchange.body, instance }
}

/** What a submission of the ledger has to say. */
function withSettings(configFileName: string): object {
  const submissionParameters = [{ name: 'configFileName', value: configFileName }]
  return { jobConfigurationOverlay: { jobConfigOverlays: [{ jobConfig: { submissionParameters } }] } }
}

test('a management that is stopped on purpose leaves its PEs alive and loses no testbed', async () => {
  const leased = await lease()
  await runLedger(leased, 'dc1')
  const { dc1 } = leased.pair.datacenters
  const [stopped] = await perform(leased, stop)
  expect(stopped?.detail).toEqual({ pids: [dc1.pid] })
  const exited = await leased.events.seen('management_exited', 'dc1')
  expect(exited.detail).toMatchObject({ pid: dc1.pid, signal: 'SIGKILL', isHeld: true })
  expect(leased.pair.lost.aborted).toBe(false)
  expect(await rolesOf(leased)).toEqual(['pe'])
  await expect(call(dc1, dc1.restUrl)).rejects.toThrow('fetch failed')
  await expect(call(dc1, dc1.dataExchangeUrl)).rejects.toThrow('fetch failed')
  expect((await fetch(`${dc1.crossDcUrl}/ports/info`)).status).toBe(200)
  const [again] = await perform(leased, stop)
  expect(again?.detail).toEqual({ pids: [] })
})

test('it comes back at the same place with the same jobs, bundles, configurations and endpoints', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const instance = await instanceOf(dc1)
  const body = new Uint8Array(await leased.pair.applicationBundle('builtin:ledger'))
  const uploaded = await call(dc1, `${instance.self}/applicationbundles`, { method: 'POST', body })
  const properties = { crossDCOperationMode: '1' }
  const configuration = { name: 'CrossDCFailover', description: 'ours', properties }
  await call(dc1, instance.applicationConfigurations, { method: 'POST', body: JSON.stringify(configuration) })
  const job = await runLedger(leased, 'dc1', { peCount: 2 })
  const before = await seenOf(leased, job)
  const configurationsBefore = (await call(dc1, instance.applicationConfigurations)).body
  const [, started] = await perform(leased, stop, start)
  expect(started?.detail['pids']).not.toEqual([dc1.pid])
  expect((await leased.events.seen('management_started', 'dc1')).detail).toMatchObject({
    pid: Array.isArray(started?.detail['pids']) ? started.detail['pids'][0] : undefined,
  })
  expect(await seenOf(leased, job)).toEqual(before)
  expect((await call(dc1, instance.applicationConfigurations)).body).toEqual(configurationsBefore)
  const application = uploaded.body.bundleId
  const settings = withSettings(await installSettings(leased.pair, 'dc1'))
  const submission = JSON.stringify({ application, ...settings })
  const submitted = await call(dc1, instance.jobs, { method: 'POST', body: submission })
  // A number that was given is not given again.
  expect(Number(submitted.body.id)).toBe(Number(job.id) + 1)
  expect(leased.events.of('job_healthy', 'dc1')).toHaveLength(1)
})

test('after it came back, tuples go in and out, and a job can be cancelled', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const job = await runLedger(leased, 'dc1')
  await perform(leased, stop, start)
  const items = [{ command: 'query', queryId: 'q', argument: '' }]
  const control = await endpoint(dc1, ledgerOperators.control)
  expect((await call(dc1, control, { method: 'POST', body: JSON.stringify({ items }) })).status).toBe(200)
  const state = await endpoint(dc1, ledgerOperators.state)
  await eventually('an answer', async () => {
    const read = (await call(dc1, state)).body.items
    return read.length > 0 ? read : undefined
  })
  expect((await call(dc1, job.self, { method: 'DELETE' })).status).toBe(204)
  await leased.events.seen('job_cancelled', 'dc1')
  expect(await rolesOf(leased)).toEqual(['management'])
})

test('what happened to PEs meanwhile is known when it comes back', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const job = await runLedger(leased, 'dc1', { peCount: 2 })
  await perform(leased, stop, { kind: 'hold_down', dc: 'dc1', pes: [1] }, { kind: 'kill_pes', dc: 'dc1', pes: [0] })
  await leased.events.seen('pe_started', 'dc1', 3)
  await perform(leased, start)
  const pes = await eventually('the killed PE to run again', async () => {
    const seen = (await call(dc1, job.pes)).body.pes
    return seen[0].status === 'running' ? seen : undefined
  })
  expect(pes).toMatchObject([
    { status: 'running', launchCount: 2 },
    { status: 'stopped', statusReason: 'crash', launchCount: 1, processId: '' },
  ])
  await perform(leased, { kind: 'let_up', dc: 'dc1' })
  await leased.events.seen('job_healthy', 'dc1', 2)
})

test('a PE that restarts while the management is stopped has its application configuration all the same', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const instance = await instanceOf(dc1)
  // Empty: what counts is whether it is found.
  const body = JSON.stringify({ name: 'CrossDCFailover', properties: {} })
  await call(dc1, instance.applicationConfigurations, { method: 'POST', body })
  const job = await runLedger(leased, 'dc1')
  await perform(leased, stop, { kind: 'kill_pes', dc: 'dc1' })
  await leased.events.seen('pe_started', 'dc1', 2)
  await perform(leased, start)
  const pe = await eventually('the PE to run again', async () => {
    const [seen] = (await call(dc1, job.pes)).body.pes
    return seen.status === 'running' ? seen : undefined
  })
  expect(pe).toMatchObject({ launchCount: 2 })
  expect((await call(dc1, pe.consoleLog)).body).not.toContain('application configuration')
})

test('after a kill -9 amid submissions, REST and the processes agree on which jobs there are', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const instance = await instanceOf(dc1)
  const configFileName = await installSettings(leased.pair, 'dc1')
  const body = new Uint8Array(await leased.pair.applicationBundle('builtin:ledger'))
  const { bundleId } = (await call(dc1, `${instance.self}/applicationbundles`, { method: 'POST', body })).body
  const submission = { application: bundleId, ...withSettings(configFileName) }
  // Their answers may be cut off.
  const submissions = Array.from({ length: 20 }, async () => {
    await call(dc1, instance.jobs, { method: 'POST', body: JSON.stringify(submission) }).catch(() => undefined)
  })
  await perform(leased, stop)
  await Promise.all(submissions)
  await perform(leased, start)
  const jobs: readonly AnyJson[] = (await call(dc1, instance.jobs)).body.jobs
  const pes = new Set((await leased.pair.processes.list()).flatMap(({ jobId }) => (jobId === null ? [] : [jobId])))
  expect(new Set(jobs.map(({ id }) => id))).toEqual(pes)
  for (const job of jobs) expect((await call(dc1, job.self, { method: 'DELETE' })).status).toBe(204)
  expect(await rolesOf(leased)).toEqual(['management'])
})

test('what was answered before a kill -9 is there after it, at whatever moment that came', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const instance = await instanceOf(dc1)
  const body = new Uint8Array(await leased.pair.applicationBundle('builtin:ledger'))
  const configurations: string[] = []
  const bundles: string[] = []
  for (let round = 0; round < 8; round += 1) {
    const writing = Array.from({ length: 4 }, async (_, writer) => {
      for (let count = 0; ; count += 1) {
        const name = `${round}-${writer}-${count}`
        const posted = JSON.stringify({ name, properties: { a: name } })
        const made = await call(dc1, instance.applicationConfigurations, { method: 'POST', body: posted })
        if (made.status === 201) configurations.push(name)
        const uploaded = await call(dc1, `${instance.self}/applicationbundles`, { method: 'POST', body })
        bundles.push(uploaded.body.bundleId)
      }
    })
    // Each ends with the process that it writes to.
    const over = Promise.allSettled(writing)
    const had = configurations.length
    await eventually('a few answers', () => (configurations.length > had + round * 3 ? true : undefined))
    await perform(leased, stop)
    await over
    await perform(leased, start)
    const shown: readonly AnyJson[] = (await call(dc1, instance.applicationConfigurations)).body
      .applicationConfigurations
    expect(shown.map(({ name }) => name)).toEqual(expect.arrayContaining(configurations))
    expect(shown.every(({ name, properties }) => properties.a === name)).toBe(true)
  }
  for (const application of bundles) {
    const preview = await call(dc1, instance.jobs, {
      method: 'POST',
      body: JSON.stringify({ application, preview: true, ...withSettings('x') }),
    })
    expect(preview.status).toBe(201)
  }
})

test('a paused management answers nobody until it goes on, and then everybody', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  await runLedger(leased, 'dc1')
  await perform(leased, { kind: 'pause_management', dc: 'dc1' })
  expect((await leased.pair.processes.list()).find(({ pid }) => pid === dc1.pid)).toMatchObject({ isPaused: true })
  let isAnswered = false
  const answer = call(dc1, dc1.restUrl).then(({ status }) => {
    isAnswered = true
    return status
  })
  // Its PEs do not need it.
  await perform(leased, { kind: 'kill_pes', dc: 'dc1' })
  await leased.events.seen('pe_started', 'dc1', 2)
  expect(isAnswered).toBe(false)
  await perform(leased, { kind: 'resume_management', dc: 'dc1' })
  await expect(answer).resolves.toBe(200)
  await leased.events.seen('job_healthy', 'dc1', 2)
})

test('a paused management can be stopped, and one that is stopped cannot be paused', async () => {
  const leased = await lease()
  await perform(leased, { kind: 'pause_management', dc: 'dc1' }, stop)
  await expect(perform(leased, { kind: 'pause_management', dc: 'dc1' })).rejects.toThrow(
    'Expected the management of dc1 to run; it is stopped.',
  )
  const [resumed] = await perform(leased, { kind: 'resume_management', dc: 'dc1' })
  expect(resumed?.detail).toEqual({ pids: [] })
  await perform(leased, start)
  expect((await call(leased.pair.datacenters.dc1, leased.pair.datacenters.dc1.restUrl)).status).toBe(200)
})

test('a management that ends by itself loses the testbed, and is not started again', async () => {
  const leased = await lease()
  process.kill(leased.pair.datacenters.dc1.pid, 'SIGKILL')
  const exited = await leased.events.seen('management_exited', 'dc1')
  expect(exited.detail).toMatchObject({ isHeld: false })
  expect(leased.pair.lost.aborted).toBe(true)
  await expect(perform(leased, start)).rejects.toThrow('ended by itself: the testbed is lost')
})

test('stopping and starting at the same time is done one after the other', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  await Promise.all([stop, start, stop, start].map(async (act) => await perform(leased, act)))
  expect((await call(dc1, dc1.restUrl)).status).toBe(200)
  expect(leased.events.of('management_started', 'dc1')).toHaveLength(2)
})
