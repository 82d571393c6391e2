import { expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import type { Job } from '../model/streams-client.ts'
import { waitForHealthyJob } from './job-health.ts'
import { InMemoryPair } from './testing/in-memory-pair.ts'

async function startingPair(): Promise<InMemoryPair> {
  const pair = new InMemoryPair()
  pair.sites.dc1.health = 'partiallyUnhealthy'
  await pair.drive(pair.datacenters.dc1.streams.submitJob({ bundleId: 'bundle-1' }))
  return pair
}

async function wait(pair: InMemoryPair, signal?: AbortSignal): Promise<Job> {
  const { clock, events, datacenters } = pair
  const { streams } = datacenters.dc1
  const options = { dc: 'dc1', jobId: '1', streams, events, clock, ...(signal && { signal }) } as const
  return await pair.drive(waitForHealthyJob(options))
}

test('resolves on the event that comes with health, before the next look by the clock', async () => {
  const pair = await startingPair()
  pair.at(1010, () => {
    pair.sites.dc1.health = 'healthy'
    pair.tell('dc1', 'job_healthy')
  })
  expect(await wait(pair)).toMatchObject({ id: '1', health: 'healthy' })
  expect(pair.virtual.now()).toBe(1010)
})

test('looks by the clock where the testbed sends no event', async () => {
  const pair = await startingPair()
  pair.at(1010, () => void (pair.sites.dc1.health = 'healthy'))
  expect(await wait(pair)).toMatchObject({ health: 'healthy' })
})

test('a PE that fails to start is told at once, with what the testbed said of it', async () => {
  const pair = await startingPair()
  pair.at(1010, () => {
    pair.sites.dc1.peFailure = 'stopped'
    pair.tell('dc1', 'toolkit_error', { message: 'Address 127.1.2.3:25091 is in use' })
  })
  await expect(wait(pair)).rejects.toThrow('PE pe-1 of job 1 in dc1 failed to start: Address 127.1.2.3:25091 is in use')
  expect(pair.virtual.now()).toBe(1010)
})

test('a PE that fails to start and ends is told by the message of its failure, and by all that was said where there is none', async () => {
  const failed = async (detail: JsonObject): Promise<void> => {
    const pair = await startingPair()
    pair.at(1010, () => {
      pair.sites.dc1.peFailure = 'stopped'
      pair.tell('dc1', 'pe_exited', detail)
    })
    await wait(pair)
  }
  await expect(failed({ code: 1, failure: { message: 'No such class' } })).rejects.toThrow('start: No such class')
  await expect(failed({ code: 1 })).rejects.toThrow('start: {"code":1}')
})

test('what the testbed says of the other DC is not blamed for it', async () => {
  const pair = await startingPair()
  pair.at(1005, () => pair.tell('dc2', 'pe_exited', { code: 1 }))
  pair.at(1010, () => void (pair.sites.dc1.peFailure = 'stopped'))
  await expect(wait(pair)).rejects.toThrow('PE pe-1 of job 1 in dc1 failed to start: stopped')
})

test('an event that says nothing does not hide what the management API says', async () => {
  const pair = await startingPair()
  pair.at(1010, () => {
    pair.sites.dc1.peFailure = 'stopped'
    pair.tell('dc1', 'pe_exited')
  })
  await expect(wait(pair)).rejects.toThrow('failed to start: stopped')
})

test('a job that stays unhealthy is a timeout that names its last health', async () => {
  await expect(wait(await startingPair())).rejects.toThrow(
    'Timed out after 3600 s (system time) waiting for job 1 of dc1 to be healthy; last seen: partiallyUnhealthy.',
  )
})

test('an abort ends the wait', async () => {
  await expect(wait(await startingPair(), AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
})
