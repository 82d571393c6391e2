import { expect, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { ListedSchedule } from './listed-schedule.ts'

const listed = (more: { count?: number; forSeconds?: number } = {}): ListedSchedule =>
  new ListedSchedule({ startTime: 100, times: Float64Array.from([0, 1, 1, 5, 9]), ...more })

test('each tuple comes once, at its own time', () => {
  const schedule = listed()
  expect(schedule.take(99)).toEqual([])
  expect(schedule.take(104)).toEqual([100, 101, 101])
  expect(schedule.isOverAt(104)).toBe(false)
  expect(schedule.take(200)).toEqual([105, 109])
  expect(schedule.isOverAt(200)).toBe(true)
  expect(schedule.take(300)).toEqual([])
})

test('a factor is a speed from then on', () => {
  const schedule = listed()
  schedule.setFactor(4, 101)
  expect(schedule.take(102)).toEqual([101, 101, 101, 102])
  schedule.setFactor(0, 102)
  expect(schedule.take(1000)).toEqual([])
  schedule.setFactor(1, 1000)
  expect(schedule.take(1004)).toEqual([1004])
})

test.each([
  [{ count: 2 }, 2],
  [{ forSeconds: 5 }, 4],
  [{ forSeconds: 4.9 }, 3],
])('ends with %j', (limit, count) => {
  const schedule = listed(limit)
  expect(schedule.take(1000)).toHaveLength(count)
  expect(schedule.isOverAt(1000)).toBe(true)
})

test('a rate of its own it cannot have', () => {
  expect(() => listed().setRate()).toThrow(SettingsError)
  expect(() => listed().setRate()).toThrow('Use `load: {factor: …}`')
})
