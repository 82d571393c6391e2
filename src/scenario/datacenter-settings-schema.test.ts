import { describe, expect, test } from 'vitest'
import { referenceCrossDcSettings } from '../model/crossdc-settings.ts'
import type { CrossDcOverrides } from '../model/crossdc-settings.ts'
import { formatProblem, ScenarioError } from '../model/errors.ts'
import type { ScenarioOptions } from '../model/scenario.ts'
import { toolkitProfiles } from '../model/toolkit-behaviour.ts'
import { settingNames, settingParameters } from '../toolkit/parameters.ts'
import { loadScenarioFile } from './load-scenarios.ts'

const head = 'test_id: A-1\ndescription: d\n'

function crossdcOf(yaml: string): CrossDcOverrides | undefined {
  return loadScenarioFile({ file: 'a.yaml', text: `${head}crossdc: ${yaml}` }).scenarios[0]?.scenario.crossdc.dc1
}

function optsOf(yaml: string): ScenarioOptions | undefined {
  return loadScenarioFile({ file: 'a.yaml', text: `${head}opts: ${yaml}` }).scenarios[0]?.scenario.opts
}

function problemsOf(act: () => unknown): readonly string[] {
  try {
    act()
    return []
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems.map(formatProblem)
    throw error
  }
}

describe('crossdc', () => {
  test('takes every setting that a scenario may give', () => {
    const given: Required<CrossDcOverrides> = {
      crossDCHttpPort: 26000,
      remoteDataCenterApplicationMachineNames: 'remote,10.0.0.9',
      crossDCInitDelay: 5,
      heartbeatExchangeInterval: 10,
      consecutiveHeartbeatMissesAllowed: 3,
      dataSnapshotExchangeInterval: 60,
      dataSnapshotJdbcUrl: 'jdbc:postgresql://127.0.0.1:5432/db',
      dataSnapshotJdbcUser: 'me',
      dataSnapshotJdbcPassword: 'env:DB_PASSWORD',
      dataSnapshotJdbcDriverLib: 'opt/postgresql.jar',
      dataSnapshotJdbcClassName: 'org.postgresql.Driver',
      dataSnapshotTableName: 'snapshots',
      dataSnapshotPrimaryKeyColumnName: 'id',
      sendToAllRemoteMachines: true,
      alwaysLogHttpErrors: true,
      httpConnectionTimeout: 2,
      httpReadTimeout: 3,
      numberOfHttpSenderReceiverPairs: 2,
      remoteDataCenterUrlPathForHeartbeatReceiver: '/hb',
      remoteDataCenterUrlPath: '/s/*',
      retainOlderDataSnapshotsAtStartup: true,
      sendDataSnapshotsToOriginDCAtStartup: true,
    }
    expect(crossdcOf(JSON.stringify(given))).toEqual(given)
    expect(Object.keys(given).toSorted()).toEqual(Object.keys(referenceCrossDcSettings).toSorted())
  })

  test('the settings of the reference file can be written down as they are', () => {
    const inFile = settingNames.flatMap((name) => {
      const value = settingParameters[name].referenceFile
      return value === undefined || !(name in referenceCrossDcSettings) ? [] : [[name, value] as const]
    })
    expect(crossdcOf(JSON.stringify(Object.fromEntries(inFile)))).toEqual(Object.fromEntries(inFile))
  })

  test.each(['remote,10.0.0.9', '[remote, 10.0.0.9]'])('takes the machines %s', (yaml) => {
    const { remoteDataCenterApplicationMachineNames } =
      crossdcOf(`\n  remoteDataCenterApplicationMachineNames: ${yaml}`) ?? {}
    expect(remoteDataCenterApplicationMachineNames).toBe('remote,10.0.0.9')
  })

  test('a setting of one DC is taken over that of both', () => {
    expect(crossdcOf('{ dataSnapshotTableName: both, dc1: { dataSnapshotTableName: mine } }')).toEqual({
      dataSnapshotTableName: 'mine',
    })
  })

  const numbers = settingNames.filter(
    (name) => settingParameters[name].range !== undefined && name !== 'crossDCOperationMode',
  )

  test.each(numbers)('takes %s at the ends of its range, and nothing beyond', (name) => {
    const { min, max } = settingParameters[name].range ?? { min: 0, max: 0 }
    const step = min === 0.1 ? 0.01 : 1
    for (const value of [min, max]) expect(crossdcOf(`{ ${name}: ${value} }`)).toEqual({ [name]: value })
    for (const value of [min - step, max + 1]) {
      expect(problemsOf(() => crossdcOf(`{ ${name}: ${value} }`))).toEqual([
        expect.stringContaining(`\`crossdc.${name}\` to be`),
      ])
    }
  })

  test.each([
    ['{ dataSnapshotStorageDirectory: /x }', '3:12: This setting follows from the testbed.'],
    ['{ crossDCOperationMode: 1 }', '3:12: This setting follows from `mode`.'],
    ['{ sendToAllRemoteMachines: 1 }', '`crossdc.sendToAllRemoteMachines` to be true or false, got 1 (number).'],
    ['{ alwaysLogHttpErrors: "true" }', '`crossdc.alwaysLogHttpErrors` to be true or false, got "true".'],
    ['{ httpReadTimeout: 1.5 }', 'to be whole seconds from 0 up'],
    ['{ dataSnapshotTableName: "" }', '`crossdc.dataSnapshotTableName` to be a text, got "".'],
    ['{ dataSnapshotTableName: 7 }', '`crossdc.dataSnapshotTableName` to be a text, got 7 (number).'],
    ['{ dataSnapshotTableName: "a=b" }', 'to be a text without "=", control characters and outer blanks'],
    ['{ dataSnapshotTableName: " a" }', 'to be a text without "="'],
    ['{ dataSnapshotTableName: "a " }', 'to be a text without "="'],
    ['{ dataSnapshotTableName: "a\\tb" }', 'to be a text without "="'],
    ['{ dataSnapshotJdbcUrl: postgresql://h/db }', '`crossdc.dataSnapshotJdbcUrl` to be a JDBC URL such as'],
    ['{ remoteDataCenterApplicationMachineNames: "a, b" }', 'to be a list of host names such as [remote, 10.0.0.9]'],
    ['{ remoteDataCenterApplicationMachineNames: [] }', 'to be a list of host names'],
    ['{ remoteDataCenterApplicationMachineNames: ["a,b"] }', 'to be a list of host names'],
    ['{ remoteDataCenterApplicationMachineNames: [1] }', 'to be a list of host names'],
    ['{ remoteDataCenterUrlPath: x }', '`crossdc.remoteDataCenterUrlPath` to be a path that begins with "/"'],
    [
      '{ dataSnapshotJdbcUzer: x }',
      'Unknown key `dataSnapshotJdbcUzer` in `crossdc`. Did you mean "dataSnapshotJdbcUser"?',
    ],
  ])('refuses %s', (yaml, message) => {
    expect(problemsOf(() => crossdcOf(yaml))).toEqual([expect.stringContaining(message)])
  })

  test.each([
    ['{ dataSnapshotJdbcPassword: hunter2 }', '`dataSnapshotJdbcPassword` must name an environment variable'],
    ['{ dataSnapshotJdbcPassword: "env:hunter2 x" }', 'Write env:NAME, such as env:SNAPSHOT_DB_PASSWORD'],
    ['{ dataSnapshotJdbcPassword: { is: hunter2 } }', '`dataSnapshotJdbcPassword` must name an environment variable'],
    ['{ dataSnapshotJdbcUrl: "jdbc:postgresql://me:hunter2@h/db" }', '`dataSnapshotJdbcUrl` holds a password'],
    ['{ dataSnapshotJdbcUrl: "jdbc:postgresql://h/db?password=hunter2" }', '`dataSnapshotJdbcUrl` has a "=" in it'],
  ])('refuses %s with its place, and does not repeat the password', (yaml, message) => {
    const problems = problemsOf(() => crossdcOf(yaml))
    expect(problems).toEqual([expect.stringContaining(message)])
    expect(problems.join()).toMatch(/^a\.yaml:3:12: /)
    expect(problems.join()).not.toContain('hunter2')
  })
})

describe('opts.toolkit', () => {
  const { 'ibm-1.0.1': published, documented } = toolkitProfiles

  test.each([
    ['ibm-1.0.1', { quirks: published, isFused: false }],
    ['documented', { quirks: documented, isFused: false }],
    ['{}', { quirks: published, isFused: false }],
    ['{ fused: true }', { quirks: published, isFused: true }],
    ['{ profile: documented, quirks: { Q1: on } }', { quirks: { ...documented, Q1: true }, isFused: false }],
    ['{ quirks: { Q4: off, Q2: false } }', { quirks: { ...published, Q4: false, Q2: false }, isFused: false }],
  ])('%s is read', (yaml, expected) => {
    expect(optsOf(`{ toolkit: ${yaml} }`)?.toolkit).toEqual(expected)
  })

  test.each([
    ['ibm', '`opts.toolkit.profile` to be ibm-1.0.1 or documented, got "ibm".'],
    ['7', '`opts.toolkit` to be ibm-1.0.1, documented, or a map such as'],
    ['{ quirks: { Q4: maybe } }', '`opts.toolkit.quirks.Q4` to be on or off, got "maybe".'],
    ['{ quirks: { Q10: off } }', 'Unknown key `Q10` in `opts.toolkit.quirks`.'],
    ['{ quirks: [Q4] }', '`opts.toolkit.quirks` to be a map of quirks such as { Q4: off }, got a list.'],
    ['{ fuse: true }', 'Unknown key `fuse` in `opts.toolkit`. Did you mean "fused"?'],
  ])('%s is refused', (yaml, message) => {
    expect(problemsOf(() => optsOf(`{ toolkit: ${yaml} }`))).toEqual([expect.stringContaining(message)])
  })
})

test.each([1, 8])('opts.pes takes %d', (pes) => {
  expect(optsOf(`{ pes: ${pes} }`)?.pes).toBe(pes)
})

test.each(['0', '9', '1.5', 'two'])('opts.pes refuses %s', (pes) => {
  expect(problemsOf(() => optsOf(`{ pes: ${pes} }`))).toEqual([
    expect.stringContaining('Expected `opts.pes` to be a whole number'),
  ])
})
