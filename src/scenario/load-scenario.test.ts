import { describe, expect, test } from 'vitest'
import { allSteps } from '../model/step.ts'
import { head, loadText, listOf, scenarioOf } from './testing/load-text.ts'
import { rightChecks, rightFields, rightSteps, rightTraffic } from './testing/snippets.ts'

const steps = (...lines: readonly string[]): string => `${head}fault_scenario:\n${listOf(lines)}`
const traffic = (text: string): string => `${head}pre_failover_data: ${text}\n`

test('reads the fields around steps, checks and traffic', () => {
  const { loaded, problems } = loadText(`${head}known_issue: "Q4: both stay silent"
streams_application_sab: { dc1: builtin:ledger, dc2: builtin:sample }
emulate_as: builtin:ledger
application: { ingest: In, output: Out, key: k, sequence: n }
repeat: 3
fault_phases: 4
spec: package.json
failover_trigger_method: manual
fault_scenario: [{ kill: { target: dc1.job } }]
expected_recovery_time_seconds: { total: 152, drain: 9 }
opts: { monitor_interval: 5 s, keep: always, best_effort: true, lease: 10 min }
`)
  expect(problems).toEqual([])
  expect(loaded).toMatchObject({ repeat: 3, faultPhases: 4, spec: expect.stringMatching(/^\/.*\/package\.json$/) })
  expect(loaded?.scenario).toMatchObject({
    knownIssue: 'Q4: both stay silent',
    sab: { dc1: 'builtin:ledger', dc2: 'builtin:sample' },
    emulateAs: 'builtin:ledger',
    application: { ingest: 'In', output: 'Out', key: 'k', sequence: 'n' },
    trigger: 'manual',
    traffic: [],
    objectives: { rto: { total: 152, drain: 9 } },
    opts: { monitorIntervalSeconds: 5, keep: 'always', bestEffort: true, leaseSeconds: 600 },
  })
})

test('what a matrix adds to an id is no part of its family', () => {
  expect(scenarioOf('test_id: "PART-01[for=5 s]"\ndescription: d')).toMatchObject({
    testId: 'PART-01[for=5 s]',
    tags: ['part'],
  })
})

test('gives the places of steps inside steps', () => {
  const { loaded } = loadText(
    steps('parallel: [{ mark: a }, { id: b, mark: b }]', '{ id: all, crash: { target: all.job } }'),
  )
  expect([...(loaded?.positions.steps ?? [])].map(([id, at]) => `${id} ${at.line}:${at.column}`)).toEqual([
    'parallel 4:5',
    'mark 4:16',
    'b 4:29',
    'all 5:5',
    'all-dc1 5:5',
    'all-dc2 5:5',
  ])
  expect(allSteps(loaded?.scenario.steps ?? []).map(({ source }) => source?.line)).toEqual([4, 4, 4, 5, 5, 5])
})

test('every right snippet is read', () => {
  const texts = [
    ...rightChecks.map((check) => `${head}post_failover_validation_checks:\n  - ${check}\n`),
    ...rightTraffic.map(traffic),
    ...rightFields.map((field) => `${head}${field}\n`),
  ]
  const problems = texts.flatMap((text) => loadText(text).problems)
  // What needs a passive side is right in itself.
  expect(problems.filter((problem) => !problem.includes('needs a passive side'))).toEqual([])
  const all = loadText(`${head}pre_failover_data: { rate: 1/s }\nfault_scenario:\n${listOf(rightSteps)}`)
  expect(all.problems).toEqual([])
  const ids = allSteps(all.loaded?.scenario.steps ?? []).map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

test('says everything that is wrong in one go', () => {
  expect(
    loadText(`test_id: A 1
timeout: 5
pre_failover_data: { rate: 1/s, until: fault }
opts: { run_for: 900 }
fault_scenario:
  - { mark: a, for: 5 s, at: 400 }
  - { kill: { target: dc1.jobb }, for: 5 s, until: dc1.remote_up, colour: red }
`).problems,
  ).toEqual([
    expect.stringContaining('a.yaml:1:10: Expected `test_id`'),
    expect.stringContaining('a.yaml:1:1: Expected `description`'),
    expect.stringContaining('a.yaml:6:30: Expected `fault_scenario[0].at` to be a duration'),
    expect.stringContaining('a.yaml:6:5: `for` belongs to a fault'),
    expect.stringContaining('a.yaml:7:15: There is no target "dc1.jobb"'),
    expect.stringContaining('a.yaml:7:67: Unknown key `colour`'),
    expect.stringContaining('a.yaml:7:5: Expected a fault to last `for` a time or `until`'),
    expect.stringContaining('a.yaml:2:10: Expected `timeout`'),
    expect.stringContaining('a.yaml:4:18: Expected `opts.run_for`'),
  ])
})

test('says what does not go together beside what is wrong by itself', () => {
  expect(loadText(`${head}timeout: 5\nfault_scenario: [{ heal: cut }]\n`).problems).toEqual([
    expect.stringContaining('a.yaml:3:10: Expected `timeout`'),
    expect.stringContaining('a.yaml:4:20: There is no step `cut`.'),
  ])
})

const kill = '{ id: k, kill: { target: dc1.job } }'

describe('gives one message with a place for', () => {
  test.each([
    [
      'a step with a time and an event',
      steps('{ mark: a, at: 5 s, when: dc1.remote_up }'),
      '4:5: Expected a step to begin `at` a time or `when`',
    ],
    [
      'after without an event',
      steps('{ mark: a, after: 5 s }'),
      '4:5: `after` says how long after the event of `when`',
    ],
    ['an occurrence without an event', steps('{ mark: a, occurrence: 2 }'), '4:5: `occurrence` says which event'],
    ['since without an event', steps(kill, '{ mark: a, since: k }'), '5:5: `since` says from which step on'],
    [
      'for and until',
      steps('{ kill: { target: dc1.job }, for: 5 s, until: dc1.remote_up }'),
      '4:5: Expected a fault to last `for`',
    ],
    [
      'heal: none and until',
      steps('{ kill: { target: dc1.job }, heal: none, until: dc1.remote_up }'),
      '4:5: A step with `until` is healed at that event',
    ],
    [
      'a crash that is held',
      steps('{ crash: { target: dc1.job }, for: 5 s }'),
      '4:5: `crash` acts once and holds nothing, so it cannot have `for`. Remove `for`, or write `kill`',
    ],
    [
      'steps inside a reset',
      steps('{ connection_reset: { between: [dc1, dc2] }, during: [{ mark: a }] }'),
      '4:5: `connection_reset` acts once',
    ],
    [
      'a flap for a time',
      steps('{ flap: { between: [dc1, dc2], down: 5 s, up: 5 s, times: 2 }, for: 5 s }'),
      '4:5: A flap ends by itself',
    ],
    [
      'steps inside a mark',
      steps('{ mark: a, during: [{ mark: b }] }'),
      '4:5: `during` belongs to a fault, which is held, and `mark` is none.',
    ],
    ['a wait for a time', steps('{ wait: 5 s, for: 5 s }'), '4:5: `for` belongs to a fault'],
    ['a step without a kind', steps('{ id: a }'), '4:5: Expected a step to name one fault or action, got none.'],
    ['a heal of nothing', steps('{ heal: none }'), '4:5: Expected `heal` to name the step whose fault is healed now'],
    [
      'a misspelt kind',
      steps('{ partitoin: {}, heal: none }'),
      '4:7: Unknown key `partitoin` in `fault_scenario[0]`. Did you mean "partition"?',
    ],
    [
      'a misspelt event',
      steps('{ mark: a, when: dc2.remote_donw }'),
      '4:16: There is no event `dc2.remote_donw`. Did you mean "dc2.remote_down"?',
    ],
    [
      'a misspelt DC of an event',
      steps('{ mark: a, when: survivr.remote_down }'),
      '4:16: There is no event `survivr.remote_down`. Did you mean "survivor.remote_down"?',
    ],
    [
      'an event of a step that a DC has',
      steps(kill, '{ mark: a, when: k.takeover_started }'),
      '5:16: There is no event `k.takeover_started`.',
    ],
    [
      'an event of a DC that a step has',
      steps('{ mark: a, when: dc1.fault_effective }'),
      '4:16: There is no event `dc1.fault_effective`. The events of a DC are remote_up',
    ],
    [
      'no event',
      steps('{ mark: a, when: now }'),
      '4:22: Expected `fault_scenario[0].when` to be an event such as dc2.remote_down',
    ],
    [
      'an event of an unknown step',
      steps(kill, '{ mark: a, when: kk.fault_healed }'),
      '5:16: There is no step `kk`. Did you mean "k"?',
    ],
    [
      'an event of a step that is no fault',
      steps('{ id: m, mark: a }', '{ mark: b, when: m.fault_effective }'),
      '5:16: The step `m` is no fault',
    ],
    [
      'an event of a group',
      steps('{ id: g, crash: { target: all.job } }', '{ mark: b, when: g.fault_effective }'),
      '5:16: The step `g` is no fault, so it has no effect and no healing. Name one of the faults in it: g-dc1, g-dc2.',
    ],
    [
      'a step that waits for itself',
      steps('{ id: k, kill: { target: dc1.job }, when: k.fault_effective }'),
      '4:41: The step `k` waits for itself.',
    ],
    [
      'a step that waits for a later one',
      steps('{ id: a, mark: a, when: dc1.remote_up, since: k }', kill),
      '4:44: The step `a` comes before the step `k`',
    ],
    ['a heal of a later step', steps('{ id: h, heal: k }', kill), '4:14: The step `h` comes before the step `k`'],
    ['a wait for an unknown step', steps('{ wait: { for: k.fault_healed } }'), '4:15: There is no step `k`.'],
    [
      'an end since an unknown step',
      steps('{ kill: { target: dc1.job }, until: { event: dc1.remote_up, since: q } }'),
      '4:65: There is no step `q`.',
    ],
    [
      'a check of an unknown step',
      `${steps(kill)}post_failover_validation_checks: [{ integrity: , for: kk }]`,
      '5:50: There is no step `kk` for the check to be judged of. Did you mean "k"?',
    ],
    [
      'a step id given twice, in a group',
      steps(kill, 'parallel: [{ id: k, mark: a }]'),
      '5:18: The step id `k` is taken by the step in line 4.',
    ],
    [
      'a drawn step with a time',
      steps('random: { steps: [{ mark: a, at: 5 s }], count: 1 }'),
      '4:34: The step `mark` begins when it is drawn',
    ],
    [
      'a load without traffic',
      steps('load: { factor: 2 }'),
      '4:5: The step `load` changes the traffic, and there is none.',
    ],
    ['rate and factor', steps('load: { factor: 2, rate: 5/s }'), '4:5: Expected `rate` or `factor`, got both.'],
    ['a kill of a host', steps('kill: { target: "dc1.host[0]" }'), '4:13: This fault cannot act on a host'],
    ['a full disk of a PE', steps('disk_full: { target: "dc1.pe[0]" }'), '4:18: This fault cannot act on a PE'],
    ['an index that is none', steps('kill: { target: "dc1.pe[x]" }'), '4:13: There is no target "dc1.pe[x]".'],
    [
      'a target with brackets in braces',
      steps('kill: { target: dc1.pe[0] }'),
      '4:27: Broken YAML: Unexpected flow-seq-start at node end. Within { } and [ ] a text with brackets needs quotes',
    ],
    ['one PE of all', steps('kill: { target: "all.pe[one]" }'), '4:13: One PE of each DC is two draws'],
    [
      'steps inside one of two',
      steps('{ kill: { target: one.job }, during: [{ mark: a }] }'),
      '4:5: A fault whose target is `all` or `one` cannot have steps inside it',
    ],
    [
      'a PE that comes up with other settings',
      steps('restart: { target: "dc1.pe[0]", crossdc: { heartbeatExchangeInterval: 10 } }'),
      '4:5: Only a whole job can come up',
    ],
    [
      'a line between a name and a role',
      steps('partition: { between: [dc1, survivor] }'),
      '4:5: Expected `partition` to name both DCs or both roles',
    ],
    [
      'a netem that does nothing',
      steps('netem: { between: [dc1, dc2] }'),
      '4:5: Expected `netem` to have at least one of',
    ],
    ['jitter without delay', steps('netem: { between: [dc1, dc2], jitter: 5 ms }'), '4:5: `jitter` varies a `delay`'],
    [
      'more than all packets lost',
      steps('netem: { between: [dc1, dc2], loss: 101 % }'),
      '4:41: Expected `fault_scenario[0].netem.loss` to be a share from "0 %" to "100 %"',
    ],
    [
      'a rate of bytes',
      steps('bandwidth: { between: [dc1, dc2], rate: 10/s }'),
      '4:45: Expected `fault_scenario[0].bandwidth.rate` to be a bit rate such as',
    ],
    ['a command with an open quote', steps('exec: "a \'b"'), '4:5: The command has a quote without an end'],
    [
      'a URL with a password',
      steps('http: { get: "http://a:b@c/" }'),
      '4:18: Expected `fault_scenario[0].http.get` to be a URL',
    ],
    [
      'two requests in one',
      steps('http: { get: "http://a/", put: "http://a/" }'),
      '4:5: Expected `http` to have one URL',
    ],
    [
      'a draw from nothing',
      steps('random: { steps: [], count: 1 }'),
      '4:15: Expected `fault_scenario[0].random.steps` to be a list of steps',
    ],
    [
      'a gap that is none',
      steps('random: { steps: [{ mark: a }], count: 1, gap: { min: 5 s, max: 1 s } }'),
      '4:5: Expected `min` to be at most `max`',
    ],
    ['phases without a fault', `${head}fault_phases: 4`, '3:1: `fault_phases` puts a fault at places'],
    [
      'a redirect without a fault',
      traffic('{ rate: 1/s, redirect: { after: 5 s } }'),
      '3:33: Traffic is redirected after a fault',
    ],
    [
      'a missing rate',
      traffic('{ keys: 1 }'),
      '3:1: Expected `pre_failover_data.rate` to be a rate such as "100/s", got nothing.',
    ],
    [
      'an unknown generator',
      traffic('{ rate: 1/s, generator: sequenze }'),
      '3:33: There is no generator `sequenze`. Did you mean "sequence"?',
    ],
    [
      'a missing file of records',
      traffic('{ rate: 1/s, generator: { file: { path: no/such.csv } } }'),
      '3:60: Expected `path` to be that of a file of records, got ',
    ],
    [
      'a size that runs backwards',
      traffic('{ rate: 1/s, size: { min: 4 KiB, max: 64 B } }'),
      '3:33: Expected `min` to be at most `max`, got 4096 B and 64 B.',
    ],
    [
      'a burst that never ends',
      traffic('{ rate: 1/s, arrival: { burst: { to: 5/s, every: 5 s, for: 5 s } } }'),
      '3:33: Expected a burst to end before the next one',
    ],
    [
      'shares of 99 %',
      traffic('[{ rate: 1/s, share: 60 % }, { share: 39 % }]'),
      '3:1: Expected the shares to add up to 100 %, got 99 %.',
    ],
    [
      'a share beside none',
      traffic('[{ rate: 1/s, share: 100 % }, { rate: 1/s }]'),
      '3:50: Expected every item of the list to have a `share`',
    ],
    [
      'a mix without its rate',
      traffic('[{ share: 60 % }, { share: 40 % }]'),
      '3:21: Expected the first item to have the `rate` of all items together',
    ],
    [
      'a mix with two rates',
      traffic('[{ rate: 9/s, share: 60 % }, { rate: 5/s, share: 40 % }]'),
      '3:51: Expected `rate` to be that of all items together',
    ],
    ['a share of one', traffic('{ rate: 9/s, share: 100 % }'), '3:33: A `share` is that of one item of a list'],
    [
      'a SAB of one DC',
      `${head}streams_application_sab: { dc1: builtin:ledger }`,
      '3:1: Expected `streams_application_sab.dc2` to be',
    ],
    [
      'an unknown built-in of one DC',
      `${head}streams_application_sab: { dc1: builtin:ledger, dc2: builtin:leger }`,
      '3:54: Expected `streams_application_sab.dc2` to be a built-in application',
    ],
    ['a missing spec', `${head}spec: no/such.ts`, '3:7: Expected `spec` to be the path of a spec file'],
    [
      'a stand-in that is not there',
      `${head}emulate_as: builtin:leger`,
      '3:13: Expected `emulate_as` to be a built-in application',
    ],
    [
      'an unknown probe',
      `${head}post_failover_validation_checks: [{ steady_state: [flow] }]`,
      '3:52: No probe `flow` is registered. None is',
    ],
    [
      'a baseline of itself',
      `${head}post_failover_validation_checks: [{ throughput: { at_least: 95 % of baseline, phase: before_fault } }]`,
      '3:37: The time before the fault is the baseline itself',
    ],
    [
      'a broken expression',
      `${head}post_failover_validation_checks: [{ log_sanity: { allow: ["("] } }]`,
      '3:59: Expected `post_failover_validation_checks[0].log_sanity.allow[0]` to be a regular expression',
    ],
    [
      'a status without anything',
      `${head}post_failover_validation_checks: [{ status: { dc: dc1 } }]`,
      '3:37: Expected `status` to have `remote` or `changes`, got neither.',
    ],
    [
      'a half duration of hundreds of digits',
      `${head}timeout: ${'9'.repeat(400)} s`,
      '3:10: Expected `timeout` to be a duration',
    ],
  ])('%s', (_title, text, message) => {
    expect(loadText(text).problems).toEqual([expect.stringContaining(`a.yaml:${message}`)])
  })
})
