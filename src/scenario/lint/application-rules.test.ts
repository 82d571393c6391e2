import { expect, test } from 'vitest'
import { findingsOf, messagesOf, rulesOf } from './testing/findings.ts'

const kill = 'fault_scenario: [{ kill: { target: dc1.job }, at: 400 s }]\n'
const quiet = 'post_failover_validation_checks: [log_sanity]\n'

test.each([
  ['a fraction', '{ heartbeatExchangeInterval: 30.5 }', ['interval-fractional']],
  ['no multiple', '{ dataSnapshotExchangeInterval: 100 }', ['snapshot-interval-no-multiple']],
  ['a multiple', '{ dataSnapshotExchangeInterval: 120 }', []],
  ['an interval that the other cannot stand', '{ dc1: { heartbeatExchangeInterval: 180 } }', ['interval-unequal']],
  ['one that it can', '{ dc1: { heartbeatExchangeInterval: 90 } }', []],
  ['no miss allowed', '{ consecutiveHeartbeatMissesAllowed: 0 }', ['misses-zero']],
  ['a time-out beyond the budget', '{ httpConnectionTimeout: 91 }', ['sender-over-budget']],
  ['one within it', '{ httpConnectionTimeout: 89 }', []],
  ['heartbeats that are off', '{ heartbeatExchangeInterval: 444444444 }', ['heartbeat-off']],
])('warns of %s in `crossdc`', (_what, crossdc, rules) => {
  expect(rulesOf(`${kill}${quiet}crossdc: ${crossdc}\n`)).toEqual(rules)
})

test('says where, what and what to do', () => {
  expect(findingsOf(`crossdc: { dc2: { dataSnapshotExchangeInterval: 100 } }\n${quiet}`)).toEqual([
    {
      rule: 'snapshot-interval-no-multiple',
      severity: 'warning',
      message:
        'In dc2: dataSnapshotExchangeInterval 100 is no multiple of heartbeatExchangeInterval 30: snapshots come every 270 s, the first at tick 10.',
      advice: 'Make it a multiple.',
      position: { file: 'a.yaml', line: 3, column: 1 },
    },
  ])
})

test('says nothing of the settings that a scenario leaves to the testbed and the reference file', () => {
  expect(rulesOf(kill)).toEqual([])
  expect(rulesOf(`${kill}crossdc: { crossDCInitDelay: 50 }\n`)).toEqual([])
})

test('leaves a scenario alone that is about a healthy remote going down', () => {
  const flapping = 'crossdc: { consecutiveHeartbeatMissesAllowed: 0 }\n'
  expect(rulesOf(flapping)).toEqual([])
  expect(rulesOf(`${kill}${flapping}`)).toEqual(['misses-zero'])
})

test('judges by the toolkit that the scenario names', () => {
  // One miss allowed: the published code may miss one by the phase, the documented one says DOWN on each.
  const once = `${kill}crossdc: { consecutiveHeartbeatMissesAllowed: 1 }\n`
  expect(rulesOf(once)).toEqual(['interval-unequal'])
  expect(rulesOf(`${once}opts: { toolkit: documented }`)).toEqual(['misses-zero'])
})

test.each([
  ['{ channels: 4 }', []],
  ['{ dc1: { channels: 4 }, dc2: { channels: 4 } }', []],
  ['{ dc1: { channels: 4 }, dc2: { channels: 5 } }', ['channels-differ']],
  ['{ dc1: { channels: 2 } }', ['channels-differ']],
  ['{ dc1: { channels: 1 } }', []],
  ['{ channels: 0 }', ['channels-invalid']],
  ['{ channels: 1000 }', []],
  ['{ channels: 1001 }', ['channels-invalid']],
  ['{ channels: 2.5 }', ['channels-invalid']],
  ['{ channels: many }', ['channels-invalid']],
  ['{ numberOfHttpSenderReceiverPairs: 0 }', ['channels-invalid']],
  ['{ chanels: 2 }', ['submission-value-unknown']],
])('looks at the submission-time values %s', (parameters, rules) => {
  expect(rulesOf(`submission_params: ${parameters}\n`)).toEqual(rules)
})

test('suggests the submission-time value that was meant, and leaves those of an application of one’s own alone', () => {
  expect(findingsOf(`submission_params: { chanels: 2 }\n${quiet}`)).toEqual([
    expect.objectContaining({
      message: 'builtin:ledger has no submission-time value `chanels`: the job would be refused.',
      advice: 'Did you mean "channels"?',
    }),
  ])
  expect(rulesOf('streams_application_sab: builtin:sample\nsubmission_params: { channels: 2 }\n')).toEqual([
    'submission-value-unknown',
  ])
})

test.each([
  ['com.ibm.db2.jcc.DB2Driver', 'jdbc:postgresql://h/db', 1],
  ['org.postgresql.Driver', 'jdbc:postgresql://h/db', 0],
  ['org.postgresql.driver', 'jdbc:postgresql://h/db', 1],
  ['org.postgres.Driver', 'jdbc:postgresql://h/db', 1],
  ['com.acme.jdbc.SnapshotDriver', 'jdbc:acme://h/db', 0],
  ['org.mariadb.jdbc.Driver', 'jdbc:mysql://h/db', 0],
])('compares the driver %s with the URL %s', (driver, url, count) => {
  const settings = `dataSnapshotJdbcUrl: "${url}", dataSnapshotJdbcDriverLib: opt/d.jar, dataSnapshotJdbcClassName: ${driver}, dataSnapshotTableName: T, dataSnapshotPrimaryKeyColumnName: id`
  expect(messagesOf('jdbc-driver-mismatch', `${kill}crossdc: { ${settings} }\n`)).toHaveLength(count)
})

test('a list of machines names `remote`, once for both DCs', () => {
  const list = (text: string): string => `crossdc: { remoteDataCenterApplicationMachineNames: ${text} }\n`
  expect(rulesOf(list('[10.0.0.9]'))).toEqual(['machine-list-without-remote'])
  expect(rulesOf(list('[10.0.0.9, remote]'))).toEqual([])
  expect(rulesOf(list('[remotes]'))).toEqual(['machine-list-without-remote'])
})
