import { expect, test } from 'vitest'
import { rounderNumbers } from './rounder-numbers.ts'

test('the roundest come first, and of two as round the smaller one', () => {
  expect(rounderNumbers(1234, [1000, 100, 10])).toEqual([1000, 2000, 1200, 1300, 1230, 1240])
})

test('a number that is round already stays', () => {
  expect(rounderNumbers(3000, [1000, 100])).toEqual([])
  expect(rounderNumbers(1300, [1000, 100])).toEqual([1000, 2000])
})

test('a small number is not rounded to a large one', () => {
  expect(rounderNumbers(7, [100, 10, 5])).toEqual([5, 10])
  expect(rounderNumbers(1, [100, 10])).toEqual([])
  expect(rounderNumbers(0, [100, 10])).toEqual([])
})
