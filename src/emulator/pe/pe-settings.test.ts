import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { pairsOf, readJobSettings } from '../../applications/hosting/job-settings.ts'
import { readIfThere } from './read-if-there.ts'

type Run = Parameters<typeof readJobSettings>[0]

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'failover-settings-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

const runOf = (parameters: Readonly<Record<string, string>>, more: Partial<Run> = {}): Run => ({
  application: 'ledger',
  parameters,
  operatorParameters: {},
  isStandalone: false,
  ...more,
})

const defaults = readJobSettings(runOf({ configFileName: '' }), {}, readIfThere).settings

test.each([
  ['is not there', (made: string) => join(made, 'missing.txt')],
  ['is a folder', (made: string) => made],
])('a file that %s says nothing: the code’s defaults, with which failover is off', (_, path) => {
  const { settings, notes } = readJobSettings(runOf({ configFileName: path(folder()) }), {}, readIfThere)
  expect(settings).toEqual(defaults)
  expect(settings.heartbeatExchangeInterval).toBe(444_444_444)
  expect(notes.filter(({ line }) => line !== undefined)).toEqual([])
})

test('a file is read anew at each start', () => {
  const path = join(folder(), 'crossdc-config.txt')
  const portAfter = (port: number): number => {
    writeFileSync(path, `crossDCHttpPort=${port}\n`)
    return readJobSettings(runOf({ configFileName: path }), {}, readIfThere).settings.crossDCHttpPort
  }
  expect([portAfter(26_000), portAfter(26_100)]).toEqual([26_000, 26_100])
})

test('a property of the application configuration has the application’s name in front', () => {
  const properties = {
    'failover.ledger::Ledger_localDataCenterName': 'north',
    'com.acme.test::MyTest1_crossDCHttpPort': '26000',
  }
  const { settings } = readJobSettings(runOf({ configFileName: '' }), properties, readIfThere)
  expect(settings).toEqual({ ...defaults, localDataCenterName: 'north' })
})

test('an instance without an application configuration is told of, but for a standalone executable', () => {
  const kindsOf = (isStandalone: boolean): readonly string[] =>
    readJobSettings(runOf({ configFileName: '' }, { isStandalone }), null, readIfThere).notes.map(({ kind }) => kind)
  expect(kindsOf(false)).toContain('no_application_configuration')
  expect(kindsOf(true)).not.toContain('no_application_configuration')
})

test('the number of pairs is a submission-time value, which an operator parameter replaces', () => {
  const name = 'numberOfHttpSenderReceiverPairs'
  const submitted = runOf({ configFileName: '', [name]: '3' })
  const compiled = runOf({ configFileName: '', [name]: '3' }, { operatorParameters: { [name]: '2' } })
  const pairs = [submitted, compiled].map((run) => [pairsOf(run), readJobSettings(run, {}, readIfThere).settings[name]])
  expect(pairs).toEqual([
    [3, 3],
    [2, 2],
  ])
})
