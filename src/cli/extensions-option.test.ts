import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { givenExtensions } from './extensions-option.ts'
import { lintOutcome } from './lint.ts'
import { planFiles } from './plan.ts'
import { findProjectConfig, readProjectConfig } from './project-config.ts'

/** A folder with files, which goes with the test. Extensions import the package's sources: it is not installed there. */
function folderWith(files: Readonly<Record<string, string>>): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'failover-extensions-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text.replaceAll('vitest-failover/extend', resolve('src/extend.ts')))
  }
  return (name) => join(folder, name)
}

const own = `import { defineAction, z } from 'vitest-failover/extend'
export const drain = defineAction({
  name: 'drain', description: 'Drains.', parameters: { level: z.number() }, perform: async () => undefined,
})
`
const scenario = `test_id: OWN-01
description: d
fault_scenario: [{ drain: { level: 3 }, at: 20 s }]
post_failover_validation_checks: [log_sanity]
opts: { run_for: 60 s }
`

test('without the option there are none', async () => {
  expect((await givenExtensions({})).all).toEqual([])
})

test('lint and plan know the names of the files, and without them they do not', async () => {
  const at = folderWith({ 'own.mjs': own, 'a.yaml': scenario, 'wrong.yaml': scenario.replace('3', 'three') })
  const extensions = [at('own.mjs')]
  expect((await lintOutcome([at('a.yaml')], { extensions })).exitCode).toBe(0)
  expect((await lintOutcome([at('wrong.yaml')], { extensions })).stderr).toContain(
    'Expected `fault_scenario[0].drain.level` to be a number, got "three".',
  )
  expect((await planFiles([at('a.yaml')], { extensions })).stdout).toContain('drain')
  expect((await lintOutcome([at('a.yaml')], {})).stderr).toContain('Unknown key `drain`')
  expect((await planFiles([at('a.yaml')], {})).exitCode).toBe(2)
})

test('a scenario file among the files is no file of extensions', async () => {
  await expect(givenExtensions({ extensions: ['own.mjs', 'a.yaml'] })).rejects.toThrow(SettingsError)
  await expect(givenExtensions({ extensions: ['own.mjs', 'a.yaml'] })).rejects.toThrow(
    'Expected --extensions to name files of TypeScript or JavaScript, got a.yaml. Name scenario files before it, or after `--`.',
  )
})

test('a configuration’s plugins say which files count, wherever they stand in it', async () => {
  const plugin = (extensions: string): string =>
    `{ name: 'vitest-failover', api: { settings: { extensions: ['${extensions}'], macros: [{ match: 'A-*', add: {} }] } } }`
  const at = folderWith({
    'own.mjs': own,
    'other.mjs': own.replaceAll('drain', 'fill'),
    'vitest.config.mjs': `export default async () => ({
  root: import.meta.dirname,
  plugins: [null, { name: 'else' }, Promise.resolve([${plugin('own.mjs')}])],
  test: { projects: ['packages/*', { plugins: [${plugin('other.mjs')}] }] },
})`,
  })
  const file = findProjectConfig(at('.')) ?? ''
  expect(file).toBe(at('vitest.config.mjs'))
  // Vite is found where Vitest is: in this repository.
  const { extensions, macros } = await readProjectConfig(file, process.cwd())
  expect(extensions.map(({ name }) => name)).toEqual(['drain', 'fill'])
  expect(macros).toEqual([
    { match: 'A-*', add: {} },
    { match: 'A-*', add: {} },
  ])
})

test('a configuration without the plugin adds nothing, and one that breaks off is named', async () => {
  const at = folderWith({
    'vitest.config.mjs': 'export default {}',
    'vite.config.mjs': `throw new Error('half done')`,
  })
  expect(await readProjectConfig(at('vitest.config.mjs'), process.cwd())).toEqual({ extensions: [], macros: [] })
  await expect(readProjectConfig(at('vite.config.mjs'), process.cwd())).rejects.toThrow(
    'The configuration vite.config.mjs cannot be loaded: half done',
  )
})

test('a folder without Vitest, and one without a configuration, are said to be such', async () => {
  const at = folderWith({})
  expect(findProjectConfig(at('.'))).toBeUndefined()
  await expect(readProjectConfig(at('vitest.config.ts'), at('.'))).rejects.toThrow(
    /Expected vitest to be installed in .*, got none\. Install it: npm install --save-dev vitest/,
  )
})
