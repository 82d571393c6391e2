import { assert } from 'vitest'
import { formatProblem } from '../../model/errors.ts'
import type { ExtensionDescriptor } from '../../model/extension.ts'
import type { Scenario } from '../../model/scenario.ts'
import type { Step } from '../../model/step.ts'
import { loadScenario } from '../load-scenario.ts'
import type { LoadedScenario } from '../loaded-scenario.ts'
import { parseYamlTree } from '../yaml-tree.ts'

/** The two fields that every scenario has, as lines 1 and 2 of `a.yaml`. */
export const head = 'test_id: A-1\ndescription: d\n'

/** What becomes of a scenario's text. */
export function loadText(
  text: string,
  extensions: readonly ExtensionDescriptor[] = [],
): { readonly loaded: LoadedScenario | null; readonly problems: readonly string[] } {
  const { tree, problems } = parseYamlTree({ file: 'a.yaml', text })
  if (tree?.kind !== 'map') return { loaded: null, problems: problems.map(formatProblem) }
  const read = loadScenario({ tree, directory: '.', extensions })
  return { loaded: read.loaded, problems: [...problems, ...read.problems].map(formatProblem) }
}

/** The scenario of a text without problems. */
export function scenarioOf(text: string, extensions: readonly ExtensionDescriptor[] = []): Scenario {
  const { loaded, problems } = loadText(text, extensions)
  assert.deepEqual(problems, [])
  assert.ok(loaded !== null)
  return loaded.scenario
}

/** The steps of a scenario that has them one a line, in the flow style, without their places. */
export function stepsOf(...lines: readonly string[]): readonly Step[] {
  const { steps } = scenarioOf(`${head}pre_failover_data: { rate: 1/s }\nfault_scenario:\n${listOf(lines)}`)
  return withoutPlaces(steps)
}

/** Lines as items of a list, from line 5 on behind `head`, traffic and the list's name. */
export function listOf(lines: readonly string[]): string {
  return lines.map((line) => `  - ${line}\n`).join('')
}

function withoutPlaces(steps: readonly Step[]): readonly Step[] {
  return JSON.parse(JSON.stringify(steps, (key, value: unknown) => (key === 'source' ? undefined : value)))
}
