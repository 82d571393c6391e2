import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { lintFiles } from './lint.ts'
import { lintScenarios } from './lint/lint-scenarios.ts'
import { loadScenarioFile } from './load-scenarios.ts'

const checked = 'post_failover_validation_checks: [log_sanity]\n'
const scenario = (id: string): string => `test_id: ${id}\ndescription: d\n${checked}`

/** A folder with these files, for one test. */
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'failover-lint-'))
  onTestFinished(async () => await rm(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return folder
}

test('finds nothing in the shipped scenarios', async () => {
  const { findings, files, scenarios } = await lintFiles(['scenarios'])
  expect(findings).toEqual([])
  expect(files.length).toBeGreaterThanOrEqual(5)
  expect(scenarios.length).toBeGreaterThanOrEqual(files.length)
})

test('lists what is wrong in each file, what cannot be read, and an id that two files give', async () => {
  const folder = await folderWith({
    '1.yaml': scenario('A-1'),
    '2.yaml': scenario('A-1'),
    '3.yaml': 'test_id: B-1\ndescription: d\ncolor: red\nmode: [',
  })
  const [first = '', second = '', broken = ''] = ['1.yaml', '2.yaml', '3.yaml'].map((name) => join(folder, name))
  const missing = join(folder, 'missing.yaml')
  const beneath = join(first, 'beneath.yaml')
  const { findings, files } = await lintFiles([first, second, first, broken, missing, beneath])
  expect(files).toEqual([first, second, broken, missing, beneath])
  const invalid = { rule: 'invalid', severity: 'error' }
  expect(findings).toEqual([
    {
      ...invalid,
      message: `Expected ${missing} to be a scenario file: there is no such file.`,
      advice: 'Check the path.',
    },
    {
      ...invalid,
      message: `Expected ${beneath} to be a scenario file: it cannot be read (ENOTDIR).`,
      advice: 'Check the path.',
    },
    expect.objectContaining({
      rule: 'duplicate-test-id',
      severity: 'error',
      message: `The test_id \`A-1\` is taken by the scenario at ${first}:1.`,
      position: { file: second, line: 1, column: 1 },
    }),
    expect.objectContaining({ ...invalid, position: { file: broken, line: 4, column: 8 } }),
  ])
})

test('takes folders with all that is beneath them, and globs', async () => {
  const folder = await folderWith({
    'a.yaml': scenario('A-1'),
    'deep/b.yml': scenario('B-1'),
    'deep/deeper/c.yaml': scenario('C-1'),
    'deep/notes.txt': 'no scenario',
    'node_modules/x/d.yaml': scenario('D-1'),
  })
  const names = async (...paths: readonly string[]): Promise<readonly string[]> =>
    (await lintFiles(paths.map((path) => join(folder, path)))).files.map((file) => file.slice(folder.length + 1))
  expect(await names('.')).toEqual(['a.yaml', 'deep/b.yml', 'deep/deeper/c.yaml'])
  expect(await names('**')).toEqual(['a.yaml', 'deep/b.yml', 'deep/deeper/c.yaml'])
  expect(await names('deep/*')).toEqual(['deep/b.yml'])
  expect(await names('deep', 'a.yaml', 'deep/b.yml')).toEqual(['deep/b.yml', 'deep/deeper/c.yaml', 'a.yaml'])
})

test.each(['empty', 'empty/**', '*.json'])('says that %s names no scenario file', async (path) => {
  const folder = await folderWith({ 'empty/notes.txt': 'no scenario', 'x.json': '{}' })
  const { findings } = await lintFiles([join(folder, path)])
  expect(findings).toEqual([
    {
      rule: 'invalid',
      severity: 'error',
      message: `Expected ${join(folder, path)} to name scenario files: there is none, .yaml or .yml.`,
      advice: 'Check the path.',
    },
  ])
})

test('sorts by file, line and column, and says what variants share once', async () => {
  const folder = await folderWith({
    'b.yaml': `test_id: B-1\ndescription: d\ntimeout: 300 s\nsubmission_params: { channels: 0 }\n${checked}opts: { run_for: 900 s }\n`,
    'a.yaml': 'test_id: A-1\ndescription: d\n',
    'm.yaml': `test_id: M-1\ndescription: d\nmatrix: { timeout: [100 s, 300 s] }\nsubmission_params: { channels: 0 }\n${checked}`,
  })
  const { findings } = await lintFiles([join(folder, 'b.yaml'), join(folder, 'a.yaml'), join(folder, 'm.yaml')])
  const places = findings.map(({ rule, position }) => `${position?.file.slice(-6)}:${position?.line} ${rule}`)
  expect(places).toEqual([
    'b.yaml:3 timeout-before-end',
    'b.yaml:4 channels-invalid',
    'a.yaml:1 nothing-judged',
    'm.yaml:4 channels-invalid',
  ])
})

test('a silencer counts in the file that the finding lies in, also where that is shared', async () => {
  const shared =
    'defaults:\n  submission_params: { channels: 0 } # failover-ignore channels-invalid: refused on purpose\n'
  const folder = await folderWith({
    'shared.yaml': shared,
    'a.yaml': `extends: shared.yaml\n${scenario('A-1')}`,
  })
  expect((await lintFiles([join(folder, 'a.yaml')])).findings).toEqual([])
  expect((await lintFiles([folder])).findings).toEqual([])
})

const steps = [
  '{ kill: { target: dc1.job }, at: 400 s, for: 90 s }',
  '{ crash: { target: survivor.job }, when: survivor.takeover_done }',
  '{ partition: { from: dc1, to: dc2, ports: [25091, 1] }, at: 0 s, until: dc2.remote_down }',
  '{ flap: { between: [dc1, dc2], down: 60 s, up: 31 s, times: 3 } }',
  '{ netem: { between: [dc1, dc2], delay: 80 ms }, at: 1 s, during: [{ pause: { target: dc2.job }, at: 5 s, for: 1 ms }] }',
  '{ parallel: [{ cancel_job: { target: dc2 } }, { special_message: { target: dc1, message: Hello } }] }',
  '{ random: { steps: [{ crash: { target: dc1.job } }, { disk_full: { target: dc2 } }], count: 3 } }',
  '{ restart: { target: dc1.job, crossdc: { heartbeatExchangeInterval: 444444444 } } }',
  '{ check: takeover, when: dc1.snapshot_signal, occurrence: 9999 }',
]
const checks = [
  'takeover',
  'takeover: never',
  'takeover: { by: dc1, within: 0 s }',
  'status: { dc: dc1, changes: { at_most: 0 } }',
  'replication_age: { dc: dc2, at_most: 1 s }',
  'fail_back',
  'loss: { at_most: 0 tuples, at_least: 100 % }',
  'throughput: { at_least: 0/s, phase: after }',
]
const settings = [
  '{}',
  '{ heartbeatExchangeInterval: 0.1 }',
  '{ consecutiveHeartbeatMissesAllowed: 255 }',
  '{ dc1: { dataSnapshotExchangeInterval: 888888888 } }',
  '{ heartbeatExchangeInterval: 444444444, crossDCInitDelay: 0 }',
]

test('always has an answer, whatever a scenario is made of', { timeout: 60_000 }, () => {
  const parts = fc.record({
    steps: fc.subarray(steps, { minLength: 1 }),
    checks: fc.subarray(checks, { minLength: 1 }),
    crossdc: fc.constantFrom(...settings),
    mode: fc.constantFrom('active-active', 'active-passive'),
    toolkit: fc.constantFrom('documented', 'ibm-1.0.1'),
    end: fc.constantFrom('', ', run_for: 2000 s'),
  })
  fc.assert(
    fc.property(parts, ({ steps: some, checks: asked, crossdc, mode, toolkit, end }) => {
      const text = `test_id: A-1\ndescription: d\nmode: ${mode}\ncrossdc: ${crossdc}\npre_failover_data: { rate: 20/s }\nfault_scenario: [${some.join(', ')}]\npost_failover_validation_checks: [${asked.map((one) => `{ ${one.includes(':') ? one : `${one}: `} }`).join(', ')}]\nopts: { toolkit: ${toolkit}${end} }\n`
      const findings = lintScenarios(loadScenarioFile({ file: 'a.yaml', text }).scenarios)
      for (const { message, advice, position } of findings) {
        expect(`${message} ${advice}`).not.toMatch(/undefined|NaN|Infinity|\[object/)
        expect(position?.line).toBeGreaterThan(0)
      }
    }),
    { numRuns: 100 },
  )
})
