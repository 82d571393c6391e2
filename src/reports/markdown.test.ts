import { expect, test } from 'vitest'
import { formatSummary } from './markdown.ts'
import { emptyReport, sampleFacts, sampleReport } from './testing/report-builder.ts'
import { composeRunFile } from './run-file.ts'

const summarize = (...reports: readonly ReturnType<typeof sampleReport>[]): string =>
  formatSummary(composeRunFile(sampleFacts, reports))

test('begins with the verdict, the counts and an overview', () => {
  const text = summarize(sampleReport(), emptyReport({ testId: 'EMPTY-01' }))
  expect(text).toContain('# Failover run: inconclusive\n\n1 pass, 0 fail, 1 inconclusive.\n')
  expect(text).toContain(
    '| ✓ pass | KILL-01 | 121.5 ± 0.4 s | 55 to 57 | 55 to 56.2 s |\n| ? inconclusive | EMPTY-01 | – | – | – |',
  )
  expect(text).toContain('commit 0123456789ab · branch main · team=edge')
})

test('shows phases, figures and checks of each test', () => {
  const text = summarize(sampleReport())
  expect(text).toContain('| detection | 400 s | 120.4 s | 0.4 s |')
  expect(text).toContain('| RTO | 121.5 ± 0.4 s | 152 s ✓ | 90 to 165 s |')
  expect(text).toContain('| rto\\_total | ✓ pass | RTO 121.5 ± 0.4 s, within 152 s. |')
})

test('texts of others neither break a table nor become markup', () => {
  const checks = [{ check: 'order', verdict: 'fail', message: 'a | b\n# <b>c</b>', evidence: {} }] as const
  expect(summarize(sampleReport({ checks }))).toContain('| order | ✗ fail | a \\| b # \\<b\\>c\\</b\\> |')
})

test('a run without tests says so', () => {
  expect(summarize()).toContain('No failover test ran.')
})

test('says how much of what is possible the scenarios try', () => {
  const cell = { mode: 'active-active', fault: 'job', direction: 'dc1', phase: 'steady', store: 'files' } as const
  const coverage = [
    { step: 'kill', cell, isSure: true },
    { step: 'cut', cell: { ...cell, phase: 'down' }, isSure: false },
  ] as const
  expect(summarize(sampleReport({ coverage }))).toContain(
    '\nCoverage: 1 of 592 combinations of mode, fault, direction, phase and store, perhaps 1 more.\n',
  )
  expect(summarize(sampleReport())).not.toContain('Coverage')
})
