import { globSync, readFileSync } from 'node:fs'
import { assert, constantFrom, integer, oneof, property, record, string, array } from 'fast-check'
import { expect, test } from 'vitest'
import { ScenarioError } from '../model/errors.ts'
import type { InputProblem } from '../model/errors.ts'
import { loadScenarioFile } from './load-scenarios.ts'

const texts = globSync('scenarios/*.yaml').map((file) => readFileSync(file, 'utf8'))

/** What hurts parsers and schemas when it stands somewhere it does not belong. */
const splinter = oneof(
  constantFrom(
    '\n',
    ' ',
    '\t',
    ':',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '&a ',
    '*a',
    '!t ',
    '#',
    '"',
    "'",
    '|',
    '>',
    '%',
    '@',
    '`',
    '?',
  ),
  constantFrom(
    'null',
    '~',
    '-1',
    '1e999',
    '.nan',
    '0x',
    'dc1',
    'for',
    '__proto__',
    'constructor',
    'toString',
    '<<',
    '\0',
    '\u2028',
  ),
  string({ maxLength: 6 }),
)
const mutation = record({ at: integer({ min: 0, max: 4000 }), remove: integer({ min: 0, max: 12 }), insert: splinter })

/** What the loader says against a text; anything else that it throws comes out. */
function problemsOf(text: string): readonly InputProblem[] {
  try {
    loadScenarioFile({ file: 'a.yaml', text })
    return []
  } catch (error) {
    if (error instanceof ScenarioError && error.problems.length > 0) return error.problems
    throw error
  }
}

test('a mutated scenario file is loaded or refused with places, and never breaks the loader', () => {
  expect(texts).toHaveLength(5)
  assert(
    property(constantFrom(...texts), array(mutation, { minLength: 1, maxLength: 5 }), (original, mutations) => {
      const text = mutations.reduce((mutated, { at, remove, insert }) => {
        const start = at % (mutated.length + 1)
        return mutated.slice(0, start) + insert + mutated.slice(start + remove)
      }, original)
      const lines = text.split('\n').length
      for (const { message, position } of problemsOf(text)) {
        expect(position?.line).toBeGreaterThanOrEqual(1)
        expect(position?.line).toBeLessThanOrEqual(lines)
        expect(position?.column).toBeGreaterThanOrEqual(1)
        expect(message).not.toMatch(/Invalid|undefined|\[object/)
      }
    }),
    { numRuns: 400 },
  )
})
