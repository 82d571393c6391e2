import { describe, expect, test } from 'vitest'
import { formatProblem, ScenarioError } from '../model/errors.ts'
import { toolkitProfiles } from '../model/toolkit-behaviour.ts'
import { loadScenarioFile } from './load-scenarios.ts'
import type { ScenarioFile } from './load-scenarios.ts'

const load = (text: string): ScenarioFile => loadScenarioFile({ file: 'a.yaml', text })

function problemsOf(text: string): readonly string[] {
  try {
    load(text)
    return []
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems.map(formatProblem)
    throw error
  }
}

const head = 'test_id: A-1\ndescription: d\n'
const kill = 'fault_scenario:\n  - kill: { target: dc1.job }\n'
const checks = 'post_failover_validation_checks:\n'

test('reads every field into seconds, bytes and tuples a second', () => {
  const { scenarios } = load(`
test_id: PART-07
description: a cut
tags: [smoke]
streams_application_sab: builtin:ledger
submission_params: { channels: 2, dc2: { trace: on } }
crossdc: { heartbeatExchangeInterval: 10, dataSnapshotExchangeInterval: 1 min, dc2: { crossDCInitDelay: 5 s } }
pre_failover_data: { generator: sequence, rate: 600/min, keys: 4, size: 1 KiB, into: both, for: 5 min }
fault_scenario:
  - id: cut
    partition: { from: primary, to: secondary, ports: heartbeat, how: hang }
    at: 400 s
    for: 10 min
  - kill: { target: secondary.job }
    heal: none
  - kill: { target: dc1.job }
failover_trigger_method: automatic
post_failover_validation_checks:
  - takeover: { by: dc2, of: dc1, within: 152 s }
  - takeover: never
  - loss: { at_most: 0.5 %, at_least: 10 tuples }
  - duplicates
  - split_brain: expected
  - mutual_down: { at_most: 30 s }
  - order: { per: key }
  - integrity
  - prediction
expected_recovery_time_seconds: { total: 152, detection: 150, takeover: 2 }
expected_data_loss_percentage: 1
expected_data_loss_seconds: 151
timeout: 1 h
opts: { time_scale: 30, run_for: 2000 s, start_offset: { dc2: 7 s }, link_delay: 40 ms, pes: 3, toolkit: { quirks: { Q4: off } } }
`)
  expect(scenarios).toMatchObject([{ only: false, positions: { testId: { file: 'a.yaml', line: 2, column: 1 } } }])
  expect(scenarios[0]?.scenario).toEqual({
    testId: 'PART-07',
    description: 'a cut',
    tags: ['part', 'smoke'],
    source: { file: 'a.yaml', line: 2, column: 1 },
    mode: 'active-active',
    sab: { dc1: 'builtin:ledger', dc2: 'builtin:ledger' },
    submissionParameters: { dc1: { channels: '2' }, dc2: { channels: '2', trace: 'on' } },
    crossdc: {
      dc1: { heartbeatExchangeInterval: 10, dataSnapshotExchangeInterval: 60 },
      dc2: { heartbeatExchangeInterval: 10, dataSnapshotExchangeInterval: 60, crossDCInitDelay: 5 },
    },
    traffic: [
      {
        generator: { kind: 'sequence' },
        rate: 10,
        keys: 4,
        sizeBytes: 1024,
        into: ['dc1', 'dc2'],
        forSeconds: 300,
        until: 'end',
      },
    ],
    steps: [
      {
        id: 'cut',
        source: { file: 'a.yaml', line: 10, column: 5 },
        fault: { kind: 'partition', from: 'dc1', to: 'dc2', direction: 'one-way', ports: 'heartbeat', how: 'hang' },
        at: 400,
        forSeconds: 600,
        heal: 'end',
      },
      {
        id: 'kill',
        source: { file: 'a.yaml', line: 14, column: 5 },
        fault: { kind: 'kill', target: { dc: 'dc2' } },
        heal: 'none',
      },
      {
        id: 'kill-2',
        source: { file: 'a.yaml', line: 16, column: 5 },
        fault: { kind: 'kill', target: { dc: 'dc1' } },
        heal: 'end',
      },
    ],
    trigger: 'automatic',
    checks: [
      { kind: 'takeover', never: false, by: 'dc2', of: 'dc1', within: 152 },
      { kind: 'takeover', never: true },
      { kind: 'loss', atMost: { unit: 'percent', value: 0.5 }, atLeast: { unit: 'tuples', value: 10 } },
      { kind: 'duplicates', polarity: { is: 'never' } },
      { kind: 'split_brain', polarity: { is: 'expected' } },
      { kind: 'mutual_down', polarity: { is: 'at_most', seconds: 30 } },
      { kind: 'order', per: 'key' },
      { kind: 'integrity' },
      { kind: 'prediction' },
    ],
    objectives: { rto: { total: 152, detection: 150, takeover: 2 }, lossPercent: 1, lossSeconds: 151 },
    opts: {
      timeScale: 30,
      runForSeconds: 2000,
      startOffsetSeconds: 7,
      linkDelaySeconds: 0.04,
      timeoutSeconds: 3600,
      pes: 3,
      toolkit: { quirks: { ...toolkitProfiles['ibm-1.0.1'], Q4: false }, isFused: false },
    },
  })
})

test('fills in what is left out', () => {
  expect(load(`${head}${kill}`).scenarios[0]).toMatchObject({
    scenario: {
      tags: ['a'],
      sab: { dc1: 'builtin:ledger', dc2: 'builtin:ledger' },
      trigger: 'automatic',
      checks: [],
      objectives: {},
    },
    only: false,
  })
  expect(load(head).scenarios[0]?.scenario.traffic).toEqual([])
})

test('takes the trigger from the steps', () => {
  const { scenarios } = load(`${head}fault_scenario:\n  - orderly_shutdown: { target: dc1 }\n`)
  expect(scenarios[0]?.scenario.trigger).toBe('orderly_shutdown')
})

test('reads a list of scenarios, whose fields win over those of defaults', () => {
  const { scenarios } = load(`
defaults:
  tags: [demo]
  opts: { run_for: 10 s, link_delay: 1 s }
scenarios:
  - { test_id: A-1, description: d }
  - { test_id: B-1, description: d, skip: later, only: true, opts: { run_for: 20 s } }
`)
  expect(scenarios).toMatchObject([
    { scenario: { testId: 'A-1', tags: ['a', 'demo'], opts: { runForSeconds: 10, linkDelaySeconds: 1 } } },
    { scenario: { testId: 'B-1', opts: { runForSeconds: 20, linkDelaySeconds: 1 } }, skip: 'later', only: true },
  ])
})

test('lists all problems of a file, by place, each once', () => {
  const problems = problemsOf(`
defaults: { timeout: 5 }
scenarios:
  - { test_id: A-1, description: d, colour: red }
  - { test_id: A-1, opts: { run_for: 900 } }
  - 7
`)
  expect(problems).toEqual([
    expect.stringMatching(/^a.yaml:2:22: Expected `timeout` to be a duration/),
    expect.stringMatching(/^a.yaml:4:37: Unknown key `colour`/),
    expect.stringMatching(/^a.yaml:5:5: Expected `description` to be a sentence, got nothing/),
    expect.stringMatching(/^a.yaml:5:38: Expected `opts.run_for` to be a duration/),
    expect.stringMatching(/^a.yaml:6:5: Expected a scenario, as a map/),
  ])
})

test('shortens what a broken file makes endless', () => {
  const problems = problemsOf(`${head}skip: *${'x'.repeat(100_000)}`)
  expect(problems).toEqual([expect.stringMatching(/^a.yaml:3:7: There is no anchor &x+…$/)])
  expect(problems[0]?.length).toBeLessThan(600)
})

describe('gives one message with a place for', () => {
  test.each([
    ['an empty file', '', '1:1: Expected a scenario, got nothing.'],
    ['a list', '- a', '1:1: Expected a scenario, got a list.'],
    ['a text', 'scenario', '1:1: Expected a scenario, got "scenario".'],
    ['broken YAML', `${head}tags: [a\nmode: b`, '4:1: Broken YAML'],
    ['a tab as indentation', `${head}opts:\n\trun_for: 5 s`, '4:1: Broken YAML'],
    ['a missing field', 'test_id: A-1', '1:1: Expected `description` to be a sentence, got nothing.'],
    ['an empty field', `${head}opts:`, '3:1: Expected `opts` to be a map such as { run_for: 900 s }, got nothing.'],
    [
      'an unknown field',
      `${head}fault_scenarios: []`,
      '3:1: Unknown key `fault_scenarios`. Did you mean "fault_scenario"?',
    ],
    ['a field in camel case', `${head}testId: a`, '3:1: Unknown key `testId`. Did you mean "test_id"?'],
    [
      'a field beside scenarios',
      `tags: [a]\nscenarios: [{ test_id: A, description: d }]`,
      '1:1: Unknown key `tags` beside `scenarios`. Move it',
    ],
    ['an empty list of scenarios', 'scenarios: []', '1:1: Expected `scenarios` to be a list of at least one'],
    [
      'defaults that are no map',
      'defaults: 1\nscenarios: [{ test_id: A, description: d }]',
      '1:11: Expected `defaults` to be a map',
    ],
    ['an id with blanks', 'test_id: A 1\ndescription: d', '1:10: Expected `test_id` to be an id such as FAIL-01'],
    [
      'an id that is a number',
      'test_id: 1\ndescription: d',
      '1:10: Expected `test_id` to be an id such as FAIL-01: letters, digits, - _ and ., got 1 (number).',
    ],
    ['a tag with an operator', `${head}tags: [a&b]`, '3:8: Expected `tags[0]` to be a tag'],
    ['a tag that is an operator', `${head}tags: [not]`, '3:8: Expected `tags[0]` to be a tag'],
    [
      'tags that are no list',
      `${head}tags: smoke`,
      '3:7: Expected `tags` to be a list of tags such as [smoke, nightly], got "smoke".',
    ],
    [
      'a skip without reason',
      `${head}skip: true`,
      '3:7: Expected `skip` to be the reason, as a sentence, got true (boolean).',
    ],
    [
      'an unknown mode',
      `${head}mode: active`,
      '3:7: Expected `mode` to be active-active or active-passive, got "active".',
    ],
    [
      'a missing SAB',
      `${head}streams_application_sab: no/such.sab`,
      '3:26: Expected `streams_application_sab` to be the path of a SAB, got ',
    ],
    [
      'an unknown built-in',
      `${head}streams_application_sab: builtin:leger`,
      '3:26: Expected `streams_application_sab` to be a built-in application, got ',
    ],
    [
      'a list as parameter',
      `${head}submission_params: { a: [1] }`,
      '3:22: Expected `submission_params.a` to be a text, a number or true or false, got a list.',
    ],
    [
      'an unknown setting',
      `${head}crossdc: { heartbeatInterval: 30 }`,
      '3:12: Unknown key `heartbeatInterval` in `crossdc`.',
    ],
    [
      'a setting of the testbed',
      `${head}crossdc: { localDataCenterName: a }`,
      '3:12: This setting follows from the datacenter.',
    ],
    [
      'a setting below its limit',
      `${head}crossdc: { heartbeatExchangeInterval: 0 }`,
      '3:39: Expected `crossdc.heartbeatExchangeInterval` to be seconds from 0.1 up',
    ],
    [
      'misses above 255',
      `${head}crossdc: { consecutiveHeartbeatMissesAllowed: 256 }`,
      '3:47: Expected `crossdc.consecutiveHeartbeatMissesAllowed` to be a whole number from 0 to 255, got 256 (number).',
    ],
    [
      'half a miss',
      `${head}crossdc: { consecutiveHeartbeatMissesAllowed: 1.5 }`,
      '3:47: Expected `crossdc.consecutiveHeartbeatMissesAllowed`',
    ],
    [
      'two ports for one pair',
      `${head}crossdc: { dc1: { crossDCHttpPort: 1024 } }`,
      '3:1: `crossDCHttpPort` must be the same in both DCs.',
    ],
    [
      'traffic without a rate',
      `${head}pre_failover_data: { keys: 1 }`,
      '3:1: Expected `pre_failover_data.rate` to be a rate such as "100/s", got nothing.',
    ],
    [
      'a bare rate',
      `${head}pre_failover_data: { rate: 20 }`,
      '3:28: Expected `pre_failover_data.rate` to be a rate such as "100/s", got 20 (number).',
    ],
    [
      'a rate of zero',
      `${head}pre_failover_data: { rate: 0/s }`,
      '3:28: Expected `pre_failover_data.rate` to be a rate above 0/s, got "0/s".',
    ],
    [
      'no keys',
      `${head}pre_failover_data: { rate: 1/s, keys: 0 }`,
      '3:39: Expected `pre_failover_data.keys` to be a whole number from 1 to 4096, got 0 (number).',
    ],
    ['too many keys', `${head}pre_failover_data: { rate: 1/s, keys: 4097 }`, '3:39: Expected `pre_failover_data.keys`'],
    [
      'a size of seconds',
      `${head}pre_failover_data: { rate: 1/s, size: 5 s }`,
      '3:39: Expected `pre_failover_data.size` to be a size such as "256 B"',
    ],
    [
      'count and for',
      `${head}pre_failover_data: { rate: 1/s, count: 5, for: 5 s }`,
      '3:1: Expected `count` or `for`, got both.',
    ],
    [
      'an unknown DC for traffic',
      `${head}pre_failover_data: { rate: 1/s, into: dc3 }`,
      '3:39: Expected `pre_failover_data.into` to be dc1, primary, dc2, secondary or both, got "dc3". Did you mean "dc1"?',
    ],
    [
      'until the fault without one',
      `${head}pre_failover_data: { rate: 1/s, until: fault }`,
      '3:33: Traffic until the fault needs a fault in `fault_scenario`, got none.',
    ],
    [
      'steps that are no list',
      `${head}fault_scenario: { kill: { target: dc1.job } }`,
      '3:1: Expected `fault_scenario` to be a list of steps',
    ],
    [
      'a step that is a word',
      `${head}fault_scenario: [kill]`,
      '3:18: Expected `fault_scenario[0]` to be a map such as { kill: { target: dc1.job }, at: 400 s }, got "kill".',
    ],
    [
      'a step without a fault',
      `${head}fault_scenario: [{ at: 5 s }]`,
      '3:18: Expected a step to name one fault or action, got none.',
    ],
    [
      'a step with two faults',
      `${head}fault_scenario: [{ kill: { target: dc1.job }, cancel_job: { target: dc1 } }]`,
      '3:18: Expected a step to name one fault or action, got kill and cancel_job.',
    ],
    [
      'an unknown fault',
      `${head}fault_scenario: [{ partitoin: {} }]`,
      '3:20: Unknown key `partitoin` in `fault_scenario[0]`. Did you mean "partition"?',
    ],
    [
      'a bare number of seconds',
      `${head}${kill}    at: 400`,
      '5:9: Expected `fault_scenario[0].at` to be a duration such as "250 ms", "45 s", "10 min" or "1 h", got 400 (number).',
    ],
    ['an unknown unit', `${head}${kill}    for: 5 minutes`, '5:10: Expected `fault_scenario[0].for` to be a duration'],
    ['a negative time', `${head}${kill}    at: -5 s`, '5:9: Expected `fault_scenario[0].at` to be a duration'],
    ['an id of digits', `${head}${kill}    id: 1st`, '5:9: Expected `fault_scenario[0].id` to be a word'],
    [
      'for and heal: none',
      `${head}${kill}    for: 5 s\n    heal: none`,
      '4:5: A step with `for` is healed after that time',
    ],
    [
      'a kill without a target',
      `${head}fault_scenario: [{ kill: {} }]`,
      '3:20: Expected `fault_scenario[0].kill.target` to be a target such as dc1.job,',
    ],
    [
      'a kill of a whole DC',
      `${head}fault_scenario: [{ kill: { target: dc1 } }]`,
      '3:28: Expected a target inside dc1, got "dc1". Did you mean "dc1.job"?',
    ],
    [
      'an unknown target',
      `${head}fault_scenario: [{ kill: { target: dc3.job } }]`,
      '3:28: There is no datacenter `dc3` for the target `dc3.job`. Did you mean "dc1"?',
    ],
    [
      'a cut of one DC',
      `${head}fault_scenario: [{ partition: { between: [dc1, primary] } }]`,
      '3:20: Expected `partition` to name two different DCs',
    ],
    [
      'a cut without an end',
      `${head}fault_scenario: [{ partition: { from: dc1 } }]`,
      '3:20: Expected `partition` to name two different DCs',
    ],
    [
      'a cut of three',
      `${head}fault_scenario: [{ partition: { between: [dc1, dc2, dc1] } }]`,
      '3:20: Expected `partition` to name two different DCs',
    ],
    [
      'an unknown DC of a cut',
      `${head}fault_scenario: [{ partition: { between: [dc1, dc3] } }]`,
      '3:48: Expected `fault_scenario[0].partition.between[1]` to be dc1, primary, dc2, secondary, survivor or failed, got "dc3".',
    ],
    [
      'a port out of range',
      `${head}fault_scenario: [{ partition: { between: [dc1, dc2], ports: [65536] } }]`,
      '3:54: Expected `fault_scenario[0].partition.ports` to be heartbeat, snapshot, all or a list of port numbers such as [25091], got a list.',
    ],
    [
      'an unknown way to cut',
      `${head}fault_scenario: [{ partition: { between: [dc1, dc2], how: cut } }]`,
      '3:59: Expected `fault_scenario[0].partition.how` to be drop, reject or hang, got "cut".',
    ],
    [
      'an unknown trigger',
      `${head}failover_trigger_method: magic`,
      '3:26: Expected `failover_trigger_method` to be automatic, orderly_shutdown, script or manual, got "magic".',
    ],
    [
      'a trigger without its step',
      `${head}${kill}failover_trigger_method: orderly_shutdown`,
      '5:1: Expected a step `orderly_shutdown`',
    ],
    [
      'automatic with only a shutdown',
      `${head}fault_scenario: [{ orderly_shutdown: { target: dc1 } }]\nfailover_trigger_method: automatic`,
      '4:1: Expected a fault that the toolkit notices',
    ],
    [
      'a step id given twice',
      `${head}fault_scenario:\n  - { id: a, kill: { target: dc1.job } }\n  - { id: a, kill: { target: dc2.job } }`,
      '5:7: The step id `a` is taken by the step in line 4.',
    ],
    [
      'a step after the end',
      `${head}${kill}    at: 400 s\n    for: 101 s\nopts: { run_for: 500 s }`,
      '4:5: The step `kill` ends at 501 s, after the run',
    ],
    [
      'an unknown check',
      `${head}${checks}  - duplicate`,
      '4:5: Unknown key `duplicate` in `post_failover_validation_checks[0]`. Did you mean "duplicates"?',
    ],
    [
      'two checks in one',
      `${head}${checks}  - { integrity: , prediction: }`,
      '4:5: Expected one check in each item of the list, got integrity and prediction.',
    ],
    [
      'a number as check',
      `${head}${checks}  - 7`,
      '4:5: Expected `post_failover_validation_checks[0]` to be a check such as',
    ],
    [
      'arguments where there are none',
      `${head}${checks}  - integrity: { a: 1 }`,
      '4:5: Expected `post_failover_validation_checks[0].integrity` to be nothing: this check has no arguments, got a map.',
    ],
    [
      'a loss without a limit',
      `${head}${checks}  - loss`,
      '4:5: Expected `post_failover_validation_checks[0].loss` to be a map such as { at_most: 150 s }',
    ],
    [
      'a bare loss',
      `${head}${checks}  - loss: { at_most: 150 }`,
      '4:22: Expected `post_failover_validation_checks[0].loss.at_most` to be a loss such as "0.5 %", "150 s" or "10 tuples", got 150 (number).',
    ],
    [
      'an unknown polarity',
      `${head}${checks}  - split_brain: sometimes`,
      '4:18: Expected `post_failover_validation_checks[0].split_brain` to be never, expected or a map such as { at_most: 30 s }, got "sometimes".',
    ],
    [
      'an empty polarity',
      `${head}${checks}  - duplicates: {}`,
      '4:5: Expected `post_failover_validation_checks[0].duplicates` to be never, expected',
    ],
    [
      'a takeover of oneself',
      `${head}${checks}  - takeover: { by: dc1, of: primary }`,
      '4:5: Expected a takeover by one DC of the other, got dc1 for both.',
    ],
    [
      'a takeover never within',
      `${head}${checks}  - takeover: { never: true, within: 5 s }`,
      '4:5: A takeover that never comes',
    ],
    [
      'an objective with a unit',
      `${head}expected_recovery_time_seconds: 152 s`,
      '3:33: Expected `expected_recovery_time_seconds` to be a number of seconds, or a map such as { total: 152, detection: 150 }, got "152 s".',
    ],
    [
      'a negative objective',
      `${head}expected_data_loss_seconds: -1`,
      '3:29: Expected `expected_data_loss_seconds` to be a number of seconds from 0 up, got -1 (number).',
    ],
    [
      'an endless objective',
      `${head}expected_data_loss_seconds: .inf`,
      '3:29: Expected `expected_data_loss_seconds` to be a number of seconds',
    ],
    [
      'more than all lost',
      `${head}expected_data_loss_percentage: 101`,
      '3:32: Expected `expected_data_loss_percentage` to be a number of percent from 0 to 100, got 101 (number).',
    ],
    [
      'an unknown option',
      `${head}opts: { runfor: 5 s }`,
      '3:9: Unknown key `runfor` in `opts`. Did you mean "run_for"?',
    ],
    [
      'an offset of dc1',
      `${head}opts: { start_offset: { dc1: 5 s, dc2: 5 s } }`,
      '3:25: Unknown key `dc1` in `opts.start_offset`.',
    ],
    [
      'a scale below 1',
      `${head}opts: { time_scale: 0.5 }`,
      '3:21: Expected `opts.time_scale` to be a number of system seconds per real second from 1 to 1000, got 0.5 (number).',
    ],
    [
      'a test_id given twice',
      'scenarios:\n  - { test_id: A, description: d }\n  - { test_id: A, description: d }',
      '3:7: The test_id `A` is taken by the scenario at a.yaml:2.',
    ],
  ])('%s', (_title, text, message) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(`a.yaml:${message}`)])
  })
})
