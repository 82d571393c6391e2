import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultBehaviour, toolkitProfiles } from '../../model/toolkit-behaviour.ts'
import { createRandom } from '../../support/random.ts'
import { HeartbeatWatchdog } from '../machines/heartbeat-watchdog.ts'
import { referenceSettings } from '../testing/reference-settings.ts'
import { falseDownPerYear, runProbability } from './tuning-risk.ts'

const observer = referenceSettings('dc1')

/** The recurrence of runs, step by step. */
function byRecurrence(of: { readonly lost: number; readonly run: number; readonly heartbeats: number }): number {
  const { lost, run, heartbeats } = of
  const start = lost ** run
  const found: number[] = []
  for (let n = 0; n <= heartbeats; n += 1) {
    if (n < run) found.push(0)
    else if (n === run) found.push(start)
    else found.push((found[n - 1] ?? 0) + (1 - (found[n - run - 1] ?? 0)) * (1 - lost) * start)
  }
  return found[heartbeats] ?? 0
}

describe('the probability of a run of lost heartbeats', () => {
  test('is that of the recurrence of runs', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.9, noNaN: true }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 400 }),
        (lost, run, heartbeats) => {
          const expected = byRecurrence({ lost, run, heartbeats })
          const found = runProbability({ lost, run, heartbeats })
          expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-10 * expected)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('counts every sequence of a few heartbeats', () => {
    const [lost, run, heartbeats] = [0.3, 2, 10]
    let total = 0
    for (let bits = 0; bits < 2 ** heartbeats; bits += 1) {
      const text = bits.toString(2).padStart(heartbeats, '0')
      const losses = text.split('1').length - 1
      if (text.includes('11')) total += lost ** losses * (1 - lost) ** (heartbeats - losses)
    }
    expect(runProbability({ lost, run, heartbeats })).toBeCloseTo(total, 12)
  })

  test('stays exact where it is tiny', () => {
    // About a million heartbeats, each the last of a run of 12 with the probability 1e-24.
    const found = runProbability({ lost: 0.01, run: 12, heartbeats: 1_051_200 })
    expect(found / (0.01 ** 12 * (1 + (1_051_200 - 12) * 0.99))).toBeCloseTo(1, 9)
  })

  test('counts arrivals that slip over a tick, for better and for worse', () => {
    const [lost, slip] = [0.3, 0.1]
    const arrived = 1 - lost
    // Of two heartbeats: both lost, unless the third slips back; or one lost and the next one slipping over.
    const both = lost * lost * (1 - arrived * slip)
    const one = lost * arrived * slip + arrived * lost * arrived * slip
    expect(runProbability({ lost, run: 2, slip, heartbeats: 2 })).toBeCloseTo(both + one, 12)
  })

  test('is none without loss and jitter, and certain when every heartbeat is lost or none is needed', () => {
    expect(runProbability({ lost: 0, run: 3, heartbeats: 1000 })).toBe(0)
    expect(runProbability({ lost: 1, run: 3, heartbeats: 3 })).toBe(1)
    expect(runProbability({ lost: 1, run: 3, heartbeats: 2 })).toBe(0)
    expect(runProbability({ lost: 0.1, run: 0, heartbeats: 1 })).toBe(1)
  })
})

/** Whether the toolkit's own watchdog says DOWN; ticks come at whole numbers, heartbeats at these times. */
function saysDown(arrivals: readonly number[], missesAllowed: number): boolean {
  const watchdog = new HeartbeatWatchdog({ missesAllowed, quirks: { Q1: true } })
  let tick = 1
  for (const arrival of arrivals) {
    for (; tick <= arrival; tick += 1) if (watchdog.tick()?.active === false) return true
    watchdog.post({ counts: true })
  }
  return false
}

describe('against the toolkit’s own watchdog', () => {
  test.each([1, 2, 4, 7])(
    'with %d misses allowed so many lost heartbeats in a row are DOWN, and one less is not',
    (misses) => {
      const gap = (lost: number): readonly number[] => [0.5, 1.5, 1.5 + lost + 1]
      expect(saysDown(gap(misses), misses)).toBe(true)
      expect(saysDown(gap(misses - 1), misses)).toBe(false)
    },
  )

  test.each<readonly [number, number, number]>([
    [0.2, 2, 0],
    [0.2, 2, 0.25],
    [0.3, 3, 0.4],
    [0.1, 2, 0.1],
  ])(
    'with a loss of %d, %d misses and a jitter of %d intervals it is as likely as in 20,000 tries',
    (lost, misses, jitter) => {
      const random = createRandom(20_260_314)
      const heartbeats = 12
      const tries = 20_000
      let downs = 0
      for (let one = 0; one < tries; one += 1) {
        const phase = random.nextFloat()
        const arrivals: number[] = []
        for (let n = 1; n <= heartbeats; n += 1) {
          const late = (random.nextFloat() * 2 - 1) * jitter
          // The first one makes contact, and the one after the last shows a run at the end.
          if (n === 1 || random.nextFloat() >= lost) arrivals.push(n + phase + late)
        }
        arrivals.push(heartbeats + 1 + phase)
        if (saysDown(arrivals, misses)) downs += 1
      }
      const expected = runProbability({ lost, run: misses, slip: jitter / 3, heartbeats: heartbeats - 1 })
      // Neighbouring gaps share an arrival, which the model leaves out of account; and 20,000 tries are that exact.
      expect(Math.abs(downs / tries / expected - 1)).toBeLessThan(0.07)
    },
  )
})

describe('a year', () => {
  const way = { lossShare: 0.01, jitterSeconds: 0 }

  test('has as many heartbeats as fit in', () => {
    const expected = runProbability({ lost: 0.01, run: 4, heartbeats: 1_051_200 })
    expect(falseDownPerYear({ observer, way })).toBe(expected)
    expect(expected).toBeGreaterThan(0.01)
    expect(expected).toBeLessThan(0.0105)
  })

  test('is safer with jitter away, and as documented (without Q1) less safe', () => {
    const documented = { ...defaultBehaviour, quirks: toolkitProfiles.documented }
    const plain = falseDownPerYear({ observer, way }) ?? 0
    expect(falseDownPerYear({ observer, way: { ...way, jitterSeconds: 5 } })).toBeGreaterThan(plain * 2)
    expect(falseDownPerYear({ observer, way, behaviour: documented })).toBeGreaterThan(plain * 50)
  })

  test('is without risk where DOWN is never declared, and not covered with a jitter of half an interval', () => {
    const never = { ...observer, consecutiveHeartbeatMissesAllowed: 255 }
    expect(falseDownPerYear({ observer: never, way })).toBe(0)
    expect(falseDownPerYear({ observer, way: { ...way, jitterSeconds: 15 } })).toBeNull()
    expect(falseDownPerYear({ observer, way: { ...way, jitterSeconds: 14.9 } })).not.toBeNull()
  })
})
