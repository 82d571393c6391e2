import { describe } from 'vitest'
import { expect, test } from 'vitest-failover'
import type { FakePeer, Peers } from 'vitest-failover'
import { jobStatusReader } from '../src/cli/job-status.ts'
import { sourcedSettings } from '../src/cli/explain-settings.ts'
import { runConformance } from '../src/peer/conformance/run-conformance.ts'
import { createStreamsClient } from '../src/streams/streams-client.ts'
import { decodeHeartbeatMessage } from '../src/toolkit/codec.ts'
import { freePorts, startSingleDatacenter, type SingleDatacenter } from './support/single-datacenter.ts'

// One emulated datacenter on its own, and a stand-in for its remote that speaks the toolkit's bytes.

const timeScale = 100
/** dc1 as the one that watches; n = 3, so that two signals come soon. */
const crossdc = ['crossDCInitDelay=5', 'dataSnapshotExchangeInterval=90', 'consecutiveHeartbeatMissesAllowed=3']
const { settings } = sourcedSettings({ defaults: 'reference', crossdc, dc1: [], dc2: [] }).dc1

/** A job and the peer that is its remote. */
async function together(
  peers: Peers,
  flags: Parameters<typeof startSingleDatacenter>[0]['flags'] = {},
): Promise<AsyncDisposable & { readonly peer: FakePeer; readonly datacenter: SingleDatacenter }> {
  const crossDcPort = await freePorts(2)
  const peer = await peers.start({
    listen: { host: '127.0.0.1', port: 0 },
    target: { host: '127.0.0.1', port: crossDcPort },
    timeScale,
  })
  const datacenter = await startSingleDatacenter({
    remotePort: peer.listening.port,
    crossDcPort,
    timeScale,
    flags: { crossdc, ...flags },
  })
  return { peer, datacenter, [Symbol.asyncDispose]: async () => await datacenter[Symbol.asyncDispose]() }
}

test('a job sends its remote the bytes of the toolkit', async ({ peer: peers }) => {
  await using pair = await together(peers)
  const { peer, datacenter } = pair
  expect(datacenter.crossDcUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const first = await peer.waitFor(() => true, { what: 'a heartbeat', timeoutSeconds: 300 })
  expect(Buffer.from(first.body).toString('hex')).toMatch(/^01000000[0-9a-f]{16}03646331000000000000000000$/)
  expect(first.headers).toContainEqual(['Content-Type', 'application/octet-stream'])
  expect(first.headers).toContainEqual(['Content-Length', '25'])

  peer.startHeartbeats({ everySeconds: 30 })
  const snapshot = await peer.waitFor(({ portOffset }) => portOffset === 1, { what: 'a snapshot', timeoutSeconds: 300 })
  expect(snapshot.path).toBe('/crossdcrx/CrossDataCenterReceiver[0]/ports/output/0/inject')
  const { heartbeatMsgType, dataCenterOrigin, dataSnapshotOrigin } = decodeHeartbeatMessage(snapshot.body)
  expect({ heartbeatMsgType, dataCenterOrigin, dataSnapshotOrigin }).toEqual({
    heartbeatMsgType: 2,
    dataCenterOrigin: 'dc1',
    dataSnapshotOrigin: '0',
  })
})

test('a job that never reached its remote goes on trying', async ({ peer: peers }) => {
  await using pair = await together(peers)
  const { peer } = pair
  await peer.behave({ kind: 'drop' })
  const first = await peer.waitFor(() => true, { timeoutSeconds: 300 })
  await peer.behave({ kind: 'status', status: 500 })
  await peer.waitFor(({ answer }) => answer.kind === 'status' && answer.status === 500, { timeoutSeconds: 300 })
  await peer.behave({ kind: 'accept' })
  const again = await peer.waitFor(({ answer }) => answer.kind === 'status' && answer.status === 204, {
    timeoutSeconds: 300,
  })
  expect(again.id).toBeGreaterThan(first.id)
})

test('what the toolkit’s file cannot hold goes into the application configuration', async ({ peer: peers }) => {
  await using pair = await together(peers, { crossdc: [...crossdc, 'localDataCenterName=north=1'] })
  const { restUrl: url, username, password } = pair.datacenter
  const streams = createStreamsClient({ url, username, password })
  try {
    const configurations = await streams.applicationConfigurations()
    const properties = { 'failover.ledger::Ledger_localDataCenterName': 'north=1' }
    expect(configurations).toMatchObject([{ name: 'CrossDCFailover', properties }])
  } finally {
    streams.close()
  }
  const first = await pair.peer.waitFor(() => true, { timeoutSeconds: 300 })
  expect(decodeHeartbeatMessage(first.body).dataCenterOrigin).toBe('north=1')
})

describe('conformance', () => {
  test.for([
    ['ibm-1.0.1', { Q1: true, Q2: true, Q3: true, Q4: true, Q6: true }],
    // When a job that never falls silent declares DOWN does not show over the wire.
    ['documented', { Q1: null, Q2: false, Q3: false, Q4: false, Q6: false }],
  ] as const)('over the wire alone finds the quirks of %s', async ([profile, quirks], { peer: peers }) => {
    await using pair = await together(peers, { profile })
    const found = await runConformance({ peer: pair.peer, settings })
    expect(found).toMatchObject({ quirks, toolkit: profile })
  })

  test.for([
    ['ibm-1.0.1', true],
    ['documented', false],
  ] as const)('by the metrics finds all five quirks of %s', async ([profile, has], { peer: peers }) => {
    await using pair = await together(peers, { profile })
    const { restUrl: url, username, password, job } = pair.datacenter
    const streams = createStreamsClient({ url, username, password })
    try {
      const readStatus = await jobStatusReader(streams, job.id)
      const found = await runConformance({ peer: pair.peer, settings, readStatus })
      const quirks = { Q1: has, Q2: has, Q3: has, Q4: has, Q6: has }
      expect(found).toMatchObject({ quirks, toolkit: profile })
    } finally {
      streams.close()
    }
  })
})
