import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dueBy, dueTime, evenRuns, partOfRun } from './due-run.ts'
import { rateProfile } from './rate-profile.ts'
import { RateSchedule } from './rate-schedule.ts'

const someRun = fc
  .tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 1, max: 1000 }))
  .map(([count, first, length]) => ({
    count,
    firstTime: first / 8,
    lastTime: count === 1 ? first / 8 : (first + length) / 8,
  }))

test('counts the tuples that are due by a time as one by one', () => {
  fc.assert(
    fc.property(someRun, fc.integer({ min: -10, max: 2100 }), (run, eighths) => {
      const times = Array.from({ length: run.count }, (_, index) => dueTime(run, index))
      expect(dueBy(run, eighths / 8)).toBe(times.filter((time) => time <= eighths / 8).length)
    }),
  )
})

test('a part of a run is due when it was', () => {
  const run = { count: 11, firstTime: 10, lastTime: 20 }
  expect(partOfRun(run, 3, 6)).toEqual({ count: 3, firstTime: 13, lastTime: 15 })
  expect(partOfRun(run, 10, 11)).toEqual({ count: 1, firstTime: 20, lastTime: 20 })
})

test.each([
  ['constant', undefined],
  ['ramp', { kind: 'ramp', toRate: 50, overSeconds: 60 }],
  ['ramp to nothing', { kind: 'ramp', toRate: 0, overSeconds: 60 }],
  ['burst', { kind: 'burst', peakRate: 80, everySeconds: 7, forSeconds: 2 }],
] as const)('runs of a %s rate hold the tuples that come one by one, each when it is due', (_, arrival) => {
  const options = { startTime: 5, profile: rateProfile(arrival, 10), count: 1234, forSeconds: 100 }
  const single = new RateSchedule(options)
  const even = new RateSchedule(options)
  for (const time of [5.05, 17, 17, 30, 61.5, 70, 104, 110]) {
    if (time === 30) for (const schedule of [single, even]) schedule.setFactor(2, time)
    if (time === 70) for (const schedule of [single, even]) schedule.setRate(33, time)
    const times = single.take(time)
    const runs = even.takeRuns(time, 0.001)
    const inRuns = runs.flatMap((run) => Array.from({ length: run.count }, (__, index) => dueTime(run, index)))
    expect(inRuns).toHaveLength(times.length)
    for (const [index, at] of inRuns.entries()) expect(Math.abs(at - (times[index] ?? 0))).toBeLessThanOrEqual(0.002)
    expect(even.isOverAt(time)).toBe(single.isOverAt(time))
    expect(even.rateAt(time)).toBe(single.rateAt(time))
  }
})

test('a constant rate is one run, however many tuples it has', () => {
  const schedule = new RateSchedule({ startTime: 0, profile: rateProfile(undefined, 100) })
  expect(schedule.takeRuns(3600, 0.001)).toEqual([{ count: 360_000, firstTime: 0.01, lastTime: 3600 }])
})

test('a pace that changes in the last eighth is seen', () => {
  const timeOf = (place: number): number => (place <= 95 ? place : 95 + (place - 95) * 10)
  const runs = evenRuns({ first: 1, last: 100, timeOf, toleranceSeconds: 0.5 })
  expect(runs.reduce((sum, { count }) => sum + count, 0)).toBe(100)
  let place = 1
  for (const run of runs) {
    for (let index = 0; index < run.count; index += 1, place += 1) {
      expect(Math.abs(dueTime(run, index) - timeOf(place))).toBeLessThanOrEqual(0.5)
    }
  }
})

test('says when the tuple after so many more is due, and when nothing more is', () => {
  const schedule = new RateSchedule({ startTime: 10, profile: rateProfile(undefined, 2), count: 6 })
  schedule.takeRuns(11, 0)
  expect(schedule.dueAfter(0)).toBe(11.5)
  expect(schedule.dueAfter(3)).toBe(13)
  expect(schedule.dueAfter(4)).toBe(Infinity)
  expect(schedule.overAt()).toBe(13)
  schedule.takeRuns(20, 0)
  expect(schedule.isOverAt(20)).toBe(true)
})
