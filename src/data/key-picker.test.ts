import { expect, test } from 'vitest'
import { createRandom } from '../support/random.ts'
import { keyPicker } from './key-picker.ts'

function counts(keys: number, skew: Parameters<typeof keyPicker>[0]['skew'], draws: number): readonly number[] {
  const pick = keyPicker({ keys, skew, random: createRandom(3) })
  const seen = Array.from({ length: keys }, () => 0)
  for (let draw = 0; draw < draws; draw += 1) {
    const key = pick()
    seen[key] = (seen[key] ?? 0) + 1
  }
  return seen
}

test('without a skew keys come in turn', () => {
  const pick = keyPicker({ keys: 3, random: createRandom(1) })
  expect(Array.from({ length: 7 }, pick)).toEqual([0, 1, 2, 0, 1, 2, 0])
})

test('uniform draws each key equally often', () => {
  for (const count of counts(10, { kind: 'uniform' }, 100_000)) expect(Math.abs(count - 10_000)).toBeLessThan(400)
})

test.each([0, 0.5, 1, 1.1, 2.25, 3])('by zipf with exponent %d a key comes as often as it should', (exponent) => {
  const keys = 50
  const draws = 200_000
  const weights = Array.from({ length: keys }, (_, index) => 1 / (index + 1) ** exponent)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const seen = counts(keys, { kind: 'zipf', exponent }, draws)
  const chi = weights.reduce((sum, weight, key) => {
    const expected = (draws * weight) / total
    return sum + ((seen[key] ?? 0) - expected) ** 2 / expected
  }, 0)
  // 49 degrees of freedom: 86 is exceeded once in a thousand times.
  expect(chi).toBeLessThan(86)
})

test('the draws of a seed are the same everywhere', () => {
  const pick = keyPicker({ keys: 1000, skew: { kind: 'zipf', exponent: 1.1 }, random: createRandom(42) })
  expect(Array.from({ length: 12 }, pick)).toMatchInlineSnapshot(`
    [
      1,
      0,
      823,
      57,
      11,
      5,
      3,
      124,
      79,
      1,
      38,
      9,
    ]
  `)
})
