import { expect, test } from 'vitest'
import { adviceFor, editDistance, nearestWord } from './suggest.ts'

test.each([
  ['', '', 0],
  ['kill', 'kill', 0],
  ['kil', 'kill', 1],
  ['klil', 'kill', 1],
  ['partitoin', 'partition', 1],
  ['abc', '', 3],
  ['netem', 'item', 2],
])('counts the edits from "%s" to "%s"', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance)
  expect(editDistance(b, a)).toBe(distance)
})

test('finds the nearest word, whatever its case and separators', () => {
  expect(nearestWord('orderlyShutdown', ['kill', 'orderly_shutdown'])).toBe('orderly_shutdown')
  expect(nearestWord('at_mots', ['at_least', 'at_most'])).toBe('at_most')
})

test('suggests nothing that is not near', () => {
  expect(nearestWord('colour', ['kill', 'at'])).toBeUndefined()
  expect(adviceFor('colour', ['kill', 'at'], ['netem'])).toBe('Known here: kill, at.')
})

test('suggests what is only to come, too', () => {
  expect(adviceFor('netm', ['kill'], ['netem'])).toBe('Did you mean "netem"?')
})
