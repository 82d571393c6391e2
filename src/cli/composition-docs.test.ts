import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { loadScenarioFile } from '../scenario/load-scenarios.ts'
import { planDocument } from './plan-document.ts'
import { planText } from './plan-text.ts'

const page = readFileSync('docs/composition.md', 'utf8')
const blocks = [...page.matchAll(/^```yaml\n# (\S+)\n([^]*?)^```$/gm)].map(([, file = '', text = '']) => {
  // Keeps the lines of the file, whose first one says its name.
  return [file, `\n${text}`] as const
})
const files = new Map(blocks)

/** The page's files see each other, and nothing else. */
function load(file: string) {
  const readFile = (path: string): string => {
    const found = blocks.find(([name]) => resolve(name) === path)
    if (found === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
    return found[1]
  }
  return loadScenarioFile({ file, text: files.get(file) ?? '', readFile })
}

test('every file of the page has a name', () => {
  expect(page.match(/^```yaml$/gm)).toHaveLength(blocks.length)
  expect(blocks.length).toBeGreaterThanOrEqual(6)
})

test.each(blocks)('%s is loaded and planned', (file) => {
  const { scenarios, isShared } = load(file)
  expect(scenarios.length > 0).toBe(!isShared)
  expect(planDocument(scenarios, { seed: 0 }).scenarios).toHaveLength(scenarios.length)
})

test('the page’s words about ids, merging and macros hold', () => {
  const idsOf = (file: string): readonly string[] => load(file).scenarios.map(({ scenario }) => scenario.testId)
  expect(idsOf('scenarios/matrix.yaml')).toContain('CUT-01[for=60 s,heartbeatExchangeInterval=10]')
  expect(idsOf('scenarios/phases.yaml').slice(0, 3)).toEqual([
    'PHASE-01[phase=1/4][run=1]',
    'PHASE-01[phase=1/4][run=2]',
    'PHASE-01[phase=2/4][run=1]',
  ])
  expect(load('scenarios/slow-line.yaml').scenarios[0]?.scenario).toMatchObject({
    crossdc: { dc1: { crossDCInitDelay: 50, consecutiveHeartbeatMissesAllowed: 8 } },
    opts: { runForSeconds: 900, startOffsetSeconds: 7 },
    checks: [{ kind: 'status', for: 'line' }, { kind: 'takeover' }],
  })
  expect(load('scenarios/gates.yaml').scenarios.map(({ scenario }) => scenario.checks.map(({ kind }) => kind))).toEqual(
    [
      ['integrity', 'duplicates'],
      ['duplicates', 'integrity'],
    ],
  )
})

test('the page’s plan is what is printed', () => {
  const shown = /^```text\n([^]*?)^```$/m.exec(page)?.[1]
  const chosen = load('scenarios/phases.yaml').scenarios.filter(({ scenario }) =>
    scenario.testId.endsWith('[phase=2/4][run=1]'),
  )
  expect(planText(planDocument(chosen, { seed: 0 })).trimEnd()).toBe(shown?.trimEnd())
})
