import { expect, test } from 'vitest'
import { TestbedError, WaitTimeoutError } from '../model/errors.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { reply, startHttpTestServer } from './http-test-server.ts'
import type { HttpTestServer } from './http-test-server.ts'
import { createStreamsClient } from './streams-client.ts'
import { waitForHealthy } from './wait-for-healthy.ts'

interface PeState {
  readonly status?: string
  readonly statusReason?: string
  readonly health?: string
  readonly launchCount?: number
}

/** A service with one job of one PE, which goes through these states, one a look, and stays in the last. */
async function startService(states: readonly PeState[]): Promise<HttpTestServer> {
  let looks = 0
  const server: HttpTestServer = await startHttpTestServer(({ path }, response) => {
    const { url } = server
    const pe = {
      id: '4',
      status: 'running',
      statusReason: 'none',
      health: 'healthy',
      launchCount: 1,
      self: 's',
      ...states[Math.min(looks, states.length - 1)],
    }
    const job = {
      id: '7',
      name: 'n',
      status: 'running',
      health: pe.health,
      self: url,
      pes: `${url}/pes`,
      operators: url,
    }
    if (path === '/pes') looks += 1
    const instance = { id: 'i', status: 'running', health: 'healthy', self: url, jobs: `${url}/jobs` }
    const documents: Readonly<Record<string, object>> = {
      '/': { resources: [{ name: 'instances', resource: `${url}/instances` }] },
      '/instances': { instances: [instance] },
      '/jobs': { jobs: [job] },
      '/pes': { pes: [pe] },
    }
    reply(response, 200, documents[path])
  })
  return server
}

const unhealthy = { status: 'starting', health: 'partiallyUnhealthy', launchCount: 0 }
const clientOf = (server: HttpTestServer): ReturnType<typeof createStreamsClient> =>
  createStreamsClient({ url: `${server.url}/`, username: 'u', password: 'p' })

test('looks again when told to, and resolves with the healthy job', async () => {
  await using server = await startService([unhealthy, {}])
  const subscribe = (recheck: () => void): (() => void) => {
    const timer = setInterval(recheck, 5)
    return () => clearInterval(timer)
  }
  const clock = createVirtualClock()
  const job = await waitForHealthy(clientOf(server), '7', { clock, timeoutSeconds: 10, subscribe })
  expect(job).toMatchObject({ id: '7', health: 'healthy' })
})

test.each([
  [{ launchCount: 2 }, 'PE 4 of job 7 failed: running (none), healthy, launch 2'],
  [{ status: 'failed', health: 'unhealthy' }, 'PE 4 of job 7 failed: failed (none), unhealthy, launch 1'],
  [{ status: 'stopped', statusReason: 'failure' }, 'PE 4 of job 7 failed: stopped (failure)'],
])('fails at once when a PE has failed: %j', async (state, message) => {
  await using server = await startService([state])
  const clock = createVirtualClock()
  const waiting = waitForHealthy(clientOf(server), '7', { clock, timeoutSeconds: 10 })
  await expect(waiting).rejects.toThrow(TestbedError)
  await expect(waiting).rejects.toThrow(message)
})

test('a time-out says how things stood', async () => {
  await using server = await startService([unhealthy])
  const clock = createVirtualClock()
  const waiting = waitForHealthy(clientOf(server), '7', { clock, timeoutSeconds: 10, subscribe: () => () => undefined })
  await expect.poll(() => server.received.some(({ path }) => path === '/pes')).toBe(true)
  await expect.poll(() => clock.sleepers()).toBe(1)
  // The answer has to arrive before time goes on; one more request shows that the server is through with it.
  await clientOf(server).processingElements('7')
  await Promise.all([clock.advance(10), expect(waiting).rejects.toThrow(WaitTimeoutError)])
  await expect(waiting).rejects.toThrow(
    'last seen: running, partiallyUnhealthy; PE 4 starting (none), partiallyUnhealthy, launch 0',
  )
})
