import { expect, test } from 'vitest'
import { canHold, parseSettingsFile } from './settings-file.ts'

test('of a file that is none of ours only the first odd lines are kept', () => {
  const { oddLines } = parseSettingsFile('junk\n'.repeat(1000))
  expect(oddLines).toHaveLength(100)
  expect(oddLines.at(-1)).toEqual({ oddity: 'no_equals', line: 100, key: null })
})

test('an entry names its line, comments and empty lines counted', () => {
  expect(parseSettingsFile('# one\n\n a = 1 \nb=2').entries).toEqual(
    new Map([
      ['a', { value: '1', line: 3 }],
      ['b', { value: '2', line: 4 }],
    ]),
  )
})

test.each([
  ['a b', true],
  ['a\r', true],
  ['\ta', true],
  ['#a', true],
  ['', false],
  [' a', false],
  ['a ', false],
  ['a=b', false],
  ['a\nb', false],
])('whether a file can hold %j: %j', (value, expected) => {
  expect(canHold(value)).toBe(expected)
  expect(parseSettingsFile(`key=${value}`).entries.get('key')?.value === value).toBe(expected)
})
