// Scenario files with something wrong in them, by chance: each is loaded and planned, or refused with places, and never breaks the
// loader. `FAILOVER_SLOW=1 npx vitest run --project unit src/scenario/mutated-scenarios.test.ts` tries 100,000 of them, which takes
// some minutes; FAILOVER_SEED repeats a run whose seed it printed.

import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { array, assert, constantFrom, integer, oneof, property, record, string } from 'fast-check'
import type { Arbitrary } from 'fast-check'
import { expect, test } from 'vitest'
import { ScenarioError } from '../model/errors.ts'
import type { InputProblem } from '../model/errors.ts'
import { loadScenarioFile } from './load-scenarios.ts'
import type { LoadedScenario } from './loaded-scenario.ts'
import { planOf } from './plan.ts'
import { commonFile, composedScenarios } from './testing/composed-scenarios.ts'

const shipped = globSync('scenarios/*.yaml').map((file) => readFileSync(file, 'utf8'))
const texts = [...shipped, ...composedScenarios]

/** Real seconds that one file may take on a busy machine; a typical one takes some milliseconds. */
const fileSecondsMax = 5
/** Variants of one file that are planned. */
const plannedMax = 5

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
    '0',
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
  constantFrom(
    '${',
    '${x}',
    '${delay}',
    '$${',
    'use: ',
    'extends: ',
    'matrix: ',
    'presets: ',
    'defaults: ',
    'repeat: 3\n',
    '[0]',
    '.',
    '99999999999 s',
  ),
  constantFrom(
    'survivor',
    'failed',
    'one',
    'all',
    'dc2.remote_down',
    'cut.fault_healed',
    'random: ',
    'during: ',
    'until: ',
    'when: ',
  ),
  string({ maxLength: 6 }),
)

interface Mutation {
  readonly at: number
  readonly remove: number
  readonly insert: string
}

const mutation: Arbitrary<Mutation> = record({
  at: integer({ min: 0, max: 4000 }),
  remove: integer({ min: 0, max: 12 }),
  insert: splinter,
})
/** A line of one file where another had one. */
const grafted: Arbitrary<Mutation> = record({
  at: integer({ min: 0, max: 4000 }),
  remove: integer({ min: 0, max: 80 }),
  insert: constantFrom(...texts.flatMap((text) => text.split('\n')).map((line) => `\n${line}\n`)),
})
const mutations = array(oneof({ weight: 4, arbitrary: mutation }, { weight: 1, arbitrary: grafted }), {
  minLength: 1,
  maxLength: 5,
})

function mutated(text: string, changes: readonly Mutation[]): string {
  return changes.reduce((sofar, { at, remove, insert }) => {
    const start = at % (sofar.length + 1)
    return sofar.slice(0, start) + insert + sofar.slice(start + remove)
  }, text)
}

/** Loads `a.yaml`, and says what is wrong with it; anything else that the loader throws comes out. */
function outcomeOf(files: ReadonlyMap<string, string>): {
  readonly scenarios: readonly LoadedScenario[]
  readonly problems: readonly InputProblem[]
} {
  const readFile = (path: string): string => {
    for (const [name, text] of files) if (resolve(name) === path) return text
    throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
  }
  try {
    return {
      scenarios: loadScenarioFile({ file: 'a.yaml', text: files.get('a.yaml') ?? '', readFile }).scenarios,
      problems: [],
    }
  } catch (error) {
    if (error instanceof ScenarioError && error.problems.length > 0) return { scenarios: [], problems: error.problems }
    throw error
  }
}

/** Real seconds that the file took. */
function lookAt(
  files: ReadonlyMap<string, string>,
  seed: number,
): { readonly seconds: number; readonly isValid: boolean } {
  const start = performance.now()
  const { scenarios, problems } = outcomeOf(files)
  for (const { message, position } of problems) {
    const lines = files.get(position?.file ?? '')?.split('\n').length
    expect(position?.line).toBeGreaterThanOrEqual(1)
    expect(position?.line).toBeLessThanOrEqual(lines ?? 0)
    expect(position?.column).toBeGreaterThanOrEqual(1)
    // What the file itself says may be anything.
    expect(message.replaceAll(/`[^`]*`|"[^"]*"/g, '')).not.toMatch(/Invalid input|undefined|\[object/)
  }
  for (const { scenario } of scenarios.slice(0, plannedMax)) {
    const { rows, forecast, steps } = planOf(scenario, { seed })
    expect(rows.length).toBeGreaterThan(2)
    expect(forecast.systemSeconds.max).toBeGreaterThanOrEqual(forecast.systemSeconds.min)
    // JSON has no infinity and no NaN: either would become null here.
    expect(JSON.parse(JSON.stringify(forecast))).toEqual(forecast)
    expect(JSON.stringify({ rows, steps })).not.toMatch(/undefined|\[object|"group":"random"/)
  }
  const seconds = (performance.now() - start) / 1000
  expect(seconds).toBeLessThan(fileSecondsMax)
  return { seconds, isValid: problems.length === 0 }
}

function tryOut(options: { readonly numRuns: number; readonly seed?: number }): {
  readonly valid: number
  readonly slowestSeconds: number
} {
  let valid = 0
  let slowestSeconds = 0
  const anyText = constantFrom(...texts)
  const where = integer({ min: 0, max: 3 })
  assert(
    property(anyText, where, mutations, (original, place, changes) => {
      const isCommon = place === 0 && original.startsWith('extends')
      const files = new Map([
        ['a.yaml', isCommon ? original : mutated(original, changes)],
        ['common.yaml', isCommon ? mutated(commonFile, changes) : commonFile],
      ])
      const { seconds, isValid } = lookAt(files, place)
      valid += isValid ? 1 : 0
      slowestSeconds = Math.max(slowestSeconds, seconds)
    }),
    options,
  )
  return { valid, slowestSeconds }
}

test.each(composedScenarios.map((text) => [text.match(/test_id: (.*)/)?.[1], text] as const))(
  'the file of %s is loaded and planned before anything is changed in it',
  (_id, text) => {
    const files = new Map([
      ['a.yaml', text],
      ['common.yaml', commonFile],
    ])
    expect(lookAt(files, 1)).toMatchObject({ isValid: true })
  },
)

test(
  'a mutated scenario file is loaded and planned or refused with places, and never breaks the loader',
  {
    timeout: 60_000,
  },
  () => {
    expect(shipped.length).toBeGreaterThanOrEqual(5)
    tryOut({ numRuns: 400 })
  },
)

// Not there at all unless it is asked for: a skipped test looks like one that should have run.
const slowRuns = process.env['FAILOVER_SLOW'] === '1' ? [100_000] : []

test.for(slowRuns)('so are %d mutated files, in the slow tier', { timeout: 3_600_000 }, (numRuns) => {
  const seed = Number(process.env['FAILOVER_SEED'] ?? Date.now() % 2 ** 31)
  process.stdout.write(`mutated scenario files: seed ${seed}\n`)
  const start = performance.now()
  const { valid, slowestSeconds } = tryOut({ numRuns, seed })
  const seconds = (performance.now() - start) / 1000
  expect(valid).toBeGreaterThan(0)
  process.stdout.write(
    `mutated scenario files: ${numRuns} in ${seconds.toFixed(0)} s, ${valid} valid and planned, ${numRuns - valid} refused, the slowest ${slowestSeconds.toFixed(2)} s\n`,
  )
})
