// Keeps docs/faults.md honest: its YAML loads, and it has every kind that the embedded testbed can do.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { faultSteps } from '../src/model/step.ts'
import { loadScenarioFile } from '../src/scenario/load-scenarios.ts'
import { embeddedCapabilities } from '../src/model/testbed-capabilities.ts'

const page = readFileSync('docs/faults.md', 'utf8')
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block)

function stepsOf(block: string): ReturnType<typeof faultSteps> {
  const steps = block.replaceAll(/^/gm, '  ')
  const text = `test_id: DOCS-01\ndescription: An example\nfault_scenario:\n${steps}\n`
  const { scenarios } = loadScenarioFile({ file: 'docs/faults.yaml', text })
  return scenarios.flatMap(({ scenario }) => faultSteps(scenario.steps))
}

test.for(blocks)('loads %j', (block) => {
  expect(stepsOf(block)).not.toEqual([])
})

test('has an example of every kind that the embedded testbed can do, and of no other', () => {
  const shown = new Set(blocks.flatMap(stepsOf).map(({ fault }) => fault.kind))
  expect([...shown].toSorted()).toEqual([...embeddedCapabilities.faults].toSorted())
})
