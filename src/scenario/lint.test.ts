import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lintFiles } from './lint.ts'
import { loadScenarioFile } from './load-scenarios.ts'
import { oracleFindings } from './oracle-lint.ts'

test('finds nothing in the shipped scenarios', async () => {
  const files = ['kill-primary', 'wan-cut', 'orderly-shutdown', 'active-passive', 'launch-script-fails'].map(
    (name) => `scenarios/${name}.yaml`,
  )
  expect(await lintFiles(files)).toEqual([])
})

test('lists what is wrong in each file, what cannot be read, and an id that two files give', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'failover-lint-'))
  try {
    const [first, second, broken] = ['1.yaml', '2.yaml', '3.yaml'].map((name) => join(folder, name))
    for (const file of [first, second]) await writeFile(file ?? '', 'test_id: A-1\ndescription: d\n')
    await writeFile(broken ?? '', 'test_id: B-1\ndescription: d\ncolor: red\nmode: [')
    const missing = join(folder, 'missing.yaml')
    const beneath = join(first ?? '', 'beneath.yaml')
    expect(await lintFiles([first ?? '', second ?? '', first ?? '', broken ?? '', missing, folder, beneath])).toEqual([
      expect.objectContaining({ rule: 'invalid', severity: 'error', position: { file: broken, line: 4, column: 8 } }),
      {
        rule: 'invalid',
        severity: 'error',
        message: `Expected ${missing} to be a scenario file: there is no such file.`,
        advice: 'Check the path.',
      },
      {
        rule: 'invalid',
        severity: 'error',
        message: `Expected ${folder} to be a scenario file: it is a folder.`,
        advice: `Name the files in it, such as ${folder}/*.yaml.`,
      },
      {
        rule: 'invalid',
        severity: 'error',
        message: `Expected ${beneath} to be a scenario file: it cannot be read (ENOTDIR).`,
        advice: 'Check the path.',
      },
      expect.objectContaining({
        rule: 'invalid',
        severity: 'error',
        message: `The test_id \`A-1\` is taken by the scenario at ${first}:1.`,
        position: { file: second, line: 1, column: 1 },
      }),
    ])
  } finally {
    await rm(folder, { recursive: true })
  }
})

/** Findings as `severity rule @ line`. With the reference settings the window is 90 s to 150 s. */
function findings(fields: string): readonly string[] {
  const text = `test_id: A-1\ndescription: d\n${fields}`
  const { scenarios } = loadScenarioFile({ file: 'a.yaml', text })
  return scenarios
    .flatMap(oracleFindings)
    .map(({ severity, rule, position }) => `${severity} ${rule} @ ${position?.line}`)
}

const cutFor = (duration: string): string =>
  `fault_scenario: [{ partition: { between: [dc1, dc2] }, at: 400 s, for: ${duration} }]\n`
const kill = 'fault_scenario: [{ kill: { target: dc1.job }, at: 400 s }]\n'
const takeover = 'post_failover_validation_checks: [takeover]\n'
const never = 'post_failover_validation_checks: [takeover: never]\n'

test.each([
  ['a cut shorter than every window', cutFor('89 s') + takeover, ['error fault-never-noticed @ 3']],
  ['a cut inside the window', cutFor('90 s') + takeover, ['warning fault-maybe-unnoticed @ 3']],
  ['a cut of just the window', cutFor('150 s') + takeover, []],
  ['a short cut that nobody is to notice', cutFor('60 s') + never, []],
  [
    'an objective before the window',
    `${kill}${takeover}expected_recovery_time_seconds: 90`,
    ['error objective-before-detection @ 5'],
  ],
  [
    'an objective inside the window',
    `${kill}${takeover}expected_recovery_time_seconds: 91`,
    ['warning objective-within-detection @ 5'],
  ],
  [
    'an objective for detection',
    `${kill}${takeover}expected_recovery_time_seconds: { detection: 149, total: 152 }`,
    ['warning objective-within-detection @ 5'],
  ],
  ['an objective after the window', `${kill}${takeover}expected_recovery_time_seconds: 150`, []],
  [
    "the observer's settings",
    `${kill}${takeover}expected_recovery_time_seconds: 150\ncrossdc: { dc2: { heartbeatExchangeInterval: 60 } }`,
    ['error objective-before-detection @ 5'].map((line) => line),
  ],
  [
    'an observer that never declares down',
    `${kill}${takeover}crossdc: { consecutiveHeartbeatMissesAllowed: 255 }`,
    ['error never-down @ 5'],
  ],
])('judges %s', (_what, fields, expected) => {
  expect(findings(fields)).toEqual(expected)
})
