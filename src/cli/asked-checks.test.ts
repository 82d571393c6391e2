import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkKinds } from '../model/check.ts'
import { ScenarioError } from '../model/errors.ts'
import type { ExtensionDescriptor } from '../model/extension.ts'
import { parseChecks } from './asked-checks.ts'

const page = readFileSync('docs/checks.md', 'utf8')
const sections = page.split(/^## /m).slice(1)
const openOrders: ExtensionDescriptor = {
  kind: 'probe',
  name: 'open_orders',
  description: 'How many orders are open.',
  schema: z.strictObject({}),
}

function yamlOf(text: string): readonly string[] {
  return [...text.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, yaml = '']) => yaml)
}

test('docs/checks.md has a section for each check of the language, in its order', () => {
  const titles = sections.flatMap((section) => /^`(\w+)`\n/.exec(section)?.[1] ?? [])
  expect(titles).toEqual(checkKinds)
})

test.each(checkKinds)('docs/checks.md says of %s what it reads and when it is which, with an example', (kind) => {
  const section = sections.find((each) => each.startsWith(`\`${kind}\`\n`)) ?? ''
  for (const row of ['arguments', 'reads', 'passes', 'fails', 'inconclusive']) expect(section).toContain(`| ${row} |`)
  const examples = yamlOf(section)
  expect(examples).not.toHaveLength(0)
  const asked = examples.flatMap((yaml) => parseChecks([yaml], [openOrders]))
  expect(new Set(asked.map((check) => check.kind))).toEqual(new Set([kind]))
})

test('every example of the page can be read', () => {
  const examples = yamlOf(page)
  expect(examples.length).toBeGreaterThan(checkKinds.length)
  for (const yaml of examples) expect(parseChecks([yaml], [openOrders])).not.toHaveLength(0)
})

test('one check or a list of them, several times', () => {
  expect(parseChecks(['integrity', '[order, prediction]'], []).map(({ kind }) => kind)).toEqual([
    'integrity',
    'order',
    'prediction',
  ])
})

test('says which option is wrong, and where', () => {
  expect(() => parseChecks(['integrity', 'loss: { at_mots: 1 s }'], [])).toThrow(ScenarioError)
  expect(() => parseChecks(['integrity', 'loss: { at_mots: 1 s }'], [])).toThrow(/^--check 2:1:9: .*at_mots/)
  expect(() => parseChecks(['availability: { at_least: 1 }'], [])).toThrow('--check:1:')
})
