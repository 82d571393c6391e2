import { expect, test } from 'vitest'
import { cannotTell, formatMeasured, judgeAtLeast, judgeAtMost } from './measured.ts'

test.each([
  [151, 152, 'pass'],
  [152, 152, 'pass'],
  [153, 152, 'fail'],
] as const)('an exact %d against at most %d is %s', (value, limit, verdict) => {
  expect(judgeAtMost({ lower: value, upper: value }, limit)).toBe(verdict)
})

test.each([
  [9, 10, 'fail'],
  [10, 10, 'pass'],
  [11, 10, 'pass'],
] as const)('an exact %d against at least %d is %s', (value, limit, verdict) => {
  expect(judgeAtLeast({ lower: value, upper: value }, limit)).toBe(verdict)
})

test('a limit within the uncertainty is inconclusive either way', () => {
  expect(judgeAtMost({ lower: 149.9, upper: 152.5 }, 152)).toBe('inconclusive')
  expect(judgeAtMost({ lower: 151.5, upper: 153 }, 152)).toBe('inconclusive')
  expect(judgeAtLeast({ lower: 9, upper: 11 }, 10)).toBe('inconclusive')
})

test('the dust of decimal fractions decides nothing', () => {
  const value = 552.1 - 400
  expect(judgeAtMost({ lower: value, upper: value }, 152.1)).toBe('pass')
  expect(judgeAtLeast({ lower: 0.1 + 0.2, upper: 0.1 + 0.2 }, 0.3)).toBe('pass')
})

test.each([
  [121.5, 0, '121.5 ± 0 s'],
  [129.33, 1.24, '129.3 ± 1.2 s'],
  [121.5, 0.04, '121.5 ± 0.04 s'],
  [0.354, 0.789, '0.35 ± 0.79 s'],
])('%d with %d reads as %s', (value, uncertainty, text) => {
  expect(formatMeasured({ value, uncertainty })).toBe(text)
})

test('what cannot be told is told with its figures and the way out', () => {
  expect(cannotTell({ value: 151.2, uncertainty: 1.3 }, 152)).toBe(
    'the run cannot tell: 151.2 ± 1.3 s against 152 s; use a lower time scale',
  )
})
