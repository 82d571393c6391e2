// The import table of the architecture, enforced: which folder may import which, who may import `vitest`, and which folders
// stay free of I/O. Type-only imports count, in tests too; only tests may import `vitest` and any of Node's modules anywhere.

import { globSync, readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

/** What each folder may import besides itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'src/model': [],
  'src/support': ['src/model'],
  'src/toolkit': ['src/model', 'src/support'],
  'src/applications': ['src/model', 'src/support', 'src/toolkit'],
  'src/scenario': ['src/model', 'src/support', 'src/toolkit'],
  'src/streams': ['src/model', 'src/support'],
  'src/remote': ['src/model', 'src/support'],
  'src/faults': ['src/model', 'src/support', 'src/remote'],
  'src/data': ['src/model', 'src/support'],
  'src/workload': ['src/model', 'src/support', 'src/data'],
  'src/monitoring': ['src/model', 'src/support', 'src/remote'],
  'src/run': [
    'src/model',
    'src/support',
    'src/toolkit',
    'src/scenario',
    'src/data',
    'src/workload',
    'src/faults',
    'src/monitoring',
    'src/checks',
  ],
  'src/checks': ['src/model', 'src/support', 'src/toolkit'],
  'src/reports': ['src/model', 'src/support'],
  // The toolkit's HTTP over sockets, for both that speak it: byte for byte the same from a PE and from a stand-in for one.
  'src/wire': ['src/model', 'src/support'],
  // Plays the remote DC by the toolkit's codec; never the emulator, for it also plays it against real jobs.
  'src/peer': ['src/model', 'src/support', 'src/toolkit', 'src/wire'],
  'src/emulator': [
    'src/model',
    'src/support',
    'src/toolkit',
    'src/applications',
    'src/remote',
    'src/faults',
    'src/wire',
  ],
  'src/simulator': [
    'src/model',
    'src/support',
    'src/toolkit',
    'src/applications',
    'src/data',
    'src/faults',
    'src/scenario',
    'src/run',
    'src/checks',
  ],
  // What users add to the language: it joins what runs in several folders under one name.
  'src/extensions': [
    'src/model',
    'src/support',
    'src/scenario',
    'src/faults',
    'src/data',
    'src/checks',
    'src/monitoring',
    'src/run',
  ],
  'src/lab': ['src/model', 'src/support', 'src/remote', 'src/emulator'],
}
/** The node-side faces and the fixtures import anything in `src`. */
const faces = [
  'src/plugin.ts',
  'src/extend.ts',
  'src/global-setup.ts',
  'src/reporter.ts',
  'src/run-config.ts',
  'src/cli.ts',
  'src/cli',
  'src/settings.ts',
  'src/testbeds.ts',
  'fixtures',
]
/** Of the toolkit these take the oracle only: deadlines, lint and predictions come from the settings alone. */
const oracleUsers = ['src/scenario', 'src/checks', 'src/run']
/** Data without behaviour: the language refuses what the table of parameters gives no sense to. */
const parameterUsers = ['src/scenario']
const vitestUsers = ['fixtures', 'src/plugin.ts', 'src/global-setup.ts', 'src/reporter.ts', 'src/run-config.ts']
const withoutIo = ['src/model', 'src/support', 'src/toolkit', 'src/applications']
const nodeWithoutIo = ['node:assert', 'node:assert/strict', 'node:buffer', 'node:crypto', 'node:path', 'node:util']
const nodeClock = ['node:timers', 'node:timers/promises', 'node:perf_hooks']
const linesMax = 350
const testEnding = /\.test(-d)?\.ts$/
/** Tests, and what only tests use: the `testing` folders beside the sources. */
const isTestFile = (file: string): boolean => testEnding.test(file) || file.includes('/testing/')

const importPattern =
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"`]([^'"`]+)['"`]/gm

/** The part of the table that a file belongs to: `src/model`, `fixtures`, or the file itself right under `src`. */
const partOf = (file: string): string =>
  file
    .replace(testEnding, '.ts')
    .split('/')
    .slice(0, file.startsWith('src/') ? 2 : 1)
    .join('/')

/** Everything wrong with one source file, as messages. */
function violations(file: string, text: string): readonly string[] {
  const part = partOf(file)
  const isTest = isTestFile(file)
  const problems: string[] = []
  if (!faces.includes(part) && mayImport[part] === undefined) problems.push('is not in the import table')
  const lines = text.trimEnd().split('\n').length
  if (lines > linesMax && !isTest) problems.push(`has ${lines} lines, the limit is ${linesMax}`)
  for (const match of text.matchAll(importPattern)) {
    const name = match[1] ?? match[2] ?? match[3] ?? ''
    if (!isAllowed({ name, file, part, isTest })) problems.push(`may not import ${name}`)
  }
  return problems.map((problem) => `${file} ${problem}`)
}

function isAllowed(use: {
  readonly name: string
  readonly file: string
  readonly part: string
  readonly isTest: boolean
}): boolean {
  const { name, file, part, isTest } = use
  if (name.startsWith('.')) {
    const target = partOf(relative('.', resolve(file, '..', name)))
    if (target === part) return true
    if (target === 'src/toolkit' && oracleUsers.includes(part) && !isTest) {
      const isParameters = name.endsWith('/toolkit/parameters.ts')
      return name.endsWith('/toolkit/oracle.ts') || (isParameters && parameterUsers.includes(part))
    }
    return faces.includes(part) ? target.startsWith('src/') : (mayImport[part] ?? []).includes(target)
  }
  if (/^vitest-failover(\/|$)/.test(name)) return isTest
  if (/^vitest(\/|$)/.test(name)) return isTest || vitestUsers.includes(part)
  if (name.startsWith('node:') && withoutIo.includes(part) && !isTest) {
    return nodeWithoutIo.includes(name) || (part === 'src/support' && /clock/.test(file) && nodeClock.includes(name))
  }
  return true
}

test('every source file keeps to the import table and the size limit', () => {
  const files = globSync(['src/**/*.ts', 'fixtures/**/*.ts']).map((file) => file.replaceAll('\\', '/'))
  expect(files.flatMap((file) => violations(file, readFileSync(file, 'utf8')))).toEqual([])
})

test.each([
  ['src/checks/rto.ts', `import type { A } from '../streams/client.ts'`],
  ['src/checks/rto.ts', `import {\n  a,\n  b,\n} from '../emulator/server.ts'`],
  ['src/streams/client.ts', `export * from '../emulator/routes.ts'`],
  ['src/emulator/server.ts', `const a = await import('../streams/client.ts')`],
  ['src/model/job.ts', `import '../support/clock.ts'`],
  ['src/run/runner.ts', `import { settings } from '../settings.ts'`],
  ['src/run/runner.ts', `import { test } from '../../fixtures/index.ts'`],
  ['src/run/runner.ts', `import { test } from 'vitest'`],
  ['src/cli.ts', `import { startVitest } from 'vitest/node'`],
  ['fixtures/test.ts', `import { failover } from 'vitest-failover/plugin'`],
  ['src/toolkit/codec.ts', `import { readFileSync } from 'node:fs'`],
  ['src/support/random.ts', `import { performance } from 'node:perf_hooks'`],
  ['src/helpers/misc.ts', `export const a = 1`],
  ['src/checks/loss.ts', `import { createComposite } from '../toolkit/composite.ts'`],
  ['src/run/job-settings.ts', `import { settingParameters } from '../toolkit/parameters.ts'`],
  ['src/scenario/lint.ts', `import { resolveSettings } from '../toolkit/settings.ts'`],
])('rejects in %s: %s', (file, text) => {
  expect(violations(file, text)).toHaveLength(1)
})

test.each([
  ['src/checks/rto.ts', `import type { Oracle } from '../toolkit/oracle.ts'`],
  ['src/scenario/lint.ts', `import { settingParameters } from '../toolkit/parameters.ts'`],
  ['src/support/real-clock.ts', `import { performance } from 'node:perf_hooks'`],
  ['src/toolkit/codec.test.ts', `import { expect } from 'vitest'\nimport { readFileSync } from 'node:fs'`],
  ['src/plugin.ts', `import type { Vite } from 'vitest/node'\nimport { a } from './run/runner.ts'`],
])('accepts in %s: %s', (file, text) => {
  expect(violations(file, text)).toEqual([])
})

test('accepts a file at the size limit and rejects one line more', () => {
  const line = 'export const a = 1\n'
  expect(violations('src/run/runner.ts', line.repeat(linesMax))).toEqual([])
  expect(violations('src/run/runner.ts', line.repeat(linesMax + 1))).toHaveLength(1)
})
