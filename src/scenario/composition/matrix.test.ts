import { describe, expect, test } from 'vitest'
import { loadFiles, problemsIn } from './testing/load-files.ts'
import { variantsMax } from './matrix.ts'

const body = `test_id: A-1
description: d
fault_scenario:
  - id: cut
    partition: { between: [dc1, dc2] }
    at: 400 s
    during:
      - sequence:
          - { id: inner, kill: { target: dc1.job }, at: 5 s, for: 1 s }
  - cancel_job: { target: dc2 }
post_failover_validation_checks:
  - loss: { at_most: 10 % }
  - duplicates
  - takeover: { by: dc1 }
  - takeover: { by: dc2 }
`
const load = (matrix: string) =>
  loadFiles({ 'a.yaml': `${body}matrix: ${matrix}` }).scenarios.map(({ scenario }) => scenario)
const problemsOf = (matrix: string): readonly string[] => problemsIn({ 'a.yaml': `${body}matrix: ${matrix}` })

test('makes a scenario of each combination, with ids that say which', () => {
  const scenarios = load('{ fault_scenario.cut.for: [60 s, 10 min], crossdc.heartbeatExchangeInterval: [10, 20, 30] }')
  expect(scenarios.map(({ testId }) => testId)).toEqual([
    'A-1[for=60 s,heartbeatExchangeInterval=10]',
    'A-1[for=60 s,heartbeatExchangeInterval=20]',
    'A-1[for=60 s,heartbeatExchangeInterval=30]',
    'A-1[for=10 min,heartbeatExchangeInterval=10]',
    'A-1[for=10 min,heartbeatExchangeInterval=20]',
    'A-1[for=10 min,heartbeatExchangeInterval=30]',
  ])
  expect(scenarios[4]).toMatchObject({
    tags: ['a'],
    crossdc: { dc1: { heartbeatExchangeInterval: 20 } },
    steps: [{ id: 'cut', forSeconds: 600 }, {}],
  })
})

test.each([
  [
    'a step inside others',
    'fault_scenario.inner.for: [7 s]',
    { steps: [{ during: [{ steps: [{ forSeconds: 7 }] }] }, {}] },
  ],
  [
    'an argument of a fault',
    'fault_scenario.cut.partition.how: [reject]',
    { steps: [{ fault: { how: 'reject' } }, {}] },
  ],
  ['a step without an id, by its kind', 'fault_scenario.cancel_job.at: [9 s]', { steps: [{}, { at: 9 }] }],
  [
    'an argument of a check',
    'post_failover_validation_checks.loss.at_most: [5 s]',
    { checks: [{ atMost: { unit: 'seconds', value: 5 } }, {}, {}, {}] },
  ],
  [
    'what a bare check says',
    'post_failover_validation_checks.duplicates: [expected]',
    { checks: [{}, { polarity: { is: 'expected' } }, {}, {}] },
  ],
  [
    'an argument of a bare check',
    'post_failover_validation_checks.duplicates.at_most: [5 s]',
    { checks: [{}, { polarity: { is: 'at_most' } }, {}, {}] },
  ],
  [
    'what stands beside a check',
    'post_failover_validation_checks.duplicates.severity: [info]',
    { checks: [{}, { severity: 'info' }, {}, {}] },
  ],
  ['a map that is not there yet', 'opts.start_offset.dc2: [7 s]', { opts: { startOffsetSeconds: 7 } }],
  ['a whole field', 'opts: [{ run_for: 900 s }]', { opts: { runForSeconds: 900 } }],
])('varies %s', (_title, matrix, expected) => {
  expect(load(`{ ${matrix} }`)).toMatchObject([expected])
})

test('names values that are no plain words by their place, and parameters of the same name by more of their path', () => {
  const ids = load(`
  crossdc.dc1.crossDCInitDelay: [40, 50]
  crossdc.dc2.crossDCInitDelay: [40]
  opts: [{ run_for: 900 s }, { run_for: 901 s }]`).map(({ testId }) => testId)
  expect(ids).toEqual([
    'A-1[dc1.crossDCInitDelay=40,dc2.crossDCInitDelay=40,opts=#1]',
    'A-1[dc1.crossDCInitDelay=40,dc2.crossDCInitDelay=40,opts=#2]',
    'A-1[dc1.crossDCInitDelay=50,dc2.crossDCInitDelay=40,opts=#1]',
    'A-1[dc1.crossDCInitDelay=50,dc2.crossDCInitDelay=40,opts=#2]',
  ])
})

test('varies what a preset brings', () => {
  const text = `
presets: { p: { fault_scenario: [{ id: cut, partition: { between: [dc1, dc2] }, at: 400 s }] } }
scenarios: [{ test_id: A-1, description: d, use: p, matrix: { fault_scenario.cut.at: [410 s, 420 s] } }]`
  expect(loadFiles({ 'a.yaml': text }).scenarios.map(({ scenario }) => scenario.steps[0]?.at)).toEqual([410, 420])
})

describe('refuses', () => {
  test.each([
    [
      'an unknown field',
      '{ crosdc.a: [1] }',
      'The path `crosdc.a` of `matrix` leads nowhere. A scenario has no field `crosdc` that could be varied. Did you mean "crossdc"?',
    ],
    ['the id', '{ test_id: [B] }', 'A scenario has no field `test_id` that could be varied.'],
    ['an unknown step', '{ fault_scenario.cutt.for: [1 s] }', 'There is no step `cutt`. Did you mean "cut"?'],
    ['a whole step', '{ fault_scenario.cut: [1 s] }', 'It names the whole step `cut`.'],
    [
      'an unknown check',
      '{ post_failover_validation_checks.los.at_most: [1 s] }',
      'There is no check `los`. Did you mean "loss"?',
    ],
    ['one of two checks', '{ post_failover_validation_checks.takeover.by: [dc1] }', 'There are 2 checks `takeover`.'],
    [
      'what lies below a single value',
      '{ fault_scenario.cut.at.max: [1 s] }',
      '`fault_scenario.cut.at` is a single value, which has no `max`.',
    ],
    ['an empty part', '{ crossdc..a: [1] }', 'It has an empty part.'],
    [
      'an empty list',
      '{ crossdc.heartbeatExchangeInterval: [] }',
      'Expected `matrix.crossdc.heartbeatExchangeInterval` to be a list of at least one value, got an empty one.',
    ],
    [
      'a single value',
      '{ crossdc.heartbeatExchangeInterval: 5 }',
      'to be a list of at least one value, got 5 (number).',
    ],
    [
      'a value twice',
      '{ crossdc.heartbeatExchangeInterval: [5, 6, 5] }',
      'The value 5 of `matrix.crossdc.heartbeatExchangeInterval` stands there twice.',
    ],
    ['a list', '[a]', 'Expected `matrix` to be a map of paths and lists of values'],
    ['an empty map', '{}', 'Expected `matrix` to be a map of paths and lists of values'],
  ])('%s', (_title, matrix, message) => {
    const problems = problemsOf(matrix)
    expect(problems).toEqual([expect.stringContaining(message)])
    expect(problems[0]).toMatch(/^a\.yaml:16:\d+: /)
  })

  test('a value that the field does not take, at its place, once', () => {
    expect(problemsOf('{ crossdc.heartbeatExchangeIntervall: [5, 6], opts.run_for: [900 s, 901 s] }')).toEqual([
      expect.stringContaining(
        'a.yaml:16:11: Unknown key `heartbeatExchangeIntervall` in `crossdc`. Did you mean "heartbeatExchangeInterval"?',
      ),
    ])
    expect(problemsOf('{ opts.run_for: [900 s, 901] }')).toEqual([
      expect.stringMatching(/^a\.yaml:16:33: Expected `opts\.run_for` to be a duration.* got 901 \(number\)\.$/),
    ])
  })

  test(`more than ${variantsMax} scenarios`, () => {
    const list = (count: number): string => `[${Array.from({ length: count }, (_, index) => index + 1).join(', ')}]`
    const matrix = (count: number): string =>
      `{ crossdc.crossDCInitDelay: ${list(count)}, crossdc.httpReadTimeout: ${list(10)} }`
    expect(load(matrix(100))).toHaveLength(1000)
    expect(problemsOf(matrix(101))).toEqual([
      'a.yaml:16:1: Expected `matrix` to come to at most 1000 scenarios, got 1010. Shorten its lists, or split it.',
    ])
  })
})
