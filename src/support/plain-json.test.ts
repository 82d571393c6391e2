import { expect, test } from 'vitest'
import { asJson, shown } from './plain-json.ts'

const cycle: { self?: unknown } = {}
cycle.self = cycle

test('gives what JSON can hold, as it would arrive, and nothing for the rest', () => {
  expect(asJson({ at: new Date(0), left: undefined, list: [1, undefined] })).toEqual({
    at: '1970-01-01T00:00:00.000Z',
    list: [1, null],
  })
  expect(asJson(null)).toBeNull()
  for (const value of [undefined, () => 1, 1n, { n: 1n }, cycle]) expect(asJson(value)).toBeUndefined()
})

test('shows any value in a message, and no more than 100 characters of it', () => {
  const values = [undefined, null, 'a', 3, () => 1, Promise.resolve(1), cycle, 1n, Symbol('s')]
  expect(values.map(shown)).toEqual([
    'nothing',
    'null',
    '"a"',
    '3',
    'a function',
    'a promise',
    'object that JSON cannot hold',
    'bigint that JSON cannot hold',
    'symbol that JSON cannot hold',
  ])
  expect(shown('x'.repeat(200))).toHaveLength(100)
})
