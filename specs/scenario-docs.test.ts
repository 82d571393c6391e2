// Keeps docs/scenarios.md honest: a row for each shipped scenario, with its id, its twin and its time, and a paragraph on it.

import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { planDocument } from '../src/cli/plan-document.ts'
import { loadScenarioFile } from '../src/scenario/load-scenarios.ts'

interface Row {
  readonly file: string
  readonly testId: string
  readonly twin: string
  readonly check: string
  readonly seconds: number
}

/** What measured time and forecast may differ by, in real seconds: the run's start and end, and a busy machine. */
const slackSeconds = 3

const page = readFileSync('docs/scenarios.md', 'utf8')
const twins = readFileSync('specs/twins.spec.ts', 'utf8')
const files = globSync('scenarios/*.{yaml,yml}').map((file) => file.replaceAll('\\', '/'))
const rows = rowsOf(page)

function rowsOf(text: string): readonly Row[] {
  const [, table = ''] = /<!-- scenarios:begin -->([^]*)<!-- scenarios:end -->/.exec(text) ?? []
  const lines = table.split('\n').filter((line) => line.startsWith('| ['))
  return lines.map((line) => {
    const [link = '', testId = '', , twin = '', check = '', takes = ''] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim())
    const file = /\]\(\.\.\/(.+)\)$/.exec(link)?.[1] ?? ''
    return { file, testId, twin, check: check.replaceAll('`', ''), seconds: Number.parseFloat(takes) }
  })
}

test('every shipped scenario has its row, and every row its file', () => {
  expect(rows.map(({ file }) => file).toSorted()).toEqual(files.toSorted())
})

test.each(rows)('$file is $testId, and takes about $seconds s', ({ file, testId, seconds }) => {
  const { scenarios } = loadScenarioFile({ file, text: readFileSync(file, 'utf8') })
  const [planned] = planDocument(scenarios, { seed: 0, timeScale: 60 }).scenarios
  expect(scenarios.map(({ scenario }) => scenario.testId)).toEqual([testId])
  const { min, max } = planned?.plan.forecast.realSeconds ?? { min: null, max: null }
  expect(seconds).toBeGreaterThanOrEqual((min ?? Number.NaN) - slackSeconds)
  expect(seconds).toBeLessThanOrEqual((max ?? Number.NaN) + slackSeconds)
})

test.each(rows)('the twin of $testId is the one that is run', ({ testId, twin, check }) => {
  const [, own = ''] = twins.split(`'${testId}': {`)
  expect(/\bwith: '([^']+)'/.exec(own)?.[1]).toBe(twin)
  expect(/\bfails: '([^']+)'/.exec(own)?.[1]).toBe(check)
})

test.each(rows)('$testId is told of in a paragraph', ({ file, testId }) => {
  const name = basename(file).replace(/\.ya?ml$/, '')
  expect(page).toContain(`\n**${testId}, ${name}.** `)
})
