import { expect, test } from 'vitest'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { toolkitProfiles } from '../../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { referenceSettings } from '../testing/reference-settings.ts'
import { settingsWarnings } from './warnings.ts'
import type { SettingsWarning } from './warnings.ts'

const documented: ToolkitBehaviour = { quirks: toolkitProfiles.documented, isFused: false }

function warnings(
  values: Partial<CrossDcSettings>,
  options: { dc2?: Partial<CrossDcSettings>; behaviour?: ToolkitBehaviour } = {},
): readonly SettingsWarning[] {
  const { dc2 = {}, ...of } = options
  const settings = { dc1: { ...referenceSettings('dc1'), ...values }, dc2: { ...referenceSettings('dc2'), ...dc2 } }
  return settingsWarnings({ settings, ...of })
}

const ids = (...given: Parameters<typeof warnings>): readonly string[] =>
  warnings(...given).map(({ id, datacenters }) => (datacenters.length === 2 ? id : `${id} in ${datacenters.join()}`))

/** The same values in both DCs; the note on the period is said of the reference values already. */
const common = (values: Partial<CrossDcSettings>): readonly string[] =>
  ids(values, { dc2: values }).filter((id) => id !== 'snapshot-period-differs')

test('the reference values have one note, on the period of snapshots (Q2), and as documented none', () => {
  const [note, ...more] = warnings({})
  expect(note).toMatchObject({ id: 'snapshot-period-differs', severity: 'note', datacenters: ['dc1', 'dc2'] })
  expect(note?.message).toBe('Snapshots come every 150 s, not every 180 s (quirk Q2).')
  expect(note?.advice).toBe('For a period of 180 s set it to 210.')
  expect(more).toEqual([])
  expect(ids({}, { behaviour: documented })).toEqual([])
})

test('the interval that the note advises gives the period that was written', () => {
  const common210 = { dataSnapshotExchangeInterval: 210 }
  expect(warnings(common210, { dc2: common210 })[0]?.message).toContain('Snapshots come every 180 s')
})

const jdbc = {
  dataSnapshotStorageDirectory: '',
  dataSnapshotJdbcUrl: 'jdbc:sqlite:x',
  dataSnapshotJdbcDriverLib: 'opt/driver.jar',
  dataSnapshotJdbcClassName: 'Driver',
  dataSnapshotTableName: 'snapshots',
  dataSnapshotPrimaryKeyColumnName: 'id',
}

test.each<[Partial<CrossDcSettings>, readonly string[]]>([
  [{ heartbeatExchangeInterval: 444_444_444 }, ['heartbeat-off']],
  [{ heartbeatExchangeInterval: 444_444_443 }, ['snapshot-interval-no-multiple']],
  [{ heartbeatExchangeInterval: 0 }, ['heartbeat-without-pause']],
  [{ consecutiveHeartbeatMissesAllowed: 255 }, ['misses-never-passed']],
  [{ consecutiveHeartbeatMissesAllowed: 254 }, []],
  [{ consecutiveHeartbeatMissesAllowed: 0 }, ['misses-zero']],
  [{ consecutiveHeartbeatMissesAllowed: 1 }, ['interval-unequal']],
  [{ consecutiveHeartbeatMissesAllowed: 2 }, []],
  [{ heartbeatExchangeInterval: 30.5 }, ['interval-fractional']],
  [{ heartbeatExchangeInterval: 0.5, httpConnectionTimeout: 1 }, ['interval-fractional']],
  [{ dataSnapshotExchangeInterval: 180.5 }, ['interval-fractional']],
  [{ dataSnapshotExchangeInterval: 100 }, ['snapshot-interval-no-multiple']],
  [{ dataSnapshotExchangeInterval: 888_888_888 }, ['snapshots-off']],
  [{ dataSnapshotExchangeInterval: 0.9 }, ['snapshot-interval-crashes']],
  [{ dataSnapshotExchangeInterval: 1, heartbeatExchangeInterval: 1, httpConnectionTimeout: 1 }, []],
  [{ dataSnapshotStorageDirectory: '' }, ['snapshot-store-missing']],
  [jdbc, []],
  [{ ...jdbc, dataSnapshotStorageDirectory: '/x' }, ['jdbc-and-directory']],
  [{ ...jdbc, dataSnapshotTableName: '' }, ['jdbc-incomplete']],
  [{ ...jdbc, dataSnapshotPrimaryKeyColumnName: '' }, ['jdbc-without-key-column']],
  [{ remoteDataCenterApplicationMachineNames: 'a, b' }, ['machine-list-blanks']],
  [{ remoteDataCenterApplicationMachineNames: 'a,,b' }, ['machine-list-blanks']],
  [{ remoteDataCenterApplicationMachineNames: 'a,b' }, []],
  [{ remoteDataCenterApplicationMachineNames: '' }, ['machine-list-empty']],
  [{ remoteDataCenterApplicationMachineNames: 'localhost' }, ['machine-list-localhost']],
  [{ remoteDataCenterApplicationMachineNames: 'a,b,c,d' }, ['sender-over-budget']],
  [{ remoteDataCenterApplicationMachineNames: 'a,b,c' }, []],
  [{ httpConnectionTimeout: 0 }, ['timeout-endless']],
  [{ httpReadTimeout: 0 }, ['timeout-endless']],
  [{ crossDCOperationMode: 2 }, ['mode-unknown']],
  [{ crossDCHttpPort: 65_000 }, []],
  [{ crossDCHttpPort: 65_001 }, ['value-out-of-range']],
  [{ numberOfHttpSenderReceiverPairs: 0 }, ['value-out-of-range']],
  [{ crossDCInitDelay: -3 }, ['value-out-of-range']],
  [{ httpReadTimeout: -5, httpConnectionTimeout: -1 }, ['value-out-of-range']],
  [{ retainOlderDataSnapshotsAtStartup: true }, ['retain-left-on']],
  [{ sendDataSnapshotsToOriginDCAtStartup: true }, ['send-back-left-on']],
  [{ localDataCenterName: 'dc' }, ['names-equal']],
])('%j in both deserves %j', (values, expected) => {
  expect(common(values)).toEqual(expected)
})

test('what holds in one DC alone is said of that one', () => {
  expect(ids({ crossDCOperationMode: 0 })).toEqual(['snapshot-period-differs in dc2', 'passive-without-retain in dc1'])
  expect(ids({ crossDCOperationMode: 0, retainOlderDataSnapshotsAtStartup: true })).toEqual([
    'snapshot-period-differs in dc2',
  ])
  expect(ids({ localDataCenterName: 'eu/west' })).toContain('name-with-slash in dc1')
})

test('what does not fit together is said of both, or of the side that it strikes', () => {
  expect(ids({ crossDCHttpPort: 25092 })).toContain('ports-differ')
  expect(ids({ numberOfHttpSenderReceiverPairs: 2 })).toContain('pairs-differ')
  const slow = { heartbeatExchangeInterval: 120, dataSnapshotExchangeInterval: 120 }
  expect(ids(slow)).toContain('interval-unequal in dc2')
  expect(ids({ ...slow, heartbeatExchangeInterval: 119 })).not.toContain('interval-unequal in dc2')
  const [warning] = warnings(slow).filter(({ id }) => id === 'interval-unequal')
  expect(warning?.message).toContain('after 120 s to 150 s: though healthy, it may be declared down')
})

test('sending to all machines is warned of where one that drops takes longer than an interval', () => {
  const toAll = (httpConnectionTimeout: number, machines = 'a,b'): readonly string[] =>
    common({
      sendToAllRemoteMachines: true,
      remoteDataCenterApplicationMachineNames: machines,
      httpConnectionTimeout,
      consecutiveHeartbeatMissesAllowed: 9,
    })
  expect(toAll(31)).toEqual(['send-to-all-over-interval'])
  expect(toAll(30)).toEqual([])
  expect(toAll(31, 'a')).toEqual([])
})

test('as documented a table needs no key column, 255 misses are passed, and one allowed miss flaps', () => {
  const of = (values: Partial<CrossDcSettings>): readonly string[] =>
    ids(values, { dc2: values, behaviour: documented })
  expect(of({ ...jdbc, dataSnapshotPrimaryKeyColumnName: '' })).toEqual([])
  expect(of({ consecutiveHeartbeatMissesAllowed: 255 })).toEqual([])
  expect(of({ consecutiveHeartbeatMissesAllowed: 1 })).toEqual(['misses-zero'])
})

test('no warning shows a password', () => {
  const shown = JSON.stringify(warnings({ ...jdbc, dataSnapshotJdbcPassword: 'geheim', dataSnapshotTableName: '' }))
  expect(shown).not.toContain('geheim')
})
