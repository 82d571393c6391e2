import { expect, test } from 'vitest'
import { configurationFile, settingsFor } from './job-settings.ts'
import { InMemoryPair } from './testing/in-memory-pair.ts'
import { sampleScenario } from './testing/sample-session.ts'

const { dc1, dc2 } = new InMemoryPair().datacenters

test('a scenario without settings gets the reference file’s values, and the testbed’s names and places', () => {
  expect(settingsFor(sampleScenario(), dc1)).toEqual({
    localDataCenterName: 'dc1',
    crossDCOperationMode: 1,
    crossDCHttpPort: 25091,
    remoteDataCenterApplicationMachineNames: 'machine-of-dc2',
    crossDCInitDelay: 40,
    heartbeatExchangeInterval: 30,
    consecutiveHeartbeatMissesAllowed: 4,
    dataSnapshotExchangeInterval: 180,
    dataSnapshotStorageDirectory: '/stores/dc1',
    httpConnectionTimeout: 25,
    httpReadTimeout: 100,
    numberOfHttpSenderReceiverPairs: 1,
    retainOlderDataSnapshotsAtStartup: false,
  })
})

test.each([
  { mode: 'active-active', modes: [1, 1] },
  { mode: 'active-passive', modes: [1, 0] },
] as const)('$mode is operation modes $modes', ({ mode, modes }) => {
  const definition = sampleScenario({ mode })
  expect([dc1, dc2].map((dc) => settingsFor(definition, dc).crossDCOperationMode)).toEqual(modes)
})

test('each DC has its own settings', () => {
  const definition = sampleScenario({ crossdc: { dc1: { heartbeatExchangeInterval: 10 }, dc2: {} } })
  expect([dc1, dc2].map((dc) => settingsFor(definition, dc).heartbeatExchangeInterval)).toEqual([10, 30])
})

test('the file holds every setting but the number of pairs, which is never read from it', () => {
  const lines = configurationFile(settingsFor(sampleScenario(), dc2)).split('\n')
  expect(lines).toContain('localDataCenterName=dc2')
  expect(lines).toContain('retainOlderDataSnapshotsAtStartup=false')
  expect(lines).toHaveLength(12 + 1)
  expect(lines.join()).not.toContain('numberOfHttpSenderReceiverPairs')
})
