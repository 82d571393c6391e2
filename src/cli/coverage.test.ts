import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { coverageOutput } from './coverage.ts'
import type { CoverageDocument } from './coverage.ts'

/** A file in a folder of its own, which goes with the test. */
function written(text: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'failover-coverage-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'a.yaml'), text)
  return [folder]
}

const suite = `scenarios:
  - test_id: A-1
    description: a kill
    fault_scenario: [{ kill: { target: dc1.job }, at: 400 s }]
  - test_id: A-2
    description: a kill, and something that may come before or after DOWN
    fault_scenario: [{ id: k, kill: { target: dc1.job }, at: 400 s }, { disk_full: { target: dc2 }, at: 500 s }]
  - { test_id: B-1, description: nothing }
  - { test_id: B-2, description: not now, skip: why not, fault_scenario: [{ kill: { target: dc2.job }, at: 10 s }] }
`

test('prints a table of 80 columns for each mode and store that is used, and what is empty', async () => {
  const { stdout, exitCode } = await coverageOutput(written(suite), {})
  const lines = stdout.split('\n')
  expect(exitCode).toBe(0)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(lines.slice(0, 14)).toEqual([
    '3 scenarios: 1 of 592 cells, perhaps 2 more.',
    '',
    'active-active, files',
    '               network          process   job     disk    host    message   load',
    '                →  ←  ↔  1  2    1  2    1  2    1  2    1  2    1  2    1  2  ↔',
    'before contact  ·  ·  ·  ·  ·    ·  ·    ·  ·    ·  ·    ·  ·    ·  ·    ·  ·  ·',
    'unprotected     ·  ·  ·  ·  ·    ·  ·    ·  ·    ·  ·    ·  ·    ·  ·    ·  ·  ·',
    'steady          ·  ·  ·  ·  ·    ·  ·    2  ·    ·  ·    ·  ·    ·  ·    ·  ·  ·',
    'impaired        ·  ·  ·  ·  ·    ·  ·    ·  ·    ·  ·    ·  ·    ·  ·    ·  ·  ·',
    'detecting       ·  ·  ·  ·  ·    ·  ·    ·  ·    ·  ?    ·  ·    ·  ·    ·  ·  ·',
    'takeover        ·  ·  ·  ·  ·    ·  ·    ·  ·    ·  ·    ·  ·    ·  ·    ·  ·  ·',
    'down            ·  ·  ·  ·  ·    ·  ·    ·  ·    ·  ?    ·  ·    ·  ·    ·  ·  ·',
    'returning       ·  ·  ·  ·  ·    ·  ·    ·  ·    ·  ·    ·  ·    ·  ·    ·  ·  ·',
    'failed back     ·  ·  ·  ·  ·    ·  ·    ·  ·    ·  ·    ·  ·    ·  ·    ·  ·  ·',
  ])
  expect(stdout).toContain('Without a fault: B-1.\n\nSkipped, and counted nowhere: B-2.\n')
  expect(stdout).toContain('EMPTY: 589 cells\n  active-active, files\n    before contact everything\n')
  expect(stdout).toContain('    steady         network, process, job:2, disk, host, message, load\n')
  expect(stdout).toContain('  active-active, table: everything\n')
})

test('uses the columns that a terminal has, up to 120, for the list alone', async () => {
  const { stdout } = await coverageOutput(written(suite), {}, 300)
  const widest = Math.max(...stdout.split('\n').map((line) => line.length))
  expect(widest).toBeGreaterThan(80)
  expect(widest).toBeLessThanOrEqual(120)
})

test('prints JSON for programs, with the empty cells as plain objects', async () => {
  const { stdout } = await coverageOutput(written(suite), { json: true, seed: '7' })
  const document = JSON.parse(stdout) as CoverageDocument
  expect(document).toMatchObject({
    schemaVersion: 1,
    seed: 7,
    tests: ['A-1', 'A-2', 'B-1'],
    withoutFault: ['B-1'],
    skipped: ['B-2'],
    possible: 592,
    covered: 1,
    perhaps: 2,
    outside: [],
    databases: {},
  })
  const cell = { mode: 'active-active', fault: 'job', direction: 'dc1', phase: 'steady', store: 'files' }
  expect(document.cells[0]).toEqual({ ...cell, tests: ['A-1', 'A-2'], perhaps: [] })
  expect(document.empty).toHaveLength(589)
  expect(document.empty).toContainEqual({ ...cell, phase: 'takeover' })
})

test('says what is wrong with files that cannot be loaded, and gives the exit code for it', async () => {
  const files = written('test_id: A-1\ndescription: d\ntimeout: 5')
  const { stdout, stderr, exitCode } = await coverageOutput(files, {})
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 })
  expect(stderr).toMatch(/^error: .*a\.yaml:3:10: Expected `timeout` to be a duration/)
  const json = await coverageOutput(files, { json: true })
  expect(json.exitCode).toBe(2)
  expect(JSON.parse(json.stdout)).toMatchObject([{ rule: 'invalid' }])
})

test('two scenarios of one id are an error, not one test', async () => {
  const one = '{ test_id: A-1, description: d }'
  const { stderr, exitCode } = await coverageOutput(written(`scenarios: [${one}, ${one}]`), {})
  expect({ stderr, exitCode }).toEqual({ stderr: expect.stringContaining('A-1'), exitCode: 2 })
})

test.each(['-1', '1.5', '', '4294967296'])('refuses the seed %j', async (seed) => {
  await expect(coverageOutput(written(suite), { seed })).rejects.toThrow(SettingsError)
})
