import { describe, expect, test } from 'vitest'
import { unmatchedMacros } from '../load-scenarios.ts'
import type { MacroOption } from './macros.ts'
import { loadFiles, problemsIn } from './testing/load-files.ts'

const scenario = (id: string, fields = ''): string => `test_id: ${id}\ndescription: d\n${fields}`
const checksOf = (text: string, macros: readonly MacroOption[]): readonly string[] | undefined =>
  loadFiles({ 'a.yaml': text }, { macros }).scenarios[0]?.scenario.checks.map(({ kind }) => kind)
const integrity = { post_failover_validation_checks: ['integrity'] }

describe('a macro', () => {
  test.each([
    ['a glob of its id', 'FAIL-*', true],
    ['its id', 'FAIL-01', true],
    ['a glob of another id', 'PART-*', false],
    ['a part of its id only', 'FAIL', false],
    ['one of its tags', 'nightly', true],
    ['the tag that its id gives', 'fail', true],
    ['a tag that it does not have', 'smoke', false],
  ])('is for a scenario by %s', (_title, match, isMatched) => {
    const checks = checksOf(scenario('FAIL-01', 'tags: [nightly]'), [{ match, add: integrity }])
    expect(checks).toEqual(isMatched ? ['integrity'] : [])
  })

  test('adds steps, checks and tags behind the scenario’s own, and anything else only where nothing is said', () => {
    const macros = [
      {
        match: ['X-*', 'FAIL-*'],
        add: {
          tags: ['gated'],
          timeout: '1 h',
          crossdc: { crossDCInitDelay: 5, httpReadTimeout: 6 },
          fault_scenario: [{ id: 'last', mark: 'end', at: '500 s' }],
          post_failover_validation_checks: ['integrity', 'order'],
        },
      },
    ]
    const text = scenario(
      'FAIL-01',
      `tags: [own]
timeout: 2 h
crossdc: { crossDCInitDelay: 7 }
fault_scenario: [{ id: first, kill: { target: dc1.job }, at: 400 s }]
post_failover_validation_checks: [{ takeover: { by: dc2 } }]`,
    )
    expect(loadFiles({ 'a.yaml': text }, { macros }).scenarios[0]?.scenario).toMatchObject({
      tags: ['fail', 'own', 'gated'],
      crossdc: { dc1: { crossDCInitDelay: 7, httpReadTimeout: 6 } },
      steps: [{ id: 'first' }, { id: 'last' }],
      checks: [{ kind: 'takeover' }, { kind: 'integrity' }, { kind: 'order' }],
      opts: { timeoutSeconds: 7200 },
    })
  })

  test('does not add a check that the scenario has itself, whatever it says', () => {
    const macros = [{ match: 'A-*', add: { post_failover_validation_checks: [{ duplicates: 'never' }, 'integrity'] } }]
    const text = scenario('A-1', 'post_failover_validation_checks: [{ duplicates: expected, severity: info }]')
    expect(checksOf(text, macros)).toEqual(['duplicates', 'integrity'])
  })

  test('of the options comes before one of the file', () => {
    const text = `macros: [{ match: A-1, add: { timeout: 1 h, post_failover_validation_checks: [order] } }]
scenarios: [{ test_id: A-1, description: d }]`
    const macros = [{ match: 'A-1', add: { timeout: '2 h', ...integrity } }]
    expect(checksOf(text, macros)).toEqual(['integrity', 'order'])
    expect(loadFiles({ 'a.yaml': text }, { macros }).scenarios[0]?.scenario.opts.timeoutSeconds).toBe(7200)
  })

  test('can be varied by a matrix', () => {
    const text = scenario('A-1', 'matrix: { post_failover_validation_checks.loss.at_most: [1 s, 2 s] }')
    const macros = [{ match: 'A-*', add: { post_failover_validation_checks: [{ loss: { at_most: '5 s' } }] } }]
    expect(loadFiles({ 'a.yaml': text }, { macros }).scenarios).toMatchObject([
      { scenario: { checks: [{ atMost: { value: 1 } }] } },
      { scenario: { checks: [{ atMost: { value: 2 } }] } },
    ])
  })
})

describe('says what is wrong with', () => {
  test.each([
    ['macros that are no list', '{}', 'Expected `macros` to be a list'],
    ['a macro that is no map', '[x]', 'Expected a macro to be a map such as'],
    [
      'a macro without a match',
      '[{ add: { timeout: 1 h } }]',
      'Expected `match` to be a glob of ids or a tag, or a list of them, such as "FAIL-*", got nothing.',
    ],
    ['a match that is no text', '[{ match: [A, 7], add: { timeout: 1 h } }]', 'Expected `match` to be a glob'],
    ['a macro that adds nothing', '[{ match: A }]', "Expected `add` to be a map of a scenario's fields, got nothing."],
    [
      'an unknown key',
      '[{ match: A-*, add: { timeout: 1 h }, ad: 1 }]',
      'Unknown key `ad` in a macro. Did you mean "add"?',
    ],
    [
      'an unknown field',
      '[{ match: A-*, add: { timout: 1 h } }]',
      'Unknown key `timout` in `add`. Did you mean "timeout"?',
    ],
    ['what it cannot add', '[{ match: A-*, add: { use: [x] } }]', 'A macro cannot add `use`.'],
  ])('%s', (_title, macros, message) => {
    const text = `macros: ${macros}\nscenarios: [{ test_id: B-1, description: d }]`
    expect(problemsIn({ 'a.yaml': text })).toEqual([expect.stringMatching(/^a\.yaml:1:\d+: /)])
    expect(problemsIn({ 'a.yaml': text })[0]).toContain(message)
  })

  test('what a macro of the options adds, at the scenario that gets it', () => {
    const macros = [{ match: 'A-*', add: { timeout: 5 } }]
    expect(problemsIn({ 'a.yaml': `# a\n${scenario('A-1')}` }, { macros })).toEqual([
      expect.stringMatching(
        /^a\.yaml:2:1: Expected `timeout` to be a duration.* Added by macros\[0\] of the plugin's options \(A-\*\)\.$/,
      ),
    ])
  })

  test('what a macro of the file adds, at its place', () => {
    const text = 'macros: [{ match: A-*, add: { timeout: 5 } }]\nscenarios: [{ test_id: A-1, description: d }]'
    expect(problemsIn({ 'a.yaml': text })).toEqual([
      expect.stringMatching(/^a\.yaml:1:40: Expected `timeout`.* Added by the macro A-\*\.$/),
    ])
  })
})

test('warns of macros that are for no scenario of the whole selection', () => {
  const macros = [
    { match: 'A-*', add: integrity },
    { match: 'Z-*', add: integrity },
  ]
  const files = [
    loadFiles({ 'a.yaml': scenario('A-1') }, { macros }),
    loadFiles(
      {
        'b.yaml': `macros: [{ match: Y, add: { timeout: 1 h } }]\nscenarios: [{ ${scenario('B-1').trim().replace('\n', ', ')} }]`,
      },
      { macros },
    ),
  ]
  expect(unmatchedMacros(files)).toEqual([
    expect.objectContaining({ message: "No scenario is matched by macros[1] of the plugin's options (Z-*)." }),
    expect.objectContaining({
      message: 'No scenario is matched by the macro Y.',
      position: { file: 'b.yaml', line: 1, column: 10 },
    }),
  ])
})
