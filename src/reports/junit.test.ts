import { expect, test } from 'vitest'
import { junitProperties } from './junit.ts'
import { emptyReport, sampleReport } from './testing/report-builder.ts'

const asObject = (report: ReturnType<typeof sampleReport>): Record<string, string> =>
  Object.fromEntries(junitProperties(report).map(({ name, value }) => [name, value]))

test('a test case gets its figures', () => {
  expect(asObject(sampleReport())).toEqual({
    test_id: 'KILL-01',
    verdict: 'pass',
    reason: 'All 4 checks passed.',
    rto_seconds: '121.5',
    rto_uncertainty_seconds: '0.4',
    rto_basis: 'first_output',
    phase_injection_seconds: '0.8',
    phase_detection_seconds: '120.4',
    phase_decision_seconds: '0.2',
    phase_takeover_seconds: '0.6',
    phase_first_output_seconds: '0.3',
    loss_tuples: '55',
    loss_percent: '15.278',
    loss_seconds: '55',
    tags: 'smoke,kill',
    seed: '42',
    time_scale: '60',
    resolution_seconds: '0.3',
  })
})

test('a loss of nothing is a figure; what is not known is left out', () => {
  const { loss } = sampleReport()
  expect(asObject(sampleReport({ loss: { ...loss, lostTuples: 0, percent: 0, seconds: 0 } }))).toMatchObject({
    loss_tuples: '0',
    loss_percent: '0',
    loss_seconds: '0',
  })
  expect(Object.keys(asObject(emptyReport({ tags: [] })))).toEqual([
    'test_id',
    'verdict',
    'reason',
    'seed',
    'time_scale',
    'resolution_seconds',
  ])
})
