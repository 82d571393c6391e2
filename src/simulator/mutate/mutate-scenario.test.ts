import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Scenario } from '../../model/scenario.ts'
import { loadScenarioFile } from '../../scenario/load-scenarios.ts'
import { simulateScenario } from '../simulate.ts'
import type { PlantKind } from '../world/plant.ts'
import {
  countOutcomes,
  mutateScenario,
  mutateVerdict,
  type MutateSummary,
  type PlantResult,
} from './mutate-scenario.ts'
import { mutateDocument, mutateText, totalText } from './mutate-text.ts'

/** dc1 dies at 130 s with heartbeats every 5 s; whatever else is said. */
function kill(checks: string, more = ''): Scenario {
  const text = `test_id: K-1
description: dc2 takes over when dc1's job is killed
crossdc: { heartbeatExchangeInterval: 5, dataSnapshotExchangeInterval: 30, crossDCInitDelay: 10 }
pre_failover_data: { generator: sequence, rate: 10/s, keys: 2, into: dc1 }
fault_scenario:
  - { id: outage, kill: { target: dc1.job }, at: 132 s }
post_failover_validation_checks:
${checks}
${more}
opts: { start_offset: { dc2: 2 s }, run_for: 260 s }
`
  const [loaded] = loadScenarioFile({ file: 'a.yaml', text }).scenarios
  if (loaded === undefined) throw new Error('Expected a scenario')
  return loaded.scenario
}

async function mutate(scenario: Scenario, only?: readonly PlantKind[]): Promise<MutateSummary> {
  return await mutateScenario({ scenario, seed: 1, simulate: simulateScenario, ...(only && { only }) })
}

function resultOf({ results }: MutateSummary, plant: PlantKind): PlantResult {
  const found = results.find((result) => result.plant === plant)
  if (found === undefined) throw new Error(`Expected a result of ${plant}`)
  return found
}

const thorough = `  - takeover: { by: dc2, of: dc1, within: 40 s }
  - loss: { at_most: 60 s }
  - duplicates: never
  - order
  - integrity
  - prediction
  - status: { dc: dc2, changes: { at_most: 1 } }
  - log_sanity
  - availability: { at_least: 90 %, phase: before_fault }
  - latency: { percentile: 99, at_most: 1 s, phase: before_fault }`

describe('a scenario that asserts much', async () => {
  const summary = await mutate(kill(thorough))

  test('kills all that it asserts', () => {
    const { survived, undecided, killed } = countOutcomes(summary.results)
    expect({ survived, undecided }).toEqual({ survived: 0, undecided: 0 })
    expect(killed).toBeGreaterThanOrEqual(15)
    expect(mutateVerdict(summary)).toBe('pass')
  })

  test.each([
    ['tuple_lost', 'loss', 'loss'],
    ['tuple_duplicated', 'duplicates', 'duplicates'],
    ['tuples_swapped', 'order', 'order'],
    ['tuple_corrupted', 'integrity', 'integrity'],
    ['replica_corrupted', 'integrity', 'integrity'],
    ['replay_twice', 'duplicates', 'duplicates'],
    ['replay_lost', 'loss', 'loss'],
    ['snapshot_stuck', 'loss', 'loss'],
    ['snapshots_stop', 'loss', 'loss'],
    ['takeover_never', 'takeover', 'takeover'],
    ['takeover_late', 'takeover', 'takeover'],
    ['takeover_early', 'prediction', 'prediction'],
    ['takeover_false', 'status', 'status'],
    ['status_flaps', 'status', 'status'],
    ['no_heal', 'restored', 'restored'],
    ['error_logged', 'log_sanity', 'log_sanity'],
    ['input_refused', 'availability', 'availability'],
    ['input_waits', 'latency', 'latency'],
  ] as const)('%s is asserted by %s and fails %s', (plant, asserted, failed) => {
    const { outcome, assertedBy, failedBy } = resultOf(summary, plant)
    expect(outcome).toBe('killed')
    expect(assertedBy).toContain(asserted)
    expect(failedBy).toContain(failed)
  })

  test('says nothing of a failure that never came to act', () => {
    expect(resultOf(summary, 'fail_back_never').outcome).toBe('not_applicable')
  })
})

describe('a scenario that asserts little', async () => {
  const summary = await mutate(kill('  - takeover: { by: dc2, of: dc1 }\n  - loss: { at_most: 200 s }'))

  test('is blamed for nothing that it does not assert', () => {
    expect(mutateVerdict(summary)).toBe('pass')
    expect(countOutcomes(summary.results).survived).toBe(0)
  })

  test.each([
    ['tuple_lost', '- loss: { at_most: 40 s }'],
    ['tuple_duplicated', '- duplicates: never'],
    ['tuples_swapped', '- order'],
    ['tuple_corrupted', '- integrity'],
    ['takeover_false', '- status: { dc: dc2, changes: { at_most: 1 } }'],
    ['error_logged', '- log_sanity'],
  ] as const)('%s goes by, and the check that would have caught it is %s', (plant, advice) => {
    expect(resultOf(summary, plant)).toMatchObject({ outcome: 'unnoticed', advice })
  })

  test('that takes the advice notices', async () => {
    const advised = await mutate(kill('  - takeover: { by: dc2, of: dc1 }\n  - duplicates: never'), [
      'tuple_duplicated',
    ])
    expect(resultOf(advised, 'tuple_duplicated').outcome).toBe('killed')
  })

  test('with a warning only does not assert', async () => {
    const warned = await mutate(
      kill('  - takeover: { by: dc2, of: dc1 }\n  - duplicates: never\n    severity: warning'),
      ['tuple_duplicated'],
    )
    expect(resultOf(warned, 'tuple_duplicated').outcome).toBe('unnoticed')
  })
})

test('names no check that the run without the failure does not pass', async () => {
  const file = 'scenarios/active-passive.yaml'
  const [loaded] = loadScenarioFile({ file, text: readFileSync(file, 'utf8') }).scenarios
  // A passive side logs its own ways at level error, so that log_sanity has something to say of it anyway.
  const summary = await mutate(loaded?.scenario ?? kill(''), ['error_logged'])
  expect(resultOf(summary, 'error_logged')).toMatchObject({ outcome: 'unnoticed', advice: null })
})

test('an asserted failure that goes by fails, with the check in the text', async () => {
  const scenario = kill('  - takeover: { by: dc2, of: dc1 }\n  - order')
  const blind = await mutateScenario({
    scenario,
    seed: 1,
    only: ['tuples_swapped'],
    // A system in which nothing that is planted shows.
    simulate: async ({ plants = [], ...options }) => {
      for (const { tell } of plants) tell?.({ time: 60, dc: 'dc1' })
      return await simulateScenario(options)
    },
  })
  expect(resultOf(blind, 'tuples_swapped')).toMatchObject({ outcome: 'survived', assertedBy: ['order'], advice: null })
  expect(mutateVerdict(blind)).toBe('fail')
  expect(mutateText(blind)).toMatch(/SURVIVED +dc1 puts two tuples out in the wrong order\n +asserted by order\n/)
})

test('nothing is planted in a scenario that does not pass by itself', async () => {
  const summary = await mutate(kill('  - takeover: never'))
  expect(summary.problem).toMatch(/^Without anything planted it does not pass: fail: takeover:/)
  expect(mutateVerdict(summary)).toBe('inconclusive')
  expect(mutateText(summary)).toContain('K-1: nothing planted.')
})

test('nothing is planted in a scenario that is expected to fail', async () => {
  const summary = await mutate(kill('  - takeover: never', 'known_issue: "Q4: too quick"'))
  expect(summary.problem).toBe('It is expected to fail (Q4: too quick), so there is nothing to kill.')
})

describe('the text', async () => {
  const summary = await mutate(kill('  - takeover: { by: dc2, of: dc1 }\n  - duplicates: never'))

  test('says the score, and for everything that went by what would have caught it', () => {
    const text = mutateText(summary)
    expect(text).toMatch(/^K-1: kill score (\d+) of \1; \d+ of \d+ planted failures asserted\n/)
    expect(text).toMatch(/killed +dc1 applies one tuple twice\n +asserted by duplicates; failed duplicates/)
    expect(text).toMatch(/unnoticed +dc1 puts two tuples out in the wrong order\n +- order\n/)
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
  })

  test('has a total', () => {
    expect(totalText([summary, summary])).toMatch(/^2 scenarios: kill score (\d+) of \1;/)
    expect(totalText([])).toBe('Nothing was planted.\n')
  })

  test('has a document', () => {
    const { killed } = countOutcomes(summary.results)
    expect(mutateDocument(summary)).toMatchObject({
      scenario: 'K-1',
      verdict: 'pass',
      score: 1,
      killed,
      asserted: killed,
    })
  })
})
