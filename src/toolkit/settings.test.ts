import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { SettingsError } from '../model/errors.ts'
import { SettingsCastError } from './errors.ts'
import { formatSettingsFile, resolveSettings } from './settings.ts'

const fromFile = (file: string): CrossDcSettings => resolveSettings({ file })

describe('resolveSettings', () => {
  test('takes the defaults of the code, with which failover is off, where there is no file', () => {
    expect(resolveSettings({ file: null })).toEqual({
      localDataCenterName: 'dc1',
      crossDCOperationMode: 1,
      crossDCHttpPort: 25091,
      remoteDataCenterApplicationMachineNames: 'localhost',
      crossDCInitDelay: 40,
      heartbeatExchangeInterval: 444444444,
      consecutiveHeartbeatMissesAllowed: 4,
      dataSnapshotExchangeInterval: 888888888,
      dataSnapshotStorageDirectory: '',
      httpConnectionTimeout: 25,
      httpReadTimeout: 100,
      numberOfHttpSenderReceiverPairs: 1,
      retainOlderDataSnapshotsAtStartup: false,
    })
  })

  test('reads a file as people write it', () => {
    const settings = fromFile(
      [
        '# the reference',
        '',
        '  localDataCenterName = dc2  ',
        'heartbeatExchangeInterval=30.0',
        'crossDCHttpPort=26000',
      ].join('\n'),
    )
    expect(settings.localDataCenterName).toBe('dc2')
    expect(settings.heartbeatExchangeInterval).toBe(30)
    expect(settings.crossDCHttpPort).toBe(26000)
    expect(settings.dataSnapshotExchangeInterval).toBe(888888888)
  })

  test.each([
    ['an empty value', 'localDataCenterName='],
    ['a value with a "="', 'localDataCenterName=a=b'],
    ['a key in another case', 'localdatacentername=dc2'],
    ['an unknown key', 'localDataCentreName=dc2'],
    ['a comment', '  #localDataCenterName=dc2'],
    ['a tab before the key', '\tlocalDataCenterName=dc2'],
    ['no "="', 'localDataCenterName dc2'],
  ])('silently drops a line with %s', (_, line) => {
    expect(fromFile(line)).toEqual(resolveSettings({ file: null }))
  })

  test.each([
    ['first line of a key', 'localDataCenterName=dc2\nlocalDataCenterName=dc3', 'dc2'],
    ['part behind a doubled "="', '=localDataCenterName==dc2=', 'dc2'],
    ['text with its would-be comment', 'localDataCenterName=dc2 # second', 'dc2 # second'],
    ['carriage return', 'localDataCenterName=dc2\r\n', 'dc2\r'],
    ['tab', 'localDataCenterName=\tdc2', '\tdc2'],
  ])('keeps the %s', (_, file, expected) => {
    expect(fromFile(file).localDataCenterName).toBe(expected)
  })

  test('casts numbers that end in white space, such as a carriage return', () => {
    expect(fromFile('crossDCHttpPort=26000\r').crossDCHttpPort).toBe(26000)
    expect(fromFile('crossDCInitDelay=3e1\t').crossDCInitDelay).toBe(30)
  })

  test.each(['crossDCInitDelay=.5', 'crossDCInitDelay=5e-1', 'crossDCInitDelay=+0.5'])(
    'casts the float of %s',
    (line) => {
      expect(fromFile(line).crossDCInitDelay).toBe(0.5)
    },
  )

  test.each([
    ['crossDCHttpPort=25091.0', 'an int32', '"25091.0"'],
    ['crossDCHttpPort=2147483648', 'an int32', '"2147483648"'],
    ['crossDCHttpPort=0x10', 'an int32', '"0x10"'],
    ['heartbeatExchangeInterval=30 s', 'a float64', '"30 s"'],
    ['heartbeatExchangeInterval=inf', 'a float64', '"inf"'],
    ['consecutiveHeartbeatMissesAllowed=256', 'a uint8', '"256"'],
    ['consecutiveHeartbeatMissesAllowed=-1', 'a uint8', '"-1"'],
    ['consecutiveHeartbeatMissesAllowed=four', 'a uint8', '"four"'],
    ['retainOlderDataSnapshotsAtStartup=TRUE', 'true or false', '"TRUE"'],
    ['retainOlderDataSnapshotsAtStartup=1', 'true or false', '"1"'],
    ['retainOlderDataSnapshotsAtStartup=true\r', 'true or false', '"true\\r"'],
  ])('fails the PE over %s', (line, expected, got) => {
    expect(() => fromFile(line)).toThrow(SettingsCastError)
    expect(() => fromFile(line)).toThrow(`Expected \`${line.split('=')[0]}\` to be ${expected}`)
    expect(() => fromFile(line)).toThrow(`got ${got}: the PE fails at its start`)
  })

  test.each([0, 255])('allows %d misses', (misses) => {
    expect(fromFile(`consecutiveHeartbeatMissesAllowed=${misses}`).consecutiveHeartbeatMissesAllowed).toBe(misses)
  })

  test('takes the number of pairs from the submission only', () => {
    const file = 'numberOfHttpSenderReceiverPairs=5'
    expect(resolveSettings({ file }).numberOfHttpSenderReceiverPairs).toBe(1)
    expect(resolveSettings({ file, numberOfHttpSenderReceiverPairs: 3 }).numberOfHttpSenderReceiverPairs).toBe(3)
  })
})

describe('formatSettingsFile', () => {
  const text = fc.stringMatching(/^[A-Za-z0-9/.,_-]+( [A-Za-z0-9#]+)?$/)
  const seconds = fc.double({ min: 0, max: 1e9, noNaN: true })
  const settings = fc.record({
    localDataCenterName: text,
    crossDCOperationMode: fc.integer({ min: 0, max: 2 }),
    crossDCHttpPort: fc.integer({ min: 1, max: 65_535 }),
    remoteDataCenterApplicationMachineNames: text,
    crossDCInitDelay: seconds,
    heartbeatExchangeInterval: seconds,
    consecutiveHeartbeatMissesAllowed: fc.integer({ min: 0, max: 255 }),
    dataSnapshotExchangeInterval: seconds,
    dataSnapshotStorageDirectory: fc.oneof(fc.constant(''), text),
    httpConnectionTimeout: fc.nat(1000),
    httpReadTimeout: fc.nat(1000),
    numberOfHttpSenderReceiverPairs: fc.integer({ min: 1, max: 8 }),
    retainOlderDataSnapshotsAtStartup: fc.boolean(),
  })

  test('writes what is read back as the same settings', () => {
    fc.assert(
      fc.property(settings, (value) => {
        const { numberOfHttpSenderReceiverPairs } = value
        expect(resolveSettings({ file: formatSettingsFile(value), numberOfHttpSenderReceiverPairs })).toEqual(value)
      }),
    )
  })

  test.each(['a=b', 'a\nb', ' a', 'a ', ''])(
    'refuses to write the name %j, which would be read back otherwise',
    (name) => {
      const value = { ...resolveSettings({ file: null }), localDataCenterName: name }
      expect(() => formatSettingsFile(value)).toThrow(SettingsError)
      expect(() => formatSettingsFile(value)).toThrow('`localDataCenterName`')
    },
  )
})
