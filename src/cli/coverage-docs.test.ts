// Keeps docs/coverage.md and docs/tune.md honest: what they print is what the program prints, and their tables have all there is.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { expect, onTestFinished, test } from 'vitest'
import { coverageRules, faultClasses, lifePhases, possibleCells } from '../model/coverage.ts'
import { coverageOutput } from './coverage.ts'
import { addTune, tuneDefaults, tuneOutput } from './tune.ts'

const coverage = readFileSync('docs/coverage.md', 'utf8')
const tuning = readFileSync('docs/tune.md', 'utf8')

const block = (page: string, language: string): string =>
  new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? ''

test('the map of docs/coverage.md is that of its suite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'failover-coverage-docs-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'suite.yaml'), block(coverage, 'yaml'))
  const { stdout, stderr } = await coverageOutput([folder], {})
  expect(stderr).toBe('')
  expect(block(coverage, 'text')).toBe(stdout)
})

test('docs/coverage.md has every class, phase and rule, and the number of cells', () => {
  const rows = (words: readonly string[]): readonly boolean[] => words.map((word) => coverage.includes(`\`${word}\``))
  expect(rows([...faultClasses, ...lifePhases, ...coverageRules.map(({ id }) => id)])).not.toContain(false)
  expect(coverage).toContain(`\n${possibleCells().length} of the combinations make sense.`)
})

test('the table of docs/tune.md is that of its command', async () => {
  const words = block(tuning, 'sh').trim().split(' ').slice(3)
  const program = new Command().exitOverride()
  addTune(program)
  const [command] = program.commands
  command?.parseOptions(words)
  const { stdout } = await tuneOutput({ ...tuneDefaults, rto: '', rpo: '', ...command?.opts() })
  const text = block(tuning, 'text')
  expect(text.split('\n').length).toBeGreaterThan(10)
  expect(stdout.startsWith(text)).toBe(true)
})

test('docs/tune.md has every option and its default', () => {
  const program = new Command()
  addTune(program)
  const options = program.commands[0]?.options ?? []
  const rows = tuning.split('\n').filter((line) => line.startsWith('|'))
  const missing = options.filter(({ long, defaultValue }) => {
    const row = rows.find((line) => line.includes(`\`${long}\``)) ?? ''
    return row === '' || (typeof defaultValue === 'string' && !row.includes(`\`${defaultValue}\``))
  })
  expect(options.length).toBeGreaterThan(10)
  expect(missing.map(({ long }) => long)).toEqual([])
})
