import { expect, test } from 'vitest'
import { RateSchedule } from './rate-schedule.ts'

test('goes by the clock alone', () => {
  const schedule = new RateSchedule({ startTime: 100, tuplesPerSecond: 10 })
  expect([99, 100, 100.05, 100.1, 101, 110].map((time) => schedule.dueAt(time))).toEqual([0, 0, 0, 1, 10, 100])
  expect(schedule.isOverAt(1e9)).toBe(false)
})

test('a new rate holds from its time on, and fractions are not lost', () => {
  const schedule = new RateSchedule({ startTime: 0, tuplesPerSecond: 1 })
  schedule.setRate(10, 1.5)
  expect(schedule.dueAt(1.5)).toBe(1)
  expect(schedule.dueAt(2)).toBe(6)
  schedule.setRate(0, 2)
  expect(schedule.dueAt(50)).toBe(6)
  expect(schedule.tuplesPerSecond).toBe(0)
})

test('ends with its count', () => {
  const schedule = new RateSchedule({ startTime: 0, tuplesPerSecond: 10, count: 15 })
  expect([1.4, 1.5, 9].map((time) => [schedule.dueAt(time), schedule.isOverAt(time)])).toEqual([
    [14, false],
    [15, true],
    [15, true],
  ])
})

test('ends with its time', () => {
  const schedule = new RateSchedule({ startTime: 5, tuplesPerSecond: 10, forSeconds: 2 })
  expect([6.9, 7, 8].map((time) => [schedule.dueAt(time), schedule.isOverAt(time)])).toEqual([
    [19, false],
    [20, true],
    [20, true],
  ])
  schedule.setRate(100, 8)
  expect(schedule.dueAt(9)).toBe(20)
})

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a rate of %d', (rate) => {
  const message = `Expected a rate of 0 tuples a second or more, got ${rate}`
  expect(() => new RateSchedule({ startTime: 0, tuplesPerSecond: rate })).toThrow(message)
  expect(() => new RateSchedule({ startTime: 0, tuplesPerSecond: 1 }).setRate(rate, 1)).toThrow(message)
})
