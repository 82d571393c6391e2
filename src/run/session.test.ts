import { expect, test } from 'vitest'
import type { FaultSpec } from '../model/fault.ts'
import { InMemoryPair } from './testing/in-memory-pair.ts'
import { sampleSession, sampleTraffic } from './testing/sample-session.ts'

const cut: FaultSpec = { kind: 'partition', from: 'dc1', to: 'dc2', direction: 'both', ports: 'all', how: 'drop' }

test('dc1’s start is t = 0, and dc2 starts its offset later', async () => {
  const pair = new InMemoryPair()
  await using session = sampleSession(pair, { startOffsetSeconds: 7 })
  await pair.drive(session.start())
  const starts = session.recorder.events().filter(({ event }) => event === 'job_started')
  // The submission to dc2 goes out at 7 s and takes one.
  expect(starts).toMatchObject([
    { dc: 'dc1', t: 0 },
    { dc: 'dc2', t: 8 },
  ])
})

test('the jobs are started once, however many ask', async () => {
  const pair = new InMemoryPair()
  await using session = sampleSession(pair)
  await pair.drive(Promise.all([session.start(), session.start(), session.inject(cut)]))
  expect([pair.sites.dc1, pair.sites.dc2].map(({ submitted }) => submitted.length)).toEqual([1, 1])
})

test('disposal heals what acts, ends traffic and reading, and leaves nothing asleep', async () => {
  const pair = new InMemoryPair()
  const session = sampleSession(pair)
  await pair.drive(session.inject(cut))
  await pair.drive(session.send('dc1', sampleTraffic))
  await pair.drive(session[Symbol.asyncDispose]())
  expect(pair.rules).toEqual([])
  expect(pair.virtual.sleepers()).toBe(0)
})

test('a fault that comes after the end is refused', async () => {
  const pair = new InMemoryPair()
  const session = sampleSession(pair)
  await pair.drive(session.start())
  await pair.drive(session[Symbol.asyncDispose]())
  await expect(session.inject(cut)).rejects.toThrow('comes too late')
  expect(pair.rules).toEqual([])
})

test('a wait ends with the session’s signal, and when the testbed is lost', async () => {
  const wait = { what: 'dc2 to declare dc1 down', timeoutSeconds: 600, find: () => undefined }
  const interrupted = new InMemoryPair()
  const interrupt = new AbortController()
  await using session = sampleSession(interrupted, { signal: interrupt.signal })
  interrupted.at(1050, () => interrupt.abort(new Error('enough')))
  await expect(interrupted.drive(session.waitFor(wait))).rejects.toThrow('enough')

  const lost = new InMemoryPair()
  await using other = sampleSession(lost)
  lost.at(1050, () => lost.lose())
  await expect(lost.drive(other.waitFor(wait))).rejects.toThrow('The supervisor is gone.')
})

test('disposal ends a wait that is pending', async () => {
  const pair = new InMemoryPair()
  const session = sampleSession(pair)
  await pair.drive(session.start())
  const wait = session.waitFor({ what: 'dc2 to declare dc1 down', timeoutSeconds: 600, find: () => undefined })
  const [ended] = await Promise.allSettled([wait, session[Symbol.asyncDispose]()])
  expect(ended).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } })
  expect(pair.virtual.sleepers()).toBe(0)
})

test('only live jobs are asked for their state', async () => {
  const pair = new InMemoryPair()
  await using session = sampleSession(pair)
  await pair.drive(session.start())
  expect(await pair.drive(session.verifyState())).toEqual(['dc1', 'dc2'])
  pair.sites.dc1.isDead = true
  expect(await pair.drive(session.verifyState())).toEqual(['dc2'])
})

test('neither a job that is read nor one that was cancelled leaves a measuring fault', async () => {
  const pair = new InMemoryPair()
  const session = sampleSession(pair)
  await pair.drive(session.inject({ kind: 'cancel_job', target: { dc: 'dc1' } }))
  await pair.drive(session.clock.sleep(60))
  const { measuringFaults } = await session.timeline()
  expect(measuringFaults).toEqual([])
  await pair.drive(session[Symbol.asyncDispose]())
})
