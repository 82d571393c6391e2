import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { referenceCrossDcSettings } from '../model/crossdc-settings.ts'
import { parametersTable } from './parameters-table.ts'
import { fileSettingNames, settingNames, settingParameters, toolkitParameters } from './parameters.ts'

test('there are 48 parameters, in the published order', () => {
  expect(toolkitParameters.map(({ row }) => row)).toEqual(Array.from({ length: 48 }, (_, index) => index + 1))
  const nameOf = (row: number): string | undefined => toolkitParameters[row - 1]?.name
  // The rows that toolkit reference §1.4 speaks of by number.
  expect([1, 10, 12, 21, 22, 23, 24, 25, 26].map(nameOf)).toEqual([
    'localDataCenterName',
    'dataSnapshotJdbcUrl',
    'dataSnapshotJdbcPassword',
    'numberOfHttpSenderReceiverPairs',
    'remoteDataCenterUrlPathForHeartbeatReceiver',
    'remoteDataCenterUrlPath',
    'retainOlderDataSnapshotsAtStartup',
    'sendDataSnapshotsToOriginDCAtStartup',
    'configFileName',
  ])
  expect([27, 31, 39, 48].map(nameOf)).toEqual([
    'localDataCenterNameKey',
    'dataSnapshotStorageDirectoryKey',
    'crossDCInitDelayKey',
    'sendDataSnapshotsToOriginDCAtStartupKey',
  ])
})

test('22 settings can stand in the file, each with a parameter that renames its key', () => {
  expect(fileSettingNames).toHaveLength(22)
  const keys = toolkitParameters.slice(26)
  expect(keys.map(({ name }) => name).toSorted()).toEqual(fileSettingNames.map((name) => `${name}Key`).toSorted())
  expect(keys.map((key) => `${key.default}Key`)).toEqual(keys.map(({ name }) => name))
})

test('the reference file’s values are those that a scenario without settings gets', () => {
  const inFile = settingNames.filter((name) => settingParameters[name].referenceFile !== undefined)
  // Two more follow from the datacenter and the mode.
  expect(inFile).toHaveLength(13)
  const reference: Readonly<Record<string, unknown>> = {
    ...referenceCrossDcSettings,
    localDataCenterName: 'dc1',
    crossDCOperationMode: 1,
  }
  const values = inFile.map((name) => [name, settingParameters[name].referenceFile])
  expect(values).toEqual(inFile.map((name) => [name, reference[name]]))
})

test.each(settingNames)('the default of %s is of its type, and in its range where that makes sense of it', (name) => {
  const { type, default: fallback, range } = settingParameters[name]
  expect(type.parse(String(fallback))).toBe(fallback)
  if (range === undefined) return
  expect(fallback).toBeGreaterThanOrEqual(range.min)
  expect(fallback).toBeLessThanOrEqual(range.max)
})

test('only the password is a secret', () => {
  expect(toolkitParameters.filter(({ isSecret }) => isSecret).map(({ name }) => name)).toEqual([
    'dataSnapshotJdbcPassword',
  ])
})

test('docs/toolkit.md has the table as it is', () => {
  const page = readFileSync(new URL('../../docs/toolkit.md', import.meta.url), 'utf8')
  const shown = /<!-- parameters:begin -->\n\n(?<table>[\s\S]*)\n<!-- parameters:end -->/.exec(page)?.groups?.['table']
  expect(shown).toBe(parametersTable())
})

test('every row of the table has as many cells as its head', () => {
  const lines = parametersTable().trimEnd().split('\n')
  expect(lines).toHaveLength(2 + 48)
  expect(new Set(lines.map((line) => line.split('|').length))).toEqual(new Set([11]))
})
