import { expect, test } from 'vitest'
import { spreadOf } from './spread.ts'

test('of an odd number of figures the median is the one in the middle', () => {
  expect(spreadOf([9, 1, 5])).toEqual({ count: 3, minimum: 1, median: 5, maximum: 9 })
})

test('of an even number it lies between the two in the middle', () => {
  expect(spreadOf([10, 1, 2, 4])).toEqual({ count: 4, minimum: 1, median: 3, maximum: 10 })
})

test('sorts by size, not by text', () => {
  expect(spreadOf([100, 9, 20])?.median).toBe(20)
})

test('without figures there is no spread', () => {
  expect(spreadOf([])).toBeNull()
})
