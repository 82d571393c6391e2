// Every situation of the toolkit reference has a scenario or a reason, in the table of docs/toolkit.md.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { loadScenarioFile } from '../src/scenario/load-scenarios.ts'

const page = readFileSync('docs/toolkit.md', 'utf8')
const table = /^## The 60 situations\n[^]*?(?=^## )/m.exec(page)?.[0] ?? ''
const rows = [...table.matchAll(/^\| (\d+) \| (.+) \| (.+) \| (.+) \|$/gm)].map(([, number, , scenario = '']) => ({
  number: Number(number),
  scenario,
}))
const files = globSync('scenarios/toolkit/*.yaml').toSorted()
const loaded = files.flatMap((file) =>
  loadScenarioFile({ file, text: readFileSync(file, 'utf8') }).scenarios.map(({ scenario }) => ({ file, scenario })),
)

test('the table has all 60 situations, in their order', () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1))
})

test('each row names its file, or says why there is none, and no file is left out', () => {
  const named = rows.map(({ number, scenario }) => {
    const [, path] = /\]\(\.\.\/(scenarios\/toolkit\/[^)]+)\)/.exec(scenario) ?? []
    return { number, scenario, path }
  })
  const without = named.filter(({ path }) => path === undefined)
  expect(without.filter(({ scenario }) => !/^left out: .{20}/.test(scenario))).toEqual([])
  const paths = named.flatMap(({ path }) => path ?? [])
  expect(paths.toSorted()).toEqual(files)
  expect(paths.filter((path) => !existsSync(path))).toEqual([])
  const misnamed = named.filter(
    ({ number, path }) => path !== undefined && Number(basename(path).slice(0, 2)) !== number,
  )
  expect(misnamed).toEqual([])
})

test('the ids name the situation, all are tagged, and ten situations are for a smoke test', () => {
  const wrong = loaded.filter(({ scenario, file }) => {
    const number = basename(file).slice(0, 2)
    return !scenario.testId.startsWith(`TK-${number}`) || !scenario.tags.includes('toolkit')
  })
  expect(wrong.map(({ scenario }) => scenario.testId)).toEqual([])
  const smoke = loaded.filter(({ scenario }) => scenario.tags.includes('smoke'))
  expect(new Set(smoke.map(({ scenario }) => scenario.testId.slice(0, 5))).size).toBe(10)
})
