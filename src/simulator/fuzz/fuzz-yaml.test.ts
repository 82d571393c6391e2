import { describe, expect, test } from 'vitest'
import type { Scenario } from '../../model/scenario.ts'
import { lintScenarios } from '../../scenario/lint/lint-scenarios.ts'
import { loadScenarioFile } from '../../scenario/load-scenarios.ts'
import type { LoadedScenario } from '../../scenario/loaded-scenario.ts'
import { createRandom } from '../../support/random.ts'
import { drawCase } from './draw-case.ts'
import { fuzzFaultKinds, plainestCase } from './fuzz-case.ts'
import type { FuzzCase } from './fuzz-case.ts'
import { carriedOut } from './fuzz-faults.ts'
import { scenarioOf } from './fuzz-scenario.ts'
import { yamlOf } from './fuzz-yaml.ts'

const title = { testId: 'FUZZ-7-12', description: 'drawn by the fuzzer' }

function loaded(drawn: FuzzCase, more: Partial<Parameters<typeof yamlOf>[1]> = {}): LoadedScenario {
  const text = yamlOf(drawn, { ...title, ...more })
  const [only] = loadScenarioFile({ file: 'fuzz.yaml', text }).scenarios
  if (only === undefined) throw new Error(`no scenario in ${text}`)
  return only
}

/** Without what only a file has: where each thing stands. */
function unplaced(scenario: Scenario): unknown {
  return JSON.parse(JSON.stringify(scenario, (key, value: unknown) => (key === 'source' ? undefined : value)))
}

const drawn = Array.from({ length: 300 }, (_, seed) => drawCase(createRandom(seed), { secondsMax: 1200 }))

describe('a drawn case', { timeout: 60_000 }, () => {
  test('is as a file the same scenario as in memory', () => {
    for (const one of drawn) expect(unplaced(loaded(one).scenario)).toEqual(unplaced(scenarioOf(one, title)))
  })

  test('is a scenario in which lint finds no error', () => {
    for (const one of drawn) {
      const errors = lintScenarios([loaded(one)]).filter(({ severity }) => severity === 'error')
      expect(errors).toEqual([])
    }
  })

  test('takes no longer than it may', () => {
    for (const one of drawn) expect(scenarioOf(one, title).opts.runForSeconds).toBeLessThanOrEqual(1260)
  })

  test('is the same for the same seed, and another for another', () => {
    const again = drawCase(createRandom(5), { secondsMax: 1200 })
    expect(again).toEqual(drawn[5])
    expect(new Set(drawn.map((one) => JSON.stringify(one))).size).toBe(drawn.length)
  })

  test('has every kind of fault in some run, and few in most', () => {
    const kinds = new Set(drawn.flatMap((one) => carriedOut(one).map(({ kind }) => kind)))
    expect([...fuzzFaultKinds].filter((kind) => !kinds.has(kind))).toEqual([])
    const few = drawn.filter((one) => new Set(one.faults.map(({ kind }) => kind)).size <= 3)
    expect(few.length).toBeGreaterThan(drawn.length / 2)
  })
})

test('the comment at the head, and the invariants that are asked for, are in the file', () => {
  const text = yamlOf(plainestCase, { ...title, comment: ['Found by failover fuzz.', ''], only: ['replay_whole'] })
  expect(text).toMatch(/^# Found by failover fuzz\.\n#\n\ntest_id: FUZZ-7-12\n/)
  expect(loaded(plainestCase, { only: ['replay_whole'] }).scenario.checks).toEqual([
    { kind: 'toolkit_invariants', only: ['replay_whole'] },
  ])
})

test('of two faults that strike the same at once the later one is left out', () => {
  const kill = { kind: 'kill', dc: 'dc1', pe: null, hold: 100 } as const
  const faults = [
    { ...kill, at: 1000 },
    { ...kill, at: 1050 },
    { kind: 'disk_full', dc: 'dc1', at: 1060, hold: 10 } as const,
    { kind: 'partition', line: 'both', ports: 'all', how: 'drop', at: 1050, hold: 100 } as const,
    { ...kill, at: 1400 },
  ]
  expect(carriedOut({ ...plainestCase, faults }).map(({ at }) => at)).toEqual([1000, 1050, 1400])
})

test('of crashes of one DC there are no more than Streams restarts', () => {
  const faults = Array.from({ length: 8 }, (_, n) => ({ kind: 'crash', dc: 'dc1', pe: null, at: 1 + 900 * n }) as const)
  expect(carriedOut({ ...plainestCase, faults }).map(({ at }) => at)).toEqual([1, 901, 1801, 2701, 3601, 6301])
})
