import { describe, expect, test } from 'vitest'
import { referenceCrossDcSettings } from '../model/crossdc-settings.ts'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { SettingsError } from '../model/errors.ts'
import { SettingsCastError } from './errors.ts'
import { formatSettingsFile, resolveSettings, splitForFile } from './settings.ts'
import { referenceSettings } from './testing/reference-settings.ts'

const fromFile = (file: string): CrossDcSettings => resolveSettings({ file }).settings
const defaults = resolveSettings({ file: null }).settings

describe('the file', () => {
  test('is read as people write it', () => {
    const settings = fromFile(
      [
        '# the reference',
        '',
        '  localDataCenterName = dc2  ',
        'heartbeatExchangeInterval=30.0',
        'sendToAllRemoteMachines=true',
        'crossDCHttpPort=26000',
      ].join('\n'),
    )
    expect(settings).toEqual({
      ...defaults,
      localDataCenterName: 'dc2',
      heartbeatExchangeInterval: 30,
      sendToAllRemoteMachines: true,
      crossDCHttpPort: 26000,
    })
  })

  test.each([
    ['an empty value', 'localDataCenterName='],
    ['a value of blanks', 'localDataCenterName=   '],
    ['a value with a "="', 'localDataCenterName=a=b'],
    ['a key in another case', 'localdatacentername=dc2'],
    ['an unknown key', 'localDataCentreName=dc2'],
    ['a comment', '  #localDataCenterName=dc2'],
    ['a tab before the key', '\tlocalDataCenterName=dc2'],
    ['a byte order mark', '\uFEFFlocalDataCenterName=dc2'],
    ['no "="', 'localDataCenterName dc2'],
    ['the number of pairs', 'numberOfHttpSenderReceiverPairs=5'],
    ['the path of the heartbeats', 'remoteDataCenterUrlPathForHeartbeatReceiver=/hb'],
    ['the path of the snapshots', 'remoteDataCenterUrlPath=/s'],
    ['the name of a file', 'configFileName=/other'],
    ['the name of a key', 'localDataCenterNameKey=name'],
  ])('does not count a line with %s', (_, line) => {
    expect(fromFile(line)).toEqual(defaults)
  })

  test.each([
    ['first line of a key', 'localDataCenterName=dc2\nlocalDataCenterName=dc3', 'dc2'],
    ['first line of a key that counts', 'localDataCenterName=\nlocalDataCenterName=dc3', 'dc3'],
    ['part behind a doubled "="', '=localDataCenterName==dc2=', 'dc2'],
    ['text with its would-be comment', 'localDataCenterName=dc2 # second', 'dc2 # second'],
    ['carriage return', 'localDataCenterName=dc2\r\n', 'dc2\r'],
    ['tab', 'localDataCenterName=\tdc2', '\tdc2'],
    ['nothing between two "="', 'localDataCenterName= =', ''],
  ])('keeps the %s', (_, file, expected) => {
    expect(fromFile(file).localDataCenterName).toBe(expected)
  })
})

describe('a cast', () => {
  test('allows white space behind a number, such as a carriage return', () => {
    expect(fromFile('crossDCHttpPort=26000\r').crossDCHttpPort).toBe(26000)
    expect(fromFile('crossDCInitDelay=3e1\t').crossDCInitDelay).toBe(30)
    expect(fromFile('consecutiveHeartbeatMissesAllowed=7\r').consecutiveHeartbeatMissesAllowed).toBe(7)
  })

  test.each(['.5', '5e-1', '+0.5', '0.5', '00.50', '5.E-1'])('reads the float64 %s', (text) => {
    expect(fromFile(`crossDCInitDelay=${text}`).crossDCInitDelay).toBe(0.5)
  })

  test.each(['-2147483648', '2147483647', '-0', '+7'])('reads the int32 %s', (text) => {
    expect(fromFile(`crossDCHttpPort=${text}`).crossDCHttpPort).toBe(Number(text) + 0)
  })

  test.each([0, 255])('reads the uint8 %d', (misses) => {
    expect(fromFile(`consecutiveHeartbeatMissesAllowed=${misses}`).consecutiveHeartbeatMissesAllowed).toBe(misses)
  })

  test.each([
    ['crossDCHttpPort=25091.0', 'an int32', '"25091.0"'],
    ['crossDCHttpPort=2147483648', 'an int32', '"2147483648"'],
    ['crossDCHttpPort=-2147483649', 'an int32', '"-2147483649"'],
    ['crossDCHttpPort=0x10', 'an int32', '"0x10"'],
    ['crossDCHttpPort=\t25091', 'an int32', '"\\t25091"'],
    ['crossDCHttpPort=25091\u00a0', 'an int32', '"25091\u00a0"'],
    ['crossDCHttpPort= =', 'an int32', '""'],
    ['heartbeatExchangeInterval=30 s', 'a float64', '"30 s"'],
    ['heartbeatExchangeInterval=3e', 'a float64', '"3e"'],
    ['heartbeatExchangeInterval=.', 'a float64', '"."'],
    ['heartbeatExchangeInterval=1e999', 'a float64', '"1e999"'],
    ['heartbeatExchangeInterval=inf', 'a float64', '"inf"'],
    ['heartbeatExchangeInterval=nan', 'a float64', '"nan"'],
    ['consecutiveHeartbeatMissesAllowed=256', 'a uint8', '"256"'],
    ['consecutiveHeartbeatMissesAllowed=-1', 'a uint8', '"-1"'],
    ['consecutiveHeartbeatMissesAllowed=four', 'a uint8', '"four"'],
    ['retainOlderDataSnapshotsAtStartup=TRUE', 'true or false', '"TRUE"'],
    ['retainOlderDataSnapshotsAtStartup=1', 'true or false', '"1"'],
    ['retainOlderDataSnapshotsAtStartup=true\r', 'true or false', '"true\\r"'],
  ])('fails the PE over %s', (line, expected, got) => {
    expect(() => fromFile(`# one\n${line}`)).toThrow(SettingsCastError)
    expect(() => fromFile(line)).toThrow(`Expected \`${line.split('=')[0]}\` to be ${expected}`)
    expect(() => fromFile(`# one\n${line}`)).toThrow(`got ${got} in line 2 of the file: the PE fails at its start`)
  })

  test('shows no more of a value than one can read', () => {
    expect(() => fromFile(`crossDCHttpPort=${'9'.repeat(1000)}`)).toThrow(/got "9{80}…" in line 1/)
  })
})

const application = 'com.acme.test::MyTest1'
const configuration = (properties: Readonly<Record<string, string>>) =>
  ({ applicationName: application, properties }) as const

describe('the layers', () => {
  test('without any there are the code’s defaults, with which failover is off', () => {
    expect(defaults).toEqual({
      ...referenceCrossDcSettings,
      localDataCenterName: 'dc1',
      crossDCOperationMode: 1,
      remoteDataCenterApplicationMachineNames: 'localhost',
      heartbeatExchangeInterval: 444444444,
      dataSnapshotExchangeInterval: 888888888,
      dataSnapshotStorageDirectory: '',
    })
  })

  test('the file wins over the parameter, the parameter over the configuration, that over the default', () => {
    const properties = Object.fromEntries(
      ['localDataCenterName', 'dataSnapshotJdbcUser', 'dataSnapshotTableName'].map((name) => [
        `${application}_${name}`,
        'from the configuration',
      ]),
    )
    const { settings, sources } = resolveSettings({
      file: '# mine\nlocalDataCenterName=from the file',
      operatorParameters: { localDataCenterName: 'from SPL', dataSnapshotJdbcUser: 'from SPL' },
      applicationConfiguration: configuration(properties),
    })
    expect(settings.localDataCenterName).toBe('from the file')
    expect(sources.localDataCenterName).toEqual({ layer: 'file', line: 2, key: 'localDataCenterName' })
    expect(settings.dataSnapshotJdbcUser).toBe('from SPL')
    expect(sources.dataSnapshotJdbcUser).toEqual({ layer: 'operator_parameter' })
    expect(settings.dataSnapshotTableName).toBe('from the configuration')
    expect(sources.dataSnapshotTableName).toEqual({
      layer: 'application_configuration',
      property: `${application}_dataSnapshotTableName`,
    })
    expect(settings.dataSnapshotJdbcUrl).toBe('')
    expect(sources.dataSnapshotJdbcUrl).toEqual({ layer: 'default' })
  })

  test('a line that the file drops leaves the value to the next layer', () => {
    const { settings } = resolveSettings({
      file: 'dataSnapshotJdbcUrl=jdbc:db2://h:1/d:a=b;\nlocalDataCenterName=',
      operatorParameters: { localDataCenterName: 'from SPL' },
      applicationConfiguration: configuration({ [`${application}_dataSnapshotJdbcUrl`]: 'jdbc:db2://h:1/d:a=b;' }),
    })
    expect(settings).toMatchObject({ dataSnapshotJdbcUrl: 'jdbc:db2://h:1/d:a=b;', localDataCenterName: 'from SPL' })
  })

  test.each([
    ['without the application’s name', 'localDataCenterName'],
    ['of another application', 'com.acme.test::MyTest2_localDataCenterName'],
    ['with another separator', `${application}.localDataCenterName`],
  ])('a property %s is not looked at', (_, property) => {
    const { settings } = resolveSettings({ file: null, applicationConfiguration: configuration({ [property]: 'dc9' }) })
    expect(settings).toEqual(defaults)
  })

  test('a standalone executable has no application configuration', () => {
    const applicationConfiguration = configuration({ [`${application}_localDataCenterName`]: 'dc9' })
    expect(resolveSettings({ file: null, applicationConfiguration }).settings.localDataCenterName).toBe('dc9')
    const alone = resolveSettings({ file: null, applicationConfiguration, isStandalone: true })
    expect(alone.settings).toEqual(defaults)
  })

  test.each([
    'numberOfHttpSenderReceiverPairs',
    'remoteDataCenterUrlPath',
    'remoteDataCenterUrlPathForHeartbeatReceiver',
  ])('the application configuration does not hold %s', (name) => {
    const applicationConfiguration = configuration({ [`${application}_${name}`]: '7' })
    expect(resolveSettings({ file: null, applicationConfiguration }).settings).toEqual(defaults)
  })

  test('the number of pairs is a submission-time value, which an operator parameter replaces', () => {
    const submitted = resolveSettings({ file: null, numberOfHttpSenderReceiverPairs: 3 })
    expect(submitted.settings.numberOfHttpSenderReceiverPairs).toBe(3)
    expect(submitted.sources.numberOfHttpSenderReceiverPairs).toEqual({ layer: 'submission' })
    const operatorParameters = { numberOfHttpSenderReceiverPairs: '2' }
    const given = resolveSettings({ file: null, operatorParameters, numberOfHttpSenderReceiverPairs: 3 })
    expect(given.settings.numberOfHttpSenderReceiverPairs).toBe(2)
  })

  test('the two URL paths are operator parameters', () => {
    const operatorParameters = { remoteDataCenterUrlPath: '/s*', remoteDataCenterUrlPathForHeartbeatReceiver: '/hb' }
    expect(resolveSettings({ file: null, operatorParameters }).settings).toEqual({ ...defaults, ...operatorParameters })
  })

  test('a key is renamed for the file, and for nothing else', () => {
    const { settings, sources } = resolveSettings({
      file: 'localDataCenterName=old\nname=new\nport=26000',
      operatorParameters: {
        localDataCenterNameKey: 'name',
        crossDCHttpPortKey: 'port',
        dataSnapshotTableNameKey: 'table',
      },
      applicationConfiguration: configuration({ [`${application}_dataSnapshotTableName`]: 'under its own name' }),
    })
    expect(settings).toMatchObject({
      localDataCenterName: 'new',
      crossDCHttpPort: 26000,
      dataSnapshotTableName: 'under its own name',
    })
    expect(sources.localDataCenterName).toEqual({ layer: 'file', line: 2, key: 'name' })
  })

  test.each([
    [{ operatorParameters: { crossDCHttpPort: '25091.0' } }, 'in the operator’s parameters'],
    [
      { applicationConfiguration: configuration({ [`${application}_crossDCHttpPort`]: '' }) },
      `in property ${application}_crossDCHttpPort of the application configuration`,
    ],
  ])('a wrong value below the file fails the PE though the file has a right one: %j', (layers, where) => {
    expect(() => resolveSettings({ file: 'crossDCHttpPort=26000', ...layers })).toThrow(SettingsCastError)
    expect(() => resolveSettings({ file: 'crossDCHttpPort=26000', ...layers })).toThrow(where)
  })

  test('an operator parameter that the composite does not have is refused, as SPL’s compiler would', () => {
    const operatorParameters = { crossDCHtpPort: '1', __proto__x: '2' }
    expect(() => resolveSettings({ file: null, operatorParameters })).toThrow(SettingsError)
    expect(() => resolveSettings({ file: null, operatorParameters })).toThrow(
      'got `crossDCHtpPort` (did you mean `crossDCHttpPort`?), `__proto__x`.',
    )
  })
})

describe('writing the file', () => {
  const reference = referenceSettings('dc2')

  test('leaves out what is empty, and what no file holds', () => {
    const lines = formatSettingsFile(reference).trimEnd().split('\n')
    expect(lines).toHaveLength(22 - 7)
    expect(lines).toContain('localDataCenterName=dc2')
    expect(fromFile(lines.join('\n'))).toEqual(reference)
  })

  test.each(['a=b', 'a\nb', ' a', 'a ', ''])('refuses the name %j, which would be read back otherwise', (name) => {
    const value = { ...reference, localDataCenterName: name }
    expect(() => formatSettingsFile(value)).toThrow(SettingsError)
    expect(() => formatSettingsFile(value)).toThrow('Expected `localDataCenterName` to be')
  })

  test('names every value that the file cannot hold, and shows none', () => {
    const value = { ...reference, dataSnapshotJdbcUrl: 'jdbc:x:a=b', dataSnapshotJdbcPassword: 'hunter=2' }
    expect(() => formatSettingsFile(value)).toThrow('`dataSnapshotJdbcUrl`, `dataSnapshotJdbcPassword`')
    expect(() => formatSettingsFile(value)).not.toThrow('hunter')
  })

  test('puts them into the application configuration when split, and both are read back as the same', () => {
    const value = {
      ...reference,
      dataSnapshotStorageDirectory: '',
      dataSnapshotJdbcUrl: 'jdbc:postgresql://db/x?sslmode=disable',
      dataSnapshotJdbcPassword: 'hunter=2',
      dataSnapshotJdbcUser: 'me',
    }
    const { file, applicationConfiguration } = splitForFile(value, application)
    expect(applicationConfiguration.properties).toEqual({
      [`${application}_dataSnapshotJdbcUrl`]: 'jdbc:postgresql://db/x?sslmode=disable',
      [`${application}_dataSnapshotJdbcPassword`]: 'hunter=2',
    })
    expect(resolveSettings({ file, applicationConfiguration }).settings).toEqual(value)
  })
})
