// Every shipped scenario fails when the system fails otherwise than it asserts: what `failover mutate` plants and a scenario is known
// to assert, it kills. The scenarios of the toolkit's situations are many, and are tried in the slow tier (`FAILOVER_SLOW=1`).

import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadScenarioFile } from '../src/scenario/load-scenarios.ts'
import { countOutcomes, mutateScenario } from '../src/simulator/mutate/mutate-scenario.ts'
import { simulateScenario } from '../src/simulator/simulate.ts'

const isSlow = process.env['FAILOVER_SLOW'] === '1'
const files = [...globSync('scenarios/*.yaml'), ...(isSlow ? globSync('scenarios/toolkit/*.yaml') : [])]

test.each(files)('%s kills all that it asserts', { timeout: 120_000 }, async (file) => {
  const missed: string[] = []
  let killed = 0
  for (const { scenario, skip } of loadScenarioFile({ file, text: readFileSync(file, 'utf8') }).scenarios) {
    // Of runs and phases one is as good as the others.
    if (skip !== undefined || /\[(?:phase|run)=(?!1[\]/])/.test(scenario.testId)) continue
    const { results, problem } = await mutateScenario({ scenario, seed: 1, simulate: simulateScenario })
    if (problem !== null) missed.push(`${scenario.testId}: ${problem}`)
    for (const { outcome, what } of results) {
      if (outcome === 'survived' || outcome === 'undecided') missed.push(`${scenario.testId}: ${outcome}: ${what}`)
    }
    killed += countOutcomes(results).killed
  }
  expect(missed).toEqual([])
  expect(killed).toBeGreaterThan(0)
})
