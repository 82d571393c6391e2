import { SourceMap } from 'node:module'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { ScenarioError } from '../model/errors.ts'
import { loadScenarioFile } from './load-scenarios.ts'
import { ScenarioIndex } from './scenario-index.ts'
import { compileTestModule } from './test-module.ts'
import type { TestModule } from './test-module.ts'

function compile(text: string): TestModule {
  const file = 'scenarios/a.yaml'
  let loaded
  try {
    loaded = loadScenarioFile({ file, text }).scenarios
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    loaded = error
  }
  return compileTestModule({ file, text, loaded, timeScale: 60 })
}

/** Where the first line of code with `part` leads to: `line:column` in the scenario file. */
function placeOf({ code, map }: TestModule, part: string): string {
  const line = code.split('\n').findIndex((candidate) => candidate.includes(part))
  const column = code.split('\n')[line]?.indexOf(part) ?? -1
  const payload = { ...map, file: map.file ?? '', names: [], sourceRoot: '', sources: ['a'], sourcesContent: [''] }
  const entry = new SourceMap(payload).findEntry(line, column)
  return 'originalLine' in entry ? `${entry.originalLine + 1}:${entry.originalColumn + 1}` : 'nowhere'
}

const text = `description: "it's a \\"plain\\" one"
test_id: A-1
tags: [smoke]
fault_scenario:
  - kill: { target: dc1.job }
    at: 5 s
post_failover_validation_checks:
  - takeover
  - loss: { at_most: 1 s }
  - loss: { at_least: 1 s }
expected_recovery_time_seconds: 200
`

test('maps the test, its steps, its checks and its objectives to their lines', () => {
  const compiled = compile(text)
  expect(compiled.map).toMatchObject({ sources: ['scenarios/a.yaml'], sourcesContent: [text] })
  expect(placeOf(compiled, 'test(')).toBe('2:1')
  expect(placeOf(compiled, 'expect(report)')).toBe('2:1')
  expect(placeOf(compiled, 'Error.captureStackTrace(error),')).toBe('11:1')
  expect(placeOf(compiled, '"check takeover 1"')).toBe('8:5')
  expect(placeOf(compiled, '"check loss 2"')).toBe('9:5')
  expect(placeOf(compiled, '"check loss 1"')).toBe('10:5')
  expect(placeOf(compiled, '"step kill"')).toBe('5:5')
})

test('writes tests that a reader of the code can list', () => {
  expect(compile(text.replace(/^description.*/, `description: it's plain`)).code).toContain(
    `  test("A-1 it's plain", { tags: ["a","smoke"], meta: {"failoverScenario":`,
  )
  expect(compile(text.replace(/^description.*/, `description: "a\\n  \\"word\\""`)).code).toContain(
    `  test('A-1 a "word"', {`,
  )
  expect(compile(text).code).toContain(String.raw`  test("A-1 it's a \"plain\" one", {`)
  expect(compile(`${text}only: true`).code).toContain('  test.only("A-1')
  expect(compile(`${text}skip: later`).code).toContain('  test.skip("A-1')
  expect(compile(`${text}skip: later\nonly: true`).code).toContain('  test.skip("A-1')
})

test.each([
  ['opts: { run_for: 15 h }', ''],
  ['opts: { run_for: 901 min }', 'timeout: 2701000, '],
  ['opts: { run_for: 901 min }\ntimeout: 16 h', 'timeout: 2760000, '],
  ['opts: { run_for: 901 s, time_scale: 1 }', 'timeout: 2701000, '],
  ['opts: { run_for: 900 s, time_scale: 1 }', ''],
])('raises the time-out of Vitest only where a scenario may take longer: %s', (fields, timeout) => {
  expect(compile(`${text}${fields}`).code).toContain(`{ tags: ["a","smoke"], ${timeout}meta`)
})

test('throws what is wrong with a file from the place of the first problem', () => {
  const compiled = compile(`${text}color: red\nform: 7\n`)
  expect(() => runInNewContext(compiled.code, { Error })).toThrow(
    expect.objectContaining({
      name: 'ScenarioError',
      message: expect.stringMatching(
        /^scenarios\/a.yaml:12:1: Unknown key `color`.*\nscenarios\/a.yaml:13:1: Unknown key `form`/,
      ),
    }),
  )
  expect(placeOf(compiled, 'new Error')).toBe('12:1')
})

test('what comes of another file leads to the scenario that uses it, or to the file’s first line', () => {
  const common = (step: string): string => `presets:\n  p:\n    fault_scenario:\n\n\n\n      - ${step}\n`
  const own = 'extends: common.yaml\ntest_id: A-1\ndescription: d\nuse: p\n'
  const compiled = (step: string): TestModule => {
    const index = new ScenarioIndex({ readFile: () => common(step) })
    return compileTestModule({
      file: 'a.yaml',
      text: own,
      loaded: index.load({ file: 'a.yaml', text: own }),
      timeScale: 60,
    })
  }
  expect(placeOf(compiled('{ id: cut, kill: { target: dc1.job } }'), '"step cut"')).toBe('2:1')
  const wrong = compiled('{ id: cut, kil: { target: dc1.job } }')
  expect(wrong.code).toContain('common.yaml:7:20: Unknown key `kil`')
  expect(placeOf(wrong, 'throw')).toBe('1:1')
})
