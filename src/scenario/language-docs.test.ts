// Keeps docs/scenario-language.md honest: every example of it is read, and every word of the language is in it.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkKinds } from '../model/check.ts'
import type { ExtensionDescriptor } from '../model/extension.ts'
import { faultKinds } from '../model/fault.ts'
import { actionKinds, datacenterTriggers } from '../model/step.ts'
import { scenarioJsonSchema } from './scenario-json-schema.ts'
import { scenarioFieldNames } from './scenario-schema.ts'
import { loadText } from './testing/load-text.ts'

const page = readFileSync('docs/scenario-language.md', 'utf8')
const probe: ExtensionDescriptor = { kind: 'probe', name: 'orders_flow', description: 'd', schema: z.strictObject({}) }
const problemsOf = (text: string): readonly string[] =>
  loadText(text, [probe]).problems.filter((problem) => !problem.includes('needs a passive side'))

/** The tables by the heading above them: the names of the first cell and the code of the last one. */
const rows = page.split(/^#+ /m).flatMap((section) => {
  const [heading = '', ...lines] = section.split('\n')
  return lines
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const cells = line.split('|').map((cell) => cell.trim())
      const names = [...(cells[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
      return { heading, names, example: /^`(.*)`$/.exec(cells.at(-2) ?? '')?.[1] }
    })
})
const namesUnder = (...headings: readonly string[]): readonly string[] =>
  rows.filter(({ heading }) => headings.includes(heading)).flatMap(({ names }) => names)

const required = { test_id: 'test_id: A-1\n', description: 'description: d\n' }
const wrapped: Readonly<Record<string, (example: string) => string>> = {
  Fields: (example) =>
    `${Object.entries(required)
      .filter(([name]) => !example.startsWith(name))
      .map(([, line]) => line)
      .join(
        '',
      )}${example}${example.startsWith('fault_phases') ? '\nfault_scenario: [{ kill: { target: dc1.job } }]' : ''}`,
  Options: (example) => `test_id: A-1\ndescription: d\n${example}`,
  Traffic: (example) =>
    `test_id: A-1\ndescription: d\nfault_scenario: [{ kill: { target: dc1.job } }]\npre_failover_data: ${example}`,
  Checks: (example) => `test_id: A-1\ndescription: d\npost_failover_validation_checks:\n  - ${example}`,
}
const asStep = (example: string): string =>
  `test_id: A-1\ndescription: d\npre_failover_data: { rate: 1/s }\nfault_scenario:\n${example.includes('id: cut') ? '' : '  - { id: cut, crash: { target: dc1.job } }\n'}  - ${example}`

const examples = rows.filter(({ heading }) => !['Values', 'Targets', 'Events'].includes(heading))

test.each(examples)('the example of $names is read', ({ heading, names, example }) => {
  expect(example, `${names.join()} has no example`).toBeDefined()
  expect(problemsOf((wrapped[heading] ?? asStep)(example ?? ''))).toEqual([])
  expect(example).toContain(names[0])
})

test('the file at the top is read', () => {
  const block = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  expect(problemsOf(block)).toEqual([])
})

test('every word of the language is in its table', () => {
  expect(namesUnder('Fields')).toEqual([...scenarioFieldNames()].toSorted(byPlaceIn(namesUnder('Fields'))))
  expect(namesUnder('Faults of the line', 'Faults of a datacenter')).toEqual([...faultKinds])
  expect(namesUnder('Actions').toSorted()).toEqual([...actionKinds].toSorted())
  expect(namesUnder('Groups')).toEqual(['parallel', 'sequence', 'background', 'random'])
  expect(namesUnder('Events')).toEqual([...datacenterTriggers, 'fault_effective', 'fault_healed'])
  expect(namesUnder('Checks')).toEqual([...checkKinds])
})

test('every option, and every field of traffic and of steps, is in its table', () => {
  const { $defs = {} } = scenarioJsonSchema()
  const namesOf = (definition: string): readonly string[] => Object.keys($defs[definition]?.properties ?? {})
  const opts = $defs['scenario']?.properties?.['opts']
  const options = typeof opts === 'object' ? Object.keys(opts.properties ?? {}) : []
  expect(namesUnder('Options').toSorted()).toEqual(options.toSorted())
  expect(namesUnder('Traffic').toSorted()).toEqual([...namesOf('traffic')].toSorted())
  const kinds = ['Faults of the line', 'Faults of a datacenter', 'Actions', 'Groups']
  expect([...new Set(namesUnder('Steps', ...kinds))].toSorted()).toEqual([...namesOf('step')].toSorted())
})

function byPlaceIn(names: readonly string[]): (a: string, b: string) => number {
  return (a, b) => names.indexOf(a) - names.indexOf(b)
}
