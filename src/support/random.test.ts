import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from './random.ts'
import type { Random } from './random.ts'

const draws = (random: Random, count = 5): number[] => Array.from({ length: count }, () => random.nextUint32())
const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((left, right) => left - right)

describe('createRandom', () => {
  test('gives the same draws for the same seed, on every engine and release', () => {
    expect(draws(createRandom(1))).toEqual([3708736799, 3059756466, 2658592661, 260201315, 220582183])
  })

  test('gives other draws for seeds that differ in any part', () => {
    const seeds = [0, 1, 2, -1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]
    expect(new Set(seeds.map((seed) => draws(createRandom(seed)).join())).size).toBe(seeds.length)
  })

  test('refuses a seed that is no number or too large to tell from its neighbour', () => {
    expect(() => createRandom(Number.NaN)).toThrow(RangeError)
    expect(() => createRandom(2 ** 60)).toThrow(RangeError)
  })

  test('draws floats from 0 included to 1 excluded, with their mean in the middle', () => {
    const random = createRandom(7)
    const floats = Array.from({ length: 20_000 }, () => random.nextFloat())
    expect(Math.min(...floats)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...floats)).toBeLessThan(1)
    const mean = floats.reduce((sum, float) => sum + float, 0) / floats.length
    expect(mean).toBeGreaterThan(0.49)
    expect(mean).toBeLessThan(0.51)
  })

  test('draws whole numbers within both ends, each about equally often', () => {
    const random = createRandom(3)
    const counts = new Map<number, number>()
    for (let draw = 0; draw < 60_000; draw += 1) {
      const number = random.integer(-2, 3)
      counts.set(number, (counts.get(number) ?? 0) + 1)
    }
    expect([...counts.keys()].sort((left, right) => left - right)).toEqual([-2, -1, 0, 1, 2, 3])
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(500)
    expect(random.integer(5, 5)).toBe(5)
    expect(() => random.integer(2, 1)).toThrow(RangeError)
  })

  test('favours no number where the range does not divide 2^32', () => {
    const random = createRandom(5)
    const numbers = Array.from({ length: 30_000 }, () => random.integer(0, 3 * 2 ** 30 - 1))
    // Taking draws modulo the size would put half of them into the first third.
    expect(Math.abs(numbers.filter((number) => number < 2 ** 30).length - 10_000)).toBeLessThan(500)
  })

  test('draws from ranges wider than 32 bits', () => {
    const random = createRandom(3)
    const numbers = Array.from({ length: 100 }, () => random.integer(0, 2 ** 40))
    expect(Math.max(...numbers)).toBeGreaterThan(2 ** 39)
    expect(numbers.every((number) => Number.isSafeInteger(number) && number <= 2 ** 40)).toBe(true)
  })

  test('shuffles into a permutation and leaves the items alone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const before = [...items]
        const shuffled = createRandom(seed).shuffle(items)
        expect(items).toEqual(before)
        expect(ascending(shuffled)).toEqual(ascending(items))
      }),
    )
  })

  test('picks one of the items, and refuses to pick from none', () => {
    expect(['a', 'b']).toContain(createRandom(1).pick(['a', 'b']))
    expect(() => createRandom(1).pick([])).toThrow(RangeError)
  })

  test('forks by label and seed only, not by what was drawn', () => {
    const fresh = createRandom(9)
    const used = createRandom(9)
    draws(used)
    expect(draws(used.fork('load'))).toEqual(draws(fresh.fork('load')))
    expect(draws(fresh.fork('load'))).not.toEqual(draws(fresh.fork('faults')))
    expect(draws(fresh.fork('load'))).not.toEqual(draws(createRandom(10).fork('load')))
  })
})
