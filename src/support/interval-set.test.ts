import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Interval } from '../model/interval.ts'
import { IntervalSet } from './interval-set.ts'

const interval = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 12 }))
  .map(([from, length]): Interval => ({ from, to: from + length }))
const intervals = fc.array(interval, { maxLength: 20 })

function numbersOf(runs: Iterable<Interval>): number[] {
  return [...runs].flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index))
}

const sorted = (numbers: Iterable<number>): number[] => [...numbers].sort((left, right) => left - right)

describe('IntervalSet', () => {
  test('holds what a plain set holds, and returns the part that was there already', () => {
    fc.assert(
      fc.property(intervals, (added) => {
        const plain = new Set<number>()
        const set = new IntervalSet()
        for (const run of added) {
          const present = numbersOf(set.add(run.from, run.to))
          expect(present).toEqual(numbersOf([run]).filter((number) => plain.has(number)))
          for (const number of numbersOf([run])) plain.add(number)
        }
        expect(numbersOf(set.intervals())).toEqual(sorted(plain))
        expect(set.count).toBe(plain.size)
        for (let number = -1; number < 75; number += 1) expect(set.has(number)).toBe(plain.has(number))
      }),
    )
  })

  test('holds what a plain set holds while single numbers come, mostly in order, and somebody looks in between', () => {
    const step = fc.tuple(fc.constantFrom(1, 1, 1, 1, 2, 3, 0, -1, -4), fc.constantFrom('look', 'meet', 'none'))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const plain = new Set<number>()
        const set = new IntervalSet()
        const other = IntervalSet.of([{ from: 10, to: 20 }])
        const met: IntervalSet[] = []
        const expectedMeet: (readonly number[])[] = []
        const meetings = (numbers: ReadonlySet<number>): readonly (readonly number[])[] => [
          sorted(numbers).filter((number) => number >= 10 && number <= 20),
          numbersOf(other.intervals()).filter((number) => !numbers.has(number)),
          sorted(numbers).filter((number) => number >= 10 && number <= 20),
        ]
        let next = 5
        for (const [by, what] of steps) {
          next = Math.max(0, next + by)
          expect(set.add(next, next).length > 0).toBe(plain.has(next))
          plain.add(next)
          expect(set.count).toBe(plain.size)
          // Looking in between must not change what is held.
          if (what === 'look') set.has(next)
          if (what === 'meet') met.push(set.intersect(other), other.minus(set), set.intersect(other))
          expectedMeet.push(...(what === 'meet' ? meetings(plain) : []))
        }
        expect(numbersOf(set.intervals())).toEqual(sorted(plain))
        expect(met.map((one) => numbersOf(one.intervals()))).toEqual(expectedMeet)
      }),
    )
  })

  test('keeps runs that neither touch nor overlap', () => {
    fc.assert(
      fc.property(intervals, (added) => {
        const runs = IntervalSet.of(added).intervals()
        for (const [index, run] of runs.entries()) {
          expect(run.from).toBeLessThanOrEqual(run.to)
          expect(run.from).toBeGreaterThan((runs[index - 1]?.to ?? -2) + 1)
        }
      }),
    )
  })

  test('unites, intersects and subtracts as plain sets do, and changes neither side', () => {
    fc.assert(
      fc.property(intervals, intervals, (left, right) => {
        const [one, other] = [IntervalSet.of(left), IntervalSet.of(right)]
        const [plain, otherPlain] = [new Set(numbersOf(left)), new Set(numbersOf(right))]
        const before = [one.intervals(), other.intervals()]
        const union = new Set([...plain, ...otherPlain])
        expect(numbersOf(one.union(other).intervals())).toEqual(sorted(union))
        expect(numbersOf(one.intersect(other).intervals())).toEqual(sorted(plain).filter((n) => otherPlain.has(n)))
        const difference = one.minus(other)
        expect(numbersOf(difference.intervals())).toEqual(sorted(plain).filter((n) => !otherPlain.has(n)))
        expect(difference.count + one.intersect(other).count).toBe(one.count)
        expect([one.intervals(), other.intervals()]).toEqual(before)
      }),
    )
  })

  test('appends a sequence as one run', () => {
    const set = new IntervalSet()
    for (let number = 0; number < 100_000; number += 1) set.add(number, number)
    expect(set.intervals()).toEqual([{ from: 0, to: 99_999 }])
  })

  test.each([
    [2, 1],
    [0.5, 1],
    [0, Number.POSITIVE_INFINITY],
    [Number.NaN, Number.NaN],
  ])('refuses %d to %d', (from, to) => {
    const set = new IntervalSet()
    expect(() => set.add(from, to)).toThrow(RangeError)
    expect(set.count).toBe(0)
  })
})
