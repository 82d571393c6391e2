import { expect, test } from 'vitest'
import { loadScenarioFile } from '../load-scenarios.ts'
import { macroFindings } from './selection-rules.ts'
import { findingsOf, rulesOf } from './testing/findings.ts'

/** Scenarios with these tags each. */
const tagged = (...tags: readonly string[]): string =>
  `scenarios:\n${tags.map((tag, index) => `  - { test_id: CASE-${index}, description: d, tags: [${tag}], post_failover_validation_checks: [log_sanity] }\n`).join('')}`

test.each([
  ['a tag like one that is used more often', ['smoke', 'smoke', 'smoek'], ['tag-near-miss']],
  ['one of four letters', ['demo', 'demo', 'demp'], ['tag-near-miss']],
  ['two letters off', ['smoke', 'smoke', 'smeok-x'], []],
  ['each used once', ['smoke', 'smoek'], []],
  ['both used more often', ['smoke', 'smoke', 'smoek', 'smoek'], []],
  ['numbered ones', ['region1', 'region1', 'region2'], []],
  ['short ones', ['wan', 'wan', 'lan'], []],
])('%s', (_what, tags, expected) => {
  expect(rulesOf(tagged(...tags))).toEqual(expected)
})

test('a tag is one of those that are declared, where any are', () => {
  const declaredTags = ['smoke', 'nightly']
  expect(rulesOf(tagged('payments'), { declaredTags })).toEqual(['undeclared-tag'])
  expect(rulesOf(tagged('nightly'), { declaredTags })).toEqual([])
  expect(rulesOf(tagged('nightl'), { declaredTags })).toEqual(['tag-near-miss'])
  expect(rulesOf(tagged('payments'), { declaredTags: [] })).toEqual(['undeclared-tag'])
  expect(rulesOf(tagged('payments'))).toEqual([])
})

test('the tag that comes of the `test_id` is nobody’s slip', () => {
  expect(rulesOf(tagged('smoke', 'smoke'), { declaredTags: ['smoke'] })).toEqual([])
})

test('`only` is left in where there are others', () => {
  const one = '  - { test_id: A-1, description: d, only: true, post_failover_validation_checks: [log_sanity] }\n'
  expect(rulesOf(`scenarios:\n${one}`)).toEqual([])
  const two = `${one}  - { test_id: A-2, description: d, post_failover_validation_checks: [log_sanity] }\n`
  expect(findingsOf(`scenarios:\n${two}`)).toEqual([
    expect.objectContaining({
      rule: 'only-left-in',
      message: '`only` of A-1 keeps the other 1 scenarios from running.',
      position: expect.objectContaining({ line: 2 }),
    }),
  ])
})

test('a macro matches one of the scenarios beside it, and what is shared may be for others', () => {
  const macro = (match: string): string => `macros: [{ match: "${match}", add: { tags: [x] } }]\n`
  const scenario = 'scenarios: [{ test_id: A-1, description: d }]\n'
  const lines = (text: string): readonly (number | undefined)[] =>
    macroFindings([loadScenarioFile({ file: 'a.yaml', text })]).map(({ position }) => position?.line)
  expect(lines(macro('B-*') + scenario)).toEqual([1])
  expect(lines(macro('A-*') + scenario)).toEqual([])
  expect(lines(macro('B-*'))).toEqual([])
})
