// What of the scenario language is about active-passive and about applications without endpoints.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { formatProblem, ScenarioError } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import { loadScenarioFile } from './load-scenarios.ts'
import type { LoadedScenario } from './loaded-scenario.ts'
import { lintScenarios } from './lint/lint-scenarios.ts'

const head = 'test_id: PASS-01\ndescription: d\n'
const passive = `${head}mode: active-passive\n`

function load(text: string, directory = '/nowhere'): LoadedScenario {
  const [loaded] = loadScenarioFile({ file: 'x.yaml', text, directory }).scenarios
  if (loaded === undefined) throw new Error('Expected a scenario.')
  return loaded
}

const scenarioOf = (text: string, directory?: string): Scenario => load(text, directory).scenario

/** The complaints about a file, each from its line on. */
function complaints(text: string): readonly string[] {
  try {
    load(text)
    return []
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    return error.problems.map((problem) => formatProblem(problem).replace('x.yaml:', ''))
  }
}

test('active-passive is a mode like the other, whose script is the ready-made one', () => {
  const scenario = scenarioOf(`${passive}failover_trigger_method: script`)
  expect(scenario).toMatchObject({
    mode: 'active-passive',
    sab: { dc1: 'builtin:ledger', dc2: 'builtin:ledger' },
    trigger: 'script',
  })
  expect(scenario).not.toHaveProperty('launchScript')
})

test.each([
  ['{ exit: 0 }', { kind: 'exit', status: 0 }],
  ['{ exit: 255 }', { kind: 'exit', status: 255 }],
  ['{ hang: true }', { kind: 'hang' }],
  ['{ delay: 2 min }', { kind: 'submit', delaySeconds: 120 }],
])('launch_script: %s is %j', (written, launchScript) => {
  expect(scenarioOf(`${passive}launch_script: ${written}`)).toMatchObject({ launchScript })
})

test('a script’s path is meant from the file, and its arguments are texts', () => {
  const directory = mkdtempSync(join(tmpdir(), 'failover-scenario-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  writeFileSync(join(directory, 'launch.sh'), '')
  const { launchScript } = scenarioOf(`${passive}launch_script: { path: launch.sh, args: [a b, 1] }`, directory)
  expect(launchScript).toEqual({ kind: 'file', path: join(directory, 'launch.sh'), args: ['a b', '1'] })
})

test.each(['sample', 'cr-sample'])('builtin:%s may be run', (name) => {
  expect(scenarioOf(`${head}streams_application_sab: builtin:${name}`).sab.dc1).toBe(`builtin:${name}`)
})

test.each([
  ['{ launched: 2, exit: 0 }', { launched: 2, exit: 0 }],
  ['{ exit: 7 }', { exit: 7 }],
  ['{ launched: 0 }', { launched: 0 }],
  ['', { launched: 1 }],
])('the check script: %s', (written, expected) => {
  const { checks } = scenarioOf(`${passive}post_failover_validation_checks:\n  - script: ${written}`)
  expect(checks).toEqual([{ kind: 'script', ...expected }])
})

const sample = `${head}streams_application_sab: builtin:sample\n`
const checks = 'post_failover_validation_checks:\n  - '

test.each([
  [
    'a script without a passive side',
    `${head}launch_script: { exit: 1 }`,
    '3:1: `launch_script` needs a passive side, which launches the script, and `mode` is active-active.',
  ],
  [
    'a trigger by script without a passive side',
    `${head}failover_trigger_method: script`,
    '3:1: `failover_trigger_method: script` needs a passive side',
  ],
  [
    'a check of the script without a passive side',
    `${head}${checks}script`,
    '4:5: The check `script` needs a passive side',
  ],
  [
    'a script of no kind',
    `${passive}launch_script: {}`,
    '4:1: Expected `launch_script` to be one of { path: launch.sh',
  ],
  [
    'a script of two kinds',
    `${passive}launch_script: { exit: 1, delay: 1 s }`,
    '4:1: Expected `launch_script` to be one of',
  ],
  [
    'a script that does not hang',
    `${passive}launch_script: { hang: false }`,
    '4:24: Expected `launch_script.hang` to be true',
  ],
  [
    'a status beyond 255',
    `${passive}launch_script: { exit: 256 }`,
    '4:24: Expected `launch_script.exit` to be an exit status from 0 to 255, got 256 (number).',
  ],
  ['a bare delay', `${passive}launch_script: { delay: 10 }`, '4:25: Expected `launch_script.delay` to be a duration'],
  [
    'arguments of no script',
    `${passive}launch_script: { exit: 1, args: [a] }`,
    '4:1: The `args` of `launch_script` are',
  ],
  [
    'an unknown key',
    `${passive}launch_script: { paht: a }`,
    '4:18: Unknown key `paht` in `launch_script`. Did you mean "path"?',
  ],
  [
    'a missing script',
    `${passive}launch_script: { path: no.sh }`,
    '4:24: Expected `launch_script.path` to be the path of a shell script, got /nowhere/no.sh, which is not there.',
  ],
  [
    'the passive sample as the application',
    `${head}streams_application_sab: builtin:passive-sample`,
    '3:26: Expected `streams_application_sab` to be the application itself, got `builtin:passive-sample`, which only watches. Write `mode: active-passive`',
  ],
  [
    'traffic into the passive side',
    `${passive}pre_failover_data: { rate: 1/s, into: both }`,
    '4:33: Expected `into` to be dc1, since dc2 is passive',
  ],
  [
    'traffic into an application without endpoints',
    `${sample}pre_failover_data: { rate: 1/s }`,
    '4:1: builtin:sample takes no traffic: it makes its own and has no Data Exchange endpoints. Remove',
  ],
  [
    'a shutdown that nobody can announce',
    `${sample}fault_scenario:\n  - orderly_shutdown: { target: dc1 }`,
    '5:5: The step `orderly_shutdown` cannot tell builtin:sample to shut down',
  ],
  [
    'a check that says nothing',
    `${passive}${checks}script: {}`,
    '5:5: Expected `script` to have `launched` or `exit`, got neither.',
  ],
  [
    'the end of no script',
    `${passive}${checks}script: { launched: 0, exit: 1 }`,
    '5:5: A script that is never launched has no `exit`.',
  ],
  [
    'half a launch',
    `${passive}${checks}script: { launched: 1.5 }`,
    '5:25: Expected `post_failover_validation_checks[0].script.launched` to be a whole number, got 1.5 (number).',
  ],
])('%s is refused at its place', (_, text, message) => {
  expect(complaints(text)).toEqual([expect.stringContaining(message)])
})

test('an unknown built-in is told which ones a scenario may name', () => {
  const [message] = complaints(`${head}streams_application_sab: builtin:sampel`)
  expect(message).toContain('Known here: builtin:ledger, builtin:sample, builtin:cr-sample.')
})

test('lint warns of a passive side whose launched job deletes the replicas, and of no other', () => {
  const rules = (text: string): readonly string[] =>
    lintScenarios([load(`${text}\npost_failover_validation_checks: [log_sanity]`)]).map(({ rule }) => rule)
  const retaining = (value: boolean): string => `crossdc: { dc2: { retainOlderDataSnapshotsAtStartup: ${value} } }`
  expect(rules(`${passive}${retaining(false)}`)).toEqual(['passive-without-retain'])
  expect(rules(`${passive}${retaining(true)}`)).toEqual([])
  expect(rules(passive)).toEqual([])
  expect(rules(`${head}${retaining(false)}`)).toEqual([])
})
