import { describe, expect, test } from 'vitest'
import { phaseDocument, phaseText, phaseVerdict } from './phase-text.ts'
import type { PlaceRun } from './place-run.ts'
import { summarizePlaces, type PhaseSummary } from './phase-summary.ts'

function run(values: Partial<PlaceRun> = {}): PlaceRun {
  return {
    testId: 'K-1',
    laterSeconds: 0,
    verdict: 'pass',
    reason: 'All 3 checks passed.',
    afterHeartbeat: 10,
    afterSnapshot: 40,
    rto: 100,
    rtoUncertainty: 0,
    phases: { detection: 99, takeover: 1 },
    predictedRto: { minSeconds: 90, maxSeconds: 155 },
    lostTuples: 800,
    lostSeconds: 40,
    predictedLossSeconds: 155,
    ...values,
  }
}

function summary(...runs: readonly PlaceRun[]): PhaseSummary {
  return summarizePlaces({ testId: 'K-1', cycles: { dc: 'dc1', heartbeatSeconds: 30, snapshotSeconds: 150 }, runs })
}

describe('the figures of all places', () => {
  test('are given as minimum, median and maximum, with the worst place', () => {
    const worst = run({ rto: 149, lostSeconds: 149, phases: { detection: 148, takeover: 1 } })
    const { rto, phases, lostSeconds, outside } = summary(run(), run({ rto: 120 }), worst)
    expect(rto).toMatchObject({ minimum: 100, median: 120, maximum: 149, worst })
    expect(lostSeconds).toMatchObject({ minimum: 40, median: 40, maximum: 149, worst })
    expect(phases.map(({ name, maximum }) => [name, maximum])).toEqual([
      ['detection', 148],
      ['takeover', 1],
    ])
    expect(outside).toEqual([])
  })

  test('leave out runs without a recovery time, and say how many', () => {
    const { rto, withoutRto } = summary(run(), run({ rto: null, predictedRto: null }))
    expect(rto?.count).toBe(1)
    expect(withoutRto).toBe(1)
  })

  test.each([
    { what: 'late', values: { rto: 155.1 }, isOutside: true },
    { what: 'just in time', values: { rto: 155 }, isOutside: false },
    { what: 'late by less than is known', values: { rto: 155.1, rtoUncertainty: 0.2 }, isOutside: false },
    { what: 'early', values: { rto: 89.9 }, isOutside: true },
    { what: 'with too much lost', values: { lostSeconds: 155.1 }, isOutside: true },
    { what: 'without a bound of the loss', values: { lostSeconds: 999, predictedLossSeconds: null }, isOutside: false },
    { what: 'without a window', values: { rto: 999, predictedRto: null }, isOutside: false },
  ])('a run $what: outside of the prediction is $isOutside', ({ values, isOutside }) => {
    const outsider = run(values)
    expect(summary(run(), outsider).outside).toEqual(isOutside ? [outsider] : [])
  })

  test('that lie outside of the prediction fail, whatever the checks say', () => {
    expect(phaseVerdict(summary(run(), run({ rto: 200 })))).toBe('fail')
    expect(phaseVerdict(summary(run(), run({ verdict: 'inconclusive' })))).toBe('inconclusive')
    expect(phaseVerdict(summary(run()))).toBe('pass')
    expect(phaseVerdict(summary())).toBe('inconclusive')
  })
})

describe('the text', () => {
  const text = phaseText(
    summary(run(), run({ rto: 120 }), run({ rto: 149, afterHeartbeat: 0.6, afterSnapshot: 120.6, lostSeconds: 120 })),
  )

  test('says everything in a table of at most 100 columns', () => {
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
    expect(text).toMatch(/recovery time +100 s +120 s +149 s +90 s to 155 s/)
    expect(text).toMatch(/lost seconds +40 s +40 s +120 s +at most 155 s/)
  })

  test('names the worst places', () => {
    expect(text).toContain('slowest: 149 s at place 3 (+0 s): 0.6 s after a heartbeat, 120.6 s after a snapshot')
  })

  test('draws how often which recovery time came', () => {
    expect(text).toMatch(/100\.0 s +#{40} 1\n/)
    expect(text).toMatch(/144\.1 s +#{40} 1\n/)
    expect(text).toMatch(/109\.8 s +0\n/)
  })

  test('names runs that did not pass, with their reason', () => {
    const failed = phaseText(summary(run(), run({ verdict: 'fail', reason: 'loss: too much.', afterHeartbeat: null })))
    expect(failed).toContain('fail at place 2 (+0 s): 40 s after a snapshot')
    expect(failed).toContain('loss: too much.')
    expect(failed).toContain('fail: 1 of 2 runs passed')
  })

  test('of one value draws nothing', () => {
    expect(phaseText(summary(run(), run()))).toContain('every recovery took 100 s')
  })

  test('without a takeover says so', () => {
    const quiet = phaseText(summary(run({ rto: null, predictedRto: null, lostSeconds: 0, phases: {} })))
    expect(quiet).toContain('no run showed a recovery time or a loss')
    expect(quiet).toContain('1 run without a recovery time')
  })
})

test('the document has the same figures, and every run', () => {
  expect(phaseDocument(summary(run(), run({ rto: 200 })))).toMatchObject({
    scenario: 'K-1',
    verdict: 'fail',
    rto: { minimum: 100, median: 150, maximum: 200, worstPlace: 2 },
    phases: { detection: { minimum: 99 } },
    outside: [2],
    runs: [{ rto: 100 }, { rto: 200 }],
  })
})
