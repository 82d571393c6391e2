import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { lintFiles } from '../scenario/lint.ts'
import { lintRules } from '../scenario/lint/rules.ts'
import { explainRule, listRules, readRulePages } from './explain-rule.ts'

const pages = readRulePages()
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failover-rules-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

/** The two examples of a page: what is found, and the same mended. */
function examplesOf(text: string): readonly string[] {
  return [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, yaml = '']) => yaml)
}

/** The rules that find something in an example; `---` divides it into files. */
async function rulesIn(example: string, name: string): Promise<readonly string[]> {
  const files: string[] = []
  for (const [index, part] of example.split(/^---\n/m).entries()) {
    const file = join(folder, `${name}-${index}.yaml`)
    const isWhole = /^(test_id|scenarios):/m.test(part)
    await writeFile(file, isWhole ? part : `test_id: A-01\ndescription: an example\n${part}`)
    files.push(file)
  }
  const { findings } = await lintFiles(files, { declaredTags: ['smoke', 'nightly'] })
  return [...new Set(findings.map(({ rule }) => rule))]
}

test('every rule has a page, and every page is that of a rule, of its severity', () => {
  const byId = (one: { readonly id: string }, other: { readonly id: string }): number => one.id.localeCompare(other.id)
  const documented = pages.map(({ id, severity }) => ({ id, severity })).toSorted(byId)
  expect(documented).toEqual(lintRules.map(({ id, severity }) => ({ id, severity })).toSorted(byId))
})

describe.each(pages)('the page of $id', ({ id, summary, text }) => {
  test('says in a sentence what it is', () => {
    expect(summary).toMatch(/^[A-Z`].*\.$/)
  })

  test('has an example in which that rule alone finds something, and one mended in which none does', async () => {
    const [failing = '', mended = '', ...more] = examplesOf(text)
    expect(more).toEqual([])
    expect(await rulesIn(failing, `${id}-failing`)).toEqual([id])
    expect(await rulesIn(mended, `${id}-mended`)).toEqual([])
  })
})

test('prints a rule’s page with how to silence it', () => {
  const printed = explainRule('never-down')
  expect(printed).toMatch(/^never-down\n\nerror: /)
  expect(printed).toMatch(/toolkit reference\s§1\.4/)
  expect(printed).toContain('\n    crossdc: { consecutiveHeartbeatMissesAllowed: 255 }\n')
  expect(printed.split('\n').filter((line) => line.length > 80)).toEqual([])
  expect(printed).not.toContain('```')
  expect(printed.trimEnd()).toMatch(/ {4}# failover-ignore never-down: the reason$/)
  expect(explainRule('bad-ignore').trimEnd()).toMatch(/It cannot be silenced\.$/)
  expect(JSON.parse(explainRule('never-down', { json: true }))).toMatchObject({ id: 'never-down', severity: 'error' })
})

test('suggests the rule that was meant', () => {
  expect(() => explainRule('never-downn')).toThrow(
    new SettingsError('Expected a rule of `failover lint`, got never-downn. Did you mean "never-down"?'),
  )
  expect(() => explainRule('colour')).toThrow('`failover explain --rules` lists them.')
})

test('lists all rules, a line each', () => {
  const lines = listRules().trimEnd().split('\n')
  expect(lines).toHaveLength(lintRules.length)
  expect(lines[0]).toMatch(/^takeover-without-fault +error +A takeover, a DOWN/)
  expect(JSON.parse(listRules({ json: true }))).toHaveLength(lintRules.length)
})
