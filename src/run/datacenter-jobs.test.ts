import { expect, test } from 'vitest'
import type { Scenario } from '../model/scenario.ts'
import { defaultBehaviour } from '../model/toolkit-behaviour.ts'
import { DatacenterJobs } from './datacenter-jobs.ts'
import { InMemoryPair } from './testing/in-memory-pair.ts'
import { inBoth, sampleScenario } from './testing/sample-session.ts'

function setUp(
  pair = new InMemoryPair(),
  fields: Partial<Scenario> = { submissionParameters: { dc1: { channels: '4' }, dc2: {} } },
): { pair: InMemoryPair; jobs: DatacenterJobs; told: string[] } {
  const told: string[] = []
  const jobs = new DatacenterJobs({
    pair,
    definition: sampleScenario(fields),
    environment: { DB_PASSWORD: 'hunter2' },
    onJob: async ({ dc, job, generation }) => void told.push(`${dc} job ${job.id} generation ${generation}`),
    onGone: async (dc) => void told.push(`${dc} gone`),
  })
  return { pair, jobs, told }
}

test('a job gets the path of its settings, the number of pairs, and the scenario’s own parameters', async () => {
  const { pair, jobs } = setUp()
  await jobs.prepare('dc1')
  await pair.drive(jobs.submit('dc1'))
  expect(pair.sites.dc1.submitted).toEqual([
    {
      bundleId: 'bundle-1',
      submissionParameters: {
        channels: '4',
        configFileName: '/files/dc1/crossdc-config.txt',
        numberOfHttpSenderReceiverPairs: '1',
      },
    },
  ])
  expect(pair.installed).toMatchObject([{ dc: 'dc1', content: expect.stringContaining('localDataCenterName=dc1\n') }])
})

test('an application is asked for as the scenario has it: toolkit, composite parameters, PEs', async () => {
  const toolkit = { ...defaultBehaviour, isFused: true }
  const { pair, jobs } = setUp(new InMemoryPair(), {
    crossdc: { dc1: { remoteDataCenterUrlPath: '/other/*' }, dc2: {} },
    opts: { startOffsetSeconds: 0, linkDelaySeconds: 0, toolkit, pes: 3 },
  })
  await jobs.prepare('dc1')
  await jobs.prepare('dc2')
  expect(pair.bundles).toEqual([
    { sab: 'builtin:ledger', variant: { toolkit, operatorParameters: { remoteDataCenterUrlPath: '/other/*' } } },
    { sab: 'builtin:ledger', variant: { toolkit } },
  ])
  await pair.drive(jobs.submit('dc1'))
  expect(pair.sites.dc1.submitted).toMatchObject([{ fusionTargetPeCount: 3 }])
})

test('the job gets the database’s password, and nobody else', async () => {
  const { pair, jobs } = setUp(new InMemoryPair(), {
    crossdc: { dc1: { dataSnapshotJdbcPassword: 'env:DB_PASSWORD' }, dc2: {} },
  })
  await jobs.prepare('dc1')
  expect(pair.installed).toMatchObject([{ content: expect.stringContaining('dataSnapshotJdbcPassword=hunter2\n') }])
  expect(jobs.settings.dc1.dataSnapshotJdbcPassword).toBe('<hidden>')
  await pair.drive(jobs.submit('dc1'))
  expect(JSON.stringify([jobs.settings, pair.sites.dc1.submitted, pair.bundles])).not.toContain('hunter2')
})

test('a password whose variable is not set is missed before anything runs', () => {
  const crossdc = { dc1: { dataSnapshotJdbcPassword: 'env:NOT_SET' }, dc2: {} }
  expect(() => setUp(new InMemoryPair(), { crossdc })).toThrow('Expected the environment variable NOT_SET')
})

test('a job that is submitted again is of the next generation, with the same request', async () => {
  const { pair, jobs, told } = setUp()
  await jobs.prepare('dc1')
  await pair.drive(jobs.submit('dc1'))
  await pair.drive(jobs.cancel('dc1'))
  expect(jobs.currentJobId('dc1')).toBeNull()
  await pair.drive(jobs.resubmit('dc1'))
  expect(jobs.currentJobId('dc1')).toBe('2')
  expect(told).toEqual(['dc1 job 1 generation 1', 'dc1 gone', 'dc1 job 2 generation 2'])
  expect(pair.sites.dc1.submitted[1]).toEqual(pair.sites.dc1.submitted[0])
})

test('a job that a script submitted replaces the one before, and is the next generation', async () => {
  const { pair, jobs, told } = setUp(new InMemoryPair(), { mode: 'active-passive' })
  await jobs.prepare('dc2')
  await pair.drive(jobs.submit('dc2'))
  expect(await pair.drive(jobs.adopt('dc2', '2'))).toMatchObject({ role: 'launched', generation: 2, job: { id: '2' } })
  expect(told).toEqual(['dc2 job 1 generation 1', 'dc2 gone', 'dc2 job 2 generation 2'])
  expect([await jobs.isOwn('dc2', '1'), await jobs.isOwn('dc2', '2'), await jobs.isOwn('dc1', '1')]).toEqual([
    true,
    false,
    false,
  ])
})

test('cancelling where there is no job does nothing', async () => {
  const { jobs, told } = setUp()
  await jobs.cancel('dc1')
  expect(told).toEqual([])
})

test('a ledger without its endpoints is refused, with those that it has', async () => {
  const pair = new InMemoryPair()
  pair.sites.dc1.endpoints = [{ kind: 'inspect', operator: 'Sink', url: 'memory:Sink' }]
  const { jobs } = setUp(pair)
  await jobs.prepare('dc1')
  await expect(pair.drive(jobs.submit('dc1'))).rejects.toThrow(
    'Expected job 1 of dc1 to have the endpoint LedgerIngest (inject), got Sink (inspect).',
  )
})

test('a word that the job does not take is an error', async () => {
  const { pair, jobs } = setUp()
  await jobs.prepare('dc1')
  await pair.drive(jobs.submit('dc1'))
  pair.sites.dc1.isDead = true
  await expect(jobs.sendSpecialMessage('dc1', 'OrderlyShutdown')).rejects.toThrow(
    'Command "OrderlyShutdown" to job 1 of dc1 was rejected: connection refused',
  )
})

test('a word for a DC without a job, and a submission without preparation, are errors', async () => {
  const { jobs } = setUp()
  await expect(jobs.sendSpecialMessage('dc2', 'OrderlyShutdown')).rejects.toThrow(
    'dc2 has no job to send "OrderlyShutdown" to.',
  )
  await expect(jobs.submit('dc2')).rejects.toThrow('The application of dc2 has not been prepared.')
})

test('an application without any of the endpoints runs unseen, and takes no word', async () => {
  const { pair, jobs } = setUp(new InMemoryPair(), { sab: inBoth('/apps/mine.sab') })
  pair.sites.dc1.endpoints = [{ kind: 'inspect', operator: 'Sink', url: 'memory:Sink' }]
  await jobs.prepare('dc1')
  expect(await pair.drive(jobs.submit('dc1'))).toMatchObject({ endpoints: null, role: 'active' })
  await expect(jobs.sendSpecialMessage('dc1', 'OrderlyShutdown')).rejects.toThrow(
    'Expected an application that takes the word "OrderlyShutdown", but job 1 of dc1 (ledger) has no Data Exchange endpoint for that. Use builtin:ledger',
  )
})

test('an application with some of the endpoints only is refused', async () => {
  const { pair, jobs } = setUp(new InMemoryPair(), { sab: inBoth('/apps/mine.sab') })
  pair.sites.dc1.endpoints = pair.sites.dc1.endpoints.slice(0, 1)
  await jobs.prepare('dc1')
  await expect(pair.drive(jobs.submit('dc1'))).rejects.toThrow(
    'to have the endpoint LedgerControl (inject), got LedgerIngest (inject).',
  )
})

test('a built-in that has no endpoints is not asked for them', async () => {
  const { pair, jobs } = setUp(new InMemoryPair(), { sab: inBoth('builtin:sample') })
  await jobs.prepare('dc1')
  expect((await pair.drive(jobs.submit('dc1'))).endpoints).toBeNull()
})

test('each DC’s job is made of its own application', async () => {
  const { pair, jobs } = setUp(new InMemoryPair(), { sab: { dc1: 'builtin:ledger', dc2: 'builtin:sample' } })
  await jobs.prepare('dc1')
  await jobs.prepare('dc2')
  expect(pair.bundles.map(({ sab }) => sab)).toEqual(['builtin:ledger', 'builtin:sample'])
})

test('a built-in stands in for a SAB where there is no Streams, and never for a built-in', async () => {
  const sab = { dc1: '/apps/mine.sab', dc2: 'builtin:sample' }
  const { pair, jobs } = setUp(new InMemoryPair(), { sab, emulateAs: 'builtin:ledger' })
  await jobs.prepare('dc1')
  await jobs.prepare('dc2')
  expect(pair.bundles.map((bundle) => bundle.sab)).toEqual(['builtin:ledger', 'builtin:sample'])
})

test('where there is Streams, the SAB itself runs', async () => {
  const pair = new InMemoryPair()
  const definition = sampleScenario({ sab: inBoth('/apps/mine.sab'), emulateAs: 'builtin:ledger' })
  const nothing = async (): Promise<void> => undefined
  const jobs = new DatacenterJobs({ pair, definition, hasStreams: true, onJob: nothing, onGone: nothing })
  await jobs.prepare('dc1')
  expect(pair.bundles).toMatchObject([{ sab: '/apps/mine.sab' }])
})

test('a change is prepared in files of its own, and in force only once it is applied, for every later job', async () => {
  const { pair, jobs } = setUp()
  await jobs.prepare('dc1')
  await pair.drive(jobs.submit('dc1'))
  const apply = await jobs.prepareChange('dc1', { crossdc: { heartbeatExchangeInterval: 5 }, sab: 'builtin:sample' })
  expect(jobs.settingsInForce('dc1').heartbeatExchangeInterval).toBe(30)
  await pair.drive(jobs.cancel('dc1'))
  await pair.drive(jobs.resubmit('dc1'))
  apply()
  expect(jobs.settingsInForce('dc1').heartbeatExchangeInterval).toBe(5)
  for (let count = 0; count < 2; count += 1) {
    await pair.drive(jobs.cancel('dc1'))
    await pair.drive(jobs.resubmit('dc1'))
  }
  const files = pair.sites.dc1.submitted.map(({ submissionParameters }) => submissionParameters?.['configFileName'])
  const [first, changed] = ['/files/dc1/crossdc-config.txt', '/files/dc1/crossdc-config-1.txt']
  expect(files).toEqual([first, first, changed, changed])
  expect(pair.installed.at(-1)?.content).toContain('heartbeatExchangeInterval=5\n')
  expect(pair.bundles.at(-1)?.sab).toBe('builtin:sample')
  expect(jobs.settings.dc1.heartbeatExchangeInterval).toBe(30)
})

test('changes of both DCs add up, in whatever order they are applied', async () => {
  const { jobs } = setUp()
  const two = await jobs.prepareChange('dc2', { crossdc: { crossDCInitDelay: 1 } })
  const one = await jobs.prepareChange('dc1', { crossdc: { crossDCInitDelay: 2 } })
  one()
  two()
  const again = await jobs.prepareChange('dc1', { crossdc: { heartbeatExchangeInterval: 7 } })
  again()
  expect(jobs.settingsInForce('dc1')).toMatchObject({ crossDCInitDelay: 2, heartbeatExchangeInterval: 7 })
  expect(jobs.settingsInForce('dc2')).toMatchObject({ crossDCInitDelay: 1, heartbeatExchangeInterval: 30 })
})

test('the passive DC’s application that was launched is submitted again with what was changed', async () => {
  const { pair, jobs } = setUp(new InMemoryPair(), { mode: 'active-passive' })
  await jobs.prepare('dc2')
  await pair.drive(jobs.submit('dc2'))
  await pair.drive(jobs.adopt('dc2', '2'))
  const apply = await jobs.prepareChange('dc2', { crossdc: { heartbeatExchangeInterval: 5 } })
  apply()
  await pair.drive(jobs.cancel('dc2'))
  await pair.drive(jobs.resubmit('dc2'))
  expect(jobs.current('dc2')?.role).toBe('launched')
  expect(pair.sites.dc2.submitted.at(-1)?.submissionParameters).toMatchObject({
    configFileName: '/files/dc2/crossdc-config-1-launched.txt',
  })
})
