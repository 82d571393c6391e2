import { expect, onTestFinished, test } from 'vitest'
import { RequestError } from '../../model/errors.ts'
import type { LeasedPair } from '../../model/testbed.ts'
import { openSimulatedTestbed } from './simulated-testbed.ts'
import { runLedger, tuples } from './testing/running-ledger.ts'

async function leased(): Promise<LeasedPair> {
  const testbed = openSimulatedTestbed()
  onTestFinished(async () => await testbed[Symbol.asyncDispose]())
  return await testbed.lease({ holder: 'a test' })
}

async function errorOf(promise: Promise<unknown>): Promise<RequestError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(RequestError)
  // Just looked at.
  return error as RequestError
}

test('a job is submitted, healthy, listed with its operators and metrics, and cancelled once', async () => {
  const { datacenters, clock } = await leased().then(async (pair) => {
    await runLedger(pair, 'dc1')
    return pair
  })
  const { streams } = datacenters.dc1
  await expect(streams.jobs()).resolves.toMatchObject([
    { id: '1', status: 'running', health: 'healthy', applicationName: 'failover.ledger::Ledger' },
  ])
  await expect(streams.instance()).resolves.toMatchObject({ status: 'running', health: 'healthy' })
  await expect(streams.processingElements('1')).resolves.toMatchObject([
    { id: '1', status: 'running', statusReason: 'none', health: 'healthy', launchCount: 1 },
  ])
  const names = (await streams.operators('1')).map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['CrossDCFailover.RemoteDataCenterHeartbeatWatchdog', 'LedgerIngest']))
  const port = { jobId: '1', operator: 'LedgerIngest', index: 0 }
  await expect(streams.outputPortMetrics(port)).resolves.toMatchObject([
    { name: 'nTuplesSubmitted', metricKind: 'counter', metricType: 'system', value: 0 },
  ])
  await expect(streams.operatorMetrics('1', 'CrossDCFailover.CrossDataCenterReceiverForHB')).resolves.toMatchObject([
    { name: 'serverPort', metricKind: 'gauge', value: 25_091 },
    { name: 'https' },
  ])
  const before = clock.now()
  await expect(streams.cancelJob('1')).resolves.toBe(true)
  expect(clock.now()).toBe(before + 1)
  await expect(streams.cancelJob('1')).resolves.toBe(false)
  await expect(streams.jobs()).resolves.toEqual([])
})

test('what is not there is named with what is there', async () => {
  const pair = await leased()
  await runLedger(pair, 'dc1')
  const { streams, exchange } = pair.datacenters.dc1
  expect(await errorOf(streams.job('7'))).toMatchObject({
    status: 404,
    message:
      'Instance StreamsInstance has no job 7; there are: 1 (GET http://dc1.simulated.invalid/streams/instances/StreamsInstance/jobs)',
  })
  expect((await errorOf(streams.operatorMetrics('1', 'Nobody'))).message).toMatch(
    /^Job 1 has no operator Nobody; there are: /,
  )
  const port = { jobId: '1', operator: 'LedgerIngest', index: 3 }
  expect((await errorOf(streams.outputPortMetrics(port))).message).toMatch(
    /^Expected output port 3 of operator LedgerIngest, got 1 ports/,
  )
  expect(await errorOf(exchange.endpoints('7'))).toMatchObject({
    status: 404,
    message: expect.stringMatching(/to list job 7 .*; jobs listed: 1 /),
  })
})

test('a submission that is wrong is refused with 400 and the server’s words', async () => {
  const { streams } = (await leased()).datacenters.dc1
  expect(await errorOf(streams.submitJob({ bundleId: 'bundleId:9' }))).toMatchObject({
    status: 400,
    serverMessage: 'CDISW5014E Expected `application` to be the bundleId of an uploaded bundle, got "bundleId:9".',
  })
  expect((await errorOf(streams.uploadBundle(Buffer.from('PK')))).message).toMatch(
    /got 400: CDISW5014E The bundle is not one that this testbed can run/,
  )
})

test('an application configuration is made, replaced whole, listed and deleted once', async () => {
  const { streams } = (await leased()).datacenters.dc2
  await streams.putApplicationConfiguration({ name: 'c', description: 'd', properties: { a: '1', b: '2' } })
  await streams.putApplicationConfiguration({ name: 'c', properties: { b: '3' } })
  await expect(streams.applicationConfigurations()).resolves.toMatchObject([
    { name: 'c', description: 'd', properties: { b: '3' } },
  ])
  await expect(streams.deleteApplicationConfiguration('c')).resolves.toBe(true)
  await expect(streams.deleteApplicationConfiguration('c')).resolves.toBe(false)
})

test('tuples go in, and each output comes out once, oldest first', async () => {
  const pair = await leased()
  const { endpoints } = await runLedger(pair, 'dc1')
  const { exchange } = pair.datacenters.dc1
  await expect(exchange.retrieve(endpoints.output)).resolves.toEqual([])
  await expect(exchange.inject(endpoints.ingest, tuples(3))).resolves.toEqual({ outcome: 'accepted', added: 3 })
  await expect(exchange.retrieve(endpoints.output)).resolves.toMatchObject([
    { producedBy: 'dc1', origin: 'dc1', key: 'a', from: 0, to: 2, counter: 1 },
  ])
  await expect(exchange.retrieve(endpoints.output)).resolves.toEqual([])
})

test('a sink that is followed hands over what it has and what it gets, each once', async () => {
  const pair = await leased()
  const { endpoints } = await runLedger(pair, 'dc1')
  const { exchange } = pair.datacenters.dc1
  await exchange.inject(endpoints.ingest, tuples(2))
  const seen: unknown[] = []
  const unfollow = exchange.follow?.(endpoints.output, (items) => seen.push(...items))
  await exchange.inject(endpoints.ingest, tuples(1, 2))
  await pair.clock.sleep(1)
  expect(seen).toMatchObject([
    { from: 0, to: 1 },
    { from: 2, to: 2 },
  ])
  unfollow?.()
  await exchange.inject(endpoints.ingest, tuples(1, 3))
  await pair.clock.sleep(1)
  expect(seen).toHaveLength(2)
  await expect(exchange.retrieve(endpoints.output)).resolves.toMatchObject([{ from: 3, to: 3 }])
})

test.for([
  [{ key: 'a', seq: 0, payload: 'p' }, 'Expected `items[1].checksum` to be uint32, got nothing for LedgerIngest.'],
  [{ key: 'a', seq: 'x', payload: 'p', checksum: 1 }, 'Expected `items[1].seq` to be int64, got "x" for LedgerIngest.'],
] as const)('an item that is none is refused with all others: %o', async ([item, problem]) => {
  const pair = await leased()
  const { endpoints } = await runLedger(pair, 'dc1')
  const outcome = await pair.datacenters.dc1.exchange.inject(endpoints.ingest, [...tuples(1), item])
  expect(outcome).toMatchObject({
    outcome: 'rejected',
    added: 0,
    status: 400,
    message: expect.stringContaining(problem),
  })
})

test('a number that JSON would change is not sent', async () => {
  const pair = await leased()
  const { endpoints } = await runLedger(pair, 'dc1')
  const item = { key: 'a', seq: 2 ** 53, payload: 'p', checksum: 1 }
  expect(await pair.datacenters.dc1.exchange.inject(endpoints.ingest, [item])).toMatchObject({
    outcome: 'rejected',
    status: undefined,
    message: expect.stringContaining('not sent'),
  })
})

test('a dead PE refuses with 503; a job that is gone with 404', async () => {
  const pair = await leased()
  const { endpoints, jobId } = await runLedger(pair, 'dc1')
  const { exchange, streams } = pair.datacenters.dc1
  await pair.processes.holdDown({ dc: 'dc1' })
  expect(await exchange.inject(endpoints.ingest, tuples(1))).toMatchObject({ outcome: 'rejected', status: 503 })
  expect(await errorOf(exchange.retrieve(endpoints.output))).toMatchObject({ status: 503 })
  await streams.cancelJob(jobId)
  expect(await exchange.inject(endpoints.ingest, tuples(1))).toMatchObject({ outcome: 'rejected', status: 404 })
})

test('a paused PE answers when it goes on; one that is killed meanwhile leaves it open what it took', async () => {
  const pair = await leased()
  const { endpoints } = await runLedger(pair, 'dc1')
  const { exchange } = pair.datacenters.dc1
  await pair.acts.perform([{ kind: 'pause_pes', dc: 'dc1' }])
  const later = exchange.inject(endpoints.ingest, tuples(1))
  await pair.clock.sleep(20)
  await pair.acts.perform([{ kind: 'resume_pes', dc: 'dc1' }])
  expect(await later).toEqual({ outcome: 'accepted', added: 1 })
  await pair.acts.perform([{ kind: 'pause_pes', dc: 'dc1' }])
  const never = exchange.inject(endpoints.ingest, tuples(1, 1))
  await pair.clock.sleep(20)
  await pair.acts.perform([{ kind: 'kill_pes', dc: 'dc1' }])
  expect(await never).toMatchObject({ outcome: 'unknown', message: expect.stringContaining('ECONNRESET') })
})

test('a paused PE that stays so lets the request time out after ten real seconds, in system time', async () => {
  const pair = await leased()
  const { endpoints } = await runLedger(pair, 'dc1')
  await pair.acts.perform([{ kind: 'pause_pes', dc: 'dc1' }])
  const before = pair.clock.now()
  const outcome = await pair.datacenters.dc1.exchange.inject(endpoints.ingest, tuples(1))
  expect(outcome).toMatchObject({ outcome: 'unknown', message: expect.stringContaining('no answer within 10000 ms') })
  expect(pair.clock.now()).toBe(before + 600)
})

test('a management that is stopped refuses connections, with nothing sent; its jobs live on', async () => {
  const pair = await leased()
  const { endpoints } = await runLedger(pair, 'dc1')
  const { streams, exchange } = pair.datacenters.dc1
  await pair.acts.perform([{ kind: 'stop_management', dc: 'dc1' }])
  const error = await errorOf(streams.jobs())
  expect(error.message).toMatch(/^Cannot reach http:\/\/dc1\.simulated\.invalid \(ECONNREFUSED\)/)
  expect(error.status).toBeUndefined()
  expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' })
  expect(await exchange.inject(endpoints.ingest, tuples(1))).toMatchObject({
    outcome: 'rejected',
    status: undefined,
    message: expect.stringMatching(/; nothing was sent$/),
  })
  await pair.acts.perform([{ kind: 'start_management', dc: 'dc1' }])
  await expect(streams.jobs()).resolves.toMatchObject([{ id: '1', health: 'healthy' }])
})

test('a management that is paused answers when it goes on, unless the caller gives up', async () => {
  const pair = await leased()
  const { streams, exchange } = pair.datacenters.dc1
  const { endpoints } = await runLedger(pair, 'dc1')
  await pair.acts.perform([{ kind: 'pause_management', dc: 'dc1' }])
  const giveUp = new AbortController()
  const given = streams.instance({ signal: giveUp.signal })
  giveUp.abort(new Error('no patience'))
  await expect(given).rejects.toThrow('no patience')
  const calledOff = exchange.inject(endpoints.ingest, tuples(1), { signal: AbortSignal.abort(new Error('left')) })
  expect(await calledOff).toMatchObject({ outcome: 'unknown' })
  const answer = streams.instance()
  await pair.clock.sleep(30)
  await pair.acts.perform([{ kind: 'resume_management', dc: 'dc1' }])
  await expect(answer).resolves.toMatchObject({ status: 'running' })
})
