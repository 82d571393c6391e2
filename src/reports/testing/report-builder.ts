// Test support: a run report as a killed dc1 gives it, so that each test only says what is different.

import type { RunEnvironment, RunReport } from '../../model/run-report.ts'
import { unknownLoss, unknownRto, type Phase, type Takeover } from '../../model/takeover.ts'
import type { RunFacts } from '../run-file.ts'

const phases: readonly Phase[] = [
  { name: 'injection', startSeconds: 399.2, endSeconds: 400, uncertaintySeconds: 0.3 },
  { name: 'detection', startSeconds: 400, endSeconds: 520.4, uncertaintySeconds: 0.4 },
  { name: 'decision', startSeconds: 520.4, endSeconds: 520.6, uncertaintySeconds: 0.3 },
  { name: 'takeover', startSeconds: 520.6, endSeconds: 521.2, uncertaintySeconds: 0.3 },
  { name: 'first_output', startSeconds: 521.2, endSeconds: 521.5, uncertaintySeconds: 0.3 },
]

const takeover: Takeover = {
  observer: 'dc2',
  of: 'dc1',
  fault: 'kill-1',
  phases,
  partsReplayed: 4,
  totalSeconds: 121.5,
  uncertaintySeconds: 0.4,
  basis: 'first_output',
}

/** A report of a run in which dc2 took over for dc1 and 55 tuples were lost. */
export function sampleReport(fields: Partial<RunReport> = {}): RunReport {
  return {
    testId: 'KILL-01',
    title: 'KILL-01: dc2 takes over when the job of dc1 is killed',
    file: 'scenarios/kill.yaml',
    line: 3,
    tags: ['smoke', 'kill'],
    verdict: 'pass',
    reason: 'All 4 checks passed.',
    mode: 'active-active',
    timeScale: 60,
    resolutionSeconds: 0.3,
    seed: 42,
    takeovers: [takeover],
    rto: {
      totalSeconds: 121.5,
      uncertaintySeconds: 0.4,
      basis: 'first_output',
      phases,
      prediction: { minSeconds: 90, maxSeconds: 165 },
    },
    loss: {
      lostTuples: 55,
      lostTuplesUpperBound: 57,
      seconds: 55,
      secondsUpperBound: 56.2,
      percent: (100 * 55) / 360,
      percentUpperBound: (100 * 57) / 362,
      acceptedTuples: 360,
      unknownTuples: 2,
      intervals: [{ into: 'dc1', key: 'k0', from: 305, to: 359, acceptedFromSeconds: 345, acceptedToSeconds: 399 }],
    },
    checks: [
      { check: 'takeover', verdict: 'pass', message: 'dc2 took over for dc1 in 121.5 ± 0.4 s.', evidence: {} },
      {
        check: 'prediction',
        verdict: 'pass',
        message: 'dc2 noticed the loss of dc1 after 120.4 ± 0.4 s, as predicted (90 s to 150 s predicted).',
        evidence: { lossSecondsMax: 165 },
      },
      {
        check: 'rto_total',
        verdict: 'pass',
        message: 'RTO 121.5 ± 0.4 s, within 152 s.',
        evidence: { valueSeconds: 121.5, limitSeconds: 152 },
      },
      {
        check: 'loss_seconds',
        verdict: 'pass',
        message: 'Lost 55 to 57 tuples (15.278 %, 55 s); allowed: at most 151 s.',
        evidence: { atMost: { unit: 'seconds', value: 151 } },
      },
    ],
    notes: ['2 tuples were injected without an answer; they count in the upper bounds of the loss.'],
    figures: {},
    timeline: 'timelines/KILL-01.ndjson',
    ...fields,
  }
}

/** A report of which nothing is known. */
export function emptyReport(fields: Partial<RunReport> = {}): RunReport {
  return sampleReport({
    verdict: 'inconclusive',
    reason: 'Nothing was asserted: the scenario has neither checks nor objectives.',
    takeovers: [],
    rto: unknownRto,
    loss: unknownLoss,
    checks: [],
    notes: [],
    timeline: null,
    ...fields,
  })
}

const environment: RunEnvironment = {
  commit: '0123456789abcdef0123456789abcdef01234567',
  branch: 'main',
  ci: 'GitLab CI',
  labels: { team: 'edge' },
  versions: { node: '24.21.0', vitest: '5.1.0', 'vitest-failover': '0.1.0' },
}

/** What a run knows of itself. */
export const sampleFacts: RunFacts = {
  runId: '20260314T150926Z-3f9a0c',
  startedAt: new Date('2026-03-14T15:09:26Z'),
  endedAt: new Date('2026-03-14T15:09:38Z'),
  environment,
  testbed: 'embedded',
  timeScale: 60,
  seed: 42,
}
