// Keeps README.md and docs/command-line.md honest: their YAML loads, and their commands are those of the program.

import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { addAnalyze } from '../src/cli/analyze.ts'
import { addCoverage } from '../src/cli/coverage.ts'
import { addEmulate } from '../src/cli/emulate.ts'
import { addExplain } from '../src/cli/explain.ts'
import { addFuzz } from '../src/cli/fuzz.ts'
import { addLint } from '../src/cli/lint.ts'
import { addMutate } from '../src/cli/mutate.ts'
import { addPeer } from '../src/cli/peer.ts'
import { addPhases } from '../src/cli/phases.ts'
import { addPlan } from '../src/cli/plan.ts'
import { addRun } from '../src/cli/run.ts'
import { addSchema } from '../src/cli/schema.ts'
import { addSimulate } from '../src/cli/simulate.ts'
import { addTune } from '../src/cli/tune.ts'
import { addTwin } from '../src/cli/twin.ts'
import { loadScenarioFile } from '../src/scenario/load-scenarios.ts'
import { resolveSettings } from '../src/settings.ts'

const adders = {
  addAnalyze,
  addCoverage,
  addEmulate,
  addExplain,
  addFuzz,
  addLint,
  addMutate,
  addPeer,
  addPhases,
  addPlan,
  addRun,
  addSchema,
  addSimulate,
  addTune,
  addTwin,
}
const program = new Command('failover')
for (const add of Object.values(adders)) add(program)

const readme = readFileSync('README.md', 'utf8')
const commandLine = readFileSync('docs/command-line.md', 'utf8')
/** Each with its first line, a comment that says what it is. */
const yamlBlocks = [...readme.matchAll(/^```yaml\n(# )?(.*\n)([^]*?)^```$/gm)].map(
  ([, sign = '', name = '', rest = '']) => ({ name: name.trim(), text: `${sign}${name}${rest}` }),
)
const scenarioFiles = yamlBlocks.filter(({ name }) => name.startsWith('scenarios/'))
const fragments = yamlBlocks.filter(({ name }) => name === 'part of a scenario')
const workflows = yamlBlocks.filter(({ name }) => name.startsWith('.github/'))

test('every YAML block says what it is', () => {
  expect(scenarioFiles.length + fragments.length + workflows.length).toBe(yamlBlocks.length)
  expect(scenarioFiles.length).toBeGreaterThanOrEqual(2)
})

test.each(scenarioFiles)('$name loads', ({ name, text }) => {
  expect(loadScenarioFile({ file: name, text }).scenarios).not.toEqual([])
})

test.each(fragments)('a $name loads: $text', ({ text }) => {
  const whole = `test_id: README-01\ndescription: An example\n${text}`
  expect(loadScenarioFile({ file: 'README.yaml', text: whole }).scenarios).toHaveLength(1)
})

test.each(workflows)('$name is YAML', ({ text }) => {
  expect(parse(text)).toMatchObject({ jobs: {} })
})

/** Every command line of a page: those of shell blocks and of workflows, and those that stand in its text. */
function commandsOf(page: string): readonly string[] {
  return [...page.matchAll(/(?:npx |`)(failover [a-z-][^`\n#|]*)/g)].map(([, command = '']) => command.trim())
}

/** What is wrong with a command line. */
function problemsOf(line: string): readonly string[] {
  const [verb = '', ...words] = wordsOf(line).slice(1)
  if (verb.startsWith('-'))
    return program.createHelp().visibleOptions(program).some(isCalled(verb)) ? [] : [`${line}: no ${verb}`]
  const command = program.commands.find((one) => one.name() === verb)
  if (command === undefined) return [`${line}: no verb "${verb}"`]
  const options = command.createHelp().visibleOptions(command)
  return words
    .filter((word) => /^--?[a-z]/.test(word))
    .filter((word) => !options.some(isCalled(word)))
    .map((word) => `${line}: ${verb} has no ${word}`)
}

function wordsOf(line: string): readonly string[] {
  return line.match(/'[^']*'|"[^"]*"|\S+/g) ?? []
}

function isCalled(name: string) {
  return ({ short, long }: { readonly short?: string | undefined; readonly long?: string | undefined }): boolean =>
    short === name || long === name
}

const commands = [...new Set([...commandsOf(readme), ...commandsOf(commandLine)])]

test.each(commands)('there is %s', (line) => {
  expect(problemsOf(line)).toEqual([])
})

test.each([
  ['failover nonsense x.yaml', 'no verb "nonsense"'],
  ['failover run --max-warnings 0', 'run has no --max-warnings'],
  ['failover plan -x', 'plan has no -x'],
  ['failover --nonsense', 'no --nonsense'],
])('finds what is wrong with %s', (line, problem) => {
  expect(problemsOf(line)).toEqual([expect.stringContaining(problem)])
})

test('every verb of the program is told of, in both pages', () => {
  const source = readFileSync('src/cli.ts', 'utf8')
  const added = [...source.matchAll(/^ {2}(add\w+)\(program\)$/gm)].map(([, name = '']) => name)
  expect(added.toSorted()).toEqual(Object.keys(adders).toSorted())
  for (const command of program.commands) {
    expect(readme).toContain(`| \`failover ${command.name()}`)
    expect(commandLine).toMatch(new RegExp(`^## ${command.name()}\\b`, 'm'))
  }
})

test('the table of options has every option of the plugin, and its default', () => {
  const table = /^\| option of `failover\(\)`[^]*?\n\n/m.exec(readme)?.[0] ?? ''
  const rows = new Map(
    [...table.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll('`', '').trim(),
    ]),
  )
  const { seed, scenarios, ...settings } = resolveSettings()
  const defaults = Object.entries(settings).map(([name, value]): [string, string] => [
    name,
    typeof value === 'object' ? 'none' : String(value),
  ])
  expect(seed).toBeGreaterThanOrEqual(0)
  expect(Object.fromEntries(rows)).toEqual({
    ...Object.fromEntries(defaults),
    scenarios: scenarios.join(', '),
    seed: 'a new one each run',
  })
})
