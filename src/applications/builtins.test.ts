import { describe, expect, test } from 'vitest'
import { builtinApplications } from '../model/builtin-applications.ts'
import { builtinNames, createBuiltin, describeBuiltin, isBuiltinName } from './builtins.ts'
import type { BuiltinName } from './builtins.ts'
import { SubmissionValueError } from './errors.ts'
import { countersOf, surroundingsOf } from './testing/sample-surroundings.ts'

/** What must be given, and nothing else. */
const required: Readonly<Record<BuiltinName, Readonly<Record<string, string>>>> = {
  ledger: { configFileName: '/etc/crossdc.txt' },
  sample: {},
  'cr-sample': {},
  'passive-sample': { configFileName: '/etc/crossdc.txt', shellScriptName: '/opt/takeover.sh' },
}

const create = (name: BuiltinName, parameters: Readonly<Record<string, string>>): ReturnType<typeof createBuiltin> =>
  createBuiltin(name, surroundingsOf({ parameters: { ...required[name], ...parameters } }))

describe('createBuiltin', () => {
  test.each([
    ['ledger', 1],
    ['sample', 5],
    ['cr-sample', 5],
    ['passive-sample', 0],
  ] as const)('creates %s with %d parts from what must be given', (name, channels) => {
    expect(create(name, {}).channels).toBe(channels)
  })

  test('gives the ledger the channels asked for', () => {
    expect(create('ledger', { channels: '3' }).channels).toBe(3)
    expect(create('ledger', { channels: '1000' }).channels).toBe(1000)
  })

  test.each(builtinNames)('%s has as many parts as a run takes it to have', (name) => {
    const { channels, remoteChannels } = create(name, {})
    expect(remoteChannels ?? channels).toBe(builtinApplications[name].channels)
  })

  test.each(builtinNames)('%s takes the submission-time values that a scenario may give it', (name) => {
    const names = describeBuiltin(name).parameters.map((parameter) => parameter.name)
    expect(builtinApplications[name].submissionValues.toSorted()).toEqual(names.toSorted())
  })

  test('gives the passive sample the parts of the active side, of which it has none itself', () => {
    expect(create('passive-sample', { channels: '4' })).toMatchObject({ channels: 0, remoteChannels: 4 })
    expect(create('passive-sample', {})).toMatchObject({ channels: 0, remoteChannels: 1 })
  })

  test('gives the passive sample the period asked for', () => {
    expect(create('passive-sample', { timerTickPeriod: '1.5e1' }).start({ checkpoint: null })).toContainEqual(
      expect.objectContaining({ kind: 'schedule_timer', afterSeconds: 15 }),
    )
    expect(create('passive-sample', {}).start({ checkpoint: null })).toContainEqual(
      expect.objectContaining({ kind: 'schedule_timer', afterSeconds: 60 }),
    )
  })

  test.each([
    ['ledger', 'channels', '0'],
    ['ledger', 'channels', '1001'],
    ['ledger', 'channels', '1.5'],
    ['ledger', 'channels', ''],
    ['ledger', 'numberOfHttpSenderReceiverPairs', '0'],
    ['sample', 'numberOfHttpSenderReceiverPairs', 'many'],
    ['cr-sample', 'numberOfHttpSenderReceiverPairs', '-1'],
    ['passive-sample', 'numberOfHttpSenderReceiverPairs', '1e1'],
    ['passive-sample', 'channels', '0'],
    ['passive-sample', 'timerTickPeriod', '0'],
    ['passive-sample', 'timerTickPeriod', '-60.0'],
    ['passive-sample', 'timerTickPeriod', '1 min'],
    ['passive-sample', 'timerTickPeriod', 'Infinity'],
  ] as const)('refuses for %s the value %s = %j', (name, parameter, value) => {
    expect(() => create(name, { [parameter]: value })).toThrow(SubmissionValueError)
    expect(() => create(name, { [parameter]: value })).toThrow(`\`${parameter}\``)
    expect(() => create(name, { [parameter]: value })).toThrow(JSON.stringify(value))
  })

  test('says what it expected, what it got and what to do', () => {
    expect(() => create('ledger', { channels: '0' })).toThrow(
      'Expected the submission-time value `channels` to be a whole number from 1 to 1000, got "0". Correct it in the job’s submission.',
    )
  })

  test.each([
    ['ledger', 'configFileName'],
    ['passive-sample', 'configFileName'],
    ['passive-sample', 'shellScriptName'],
  ] as const)('refuses %s without %s', (name, parameter) => {
    const { [parameter]: _left, ...parameters } = required[name]
    expect(() => createBuiltin(name, surroundingsOf({ parameters }))).toThrow(
      `Expected the submission-time value \`${parameter}\` to be given, got nothing. It has no default.`,
    )
  })
})

describe('describeBuiltin', () => {
  test.each([
    ['ledger', 'failover.ledger::Ledger', ['configFileName'], ['channels', 'numberOfHttpSenderReceiverPairs']],
    [
      'sample',
      'com.teracloud.streams.crossdc.failover.sample::CrossDataCenterFailoverSample',
      [],
      ['configFileName', 'numberOfHttpSenderReceiverPairs'],
    ],
    [
      'cr-sample',
      'com.teracloud.streams.crossdc.failover.cr.sample::CrossDataCenterFailoverCRSample',
      [],
      ['configFileName', 'numberOfHttpSenderReceiverPairs'],
    ],
    [
      'passive-sample',
      'com.teracloud.streams.crossdc.failover.passive.sample::CrossDataCenterFailoverPassiveSample',
      ['configFileName', 'shellScriptName'],
      ['timerTickPeriod', 'channels', 'numberOfHttpSenderReceiverPairs'],
    ],
  ] as const)('says of %s its name and parameters', (...[name, applicationName, must, may]) => {
    const description = describeBuiltin(name)
    expect(description.applicationName).toBe(applicationName)
    const named = (isRequired: boolean): readonly string[] =>
      description.parameters.filter((parameter) => parameter.isRequired === isRequired).map((each) => each.name)
    expect(named(true)).toEqual(must)
    expect(named(false)).toEqual(may)
    for (const { isRequired, default: value } of description.parameters) expect(value === undefined).toBe(isRequired)
  })

  test.each([
    ['ledger', true, false, false],
    ['sample', false, true, false],
    ['cr-sample', false, true, false],
    ['passive-sample', false, false, true],
  ] as const)(
    'says how %s is reached and run',
    (...[name, hasLedgerEndpoints, hasSpecialMessagePort, isStandalone]) => {
      expect(describeBuiltin(name)).toMatchObject({ hasLedgerEndpoints, hasSpecialMessagePort, isStandalone })
    },
  )

  test.each(builtinNames)('says of %s that it has a SpecialMessagePort only where it answers there', (name) => {
    const answers = create(name, {}).specialMessageLine('OrderlyShutdown').length > 0
    expect(answers).toBe(describeBuiltin(name).hasSpecialMessagePort)
  })
})

test.each(['sample', 'cr-sample', 'passive-sample'] as const)('%s has no Data Exchange endpoints', (name) => {
  const application = create(name, {})
  expect(application.ingest([])).toEqual([])
  expect(application.command({ command: 'query', queryId: 'q', argument: '' })).toEqual([])
})

test.each(['ledger', 'sample', 'cr-sample'] as const)('%s launches nothing', (name) => {
  expect(create(name, {}).launched({ output: '', rc: 0 })).toEqual([])
})

test('every operator of an application has a name of its own', () => {
  for (const name of builtinNames) {
    const names = create(name, {})
      .operators()
      .map((operator) => operator.name)
    expect(new Set(names).size).toBe(names.length)
    for (const each of names) expect(countersOf(create(name, {}), each)).toBeDefined()
  }
})

describe('isBuiltinName', () => {
  test('knows the built-in applications and nothing that is not there', () => {
    expect(builtinNames.every((name) => isBuiltinName(name))).toBe(true)
    expect(isBuiltinName('ledgr')).toBe(false)
    expect(isBuiltinName('toString')).toBe(false)
  })
})
