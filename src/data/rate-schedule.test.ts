import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ArrivalSpec } from '../model/scenario.ts'
import { createRandom } from '../support/random.ts'
import { constantRate, rateProfile } from './rate-profile.ts'
import { RateSchedule } from './rate-schedule.ts'
import { scheduleOf } from './traffic-schedule.ts'
import { unitExponential } from './unit-exponential.ts'

const even = (rate: number, more: { startTime?: number; count?: number; forSeconds?: number } = {}): RateSchedule =>
  new RateSchedule({ startTime: 0, profile: constantRate(rate), ...more })

test('goes by the clock alone', () => {
  const schedule = even(10, { startTime: 100 })
  expect([99, 100, 100.05, 100.1, 101, 110].map((time) => schedule.take(time).length)).toEqual([0, 0, 0, 1, 9, 90])
  expect(schedule.isOverAt(1e9)).toBe(false)
})

test('says when each tuple was due, also when it is asked late', () => {
  expect(even(4, { startTime: 10 }).take(11)).toEqual([10.25, 10.5, 10.75, 11])
})

test('a new rate holds from its time on, and fractions are not lost', () => {
  const schedule = even(1)
  schedule.setRate(10, 1.5)
  expect(schedule.take(1.5)).toEqual([1])
  expect(schedule.take(2)).toHaveLength(5)
  schedule.setRate(0, 2)
  expect(schedule.take(50)).toEqual([])
  expect(schedule.rateAt(50)).toBe(0)
})

test('a tuple that was due before its rate was changed keeps its time', () => {
  const schedule = even(2)
  schedule.setRate(0, 1.25)
  schedule.setRate(4, 3)
  expect(schedule.take(3.5)).toEqual([0.5, 1, 3.125, 3.375])
})

test.each([
  [{ count: 15 }, [14, 1, 0]],
  [{ forSeconds: 1.5 }, [14, 1, 0]],
])('ends with %j', (limit, taken) => {
  const schedule = even(10, limit)
  expect([1.4, 1.5, 9].map((time) => [schedule.take(time).length, schedule.isOverAt(time)])).toEqual([
    [taken[0], false],
    [taken[1], true],
    [taken[2], true],
  ])
  schedule.setRate(100, 9)
  expect(schedule.take(20)).toEqual([])
})

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a rate and a factor of %d', (wrong) => {
  expect(() => even(1).setRate(wrong, 1)).toThrow(`Expected a rate in tuples a second from 0 up, got ${wrong}.`)
  expect(() => even(1).setFactor(wrong, 1)).toThrow(`Expected a factor of the rate from 0 up, got ${wrong}.`)
})

test('bursts come one period after the beginning, and their last tuple belongs to them', () => {
  const profile = rateProfile({ kind: 'burst', peakRate: 2, everySeconds: 10, forSeconds: 1 }, 0)
  const schedule = new RateSchedule({ startTime: 0, profile })
  expect(schedule.take(25)).toEqual([10.5, 11, 20.5, 21])
  expect([9, 10.5, 11.5].map((time) => schedule.rateAt(time))).toEqual([0, 2, 0])
})

const quantity = fc.integer({ min: 0, max: 400 }).map((tenths) => tenths / 10)
const seconds = fc.integer({ min: 1, max: 200 }).map((tenths) => tenths / 10)
const arrivals: fc.Arbitrary<ArrivalSpec> = fc.oneof(
  fc.constant({ kind: 'constant' } as const),
  fc.record({ kind: fc.constant('ramp' as const), toRate: quantity, overSeconds: seconds }),
  fc
    .record({ kind: fc.constant('burst' as const), peakRate: quantity, everySeconds: seconds, forSeconds: seconds })
    .filter(({ everySeconds, forSeconds }) => forSeconds < everySeconds),
)

test('what is due is the integral of the rate, for every form of load', () => {
  fc.assert(
    fc.property(arrivals, quantity, seconds, (arrival, rate, end) => {
      const profile = rateProfile(arrival, rate)
      const steps = 2000
      let integral = 0
      for (let step = 0; step < steps; step += 1)
        integral += (profile.rateAt(((step + 0.5) / steps) * end) * end) / steps
      // A jump of the rate falls into one step.
      expect(Math.abs(profile.dueBy(end) - integral)).toBeLessThan(0.001 + (20 * 40 * end) / steps)
    }),
  )
})

test('as many tuples are taken as are due, each at the time at which it was, however often one looks', () => {
  const looks = fc.array(seconds, { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(arrivals, quantity, looks, (arrival, rate, pauses) => {
      const profile = rateProfile(arrival, rate)
      const schedule = new RateSchedule({ startTime: 5, profile })
      let now = 5
      const taken: number[] = []
      for (const pause of pauses) {
        now += pause
        taken.push(...schedule.take(now))
      }
      expect(taken).toHaveLength(Math.floor(profile.dueBy(now - 5) + 1e-6))
      const inOrder = taken.every((time, index) => time >= (taken[index - 1] ?? 5))
      const off = taken.map((time, index) => Math.abs(profile.dueBy(time - 5) - (index + 1)))
      expect(inOrder).toBe(true)
      expect(off.findIndex((difference) => difference > 1e-4)).toBe(-1)
    }),
  )
})

test('Poisson arrivals are those of the seed, as many as the rate says on average, and as scattered as they should be', () => {
  const spec = { rate: 50, arrival: { kind: 'poisson' } } as const
  const take = (seed: number): readonly number[] =>
    scheduleOf(spec, { startTime: 0, random: createRandom(seed) }).take(2000)
  const times = take(1)
  expect(take(1)).toEqual(times)
  expect(take(2)).not.toEqual(times)
  // 100,000 expected, with a standard deviation of 316.
  expect(Math.abs(times.length - 100_000)).toBeLessThan(4 * 317)
  const perSecond = Array.from({ length: 2000 }, () => 0)
  for (const time of times) perSecond[Math.floor(time)] = (perSecond[Math.floor(time)] ?? 0) + 1
  const mean = times.length / 2000
  const variance = perSecond.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 2000
  expect(variance / mean).toBeGreaterThan(0.85)
  expect(variance / mean).toBeLessThan(1.15)
})

test('an exponential draw has the distribution of its name', () => {
  const random = createRandom(7)
  const draws = Array.from({ length: 200_000 }, () => unitExponential(random)).toSorted((a, b) => a - b)
  // Kolmogorov and Smirnov's distance; 1.95 / sqrt(n) is its 0.1 % limit.
  const distance = draws.reduce(
    (most, draw, index) => Math.max(most, Math.abs(1 - Math.exp(-draw) - index / draws.length)),
    0,
  )
  expect(distance).toBeLessThan(1.95 / Math.sqrt(draws.length))
})
