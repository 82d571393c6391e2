import {
  array,
  assert,
  boolean,
  constantFrom,
  dictionary,
  double,
  integer,
  nat,
  oneof,
  property,
  record,
  string,
  tuple,
} from 'fast-check'
import type { Arbitrary } from 'fast-check'
import { expect, test } from 'vitest'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { SettingsCastError } from './errors.ts'
import { fileSettingNames } from './parameters.ts'
import { formatSettingsFile, resolveSettings, splitForFile } from './settings.ts'
import type { ResolvedSettings, SettingsSources } from './settings.ts'

// Whatever stands in a file: it is read as the grammar says, or fails the PE over a cast; nothing else happens, and soon.

const application = 'a.b::Main'
const seconds = double({ min: 0, max: 1e9, noNaN: true })

function settingsWith(text: Arbitrary<string>): Arbitrary<CrossDcSettings> {
  return record({
    localDataCenterName: text,
    crossDCOperationMode: integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    crossDCHttpPort: integer({ min: 1, max: 65_535 }),
    remoteDataCenterApplicationMachineNames: text,
    crossDCInitDelay: seconds,
    heartbeatExchangeInterval: seconds,
    consecutiveHeartbeatMissesAllowed: integer({ min: 0, max: 255 }),
    dataSnapshotExchangeInterval: seconds,
    dataSnapshotStorageDirectory: oneof(constantFrom(''), text),
    dataSnapshotJdbcUrl: oneof(constantFrom(''), text),
    dataSnapshotJdbcUser: text,
    dataSnapshotJdbcPassword: text,
    dataSnapshotJdbcDriverLib: text,
    dataSnapshotJdbcClassName: text,
    dataSnapshotTableName: text,
    dataSnapshotPrimaryKeyColumnName: text,
    sendToAllRemoteMachines: boolean(),
    alwaysLogHttpErrors: boolean(),
    httpConnectionTimeout: nat(1000),
    httpReadTimeout: nat(1000),
    numberOfHttpSenderReceiverPairs: integer({ min: 1, max: 8 }),
    remoteDataCenterUrlPathForHeartbeatReceiver: constantFrom(
      '/crossdcrx/CrossDataCenterReceiverForHB/ports/output/0/inject',
    ),
    remoteDataCenterUrlPath: constantFrom('/crossdcrx/CrossDataCenterReceiver[*]/ports/output/0/inject'),
    retainOlderDataSnapshotsAtStartup: boolean(),
    sendDataSnapshotsToOriginDCAtStartup: boolean(),
  })
}

const plainText = string({ unit: 'binary', minLength: 1, maxLength: 20 }).map((text) => text.replace(/[= \n]/g, '_'))

test('what is written is read back as the same settings', () => {
  assert(
    property(settingsWith(plainText), (value) => {
      const { numberOfHttpSenderReceiverPairs } = value
      const file = formatSettingsFile(value)
      expect(resolveSettings({ file, numberOfHttpSenderReceiverPairs }).settings).toEqual(value)
    }),
  )
})

test('with the application configuration this holds for any texts', () => {
  assert(
    property(settingsWith(string({ unit: 'binary', maxLength: 20 })), (value) => {
      const { numberOfHttpSenderReceiverPairs } = value
      const sources = splitForFile(value, application)
      expect(resolveSettings({ ...sources, numberOfHttpSenderReceiverPairs }).settings).toEqual(value)
    }),
  )
})

const splinter = oneof(
  constantFrom(...fileSettingNames),
  constantFrom('=', '==', ' ', '\t', '\r', '\n', '\r\n', '#', '\uFEFF', '\0', '__proto__', 'constructor', 'toString'),
  constantFrom('1', '-1', '1e9', '25091', '.', 'e', 'true', 'false', '99999999999999999999', 'nan', '\u2028'),
  string({ unit: 'binary', maxLength: 8 }),
)
const line = tuple(constantFrom(...fileSettingNames), splinter).map(([key, value]) => `${key}=${value}\n`)
const hostile = array(oneof({ weight: 9, arbitrary: splinter }, { weight: 1, arbitrary: line }), { maxLength: 60 }).map(
  (parts) => parts.join(''),
)

/** The settings that the sources give, or the error; anything but a failed cast comes out. */
function outcomeOf(sources: SettingsSources): ResolvedSettings | SettingsCastError {
  try {
    return resolveSettings(sources)
  } catch (error) {
    if (error instanceof SettingsCastError) return error
    throw error
  }
}

test('a hostile text is read, or fails the PE over a cast, and nothing else', () => {
  const seen = { read: 0, failed: 0 }
  assert(
    property(hostile, dictionary(hostile, hostile), (file, properties) => {
      const outcome = outcomeOf({ file, applicationConfiguration: { applicationName: application, properties } })
      if (outcome instanceof SettingsCastError) seen.failed += 1
      else seen.read += 1
      const counts =
        outcome instanceof SettingsCastError
          ? [25, 25]
          : [Object.keys(outcome.settings).length, Object.keys(outcome.sources).length]
      expect(counts).toEqual([25, 25])
      const texts = outcome instanceof SettingsCastError ? [outcome.message] : outcome.notes.map(({ text }) => text)
      expect(Math.max(0, ...texts.map((text) => text.length))).toBeLessThan(1000)
    }),
    { numRuns: 2000 },
  )
  expect(seen.read).toBeGreaterThan(100)
  expect(seen.failed).toBeGreaterThan(10)
})

const megabyte = 1_000_000

test.each([
  ['blanks in front', ' '.repeat(megabyte)],
  ['blanks in the middle', `localDataCenterName=a${' '.repeat(megabyte)}b`],
  ['blanks before a key', `${' '.repeat(megabyte)}x${' '.repeat(megabyte)}=1`],
  ['equals signs', '='.repeat(megabyte)],
  ['pairs in one line', 'a='.repeat(megabyte / 2)],
  ['a key without an end', 'k'.repeat(megabyte)],
  ['an unknown key', `${'k'.repeat(megabyte)}=1`],
  ['digits', `crossDCHttpPort=${'1'.repeat(megabyte)}`],
  ['digits and a letter', `crossDCInitDelay=${'1'.repeat(megabyte)}x`],
  ['digits, a dot and a letter', `crossDCInitDelay=${'1'.repeat(megabyte)}.${'1'.repeat(megabyte)}x`],
  ['an exponent', `crossDCInitDelay=1e${'1'.repeat(megabyte)}x`],
  ['blanks behind a number', `crossDCHttpPort=1${'\t'.repeat(megabyte)}x`],
  ['empty lines', '\n'.repeat(megabyte)],
  ['lines of one letter', 'a\n'.repeat(megabyte / 2)],
])('a megabyte of %s is read in no time', (_, file) => {
  const start = performance.now()
  outcomeOf({ file })
  // A pattern that goes over the line again for each of its characters needs minutes.
  expect(performance.now() - start).toBeLessThan(3000)
})
