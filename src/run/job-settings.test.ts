import { expect, test } from 'vitest'
import { referenceCrossDcSettings } from '../model/crossdc-settings.ts'
import type { CrossDcOverrides, CrossDcSettings } from '../model/crossdc-settings.ts'
import { SettingsError } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import { resolveSettings } from '../toolkit/settings.ts'
import { configurationFile, launchedSettings, operatorParameters, settingsFor, withPassword } from './job-settings.ts'
import { InMemoryPair } from './testing/in-memory-pair.ts'
import { sampleScenario } from './testing/sample-session.ts'

const { dc1, dc2 } = new InMemoryPair().datacenters

test('a scenario without settings gets the reference file’s values, and the testbed’s names and places', () => {
  expect(settingsFor(sampleScenario(), dc1)).toEqual({
    ...referenceCrossDcSettings,
    localDataCenterName: 'dc1',
    crossDCOperationMode: 1,
    remoteDataCenterApplicationMachineNames: 'machine-of-dc2',
    dataSnapshotStorageDirectory: '/stores/dc1',
  })
})

test.each([
  { mode: 'active-active', modes: [1, 1] },
  { mode: 'active-passive', modes: [1, 0] },
] as const)('$mode is operation modes $modes', ({ mode, modes }) => {
  const definition = sampleScenario({ mode })
  expect([dc1, dc2].map((dc) => settingsFor(definition, dc).crossDCOperationMode)).toEqual(modes)
})

test('the job that the passive DC launches is active and keeps the snapshots, unless the scenario says otherwise', () => {
  const launched = (crossdc: CrossDcOverrides): CrossDcSettings | undefined => {
    const definition = sampleScenario({ mode: 'active-passive', crossdc: { dc1: {}, dc2: crossdc } })
    return launchedSettings(definition, settingsFor(definition, dc2))
  }
  const watching = settingsFor(sampleScenario({ mode: 'active-passive' }), dc2)
  expect(launched({})).toEqual({
    ...watching,
    crossDCOperationMode: 1,
    retainOlderDataSnapshotsAtStartup: true,
  })
  expect(watching.retainOlderDataSnapshotsAtStartup).toBe(false)
  expect(launched({ retainOlderDataSnapshotsAtStartup: false })?.retainOlderDataSnapshotsAtStartup).toBe(false)
  expect(launched({ heartbeatExchangeInterval: 7 })?.heartbeatExchangeInterval).toBe(7)
})

test('nothing is launched by an active DC', () => {
  const definition = sampleScenario({ mode: 'active-passive' })
  expect(launchedSettings(definition, settingsFor(definition, dc1))).toBeUndefined()
  expect(launchedSettings(sampleScenario(), settingsFor(sampleScenario(), dc2))).toBeUndefined()
})

test('each DC has its own settings', () => {
  const definition = sampleScenario({ crossdc: { dc1: { heartbeatExchangeInterval: 10 }, dc2: {} } })
  expect([dc1, dc2].map((dc) => settingsFor(definition, dc).heartbeatExchangeInterval)).toEqual([10, 30])
})

test.each([
  ['remote', 'machine-of-dc2'],
  ['10.0.0.9,remote', '10.0.0.9,machine-of-dc2'],
  ['remote.example,my-remote', 'remote.example,my-remote'],
])('of the machine list %s the job gets %s', (list, expected) => {
  const definition = withCrossDc({ remoteDataCenterApplicationMachineNames: list })
  expect(settingsFor(definition, dc1).remoteDataCenterApplicationMachineNames).toBe(expected)
})

test('a job with a database has no directory, which its start would empty instead of the table', () => {
  const settings = settingsFor(withCrossDc({ dataSnapshotJdbcUrl: 'jdbc:sqlite:/x' }), dc1)
  expect(settings.dataSnapshotStorageDirectory).toBe('')
})

test('the password is what the named variable holds', () => {
  const settings = settingsFor(withCrossDc({ dataSnapshotJdbcPassword: 'env:DB_PASSWORD' }), dc1)
  expect(settings.dataSnapshotJdbcPassword).toBe('env:DB_PASSWORD')
  expect(withPassword(settings, { DB_PASSWORD: 'hunter2' }).dataSnapshotJdbcPassword).toBe('hunter2')
  expect(withPassword(settingsFor(sampleScenario(), dc1), {}).dataSnapshotJdbcPassword).toBe('')
})

test.each([
  ['env:DB_PASSWORD', {}, 'Expected the environment variable DB_PASSWORD, which `dataSnapshotJdbcPassword`'],
  ['env:DB_PASSWORD', { DB_PASSWORD: '' }, 'got nothing. Set it before the run.'],
  ['hunter2', { hunter2: 'x' }, 'to be env:NAME, the name of an environment variable; got something else.'],
])('%s with the environment %j is refused, and not shown', (dataSnapshotJdbcPassword, environment, message) => {
  const settings = settingsFor(withCrossDc({ dataSnapshotJdbcPassword }), dc1)
  expect(() => withPassword(settings, environment)).toThrow(SettingsError)
  expect(() => withPassword(settings, environment)).toThrow(message)
  expect(() => withPassword(settings, environment)).not.toThrow('hunter2')
})

test('the file holds every setting that is not empty, but for what is never read from it', () => {
  const lines = configurationFile(settingsFor(sampleScenario(), dc2)).trimEnd().split('\n')
  expect(lines).toContain('localDataCenterName=dc2')
  expect(lines).toContain('sendDataSnapshotsToOriginDCAtStartup=false')
  // 25 settings; the pairs, the two paths and the seven texts for a database are not in it.
  expect(lines).toHaveLength(25 - 3 - 7)
  for (const key of ['numberOfHttp', 'UrlPath', 'Jdbc']) expect(lines.join()).not.toContain(key)
})

test('the toolkit reads the file back as the same settings', () => {
  const settings = settingsFor(
    withCrossDc({
      dataSnapshotJdbcUrl: 'jdbc:postgresql://127.0.0.1:5432/db',
      dataSnapshotJdbcUser: 'me',
      dataSnapshotTableName: 'snapshots',
      sendToAllRemoteMachines: true,
      heartbeatExchangeInterval: 0.1,
    }),
    dc1,
  )
  expect(resolveSettings({ file: configurationFile(settings) }).settings).toEqual(settings)
})

test('values that the file cannot hold are refused together, and not shown', () => {
  const settings = {
    ...settingsFor(sampleScenario(), dc1),
    dataSnapshotJdbcUser: 'a ',
    dataSnapshotJdbcPassword: 'b=c',
  }
  expect(() => configurationFile(settings)).toThrow(SettingsError)
  expect(() => configurationFile(settings)).toThrow('Expected `dataSnapshotJdbcUser`, `dataSnapshotJdbcPassword` in')
  expect(() => configurationFile(settings)).not.toThrow('b=c')
})

test('paths that are not as published are operator parameters', () => {
  expect(operatorParameters(settingsFor(sampleScenario(), dc1))).toEqual({})
  const changed = settingsFor(withCrossDc({ remoteDataCenterUrlPath: '/other/*' }), dc1)
  expect(operatorParameters(changed)).toEqual({ remoteDataCenterUrlPath: '/other/*' })
})

function withCrossDc(crossdc: CrossDcOverrides): Scenario {
  return sampleScenario({ crossdc: { dc1: crossdc, dc2: {} } })
}
