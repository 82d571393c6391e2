import { expect, test } from 'vitest'
import { toolkitProfiles } from '../model/toolkit-behaviour.ts'
import type { LoadedScenario } from './loaded-scenario.ts'
import { loadScenarioFile } from './load-scenarios.ts'
import { oracleFindings } from './oracle-lint.ts'

const kill = 'fault_scenario: [{ kill: { target: dc1.job }, at: 400 s }]\n'
const cut = 'fault_scenario: [{ partition: { between: [dc1, dc2] }, at: 400 s, for: 120 s }]\n'
const takeover = 'post_failover_validation_checks: [takeover]\n'

function load(fields: string): LoadedScenario {
  const text = `test_id: A-1\ndescription: d\n${fields}`
  const [loaded] = loadScenarioFile({ file: 'a.yaml', text }).scenarios
  if (loaded === undefined) throw new Error('Expected a scenario.')
  return loaded
}

function documented(loaded: LoadedScenario): LoadedScenario {
  const toolkit = { quirks: toolkitProfiles.documented, isFused: false }
  return { ...loaded, scenario: { ...loaded.scenario, opts: { ...loaded.scenario.opts, toolkit } } }
}

const rulesOf = (loaded: LoadedScenario): readonly string[] => oracleFindings(loaded).map(({ rule }) => rule)

test.each([
  ['a fraction', '{ heartbeatExchangeInterval: 30.5 }', ['interval-fractional']],
  ['no multiple', '{ dataSnapshotExchangeInterval: 100 }', ['snapshot-interval-no-multiple']],
  ['a multiple', '{ dataSnapshotExchangeInterval: 120 }', []],
  ['an interval that the other cannot stand', '{ dc1: { heartbeatExchangeInterval: 180 } }', ['interval-unequal']],
  ['one that it can', '{ dc1: { heartbeatExchangeInterval: 90 } }', []],
  ['no miss allowed', '{ consecutiveHeartbeatMissesAllowed: 0 }', ['misses-zero']],
  ['a time-out beyond the budget', '{ httpConnectionTimeout: 91 }', ['sender-over-budget']],
  ['one within it', '{ httpConnectionTimeout: 89 }', []],
])('warns of %s in `crossdc`', (_what, crossdc, rules) => {
  expect(rulesOf(load(`${kill}crossdc: ${crossdc}\n`))).toEqual(rules)
})

test('says where, what and what to do', () => {
  expect(oracleFindings(load(`crossdc: { dc2: { dataSnapshotExchangeInterval: 100 } }\n`))).toEqual([
    {
      rule: 'snapshot-interval-no-multiple',
      severity: 'warning',
      message:
        'In dc2: dataSnapshotExchangeInterval 100 is no multiple of heartbeatExchangeInterval 30: snapshots come every 270 s, the first at tick 10.',
      advice: 'Make it a multiple.',
      position: { file: 'a.yaml', line: 3, column: 1 },
    },
  ])
})

test('says nothing of the settings that a scenario leaves to the testbed and the reference file', () => {
  expect(rulesOf(load(kill))).toEqual([])
  expect(rulesOf(load(`${kill}crossdc: { crossDCInitDelay: 50 }\n`))).toEqual([])
})

test('leaves a scenario alone that is about a healthy remote going down', () => {
  const flapping = 'crossdc: { consecutiveHeartbeatMissesAllowed: 0 }\n'
  expect(rulesOf(load(flapping))).toEqual([])
  expect(rulesOf(load(`${kill}${flapping}`))).toEqual(['misses-zero'])
})

test('judges by the toolkit that the scenario names', () => {
  // 120 s of silence are within the window of the published code, and always noticed by the documented one.
  expect(rulesOf(load(`${cut}${takeover}`))).toEqual(['fault-maybe-unnoticed'])
  expect(rulesOf(documented(load(`${cut}${takeover}`)))).toEqual([])
  const never = `${kill}${takeover}crossdc: { consecutiveHeartbeatMissesAllowed: 255 }\n`
  expect(rulesOf(load(never))).toEqual(['never-down'])
  expect(rulesOf(documented(load(never)))).toEqual([])
  // One miss allowed: the published code may miss one by the phase, the documented one says DOWN on each.
  const once = `${kill}crossdc: { consecutiveHeartbeatMissesAllowed: 1 }\n`
  expect(rulesOf(load(once))).toEqual(['interval-unequal'])
  expect(rulesOf(documented(load(once)))).toEqual(['misses-zero'])
})

test('an orderly shutdown is noticed at once where the notice counts as DOWN', () => {
  const shutdown = 'fault_scenario: [{ orderly_shutdown: { target: dc1 }, at: 400 s }]\n'
  const objective = 'expected_recovery_time_seconds: 10\n'
  expect(rulesOf(load(`${shutdown}${takeover}${objective}`))).toEqual(['objective-before-detection'])
  expect(rulesOf(documented(load(`${shutdown}${takeover}${objective}`)))).toEqual([])
})

test.each([
  ['{ channels: 4 }', []],
  ['{ dc1: { channels: 4 }, dc2: { channels: 4 } }', []],
  ['{ dc1: { channels: 4 }, dc2: { channels: 5 } }', ['channels-differ']],
  ['{ dc1: { channels: 2 } }', ['channels-differ']],
])('compares the channels of both DCs: %s', (parameters, rules) => {
  expect(rulesOf(load(`submission_params: ${parameters}\n`))).toEqual(rules)
})
