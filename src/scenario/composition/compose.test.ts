import { describe, expect, test } from 'vitest'
import { drawnStepsMax } from '../plan-draw.ts'
import { loadFiles, problemsIn } from './testing/load-files.ts'

/** Real seconds that a refusal may take: far more than it does, and far less than what it keeps from happening. */
const refusalSecondsMax = 3

function refusal(text: string): readonly string[] {
  const start = performance.now()
  const problems = problemsIn({ 'a.yaml': text })
  expect((performance.now() - start) / 1000).toBeLessThan(refusalSecondsMax)
  return problems
}

describe('refuses quickly what a small file would make large', () => {
  test('presets that double each other', () => {
    const presets = Array.from(
      { length: 15 },
      (_, n) => `  p${n}: { use: [${Array.from({ length: 20 }, () => `p${n + 1}`).join(', ')}] }`,
    )
    const text = `presets:\n${presets.join('\n')}\n  p15: { timeout: 1 h }\nscenarios:\n  - { test_id: A-1, description: d, use: p0 }`
    expect(refusal(text)).toEqual([
      expect.stringMatching(/^a\.yaml:19:5: Expected at most 300000 values in the file's scenarios/),
    ])
  })

  test('arguments that are pasted into arguments', () => {
    const presets = Array.from(
      { length: 12 },
      (_, n) => `  p${n}: { parameters: { x: }, use: [{ p${n + 1}: { x: "${'${x}'.repeat(20)}" } }] }`,
    )
    const text = `presets:\n${presets.join('\n')}\n  p12: { parameters: { x: }, description: "\${x}" }\nscenarios:\n  - { test_id: A-1, use: [{ p0: { x: abc } }] }`
    expect(refusal(text)).toEqual([expect.stringContaining('with presets and matrices written out, got more.')])
  })

  test('lists that are put into lists', () => {
    const list = `[${Array.from({ length: 20 }, () => '"${x}"').join(', ')}]`
    const presets = Array.from(
      { length: 12 },
      (_, n) => `  p${n}: { parameters: { x: }, use: [{ p${n + 1}: { x: ${list} } }] }`,
    )
    const text = `presets:\n${presets.join('\n')}\n  p12: { parameters: { x: }, tags: "\${x}" }\nscenarios:\n  - { test_id: A-1, use: [{ p0: { x: abc } }] }`
    expect(refusal(text)).toEqual([expect.stringContaining('with presets and matrices written out, got more.')])
  })

  test('large scenarios in a large matrix', () => {
    const marks = Array.from({ length: 200 }, (_, n) => `  - { mark: m${n} }`).join('\n')
    const list = `[${Array.from({ length: 1000 }, (_, n) => n + 1).join(', ')}]`
    const text = `test_id: A-1\ndescription: d\nmatrix: { crossdc.httpReadTimeout: ${list} }\nfault_scenario:\n${marks}`
    expect(refusal(text)).toEqual([expect.stringMatching(/^a\.yaml:1:1: Expected at most 300000 values/)])
  })

  test('random groups in random groups', () => {
    const inner = '{ random: { steps: [{ mark: x }], count: 101 } }'
    const outer = `{ id: outer, random: { steps: [${inner}], count: 100 } }`
    const problems = refusal(`test_id: A-1\ndescription: d\nfault_scenario: [${outer}]`)
    expect(problems).toEqual([
      expect.stringMatching(
        new RegExp(`^a\\.yaml:3:1: Expected the \`random\` groups to come to at most ${drawnStepsMax} steps`),
      ),
    ])
  })
})

test('says everything that is wrong with a file at once, by place, the file’s own first', () => {
  const files = {
    'b.yaml': `extends: [a.yaml, gone.yaml]
presets: { p: { timeout: 5 } }
scenarios:
  - { test_id: A-1, description: d, use: [p, q] }
  - 7
  - { test_id: A-2, description: d, timeout: 6 }
  - { test_id: A-2, description: d }`,
    'a.yaml': 'default: {}',
  }
  expect(problemsIn(files).map((problem) => problem.slice(0, problem.indexOf(' ')))).toEqual([
    'b.yaml:1:19:',
    'b.yaml:2:26:',
    'b.yaml:4:46:',
    'b.yaml:5:5:',
    'b.yaml:6:46:',
    'a.yaml:1:1:',
  ])
})

test.each([
  [
    'a text',
    'abc',
    'a.yaml:1:1: Expected a scenario, got "abc". Write its fields, test_id first, or a list under `scenarios`.',
  ],
  ['a list', '- a', 'a.yaml:1:1: Expected a scenario, got a list.'],
  ['nothing', '', 'a.yaml:1:1: Expected a scenario, got nothing.'],
  [
    'an empty list of scenarios',
    'scenarios: []',
    'a.yaml:1:1: Expected `scenarios` to be a list of at least one scenario.',
  ],
  [
    'a field beside the list',
    'tags: [a]\nscenarios: [{ test_id: A, description: d }]',
    'a.yaml:1:1: Unknown key `tags` beside `scenarios`. Move it into `defaults` or into a scenario.',
  ],
  [
    'a field beside defaults',
    'defaults: {}\ntest_id: A',
    'a.yaml:2:1: Unknown key `test_id` beside `defaults`. Move it into a scenario of `scenarios`.',
  ],
])('refuses %s', (_title, text, message) => {
  expect(problemsIn({ 'a.yaml': text })).toEqual([expect.stringContaining(message)])
})

test('loads a plain scenario as it stands', () => {
  expect(loadFiles({ 'a.yaml': 'test_id: A-1\ndescription: d' })).toMatchObject({
    isShared: false,
    extended: [],
    macros: [],
    scenarios: [{ scenario: { testId: 'A-1' } }],
  })
})
