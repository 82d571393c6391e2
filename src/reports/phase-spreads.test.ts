import { expect, test } from 'vitest'
import type { RunReport } from '../model/run-report.ts'
import { formatSummary } from './markdown.ts'
import { phaseSpreads } from './phase-spreads.ts'
import { composeRunFile, formatRunFile } from './run-file.ts'
import { runFileSchema } from './run-schema.ts'
import { emptyReport, sampleFacts, sampleReport } from './testing/report-builder.ts'

function at(place: string, seconds: number, lostTuples: number): RunReport {
  const { rto, loss } = sampleReport()
  return sampleReport({
    testId: `FAIL-01${place}`,
    rto: { ...rto, totalSeconds: seconds },
    loss: { ...loss, lostTuples, seconds: lostTuples / 10 },
  })
}

const places = [
  at('[phase=1/4]', 100, 40),
  at('[phase=2/4]', 120, 10),
  at('[phase=3/4]', 110, 30),
  at('[phase=4/4]', 90, 20),
]

test('figures over the places of a fault have their spread and the worst place', () => {
  expect(phaseSpreads([sampleReport(), ...places])).toEqual([
    {
      testId: 'FAIL-01',
      runs: 4,
      rto: { minimum: 90, median: 105, maximum: 120, worst: 'FAIL-01[phase=2/4]' },
      lostTuples: { minimum: 10, median: 25, maximum: 40, worst: 'FAIL-01[phase=1/4]' },
      lostSeconds: { minimum: 1, median: 2.5, maximum: 4, worst: 'FAIL-01[phase=1/4]' },
    },
  ])
})

test('further runs at a place are runs of the same scenario, other variants are not', () => {
  const runs = [at('[phase=1/2][run=1]', 1, 1), at('[phase=1/2][run=2]', 3, 1), at('[how=drop][phase=1/2]', 2, 1)]
  expect(phaseSpreads(runs).map(({ testId, runs: count }) => [testId, count])).toEqual([
    ['FAIL-01', 2],
    ['FAIL-01[how=drop]', 1],
  ])
})

test('runs without a figure leave it out, and none at all is null', () => {
  const [spread] = phaseSpreads([emptyReport({ testId: 'A[phase=1/2]' }), emptyReport({ testId: 'A[phase=2/2]' })])
  expect(spread).toEqual({ testId: 'A', runs: 2, rto: null, lostTuples: null, lostSeconds: null })
})

test('they stand in run.json and in the summary, where there are any', () => {
  const file = composeRunFile(sampleFacts, places)
  expect(runFileSchema.parse(JSON.parse(formatRunFile(file)))).toEqual(file)
  expect(formatSummary(file)).toContain(
    '| FAIL-01 | 4 | 90 / 105 / 120 | 10 / 25 / 40 | 1 / 2.5 / 4 | FAIL-01\\[phase=2/4\\] |',
  )
  expect(composeRunFile(sampleFacts, [sampleReport()])).not.toHaveProperty('phases')
})
