import { expect, test } from 'vitest'
import type { JobObservation } from './job-watch.ts'
import { judgeQ1, judgeQ2, judgeQ3, judgeQ4, judgeQ6, medianIntervalSeconds, type JobFigures } from './judge.ts'

const figures: JobFigures = { missesAllowed: 4, intervalSeconds: 30, signalTicks: 6 }
const nothing: JobObservation = { heartbeats: [], signals: [], statuses: [] }

/** Heartbeats every 30 s from `from` on, counted from `count` on. */
function heartbeats(from: number, number: number, count = 1): JobObservation['heartbeats'] {
  return Array.from({ length: number }, (_, index) => ({ time: from + 30 * index, count: BigInt(count + index) }))
}

/** Metrics read every second. */
function statuses(
  ...spans: readonly (readonly [from: number, to: number, submitted: number])[]
): JobObservation['statuses'] {
  return spans.flatMap(([from, to, submitted]) =>
    Array.from({ length: to - from }, (_, index) => ({ time: from + index, submitted })),
  )
}

test('Q1: DOWN at tick A + 1 has the quirk, at tick A has not, at another is neither', () => {
  // The last heartbeat came at 0, half-way between two ticks: tick k is at 15 + 30·(k − 1).
  const down = (at: number): unknown =>
    judgeQ1({ ...nothing, statuses: statuses([-5, at, 1], [at, at + 30, 2]) }, { silentSince: 0, figures, hasQ4: null })
      .has
  expect([105, 135].map(down)).toEqual([false, true])
  expect([75, 165].map(down)).toEqual([null, null])
})

test.each([
  [5, true],
  [4, null],
  [3, false],
  [6, null],
  [0, null],
])('Q1 over the wire: %i heartbeats of a job that then falls silent say %s', (number, has) => {
  const seen = { ...nothing, heartbeats: heartbeats(15, number) }
  expect(judgeQ1(seen, { silentSince: 0, figures, hasQ4: true })).toMatchObject({ has, sawEnough: true })
})

test.each([false, null])('Q1 over the wire cannot be told of a job with Q4 %s', (hasQ4) => {
  const seen = { ...nothing, heartbeats: heartbeats(15, 5) }
  expect(judgeQ1(seen, { silentSince: 0, figures, hasQ4 })).toMatchObject({ has: null, sawEnough: true })
})

test.each([0, 255])('Q1 cannot be told with %i misses allowed', (missesAllowed) => {
  const about = { silentSince: 0, figures: { ...figures, missesAllowed }, hasQ4: true }
  expect(judgeQ1({ ...nothing, heartbeats: heartbeats(15, 1) }, about)).toMatchObject({ has: null, sawEnough: true })
})

test('Q1: metrics that never say DOWN saw nothing', () => {
  const seen = { ...nothing, statuses: statuses([0, 200, 1]) }
  expect(judgeQ1(seen, { silentSince: 0, figures, hasQ4: null })).toMatchObject({ has: null, sawEnough: false })
})

test.each([
  [[6, 12, 18], [6, 12, 18], true],
  // Without the quirk a signal comes every 6 ticks, and takes a number all the same.
  [[6, 13, 20], [6, 13, 20], false],
  [[6, 12, 19], [6, 12, 19], null],
  [[6, 10], [6, 10], null],
])('Q2: signals of the numbers %j say %s', (counts, skipped, has) => {
  let tick = 0
  const beats = Array.from({ length: 25 }, (_, index) => BigInt(index + 1))
    .filter((count) => !skipped.includes(Number(count)))
    .map((count) => ({ time: 30 * (tick += 1), count }))
  const signals = counts.map((count) => ({
    count: BigInt(count),
    time: beats.find((beat) => beat.count > BigInt(count))?.time ?? 0,
  }))
  expect(judgeQ2({ ...nothing, heartbeats: beats, signals }, figures)).toMatchObject({ has, sawEnough: true })
})

test('Q2: one signal is not enough to see', () => {
  const seen = { ...nothing, heartbeats: heartbeats(15, 9), signals: [{ count: 6n, time: 165 }] }
  expect(judgeQ2(seen, figures)).toMatchObject({ has: null, sawEnough: false })
})

test.each([null, 1])('Q2 cannot be told where a signal is due every %s ticks', (signalTicks) => {
  expect(judgeQ2(nothing, { ...figures, signalTicks })).toMatchObject({ has: null, sawEnough: true })
})

test.each([
  [5, true],
  [6, null],
  [7, false],
  [8, false],
])('Q4: %i heartbeats after the last one of the peer say %s', (number, has) => {
  // DOWN comes at tick 5 at the latest; what comes 150 s after the silence began comes behind it.
  const seen = { ...nothing, heartbeats: heartbeats(15, number) }
  expect(judgeQ4(seen, { silentSince: 0, figures })).toMatchObject({ has, sawEnough: true })
})

test('Q4: says nothing of a job that by its metrics is not DOWN', () => {
  const seen = { ...nothing, heartbeats: heartbeats(15, 8), statuses: statuses([0, 240, 1]) }
  expect(judgeQ4(seen, { silentSince: 0, figures })).toMatchObject({ has: null, sawEnough: false })
})

test.each([
  [0, false],
  [1, null],
  [2, true],
])('Q3: %i heartbeats of a job with Q4 after the orderly shutdown say %s', (number, has) => {
  const seen = { ...nothing, heartbeats: heartbeats(15, number) }
  const after = { since: 0, figures, hasQ4: true, isSignalDue: false, answers: '' }
  expect(judgeQ3(seen, after)).toMatchObject({ has })
  expect(judgeQ3(seen, { ...after, figures: { ...figures, missesAllowed: 1 } })).toMatchObject({ has: null })
})

test('Q3: a signal that is due shows the status of a job without Q4', () => {
  const after = { since: 0, figures, hasQ4: false, isSignalDue: true, answers: '' }
  const beats = { ...nothing, heartbeats: heartbeats(15, 2) }
  expect(judgeQ3({ ...beats, signals: [{ time: 15, count: 6n }] }, after)).toMatchObject({ has: true })
  expect(judgeQ3({ ...beats, signals: [{ time: -15, count: 6n }] }, after)).toMatchObject({ has: false })
  expect(judgeQ3(nothing, after)).toMatchObject({ has: null, sawEnough: false })
  expect(judgeQ3(beats, { ...after, isSignalDue: false })).toMatchObject({ has: null, sawEnough: true })
})

test('Q3: DOWN by misses, half an interval later, is not taken for DOWN by the message', () => {
  const after = { since: 0, figures, hasQ4: false, isSignalDue: false, answers: '' }
  const of = (downAt: number): unknown =>
    judgeQ3({ ...nothing, statuses: statuses([-5, downAt, 1], [downAt, 60, 2]) }, after).has
  expect([1, 7, 8, 15].map(of)).toEqual([false, false, true, true])
})

test('Q6: the metrics, resumed heartbeats or a signal show that an empty body counted', () => {
  const after = { since: 0, figures, hasQ4: true, isSignalDue: false, answers: '' }
  const up = { ...nothing, statuses: statuses([-5, 1, 2], [1, 60, 3]) }
  expect(judgeQ6(up, after)).toMatchObject({ has: true, basis: 'rest' })
  expect(judgeQ6({ ...nothing, statuses: statuses([-5, 60, 2]) }, after)).toMatchObject({ has: false, basis: 'rest' })
  expect(judgeQ6({ ...nothing, heartbeats: heartbeats(15, 1) }, after)).toMatchObject({ has: true, basis: 'wire' })
  expect(judgeQ6(nothing, after)).toMatchObject({ has: false, basis: 'wire' })
  const due = { ...after, hasQ4: false, isSignalDue: true }
  expect(judgeQ6({ ...nothing, signals: [{ time: 15, count: 6n }] }, due)).toMatchObject({ has: true })
  expect(judgeQ6(nothing, due)).toMatchObject({ has: false })
  expect(judgeQ6(nothing, { ...due, isSignalDue: false })).toMatchObject({ has: null, sawEnough: true })
})

test('Q6: a counter that begins anew is a restarted PE, not a heartbeat', () => {
  const seen = { ...nothing, heartbeats: [...heartbeats(-60, 2, 7), ...heartbeats(40, 1, 1)] }
  const found = judgeQ6(seen, { since: 0, figures, hasQ4: true, isSignalDue: false, answers: 'answered 204' })
  expect(found).toMatchObject({ has: null, text: expect.stringContaining('its PE was restarted') })
})

test('takes the middle one of the intervals, and none of too few', () => {
  const at = (...times: number[]): JobObservation['heartbeats'] => times.map((time) => ({ time, count: 1n }))
  expect(medianIntervalSeconds(at(0, 30, 300, 330))).toBe(30)
  expect(medianIntervalSeconds(at(0, 30))).toBeNull()
})
