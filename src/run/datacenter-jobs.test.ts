import { expect, test } from 'vitest'
import { DatacenterJobs } from './datacenter-jobs.ts'
import { InMemoryPair } from './testing/in-memory-pair.ts'
import { sampleScenario } from './testing/sample-session.ts'

function setUp(pair = new InMemoryPair()): { pair: InMemoryPair; jobs: DatacenterJobs; told: string[] } {
  const told: string[] = []
  const jobs = new DatacenterJobs({
    pair,
    definition: sampleScenario({ submissionParameters: { dc1: { channels: '4' }, dc2: {} } }),
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

test('cancelling where there is no job does nothing', async () => {
  const { jobs, told } = setUp()
  await jobs.cancel('dc1')
  expect(told).toEqual([])
})

test('a job without the ledger’s endpoints is refused, with those that it has', async () => {
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
    'Command "special" to job 1 of dc1 was rejected: connection refused',
  )
})

test('a word for a DC without a job, and a submission without preparation, are errors', async () => {
  const { jobs } = setUp()
  await expect(jobs.sendSpecialMessage('dc2', 'OrderlyShutdown')).rejects.toThrow(
    'dc2 has no job to send "special" to.',
  )
  await expect(jobs.submit('dc2')).rejects.toThrow('The application of dc2 has not been prepared.')
})
