import { connect } from 'node:net'
import { expect, test, vi } from 'vitest'
import {
  authorization,
  call,
  eventually,
  installSettings,
  instanceOf,
  runLedger,
  submit,
  useTestbed,
  type AnyJson,
} from '../testing/testbed.ts'

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 })
const lease = useTestbed()

test('refuses requests without credentials or with wrong ones', async () => {
  const { pair } = await lease()
  const { restUrl, dataExchangeUrl } = pair.datacenters.dc1
  for (const url of [restUrl, dataExchangeUrl]) {
    for (const headers of [{}, authorization({ ...pair.datacenters.dc1, password: 'wrong' })]) {
      const response = await fetch(url, { headers })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toBe('Basic realm="Streams"')
      expect(await response.json()).toMatchObject({ id: 'CDISW5010E', messages: [{ id: 'CDISW5010E' }] })
    }
  }
})

test('leads from the root document to the instance and its collections', async () => {
  const { pair } = await lease()
  const instance = await instanceOf(pair.datacenters.dc1)
  expect(instance).toMatchObject({
    id: 'StreamsInstance',
    resourceType: 'instance',
    status: 'running',
    health: 'healthy',
  })
  const jobs = await call(pair.datacenters.dc1, instance.jobs)
  expect(jobs.body).toEqual({ jobs: [], resourceType: 'jobList', self: instance.jobs, total: 0 })
})

test('submits a job, lists it at once, and shows it healthy when its PE listens', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const configFileName = await installSettings(leased.pair, 'dc1')
  const { status, body: job } = await submit(leased.pair, 'dc1', { configFileName })
  expect(status).toBe(201)
  expect((await call(dc1, (await instanceOf(dc1)).jobs)).body.jobs).toMatchObject([{ id: job.id, status: 'running' }])
  await leased.events.seen('job_healthy', 'dc1')
  expect((await call(dc1, job.self)).body.health).toBe('healthy')
  const pes = (await call(dc1, job.pes)).body.pes
  expect(pes).toMatchObject([{ status: 'running', health: 'healthy', launchCount: 1, statusReason: 'none' }])
  const listed = await leased.pair.processes.list()
  expect(listed).toContainEqual({
    dc: 'dc1',
    role: 'pe',
    pid: Number(pes[0].processId),
    jobId: job.id,
    peId: pes[0].id,
    indexWithinJob: 0,
    isPaused: false,
  })
  expect((await fetch(`${dc1.crossDcUrl}/ports/info`)).status).toBe(200)
})

test('cancels a job once and knows it no more', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const job = await runLedger(leased, 'dc1')
  expect((await call(dc1, job.self, { method: 'DELETE' })).status).toBe(204)
  expect((await call(dc1, job.self, { method: 'DELETE' })).status).toBe(404)
  expect((await call(dc1, job.self)).body).toMatchObject({ id: 'CDISW5000E' })
  expect((await leased.pair.processes.list()).filter(({ role }) => role === 'pe')).toEqual([])
  const order = leased.events.all
    .map(({ event }) => event)
    .filter((event) => event.startsWith('job') || event === 'pe_exited')
  expect(order).toEqual(['job_submitted', 'job_started', 'job_healthy', 'pe_exited', 'job_cancelled'])
  await expect(fetch(dc1.crossDcUrl)).rejects.toThrow('fetch failed')
})

test.each([
  [{}, '`configFileName` is required'],
  [{ configFileName: '', chanels: '2' }, 'got `chanels`'],
])('refuses submission-time values %j', async (parameters, message) => {
  const { pair } = await lease()
  const { status, body } = await submit(pair, 'dc1', parameters)
  expect(status).toBe(400)
  expect(body.message).toContain(message)
})

test('refuses a bundle that is no built-in application, and says what to do', async () => {
  const { pair } = await lease()
  const { dc1 } = pair.datacenters
  const { status, body } = await call(dc1, `${(await instanceOf(dc1)).self}/applicationbundles`, {
    method: 'POST',
    body: 'PK\u0003\u0004',
  })
  expect(status).toBe(400)
  expect(body.message).toContain('use `sab: builtin:ledger`')
})

test('refuses a bundle that is announced to be too large', async () => {
  const { pair } = await lease()
  const { dc1 } = pair.datacenters
  const { port, hostname, pathname } = new URL(`${(await instanceOf(dc1)).self}/applicationbundles`)
  const socket = connect({ host: hostname, port: Number(port) })
  const answer = new Promise<string>((resolve) => {
    socket.once('data', (data) => resolve(data.toString()))
  })
  const { authorization: credentials } = authorization(dc1)
  socket.write(
    `POST ${pathname} HTTP/1.1\r\nHost: x\r\nAuthorization: ${credentials}\r\nContent-Length: 1073741824\r\n\r\n`,
  )
  expect(await answer).toMatch(/^HTTP\/1\.1 413 /)
  socket.destroy()
})

test('says why a PE could not start when its receiver’s port is in use', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  await runLedger(leased, 'dc1')
  const configFileName = await installSettings(leased.pair, 'dc1')
  const { body: second } = await submit(leased.pair, 'dc1', { configFileName })
  const error = await leased.events.seen('toolkit_error', 'dc1')
  expect(error.detail).toMatchObject({
    code: 'EADDRINUSE',
    port: 25_091,
    address: new URL(dc1.crossDcUrl).hostname,
    jobId: second.id,
  })
  const pe = await eventually('the PE to be stopped', async () => {
    const [seen] = (await call(dc1, second.pes)).body.pes
    return seen.status === 'stopped' ? seen : undefined
  })
  expect(pe).toMatchObject({
    statusReason: 'failure',
    health: 'unhealthy',
    failureReason: expect.stringContaining('cancel the job'),
  })
  expect((await call(dc1, second.self)).body.health).toBe('unhealthy')
})

test.each([
  ['heartbeatExchangeInterval=soon', 'heartbeatExchangeInterval'],
  ['crossDCHttpPort=25091.0', 'crossDCHttpPort'],
])('a settings file with %s ends the PE at its start', async (line, key) => {
  const leased = await lease()
  const configFileName = await leased.pair.installFile({ dc: 'dc1', name: 'bad.txt', content: `${line}\n` })
  await submit(leased.pair, 'dc1', { configFileName })
  const { detail } = await leased.events.seen('toolkit_error', 'dc1')
  expect(detail?.['message']).toContain(key)
})

test('counts what the composite’s operators submitted', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const job = await runLedger(leased, 'dc1')
  await leased.events.seen('heartbeat_failed', 'dc1', 2)
  const { operators } = (await call(dc1, job.operators)).body
  const names: readonly string[] = operators.map((operator: AnyJson) => operator.name)
  expect(names).toContain('CrossDCFailover.RemoteDataCenterHeartbeatWatchdog')
  expect(names).toContain('CrossDCFailover.CrossDataCenterReceiver[0]')
  expect(names).toContain('LedgerIngest')
  const ticks = operators.find((operator: AnyJson) => operator.name === 'CrossDCFailover.HeartbeatSignalGenerator')
  const [port] = (await call(dc1, ticks.outputPorts)).body.outputPorts
  const { metrics } = (await call(dc1, port.metrics)).body
  expect(metrics).toMatchObject([{ name: 'nTuplesSubmitted', metricKind: 'counter', metricType: 'system' }])
  expect(metrics[0].value).toBeGreaterThanOrEqual(2)
})

test('keeps application configurations', async () => {
  const { pair } = await lease()
  const { dc2 } = pair.datacenters
  const { applicationConfigurations: all } = await instanceOf(dc2)
  const made = await call(dc2, all, {
    method: 'POST',
    body: JSON.stringify({ name: 'CrossDCFailover', properties: { a: '1', b: '2' } }),
  })
  expect(made).toMatchObject({ status: 201, body: { name: 'CrossDCFailover', description: '' } })
  expect((await call(dc2, all, { method: 'POST', body: JSON.stringify({ name: 'CrossDCFailover' }) })).status).toBe(409)
  const changed = await call(dc2, made.body.self, {
    method: 'PATCH',
    body: JSON.stringify({ properties: { a: null, c: '3' } }),
  })
  expect(changed.body.properties).toEqual({ b: '2', c: '3' })
  expect((await call(dc2, all)).body.applicationConfigurations).toHaveLength(1)
  expect((await call(dc2, made.body.self, { method: 'DELETE' })).status).toBe(204)
  expect((await call(dc2, made.body.self)).status).toBe(404)
  expect((await call(dc2, all, { method: 'POST', body: 'nonsense' })).body.message).toContain('not JSON')
})

test('answers 404 where nothing is and 405 to a method that is not offered', async () => {
  const { pair } = await lease()
  const { dc1 } = pair.datacenters
  expect((await call(dc1, `${dc1.restUrl}/nothing`)).status).toBe(404)
  expect((await call(dc1, dc1.restUrl, { method: 'DELETE' })).status).toBe(405)
})
