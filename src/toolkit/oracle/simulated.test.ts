// The oracle's closed forms against a small simulation of toolkit reference §4.1 to §4.3 and §5.1, which shares nothing with them
// and nothing with the toolkit's own machines.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { PredictedWindow } from '../../model/takeover.ts'
import { defaultBehaviour, toolkitProfiles } from '../../model/toolkit-behaviour.ts'
import type { QuirkId, ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { referenceSettings } from '../testing/reference-settings.ts'
import { blipTolerated, detectionWindow, oneWayLoss, silenceWindow, steadiness } from './detection.ts'
import { firstUpSeconds, recoveryAfterHealSeconds } from './recovery.ts'
import { signalTicks } from './snapshots.ts'

const reference = referenceSettings('dc1')
const withValues = (values: Partial<CrossDcSettings>): CrossDcSettings => ({ ...reference, ...values })
const withQuirk = (quirk: QuirkId, isOn: boolean): ToolkitBehaviour => {
  return { ...defaultBehaviour, quirks: { ...toolkitProfiles['ibm-1.0.1'], [quirk]: isOn } }
}

interface Side {
  readonly settings: CrossDcSettings
  /** Of the process. */
  readonly start: number
}

interface Happening {
  readonly time: number
  readonly side: 0 | 1
  readonly up: boolean
}

/** Two sides with instant delivery; `isLost(from, time)` and `isDead(side, time)` say what does not happen. */
function simulate(options: {
  readonly sides: readonly [Side, Side]
  readonly behaviour: ToolkitBehaviour
  readonly until: number
  readonly isLost?: (from: 0 | 1, time: number) => boolean
  readonly isDead?: (side: 0 | 1, time: number) => boolean
}): readonly Happening[] {
  const { sides, behaviour, until, isLost = () => false, isDead = () => false } = options
  const states = [0, 1].map(() => ({ miss: 0, active: false, sensed: false }))
  const happenings: Happening[] = []
  const report = (side: 0 | 1, time: number, up: boolean): void => {
    const state = states[side]
    if (state === undefined || state.active === up) return
    state.active = up
    state.sensed ||= up
    happenings.push({ time, side, up })
  }
  const ticks = ([0, 1] as const).flatMap((side) => {
    const { settings, start } = sides[side]
    const first = start + settings.crossDCInitDelay
    const count = Math.max(0, Math.floor((until - first) / settings.heartbeatExchangeInterval) + 1)
    return Array.from({ length: count }, (_, k) => ({ side, time: first + k * settings.heartbeatExchangeInterval }))
  })
  for (const { side, time } of ticks.toSorted((a, b) => a.time - b.time)) {
    const state = states[side]
    const other = side === 0 ? 1 : 0
    if (state === undefined || isDead(side, time)) continue
    const allowed = sides[side].settings.consecutiveHeartbeatMissesAllowed
    const isOver = (): boolean => (behaviour.quirks.Q1 ? state.miss > allowed : state.miss >= Math.max(1, allowed))
    if (!isOver()) {
      state.miss = behaviour.quirks.Q1 ? (state.miss + 1) % 256 : state.miss + 1
      if (isOver()) report(side, time, false)
    }
    if (behaviour.quirks.Q4 && state.sensed && !state.active) continue
    const isHeard = time >= sides[other].start && !isDead(other, time)
    if (isLost(side, time) || !isHeard) continue
    const receiver = states[other]
    if (receiver !== undefined) receiver.miss = 0
    report(other, time, true)
  }
  return happenings
}

/** The first value that does not hold, or null. */
function counterexample<T>(values: fc.Arbitrary<T>, holds: (value: T) => boolean, numRuns = 100): unknown {
  const details = fc.check(
    fc.property(values, (value) => holds(value)),
    { numRuns },
  )
  return details.failed ? (details.counterexample ?? `skipped ${details.numSkips}`) : null
}

/** The lower end is excluded, unless it is the beginning. */
function isWithin(seconds: number, window: PredictedWindow | null): boolean {
  if (window === null) return false
  return (window.minSeconds === 0 || seconds > window.minSeconds) && seconds <= window.maxSeconds
}

interface RandomPair {
  readonly observer: CrossDcSettings
  readonly failed: CrossDcSettings
  readonly sides: readonly [Side, Side]
  readonly behaviour: ToolkitBehaviour
  /** When something happens. */
  readonly at: number
  readonly length: number
}

/** Even intervals and an odd offset: no tick ever coincides with a heartbeat of the other side. */
const interval = fc.integer({ min: 1, max: 40 }).map((half) => 2 * half)
const pairs: fc.Arbitrary<RandomPair> = fc
  .record({
    intervals: fc.tuple(interval, interval),
    misses: fc.integer({ min: 0, max: 12 }),
    offset: fc.integer({ min: 0, max: 60 }).map((half) => 2 * half + 1),
    isQ1: fc.boolean(),
    at: fc.integer({ min: 2000, max: 3000 }),
    length: fc.integer({ min: 1, max: 600 }),
  })
  .map(({ intervals: [own, other], misses, offset, isQ1, at, length }) => {
    const settings = (heartbeatExchangeInterval: number): CrossDcSettings =>
      withValues({ heartbeatExchangeInterval, consecutiveHeartbeatMissesAllowed: misses })
    const [observer, failed] = [settings(own), settings(other)]
    const sides = [
      { settings: observer, start: 0 },
      { settings: failed, start: offset },
    ] as const
    return { observer, failed, sides, behaviour: withQuirk('Q1', isQ1), at, length }
  })
const steadyPairs = pairs.filter(
  ({ observer, failed, behaviour }) =>
    steadiness({ observer, failed, behaviour }) === 'steady' &&
    steadiness({ observer: failed, failed: observer, behaviour }) === 'steady',
)

describe('against the simulation', () => {
  test('a crash is noticed within the window, whatever the intervals, misses and phase', () => {
    const holds = ({ observer, failed, sides, behaviour, at }: RandomPair): boolean => {
      const isDead = (side: 0 | 1, time: number): boolean => side === 1 && time >= at
      const downs = simulate({ sides, behaviour, until: at + 2000, isDead }).filter(({ side, up }) => side === 0 && !up)
      const seconds = (downs[0]?.time ?? Number.NaN) - at
      return downs.length === 1 && isWithin(seconds, detectionWindow({ observer, failed, behaviour }))
    }
    expect(counterexample(steadyPairs, holds, 3000)).toBeNull()
  })

  test('the ends of the window are reached for the reference values', () => {
    const detections = Array.from({ length: 900 }, (_, index) => {
      const sides = [
        { settings: reference, start: 0 },
        { settings: reference, start: 0.05 + (index % 30) },
      ] as const
      const crashAt = 400.01 + Math.floor(index / 30)
      const isDead = (side: 0 | 1, time: number): boolean => side === 1 && time >= crashAt
      const downs = simulate({ sides, behaviour: defaultBehaviour, until: 900, isDead }).filter(({ up }) => !up)
      return (downs[0]?.time ?? Number.NaN) - crashAt
    })
    expect(Math.min(...detections)).toBeGreaterThan(90)
    expect(Math.min(...detections)).toBeLessThan(92)
    expect(Math.max(...detections)).toBeGreaterThan(148)
    expect(Math.max(...detections)).toBeLessThanOrEqual(150)
    const mean = detections.reduce((sum, seconds) => sum + seconds, 0) / detections.length
    expect(Math.abs(mean - 120)).toBeLessThan(1)
  })

  test('an interruption below what is tolerated is never reported, a silence above the window always', () => {
    const holds = ({ observer, failed, sides, behaviour, at, length }: RandomPair): boolean => {
      const isLost = (from: 0 | 1, time: number): boolean => from === 1 && time >= at && time < at + length
      const wasDown = simulate({ sides, behaviour, until: 5000, isLost }).some(({ side, up }) => side === 0 && !up)
      if (length < blipTolerated({ observer, failed, behaviour })) return !wasDown
      return wasDown || length <= (silenceWindow(observer, behaviour)?.maxSeconds ?? 0)
    }
    expect(counterexample(steadyPairs, holds, 3000)).toBeNull()
  })

  test('a healthy remote is steady exactly where the oracle says so, over all phases', () => {
    const holds = ({ observer, failed, behaviour }: RandomPair): boolean => {
      // The other goes on sending whatever it sees: only the observer's view is asked for.
      const of = { ...behaviour, quirks: { ...behaviour.quirks, Q4: false } }
      const downs = Array.from({ length: failed.heartbeatExchangeInterval / 2 }, (_, half) => {
        const sides = [
          { settings: { ...observer, crossDCInitDelay: 0 }, start: 0 },
          { settings: { ...failed, crossDCInitDelay: 0 }, start: 2 * half + 1 },
        ] as const
        return simulate({ sides, behaviour: of, until: 1500 }).filter(({ side, up }) => side === 0 && !up).length
      })
      const said = steadiness({ observer, failed, behaviour })
      if (said === 'steady') return Math.max(...downs) === 0
      return said === 'phase_dependent' || Math.min(...downs) > 0
    }
    expect(counterexample(pairs, holds, 60)).toBeNull()
  })

  test('after a one-way loss both go down within their windows', () => {
    const holds = ({ observer: deaf, failed: muted, sides, behaviour, at }: RandomPair): boolean => {
      const isLost = (from: 0 | 1, time: number): boolean => from === 1 && time >= at
      const downs = simulate({ sides, behaviour, until: 6000, isLost }).filter(({ up }) => !up)
      const after = (which: 0 | 1): number => (downs.find(({ side }) => side === which)?.time ?? Number.NaN) - at
      const loss = oneWayLoss({ deaf, muted, behaviour })
      return isWithin(after(0), loss.deaf) && isWithin(after(1), loss.muted)
    }
    expect(counterexample(steadyPairs, holds, 3000)).toBeNull()
  })

  test('a healed cut stays down with Q4, and without it is over within an interval', () => {
    const cuts = fc.record({
      isQ4: fc.boolean(),
      offset: fc.integer({ min: 1, max: 29 }),
      length: fc.integer({ min: 301, max: 900 }),
    })
    const holds = ({ isQ4, offset, length }: { isQ4: boolean; offset: number; length: number }): boolean => {
      const behaviour = withQuirk('Q4', isQ4)
      const sides = [
        { settings: reference, start: 0 },
        { settings: reference, start: offset + 0.5 },
      ] as const
      const isLost = (_from: 0 | 1, time: number): boolean => time >= 400 && time < 400 + length
      const ups = simulate({ sides, behaviour, until: 20_000, isLost }).filter(({ time, up }) => up && time > 400)
      const within = recoveryAfterHealSeconds([reference, reference], behaviour)
      if (within === null) return ups.length === 0
      return ups.length === 2 && ups.every(({ time }) => time - 400 - length <= within)
    }
    expect(counterexample(cuts, holds)).toBeNull()
  })

  test('the first UP comes when the oracle says', () => {
    const start = fc.integer({ min: 0, max: 300 })
    const starts = fc.record({ heartbeatExchangeInterval: interval, own: start, other: start })
    const holds = (given: { heartbeatExchangeInterval: number; own: number; other: number }): boolean => {
      const remote = withValues({ heartbeatExchangeInterval: given.heartbeatExchangeInterval })
      const sides = [
        { settings: remote, start: given.own },
        { settings: remote, start: given.other },
      ] as const
      const ups = simulate({ sides, behaviour: defaultBehaviour, until: 1000 }).filter(({ up }) => up)
      const said = firstUpSeconds({ observerStartSeconds: given.own, remote, remoteStartSeconds: given.other })
      return ups.find(({ side }) => side === 0)?.time === said
    }
    expect(counterexample(starts, holds)).toBeNull()
  })

  test('signals come in the ticks that the counter gives', () => {
    const schedules = fc.record({
      heartbeatExchangeInterval: fc.double({ min: 0.2, max: 60, noNaN: true }),
      dataSnapshotExchangeInterval: fc.double({ min: 1, max: 400, noNaN: true }),
      upFromTick: fc.integer({ min: 1, max: 400 }),
      isQ2: fc.boolean(),
    })
    const holds = ({
      upFromTick,
      isQ2,
      ...values
    }: typeof schedules extends fc.Arbitrary<infer T> ? T : never): boolean => {
      const [i, d] = [Math.floor(values.heartbeatExchangeInterval), Math.floor(values.dataSnapshotExchangeInterval)]
      const ticks: number[] = []
      for (let tick = 1, count = 1; ticks.length < 4; tick += 1) {
        const isSignal = tick >= upFromTick && (count * i) % d === 0
        if (isSignal) ticks.push(tick)
        count += isSignal && isQ2 ? 2 : 1
      }
      const said = signalTicks({ settings: withValues(values), count: 4, upFromTick, behaviour: withQuirk('Q2', isQ2) })
      return said.map(({ tick }) => tick).join() === ticks.join()
    }
    expect(counterexample(schedules, holds)).toBeNull()
  })
})
