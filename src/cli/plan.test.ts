import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { planFiles } from './plan.ts'

/** Files in a folder of their own, which goes with the test. */
function written(files: Readonly<Record<string, string>>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'failover-plan-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return Object.entries(files).map(([name, text]) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  })
}

const kill = `test_id: KILL-01
description: dc2 takes over when dc1's job is killed, which this sentence says at such a length that it does not fit a line
fault_scenario:
  - { id: outage, kill: { target: dc1.job }, at: 400 s }
  - { id: an-id-that-is-longer-than-any-column-of-the-table-can-be-and-so-long-that-the-whole-table-could-not-hold-it, when: dc2.takeover_started, after: 200 ms, partition: { from: dc1, to: dc2, ports: [25091, 25092, 25093] }, for: 10 min }
post_failover_validation_checks: [{ takeover: { by: dc2 } }]
opts: { run_for: 900 s }
`

test('prints a table of at most 100 columns, with windows and totals', async () => {
  const { stdout, exitCode } = await planFiles(written({ 'a.yaml': kill }), {})
  const lines = stdout.split('\n')
  expect(exitCode).toBe(0)
  expect(Math.max(...lines.filter((line) => !line.includes('a.yaml')).map((line) => line.length))).toBeLessThanOrEqual(
    100,
  )
  expect(lines).toEqual(
    expect.arrayContaining([
      '  system time        what                                           begins; ends',
      '  400 s              outage: kill dc1.job                           ends with the run',
      '  490 to 556 s       dc2 notices that dc1 is gone and takes over',
      '  - takeover by dc2',
      '  takes 900 s of system time, 15 to 19 s on the clock',
      '1 to run, one after the other: 900 s of system time, 15 to 19 s on the clock.',
    ]),
  )
})

test('prints JSON for programs', async () => {
  const { stdout } = await planFiles(written({ 'a.yaml': kill }), { json: true, seed: '7', timeScale: '30' })
  expect(JSON.parse(stdout)).toMatchObject({
    schemaVersion: 1,
    seed: 7,
    scenarios: [
      {
        test_id: 'KILL-01',
        line: 1,
        plan: {
          rows: expect.arrayContaining([
            expect.objectContaining({
              kind: 'step',
              id: 'outage',
              begins: { words: 'at 400 s', window: { min: 400, max: 400 } },
            }),
          ]),
          forecast: { timeScale: 30, systemSeconds: { min: 900, max: 900 } },
        },
      },
    ],
    totals: { systemSeconds: { min: 900, max: 900 } },
  })
})

test('leaves out what does not match, and does not count what is skipped', async () => {
  const text = `scenarios:
  - { test_id: A-1, description: one, opts: { run_for: 100 s } }
  - { test_id: A-2, description: two, opts: { run_for: 100 s }, skip: not now }
  - { test_id: B-1, description: three, opts: { run_for: 100 s } }`
  const { stdout } = await planFiles(written({ 'a.yaml': text }), { testNamePattern: 'a-\\d' })
  expect(stdout).toContain('A-1 one')
  expect(stdout).toContain('  skipped: not now')
  expect(stdout).not.toContain('B-1')
  expect(stdout).toContain('1 to run, one after the other: 100 s of system time')
})

test('says what is wrong with the files as lint does, all of it, and gives the exit code for it', async () => {
  const files = written({ 'a.yaml': 'test_id: A-1\ndescription: d\ntimeout: 5', 'b.yaml': 'test_id: [' })
  const { stdout, stderr, exitCode } = await planFiles([...files, join(files[0] ?? '', 'gone.yaml')], {})
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 })
  expect(stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^error: .*a\.yaml:3:10: Expected `timeout` to be a duration/),
    expect.stringMatching(/^error: .*b\.yaml:1:\d+: Broken YAML/),
    expect.stringMatching(
      /^error: Expected .*gone\.yaml to be a scenario file: it cannot be read \(ENOTDIR\)\. Check the path\./,
    ),
  ])
  const json = await planFiles(files, { json: true })
  expect(json.exitCode).toBe(2)
  expect(JSON.parse(json.stdout)).toMatchObject([
    { rule: 'invalid', severity: 'error', position: { line: 3 } },
    { rule: 'invalid' },
  ])
})

test('complains about an id that two of the files have', async () => {
  const text = 'test_id: A-1\ndescription: d'
  const { stderr } = await planFiles(written({ 'a.yaml': text, 'b.yaml': text }), {})
  expect(stderr).toMatch(/b\.yaml:1:1: The test_id `A-1` is taken by the scenario at .*a\.yaml:1\./)
})

test('warns of a macro that matches nothing', async () => {
  const text = 'macros: [{ match: Z-*, add: { timeout: 1 h } }]\nscenarios: [{ test_id: A-1, description: d }]'
  const { stderr, exitCode } = await planFiles(written({ 'a.yaml': text }), {})
  expect(exitCode).toBe(0)
  expect(stderr).toMatch(/^warning: .*a\.yaml:1:10: No scenario is matched by the macro Z-\*\./)
})

test.each([
  [{ seed: '-1' }, 'Expected --seed to be a whole number from 0 to 4294967295, got "-1".'],
  [{ seed: '4294967296' }, 'Expected --seed to be a whole number'],
  [{ seed: '1.5' }, 'Expected --seed to be a whole number'],
  [{ timeScale: '0.9' }, 'Expected --time-scale to be a number from 1 to 1000, got "0.9".'],
  [{ timeScale: '1001' }, 'Expected --time-scale to be a number'],
  [{ timeScale: '' }, 'Expected --time-scale to be a number'],
  [{ testNamePattern: '(' }, 'Expected --test-name-pattern to be a regular expression:'],
  [{ testNamePattern: 'nothing' }, 'No scenario matches --test-name-pattern nothing. There are: A-1.'],
])('refuses %j', async (options, message) => {
  const files = written({ 'a.yaml': 'test_id: A-1\ndescription: d' })
  await expect(planFiles(files, options)).rejects.toThrow(SettingsError)
  await expect(planFiles(files, options)).rejects.toThrow(message)
})
