import { expect, test } from 'vitest'
import { emptyReport, sampleReport } from './testing/report-builder.ts'
import { formatRunReport } from './terminal.ts'

test('shows a failover at a glance', () => {
  expect(formatRunReport(sampleReport(), { resultsPath: 'failover-results/run-1' })).toBe(`\
 ✓ PASS  KILL-01: dc2 takes over when the job of dc1 is killed
   active-active · time scale 60 · resolution 0.3 s · seed 42 · tags smoke, kill

   Takeover by dc2 for dc1 after kill-1, 4 parts replayed
     phase           begins     takes        ±   since fault
     injection      399.2 s    0.80 s   0.30 s         0.0 s
     detection      400.0 s   120.4 s   0.40 s       120.4 s
     decision       520.4 s    0.20 s   0.30 s       120.6 s
     takeover       520.6 s    0.60 s   0.30 s       121.2 s
     first output   521.2 s    0.30 s   0.30 s       121.5 s

          measured          promised   predicted
   RTO    121.5 ± 0.4 s     152 s ✓    90 to 165 s
   Loss   55 to 57 tuples
          15.3 to 15.7 %
          55 to 56.2 s      151 s ✓    at most 165 s
          RTO from the effect of the fault to the first output for the failed datacenter's keys.
          360 tuples were accepted before the fault, 2 were injected without an answer.
          Lost of k0 into dc1: tuples 305 to 359, accepted at 345 to 399 s.

   Checks
     ✓ takeover       dc2 took over for dc1 in 121.5 ± 0.4 s.
     ✓ prediction     dc2 noticed the loss of dc1 after 120.4 ± 0.4 s, as predicted (90 s to 150 s
                      predicted).
     ✓ rto_total      RTO 121.5 ± 0.4 s, within 152 s.
     ✓ loss_seconds   Lost 55 to 57 tuples (15.278 %, 55 s); allowed: at most 151 s.

   Notes
     · 2 tuples were injected without an answer; they count in the upper bounds of the loss.

   Source   scenarios/kill.yaml:3
   Timeline failover-results/run-1/timelines/KILL-01.ndjson`)
})

test('says so when nothing is known', () => {
  const text = formatRunReport(emptyReport())
  expect(text).toContain('? INCONCLUSIVE')
  expect(text).toContain('Nothing was asserted')
  expect(text).toMatch(/RTO +not known/)
  expect(text).toMatch(/Loss +not known/)
})

test('a verdict that is no pass is followed by its reason, marked like the check', () => {
  const checks = [{ check: 'order', verdict: 'fail', message: 'out of order', evidence: {} }] as const
  const text = formatRunReport(sampleReport({ verdict: 'fail', reason: 'order: out of order', checks }))
  expect(text).toMatch(/✗ FAIL .*\n {3}order: out of order\n/)
  expect(text).toContain('✗ order')
})

test('no line is wider than 100 columns, however long the words', () => {
  const long = 'a very long sentence about something '.repeat(20) + 'x'.repeat(300)
  const report = sampleReport({
    title: long,
    reason: long,
    verdict: 'fail',
    notes: [long],
    checks: [{ check: 'order', verdict: 'fail', message: long, evidence: {} }],
  })
  const widths = formatRunReport(report)
    .split('\n')
    .map((line) => line.length)
  expect(Math.max(...widths)).toBeLessThanOrEqual(100)
})

test('lists the first lost runs and counts the others', () => {
  const report = sampleReport()
  const [interval] = report.loss.intervals
  if (interval === undefined) throw new Error('the sample has lost tuples')
  const text = formatRunReport({
    ...report,
    loss: { ...report.loss, intervals: Array.from({ length: 5 }, () => interval) },
  })
  expect(text.match(/Lost of k0/g)).toHaveLength(3)
  expect(text).toContain('And 2 more runs of lost tuples, in run.json.')
})

test('colours only when asked, and nothing else changes by them', () => {
  const plain = formatRunReport(sampleReport())
  const colored = formatRunReport(sampleReport(), { color: true })
  expect(plain).not.toContain('\u001B')
  expect(colored).toContain('\u001B[32m✓ PASS\u001B[39m')
  // oxlint-disable-next-line no-control-regex -- the colours are control sequences
  expect(colored.replaceAll(/\u001B\[\d+m/g, '')).toBe(plain)
})

test.each([
  ['specs/x.spec.ts > suite > fails over', 'fails over', ' ✓ PASS  specs/x.spec.ts > suite > fails over\n'],
  ['KILL-01', 'KILL-01: fails over', ' ✓ PASS  KILL-01: fails over\n'],
  ['KILL-01', 'fails over', ' ✓ PASS  KILL-01 · fails over\n'],
  ['', 'fails over', ' ✓ PASS  fails over\n'],
])('names a test with id %j and title %j once', (testId, title, head) => {
  expect(formatRunReport(sampleReport({ testId, title }))).toContain(head)
})

test('says that there was no takeover where none came and none was missed', () => {
  const never = { check: 'takeover', verdict: 'pass', message: 'No takeover happened.', evidence: {} } as const
  const late = { check: 'loss', verdict: 'fail', message: 'lost', evidence: {} } as const
  const missed = { ...never, verdict: 'fail', message: 'No takeover by dc2 came.' } as const
  expect(formatRunReport(emptyReport({ verdict: 'pass' }))).toMatch(/RTO +no takeover/)
  expect(formatRunReport(emptyReport({ verdict: 'fail', checks: [never, late] }))).toMatch(/RTO +no takeover/)
  expect(formatRunReport(emptyReport({ verdict: 'fail', checks: [missed] }))).toMatch(/RTO +not known/)
  expect(formatRunReport(sampleReport({ rto: emptyReport().rto }))).toMatch(/RTO +not known/)
})

test('speaks of one tuple and of one run as of one', () => {
  const report = sampleReport()
  const [interval] = report.loss.intervals
  if (interval === undefined) throw new Error('the sample has lost tuples')
  const one = { lostTuples: 1, lostTuplesUpperBound: 1, acceptedTuples: 1, unknownTuples: 1 }
  const text = formatRunReport({ ...report, loss: { ...report.loss, ...one, intervals: Array(4).fill(interval) } })
  expect(text).toMatch(/Loss +1 tuple\n/)
  expect(text).toContain('1 tuple was accepted before the fault, 1 was injected without an answer.')
  expect(text).toContain('And 1 more run of lost tuples, in run.json.')
})

test('says of a check for which step it was judged, and that nothing hangs on it', () => {
  const check = { check: 'throughput', verdict: 'fail', message: 'Too few.', evidence: {} } as const
  const text = formatRunReport(emptyReport({ checks: [{ ...check, for: 'cut', severity: 'warning' }] }))
  expect(text).toContain('✗ throughput     (warning only) During cut: Too few.')
})

test('tells of the runs that were tried again', () => {
  const attempts = [{ verdict: 'inconclusive', reason: 'run: too slow.' }] as const
  expect(formatRunReport(emptyReport({ attempts, notes: ['a note'] }))).toContain(
    '· Attempt 1 was inconclusive and was tried again: run: too slow.\n     · a note',
  )
})
