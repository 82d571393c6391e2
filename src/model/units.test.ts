import { describe, expect, test } from 'vitest'
import { parseBitRate, parseDuration, parseOffset, parseShare, quantityForms } from './units.ts'

describe('reads', () => {
  test.each([
    [parseOffset, '-5 s', -5],
    [parseOffset, ' -250ms ', -0.25],
    [parseOffset, '5 min', 300],
    [parseBitRate, '500 kbit', 5e5],
    [parseBitRate, '10 mbit', 1e7],
    [parseBitRate, '1.5 gbit', 1.5e9],
    [parseShare, '0.5 %', 0.5],
  ])('%o %s', (parse, text, value) => {
    expect(parse(text)).toEqual({ ok: true, value })
  })
})

describe('refuses', () => {
  test.each([
    [parseOffset, '- 5 s'],
    [parseOffset, '--5 s'],
    [parseOffset, -5],
    [parseDuration, '-5 s'],
    [parseBitRate, '10 mb'],
    [parseBitRate, '10 Mbit'],
    [parseDuration, `${'9'.repeat(16)} h`],
    [parseDuration, `1${' '.repeat(70)}s`],
  ])('%o %s', (parse, text) => {
    expect(parse(text)).toMatchObject({ ok: false })
  })
})

test('the forms for editors fit their own examples', () => {
  for (const { pattern, examples } of Object.values(quantityForms)) {
    for (const example of examples) expect(example).toMatch(new RegExp(pattern))
  }
})
