import { expect, test, vi } from 'vitest'
import { referenceCrossDcSettings } from '../../model/crossdc-settings.ts'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { toolkitProfiles, type Quirks } from '../../model/toolkit-behaviour.ts'
import { FakePeer } from '../fake-peer.ts'
import { hostComposite } from '../testing/composite-host.ts'
import { isConclusive, type ConformanceProfile } from './profile.ts'
import { runConformance } from './run-conformance.ts'

vi.setConfig({ testTimeout: 60_000 })

// An interval of 0.3 s real time; a tick more or less is half of that away from being mistaken.
const timeScale = 100
const settings: CrossDcSettings = {
  ...referenceCrossDcSettings,
  localDataCenterName: 'dc1',
  crossDCOperationMode: 1,
  crossDCInitDelay: 5,
  consecutiveHeartbeatMissesAllowed: 3,
  // n = 3.
  dataSnapshotExchangeInterval: 90,
  dataSnapshotStorageDirectory: '',
}

async function peerOf(port: number, scale = timeScale): Promise<FakePeer> {
  const host = '127.0.0.1'
  return await FakePeer.start({ listen: { host, port: 0 }, target: { host, port }, timeScale: scale })
}

/** The profile of a composite with these quirks, and whether its metrics can be read. */
async function conformance(run: {
  readonly quirks: Quirks
  readonly hasReader?: boolean
  readonly settings?: Partial<CrossDcSettings>
}): Promise<ConformanceProfile> {
  const { quirks, hasReader = false } = run
  const all = { ...settings, ...run.settings }
  await using job = await hostComposite({
    timeScale,
    settings: all,
    behaviour: { quirks, isFused: false },
    parts: 2,
  })
  await using peer = await peerOf(job.port)
  job.connect(peer.listening.port)
  return await runConformance({
    peer,
    settings: all,
    ...(hasReader ? { readStatus: async () => await Promise.resolve(job.submitted()) } : {}),
  })
}

test.concurrent.each([true, false])('finds the quirks of the published code (metrics: %s)', async (hasReader) => {
  const profile = await conformance({ quirks: toolkitProfiles['ibm-1.0.1'], hasReader })
  const observed = { Q1: true, Q2: true, Q3: true, Q4: true, Q6: true }
  expect(profile).toMatchObject({ schemaVersion: 1, quirks: observed, toolkit: 'ibm-1.0.1' })
  expect(profile.quirks).toMatchObject({ Q5: null, Q7: null, Q8: null, Q9: null })
})

test.concurrent('finds no quirk in a toolkit as documented, by its metrics', async () => {
  const profile = await conformance({ quirks: toolkitProfiles.documented, hasReader: true })
  const observed = { Q1: false, Q2: false, Q3: false, Q4: false, Q6: false }
  expect(profile).toMatchObject({ quirks: observed, toolkit: 'documented' })
})

test.concurrent(
  'finds what shows over the wire of a toolkit as documented, and says null of what does not',
  async () => {
    const profile = await conformance({ quirks: toolkitProfiles.documented })
    const observed = { Q1: null, Q2: false, Q3: false, Q4: false, Q6: false }
    expect(profile).toMatchObject({ quirks: observed, toolkit: 'documented' })
  },
)

test.concurrent('finds a job that has single quirks to be another toolkit', async () => {
  const profile = await conformance({ quirks: { ...toolkitProfiles['ibm-1.0.1'], Q6: false, Q3: false } })
  expect(profile).toMatchObject({ quirks: { Q1: true, Q2: true, Q3: false, Q4: true, Q6: false }, toolkit: 'other' })
})

test.concurrent(
  'tells over the wire that an orderly shutdown does nothing to a job that never falls silent',
  async () => {
    // n = 7: a signal comes by chance in two of seven ticks.
    const seldom = { heartbeatExchangeInterval: 30, dataSnapshotExchangeInterval: 210 }
    const quirks = { ...toolkitProfiles.documented, Q3: true, Q6: true }
    const profile = await conformance({ quirks, settings: seldom })
    expect(profile).toMatchObject({ quirks: { Q2: false, Q3: true, Q4: false, Q6: true }, toolkit: 'other' })
  },
)

test.concurrent('goes on with a job that fell silent before the peer came', async () => {
  // Its remote was contacted and left: the job is DOWN and says nothing by itself (quirk Q4).
  await using job = await hostComposite({ timeScale, settings, parts: 1 })
  await using earlier = await peerOf(job.port)
  job.connect(earlier.listening.port)
  await earlier.sendHeartbeat()
  while (job.submitted() < 2) await earlier.clock.sleep(30)
  await using peer = await peerOf(job.port)
  job.connect(peer.listening.port)
  const profile = await runConformance({ peer, settings })
  expect(profile.toolkit).toBe('ibm-1.0.1')
})

test.concurrent('says that nothing was seen where there is no job', async () => {
  await using peer = await peerOf(1, 1000)
  const profile = await runConformance({ peer, settings: { ...settings, heartbeatExchangeInterval: 10 } })
  expect(profile).toMatchObject({ toolkit: null, quirks: { Q1: null, Q2: null, Q3: null, Q4: null, Q6: null } })
  expect(isConclusive(profile)).toBe(false)
})

test.concurrent('says when the settings are not the job’s', async () => {
  await using job = await hostComposite({ timeScale, settings, parts: 1 })
  await using peer = await peerOf(job.port)
  job.connect(peer.listening.port)
  const run = runConformance({ peer, settings: { ...settings, heartbeatExchangeInterval: 60 } })
  await expect(run).rejects.toThrow(
    /Expected the job's heartbeats every 60 s, as heartbeatExchangeInterval says, got them every (29|3\d)/,
  )
})

test.concurrent('ends when its signal aborts, and when the metrics cannot be read', async () => {
  await using peer = await peerOf(1)
  const interrupted = new AbortController()
  const run = runConformance({ peer, settings, signal: interrupted.signal })
  interrupted.abort(new Error('enough'))
  await expect(run).rejects.toThrow('enough')
  const readStatus = async (): Promise<number> => await Promise.reject(new Error('401'))
  await expect(runConformance({ peer, settings, readStatus })).rejects.toThrow('401')
})

test.concurrent('refuses settings without heartbeats', async () => {
  await using peer = await peerOf(1)
  const run = runConformance({ peer, settings: { ...settings, heartbeatExchangeInterval: 444_444_444 } })
  await expect(run).rejects.toThrow(
    'Expected `heartbeatExchangeInterval` to be 1 s to a day for the probes, got 444444444.',
  )
})
