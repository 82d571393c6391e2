import { expect, test } from 'vitest'
import type { FigureLimit, LoadPhase } from '../model/check.ts'
import type { LoadSlice, Timeline } from '../model/timeline.ts'
import type { CheckResult } from '../model/verdict.ts'
import { judgeCheck } from './evaluate.ts'
import { histogram, loadTimeline, series, slice, withSlice } from './testing/load-builder.ts'
import { changed, emptyTimeline, event, killTimeline, partitionTimeline } from './testing/timeline-builder.ts'

const exactly = (value: number): FigureLimit => ({ of: 'absolute', value })
const ofBaseline = (percent: number): FigureLimit => ({ of: 'baseline', percent })

/** A run of which one second of before the fault is different. */
function different(fields: Partial<LoadSlice>): Timeline {
  return loadTimeline({ load: [withSlice(series({ from: 50, to: 400 }), slice(200, fields))] })
}

function availability(atLeast: FigureLimit, phase: LoadPhase, timeline: Timeline): CheckResult {
  return judgeCheck({ kind: 'availability', atLeast, phase }, timeline)
}

function throughput(atLeast: FigureLimit, phase: LoadPhase, timeline: Timeline): CheckResult {
  return judgeCheck({ kind: 'throughput', atLeast, phase }, timeline)
}

function latency(percentile: number, atMost: FigureLimit, timeline: Timeline): CheckResult {
  return judgeCheck({ kind: 'latency', percentile, atMost, phase: 'whole' }, timeline)
}

test('availability is the share of the due tuples that were accepted', () => {
  const timeline = different({ accepted: 8, rejected: 1, unknown: 1 })
  const share = (100 * 3498) / 3500
  expect(availability(exactly(share), 'whole', timeline).verdict).toBe('pass')
  expect(availability(exactly(share + 0.001), 'whole', timeline)).toMatchObject({
    verdict: 'fail',
    message: 'Availability 99.943 %; expected at least 99.944 %.',
  })
})

test('error rate counts what was refused and what was never answered', () => {
  const timeline = different({ accepted: 8, rejected: 1, unknown: 1 })
  const rate = (atMost: number): string =>
    judgeCheck({ kind: 'error_rate', atMost: exactly(atMost), phase: 'whole' }, timeline).verdict
  expect([rate(200 / 3500), rate(199 / 3500)]).toEqual(['pass', 'fail'])
})

test('what a saturated generator never sent makes the figures uncertain, never better', () => {
  const timeline = different({ accepted: 8, skipped: 2 })
  expect(availability(exactly(100), 'whole', timeline).verdict).toBe('inconclusive')
  expect(availability(exactly(99.9), 'whole', timeline).verdict).toBe('pass')
  expect(latency(99, exactly(1), timeline).verdict).toBe('inconclusive')
  expect(latency(99, exactly(0.01), timeline).verdict).toBe('fail')
})

test('throughput is what was accepted in a second of the time covered', () => {
  expect(throughput(exactly(10), 'before_fault', loadTimeline()).verdict).toBe('pass')
  expect(throughput(exactly(10.1), 'before_fault', loadTimeline()).verdict).toBe('fail')
})

test('a share of the baseline is one of the same figure before the fault', () => {
  const slow = { ...series({ from: 405, to: 900, into: 'dc2' }) }
  const slices = slow.slices.map((each) => ({ ...each, accepted: 9, rejected: 1 }))
  const timeline = loadTimeline({ load: [series({ from: 50, to: 400 }), { ...slow, slices }] })
  expect(throughput(ofBaseline(90), 'after', timeline).verdict).toBe('pass')
  expect(throughput(ofBaseline(91), 'after', timeline)).toMatchObject({
    verdict: 'fail',
    message: 'Throughput after the outage 9/s; expected at least 91 % of the baseline, which was 10/s.',
    evidence: { baselineLower: 10, baselineUpper: 10 },
  })
})

test('without load before the fault there is no baseline', () => {
  const timeline = loadTimeline({ load: [series({ from: 405, to: 900, into: 'dc2' })] })
  expect(throughput(ofBaseline(95), 'after', timeline)).toMatchObject({ verdict: 'inconclusive' })
  expect(throughput(ofBaseline(95), 'after', timeline).message).toContain('there is no baseline')
})

test('a share of a baseline that is itself uncertain is not known between its ends', () => {
  // Seconds within 5 s of the fault may have been before it or after it, and nothing was accepted in the last of them.
  const before = series({ from: 50, to: 400 })
  const slices = before.slices.map((each) => (each.from >= 396 ? { ...each, accepted: 0, rejected: 10 } : each))
  const load = [
    { ...before, slices },
    withSlice(series({ from: 405, to: 900, into: 'dc2' }), slice(700, { accepted: 9 })),
  ]
  const timeline = { ...loadTimeline({ load }), resolutionSeconds: 5 }
  expect(throughput(ofBaseline(98), 'after', timeline).verdict).toBe('pass')
  expect(throughput(ofBaseline(100), 'after', timeline).verdict).toBe('inconclusive')
  expect(throughput(ofBaseline(102), 'after', timeline).verdict).toBe('fail')
})

test('warm-up is in no figure and in no baseline', () => {
  const cold = { ...series({ from: 50, to: 400 }), warmupUntil: 100 }
  const slices = cold.slices.map((each) => (each.from < 100 ? { ...each, accepted: 0, rejected: 10 } : each))
  const timeline = loadTimeline({ load: [{ ...cold, slices }] })
  expect(availability(exactly(100), 'before_fault', timeline).verdict).toBe('pass')
})

test('the outage lasts to the end of the takeover, and what follows is after it', () => {
  const refused = (from: number): Timeline =>
    loadTimeline({
      load: [
        series({ from: 50, to: 400 }),
        withSlice(series({ from: 405, to: 900, into: 'dc2' }), slice(from, { accepted: 0, rejected: 10 })),
      ],
    })
  // The takeover ends at 521.5 s.
  expect(availability(exactly(100), 'outage', refused(519)).verdict).toBe('fail')
  expect(availability(exactly(100), 'after', refused(519)).verdict).toBe('pass')
  expect(availability(exactly(100), 'outage', refused(522)).verdict).toBe('pass')
  expect(availability(exactly(100), 'after', refused(522)).verdict).toBe('fail')
  // The slice at the edge belongs to both in part.
  expect(availability(exactly(100), 'outage', refused(521)).verdict).toBe('inconclusive')
  expect(availability(exactly(100), 'after', refused(521)).verdict).toBe('inconclusive')
})

test('where nobody took over, the outage lasts to the last healing, and without one to the end', () => {
  const blip = changed(partitionTimeline({ load: [series({ from: 50, to: 900 })] }), {
    without: ['remote_down', 'takeover_started', 'snapshot_replayed', 'takeover_done', 'first_output'],
  })
  expect(availability(exactly(100), 'after', blip)).toMatchObject({ verdict: 'pass' })
  const open = changed(blip, { without: ['fault_healed'] })
  expect(availability(exactly(100), 'after', open).verdict).toBe('inconclusive')
  expect(availability(exactly(100), 'outage', open).verdict).toBe('pass')
})

test('an uncertain time of the fault makes its slices uncertain', () => {
  const timeline = { ...different({}), resolutionSeconds: 5 }
  const refused = withSlice(series({ from: 50, to: 400 }), slice(397, { accepted: 0, rejected: 10 }))
  expect(availability(exactly(100), 'before_fault', { ...timeline, load: [refused] }).verdict).toBe('inconclusive')
  expect(availability(exactly(100), 'before_fault', loadTimeline({ load: [refused] })).verdict).toBe('fail')
})

test('latency is read of all slices together, to the digits that they hold', () => {
  const timeline = different({ latency: histogram({ 20: 9, 5000: 1 }) })
  expect(latency(99, exactly(0.021), timeline).verdict).toBe('pass')
  expect(latency(100, exactly(4.99), timeline).verdict).toBe('fail')
  expect(latency(100, exactly(5.02), timeline).verdict).toBe('pass')
  expect(latency(100, exactly(5), timeline).verdict).toBe('inconclusive')
})

test('what the clock cannot tell apart is no latency', () => {
  const timeline = { ...loadTimeline(), resolutionSeconds: 0.5 }
  expect(latency(99, exactly(0.4), timeline).verdict).toBe('inconclusive')
  expect(latency(99, exactly(0.6), timeline).verdict).toBe('pass')
})

test('a slice that cannot be read leaves the latency unknown', () => {
  expect(latency(99, exactly(1), different({ latency: 'no histogram' }))).toMatchObject({
    verdict: 'inconclusive',
    message: expect.stringContaining('Check latency broke off') as string,
  })
})

test.each([
  ['no figures were taken', killTimeline()],
  [
    'nothing was due',
    loadTimeline({ load: [{ ...series({ from: 50, to: 400 }), slices: [slice(50, { due: 0, accepted: 0 })] }] }),
  ],
  ['the traffic ended before', loadTimeline({ load: [series({ from: 50, to: 400 })] })],
  ['no fault took effect', emptyTimeline({ events: [event(900, 'run_ended')], load: [series({ from: 50, to: 400 })] })],
])('is inconclusive when %s', (_, timeline) => {
  expect(availability(exactly(100), 'after', timeline).verdict).toBe('inconclusive')
  expect(throughput(exactly(0), 'after', timeline).verdict).toBe('inconclusive')
})
