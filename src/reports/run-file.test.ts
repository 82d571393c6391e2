import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { emptyReport, sampleFacts, sampleReport } from './testing/report-builder.ts'
import { composeRunFile, countVerdicts, formatRunFile } from './run-file.ts'
import { runFileSchema, runJsonSchema } from './run-schema.ts'

test('the verdict of a run is the worst of its tests, and its resolution the coarsest', () => {
  const reports = [sampleReport(), emptyReport({ resolutionSeconds: 1.5 })]
  expect(composeRunFile(sampleFacts, reports)).toMatchObject({ verdict: 'inconclusive', resolutionSeconds: 1.5 })
  expect(composeRunFile(sampleFacts, [...reports, sampleReport({ verdict: 'fail' })])).toMatchObject({
    verdict: 'fail',
  })
  expect(composeRunFile(sampleFacts, [])).toMatchObject({ verdict: 'inconclusive', resolutionSeconds: null })
})

test('counts verdicts', () => {
  expect(countVerdicts([sampleReport(), sampleReport(), emptyReport()])).toBe('2 pass, 0 fail, 1 inconclusive')
})

test('what is written fits the schema', () => {
  const file = composeRunFile(sampleFacts, [sampleReport(), emptyReport({ file: null, line: null })])
  expect(runFileSchema.parse(JSON.parse(formatRunFile(file)))).toEqual(file)
})

test.each([
  ['a field that it does not know', { extra: 1 }],
  ['a verdict that does not exist', { verdict: 'maybe' }],
  ['a figure that is no number', { timeScale: '60' }],
  ['another version', { schemaVersion: 2 }],
])('the schema refuses %s', (_, fields) => {
  expect(runFileSchema.safeParse({ ...composeRunFile(sampleFacts, []), ...fields }).success).toBe(false)
})

test('the shipped JSON Schema is the one of the code', () => {
  const shipped: unknown = JSON.parse(readFileSync(new URL('../../schemas/run.schema.json', import.meta.url), 'utf8'))
  expect(shipped).toEqual(runJsonSchema())
})

test('what scenarios try is put together, fits the schema, and is absent where no scenario says', () => {
  const cell = { mode: 'active-active', fault: 'job', direction: 'dc1', phase: 'steady', store: 'files' } as const
  const coverage = [{ step: 'kill', cell, isSure: true }]
  const file = composeRunFile(sampleFacts, [sampleReport({ coverage }), emptyReport()])
  expect(file.coverage).toMatchObject({ cells: [{ ...cell, tests: ['KILL-01'], perhaps: [] }], covered: 1, perhaps: 0 })
  expect(runFileSchema.parse(JSON.parse(formatRunFile(file)))).toEqual(file)
  expect(composeRunFile(sampleFacts, [sampleReport()])).not.toHaveProperty('coverage')
})
