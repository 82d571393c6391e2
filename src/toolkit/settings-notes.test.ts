import { expect, test } from 'vitest'
import { formatSettingsFile, resolveSettings } from './settings.ts'
import type { SettingsSources } from './settings.ts'
import type { SettingsNoteKind } from './settings-notes.ts'
import { referenceSettings } from './testing/reference-settings.ts'

const good = formatSettingsFile(referenceSettings('dc1'))
const lines = good.split('\n').length - 1
const notes = (sources: Partial<SettingsSources>): readonly string[] =>
  resolveSettings({ file: good, ...sources }).notes.map(({ text }) => text)
const kinds = (sources: Partial<SettingsSources>): readonly SettingsNoteKind[] =>
  resolveSettings({ file: good, ...sources }).notes.map(({ kind }) => kind)

test('settings that are as they look get no note', () => {
  expect(notes({})).toEqual([])
})

test.each<[string, SettingsNoteKind, string]>([
  ['dataSnapshotJdbcUser=', 'ignored_line', '("dataSnapshotJdbcUser") is ignored: an empty value is no value'],
  ['dataSnapshotJdbcUser=a=b', 'ignored_line', '("dataSnapshotJdbcUser") is ignored: its value has a "="'],
  ['dataSnapshotJdbcUser', 'ignored_line', 'is ignored: it has no "="'],
  ['localDataCenterName=dc9', 'repeated_key', 'is ignored: the key’s first line holds'],
  ['dataSnapshotJdbcUser=me\r', 'kept_white_space', '("dataSnapshotJdbcUser") keeps white space'],
  ['dataSnapshotJdbcUser=\tme', 'kept_white_space', '("dataSnapshotJdbcUser") keeps white space'],
  ['dataSnapshotJdbcUzer=me', 'unknown_key', 'Did you mean "dataSnapshotJdbcUser"?'],
  ['\tdataSnapshotJdbcUser=me', 'unknown_key', 'no setting is called "\\tdataSnapshotJdbcUser"'],
  ['colour=red', 'unknown_key', 'no setting is called "colour".'],
  ['numberOfHttpSenderReceiverPairs=2', 'not_from_file', 'is never read from the file'],
  ['remoteDataCenterUrlPath=/x', 'not_from_file', 'is never read from the file'],
])('a file with the line %j gets a note', (line, kind, text) => {
  expect(resolveSettings({ file: good + line }).notes).toEqual([
    { kind, line: lines + 1, text: expect.stringContaining(text) },
  ])
})

test('numbers with white space behind them get none: it does them no harm', () => {
  expect(notes({ file: good.replace(/^(crossDC\w+=\d+)$/gm, '$1\r') })).toEqual([])
})

test('a file that begins with a byte order mark gets two', () => {
  const { notes: found } = resolveSettings({ file: `\uFEFF${good}` })
  expect(found.map(({ kind, line }) => [kind, line])).toEqual([
    ['ignored_line', 1],
    ['unknown_key', 1],
  ])
})

test('a renamed key is told of, where the file still has the old one', () => {
  expect(notes({ operatorParameters: { localDataCenterNameKey: 'name' } })).toEqual([
    expect.stringContaining('the key of `localDataCenterName` was renamed to "name"'),
  ])
})

test('no note shows a value of the file', () => {
  const file = ['dataSnapshotJdbcPassword=hunter2=', '=hunter2', 'hunter2', 'x=hunter2=3', '=hunter2=x=y'].join('\n')
  expect(notes({ file }).join()).not.toContain('hunter2')
})

test('pure defaults: failover is off, the datacenter talks to itself, and nothing can be stored', () => {
  expect(kinds({ file: null })).toEqual(['failover_off', 'talks_to_itself', 'no_store'])
})

test.each<[Partial<SettingsSources>, readonly SettingsNoteKind[]]>([
  [{ applicationConfiguration: null }, ['no_application_configuration']],
  [{ applicationConfiguration: null, isStandalone: true }, []],
  [{ applicationConfiguration: { applicationName: 'a::B', properties: {} } }, []],
  [{ applicationConfiguration: { applicationName: 'a::B', properties: { 'a::C_colour': 'red' } } }, []],
  [
    { applicationConfiguration: { applicationName: 'a::B', properties: { 'a::B_localDataCentreName': 'x' } } },
    ['unknown_property'],
  ],
  [
    { applicationConfiguration: { applicationName: 'a::B', properties: { 'a::B_remoteDataCenterUrlPath': '/x' } } },
    ['unknown_property'],
  ],
])('of %j it says %j', (sources, expected) => {
  expect(kinds(sources)).toEqual(expected)
})

test.each<[string, readonly SettingsNoteKind[]]>([
  ['a,b', []],
  ['a, b', ['blank_in_machine_list']],
  ['a,', ['blank_in_machine_list']],
])('of the machine list %j it says %j', (list, expected) => {
  const file = formatSettingsFile({ ...referenceSettings('dc1'), remoteDataCenterApplicationMachineNames: list })
  expect(kinds({ file })).toEqual(expected)
})

test('a JDBC URL alone stores nothing', () => {
  const database = { ...referenceSettings('dc1'), dataSnapshotJdbcUrl: 'jdbc:sqlite:/x', dataSnapshotTableName: 't' }
  expect(notes({ file: formatSettingsFile(database) })).toEqual([
    expect.stringContaining(
      'these must be set too: dataSnapshotJdbcDriverLib, dataSnapshotJdbcClassName, dataSnapshotPrimaryKeyColumnName.',
    ),
  ])
})

test('a file that is none of ours gets a bounded number of notes', () => {
  const file = `${good}${'junk\nmore=junk=\n'.repeat(50_000)}${Array.from({ length: 50_000 }, (_, n) => `k${n}=1\n`).join('')}`
  const { notes: found } = resolveSettings({ file })
  expect(found.length).toBeLessThanOrEqual(40)
  expect(found.length).toBeGreaterThan(20)
})
