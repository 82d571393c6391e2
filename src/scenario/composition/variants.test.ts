import { describe, expect, test } from 'vitest'
import { loadFiles, problemsIn } from './testing/load-files.ts'

const kill = 'fault_scenario: [{ id: a, kill: { target: dc2.job }, at: 400 s }, { id: b, mark: x }]\n'
const head = 'test_id: A-1\ndescription: d\n'
const load = (fields: string) => loadFiles({ 'a.yaml': head + fields }).scenarios.map(({ scenario }) => scenario)
const problemsOf = (fields: string): readonly string[] => problemsIn({ 'a.yaml': head + fields })

test('repeats a scenario as scenarios of their own', () => {
  const scenarios = loadFiles({ 'a.yaml': `${head}${kill}repeat: 3` }).scenarios
  expect(scenarios.map(({ scenario }) => scenario.testId)).toEqual(['A-1[run=1]', 'A-1[run=2]', 'A-1[run=3]'])
  expect(scenarios.map(({ scenario }) => ({ ...scenario, testId: '' }))).toEqual(
    Array.from({ length: 3 }, () => ({ ...scenarios[0]?.scenario, testId: '' })),
  )
})

test('puts the fault at so many places of the heartbeat cycle of the DC that it silences, and moves the end with it', () => {
  const scenarios = load(
    `${kill}crossdc: { dc2: { heartbeatExchangeInterval: 20 } }\nopts: { run_for: 900 s }\nfault_phases: 4`,
  )
  expect(scenarios.map(({ testId, steps, opts }) => [testId, steps[0]?.at, steps[1]?.at, opts.runForSeconds])).toEqual([
    ['A-1[phase=1/4]', 400, undefined, 900],
    ['A-1[phase=2/4]', 405, undefined, 905],
    ['A-1[phase=3/4]', 410, undefined, 910],
    ['A-1[phase=4/4]', 415, undefined, 915],
  ])
})

test('runs each phase so often, after what a matrix makes', () => {
  const ids = load(`${kill}matrix: { fault_scenario.a.at: [400 s, 500 s] }\nfault_phases: 2\nrepeat: 2`)
  expect(ids.map(({ testId }) => testId).slice(0, 5)).toEqual([
    'A-1[at=400 s][phase=1/2][run=1]',
    'A-1[at=400 s][phase=1/2][run=2]',
    'A-1[at=400 s][phase=2/2][run=1]',
    'A-1[at=400 s][phase=2/2][run=2]',
    'A-1[at=500 s][phase=1/2][run=1]',
  ])
})

test('leaves the id alone for one run and one phase', () => {
  expect(load(`${kill}repeat: 1\nfault_phases: 1`).map(({ testId }) => testId)).toEqual(['A-1'])
})

describe('refuses', () => {
  const message = 'Expected a fault whose time `fault_phases` can move: a step of `fault_scenario` with `at`.'
  test.each([
    [
      'phases without a time',
      'fault_phases: 2\nfault_scenario: [{ kill: { target: dc1.job } }]',
      `a.yaml:3:1: ${message}`,
    ],
    [
      'too many runs and phases',
      `repeat: 1000\nfault_phases: 11\n${kill}`,
      'a.yaml:3:1: Expected `repeat` times `fault_phases` to be at most 10000, got 11000.',
    ],
    [
      'too many scenarios',
      `repeat: 1000\nmatrix: { crossdc.httpReadTimeout: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }\n${kill}`,
      'a.yaml:1:1: Expected a file to come to at most 10000 scenarios',
    ],
  ])('%s', (_title, fields, problem) => {
    expect(problemsOf(fields)).toEqual([expect.stringContaining(problem)])
  })
})
