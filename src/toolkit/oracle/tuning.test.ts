import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultBehaviour, toolkitProfiles } from '../../model/toolkit-behaviour.ts'
import { referenceSettings } from '../testing/reference-settings.ts'
import { detectionWindow } from './detection.ts'
import { choiceOf, tune, tunedIntervals, tunedMissesMax } from './tuning.ts'
import type { TunedChoice, TuningGoal } from './tuning.ts'

const goal: TuningGoal = {
  rtoSeconds: 90,
  rpoSeconds: 60,
  delaySeconds: 0.02,
  jitterSeconds: 0.2,
  lossShare: 0.01,
  machines: 1,
  replaySeconds: 5,
  storeSeconds: 1,
}

const found = (of: TuningGoal): readonly TunedChoice[] => {
  const tuning = tune(of)
  return tuning.kind === 'found' ? tuning.choices : []
}

const tripleOf = ({ settings }: TunedChoice) => ({
  interval: settings.heartbeatExchangeInterval,
  misses: settings.consecutiveHeartbeatMissesAllowed,
  snapshotInterval: settings.dataSnapshotExchangeInterval,
})

/** Whether a snapshot interval longer, which makes a difference, meets the objectives too. */
function fitsWithLongerSnapshots(choice: TunedChoice, of: TuningGoal): boolean {
  const { interval, misses, snapshotInterval } = tripleOf(choice)
  const rarer = choiceOf({ interval, misses, snapshotInterval: snapshotInterval + interval }, of)
  // One and two heartbeats' length give the same period (quirk Q2).
  if (rarer === null || rarer.snapshotPeriodSeconds === choice.snapshotPeriodSeconds) return false
  return rarer.lossSecondsMax <= of.rpoSeconds
}

/** Whether one miss more, where it is tried, meets the objectives too. */
function fitsWithMoreMisses(choice: TunedChoice, of: TuningGoal): boolean {
  const { interval, misses, snapshotInterval } = tripleOf(choice)
  if (misses === tunedMissesMax) return false
  const slower = choiceOf({ interval, misses: misses + 1, snapshotInterval }, of)
  return slower !== null && slower.rto.maxSeconds <= of.rtoSeconds
}

const goals: fc.Arbitrary<TuningGoal> = fc.record({
  rtoSeconds: fc.integer({ min: 10, max: 1200 }),
  rpoSeconds: fc.integer({ min: 5, max: 1200 }),
  delaySeconds: fc.constantFrom(0, 0.02, 0.3, 1),
  jitterSeconds: fc.constantFrom(0, 0.2, 0.9),
  lossShare: fc.constantFrom(0, 0.001, 0.05),
  machines: fc.integer({ min: 1, max: 3 }),
  replaySeconds: fc.constantFrom(0, 5, 30),
  storeSeconds: fc.constantFrom(0, 1, 10),
  behaviour: fc.constantFrom(defaultBehaviour, { ...defaultBehaviour, quirks: toolkitProfiles.documented }),
})

describe('for any objectives', () => {
  test('all that is listed fits, and one miss more or a snapshot interval longer does not', () => {
    fc.assert(
      fc.property(goals, (of) => {
        const choices = found(of)
        expect(choices.filter(({ rto }) => rto.maxSeconds > of.rtoSeconds)).toEqual([])
        expect(choices.filter(({ lossSecondsMax }) => lossSecondsMax > of.rpoSeconds)).toEqual([])
        const slowest = new Map<number, TunedChoice>()
        for (const choice of choices.toSorted((a, b) => tripleOf(a).misses - tripleOf(b).misses)) {
          slowest.set(tripleOf(choice).interval, choice)
        }
        expect([...slowest.values()].filter((choice) => fitsWithLongerSnapshots(choice, of))).toEqual([])
        expect([...slowest.values()].filter((choice) => fitsWithMoreMisses(choice, of))).toEqual([])
      }),
      { numRuns: 20 },
    )
  })

  test('nothing that is tried and fits is left out', () => {
    fc.assert(
      fc.property(goals, fc.constantFrom(...tunedIntervals), fc.integer({ min: 1, max: 8 }), (of, interval, misses) => {
        const choice = choiceOf({ interval, misses, snapshotInterval: interval }, of)
        const fits = choice !== null && choice.rto.maxSeconds <= of.rtoSeconds && choice.lossSecondsMax <= of.rpoSeconds
        const isListed = found(of).some((one) => tripleOf(one).interval === interval && tripleOf(one).misses === misses)
        expect(isListed).toBe(fits)
      }),
      { numRuns: 20 },
    )
  })
})

test('predicts by the oracle, and adds what the way takes', () => {
  const of = { ...referenceSettings('dc1'), heartbeatExchangeInterval: 10, consecutiveHeartbeatMissesAllowed: 7 }
  const window = detectionWindow({ observer: of, failed: of })
  const choice = choiceOf({ interval: 10, misses: 7, snapshotInterval: 60 }, goal)
  expect(window).toEqual({ minSeconds: 60, maxSeconds: 80 })
  expect(choice).toMatchObject({
    settings: {
      heartbeatExchangeInterval: 10,
      consecutiveHeartbeatMissesAllowed: 7,
      dataSnapshotExchangeInterval: 60,
      // (A − 1)·I is 60 s: the reference file's 25 s fit below it, its 100 s do not.
      httpConnectionTimeout: 25,
      httpReadTimeout: 59,
    },
    detection: { minSeconds: 60, maxSeconds: 80.26 },
    rto: { minSeconds: 60, maxSeconds: 85.26 },
    snapshotPeriodSeconds: 50,
    firstProtectedSeconds: 90,
    heartbeatsPerHour: 360,
    snapshotsPerHour: 72,
  })
  expect(choice?.lossSecondsMax).toBeCloseTo(51.26)
})

test('is ordered by risk and then by messages, and marks those that nothing beats in both', () => {
  const choices = found(goal)
  expect(choices.length).toBeGreaterThan(50)
  const cost = (one: TunedChoice): number => one.heartbeatsPerHour + one.snapshotsPerHour
  const beats = (a: TunedChoice, b: TunedChoice): boolean =>
    a.falseTakeoverPerYear <= b.falseTakeoverPerYear &&
    cost(a) <= cost(b) &&
    (a.falseTakeoverPerYear < b.falseTakeoverPerYear || cost(a) < cost(b))
  for (const [index, choice] of choices.entries()) {
    expect(choice.isBest).toBe(!choices.some((other) => beats(other, choice)))
    expect(choice.falseTakeoverPerYear).toBeGreaterThanOrEqual(choices[index - 1]?.falseTakeoverPerYear ?? 0)
  }
})

test('time-outs are shared by the machines of the list, and what leaves no second for one is left out', () => {
  const ofMachines = (machines: number, misses: number) =>
    choiceOf({ interval: 10, misses, snapshotInterval: 10 }, { ...goal, machines })?.settings.httpConnectionTimeout
  expect([ofMachines(1, 4), ofMachines(2, 4), ofMachines(3, 4)]).toEqual([25, 14, 9])
  expect(ofMachines(1, 1)).toBeUndefined()
  expect(ofMachines(10, 2)).toBeUndefined()
})

test.each<readonly [string, Partial<TuningGoal>]>([
  ['a heartbeat that takes longer than its interval', { delaySeconds: 2.5 }],
  ['a jitter of half an interval', { jitterSeconds: 5 }],
])('%s does not work', (_title, way) => {
  const tried = { interval: 10, misses: 4, snapshotInterval: 30 }
  expect(choiceOf(tried, { ...goal, jitterSeconds: 0 })).not.toBeNull()
  expect(choiceOf(tried, { ...goal, jitterSeconds: 0, ...way })).toBeNull()
})

test('takes a snapshot interval as it is written where that gives the same period', () => {
  const periods = found({ ...goal, rpoSeconds: 12 })
    .filter((one) => one.settings.heartbeatExchangeInterval === 10)
    .map((one) => one.settings.dataSnapshotExchangeInterval)
  expect(new Set(periods)).toEqual(new Set([10]))
})

describe('out of reach', () => {
  test.each<readonly [string, Partial<TuningGoal>, readonly string[]]>([
    ['a recovery time', { rtoSeconds: 7 }, ['rto']],
    ['a loss', { rpoSeconds: 1 }, ['rpo']],
    ['both', { rtoSeconds: 7, rpoSeconds: 1 }, ['rto', 'rpo']],
  ])('is %s, and the nearest settings are named', (_title, fields, objectives) => {
    const tuning = tune({ ...goal, ...fields })
    expect(tuning).toMatchObject({ kind: 'unreachable', objectives, isTogether: false })
    const nearest = tuning.kind === 'unreachable' ? tuning.nearest : null
    expect(nearest?.settings.heartbeatExchangeInterval).toBeLessThanOrEqual(2)
  })

  test('is everything where nothing works at all', () => {
    expect(tune({ ...goal, delaySeconds: 100 })).toEqual({
      kind: 'unreachable',
      objectives: ['rto', 'rpo'],
      isTogether: false,
      nearest: null,
    })
  })

  test('the nearest settings meet objectives that ask for no more than they give', () => {
    fc.assert(
      fc.property(goals, (of) => {
        const tuning = tune(of)
        if (tuning.kind === 'found' || tuning.nearest === null) return
        const { rto, lossSecondsMax } = tuning.nearest
        const easier = { ...of, rtoSeconds: rto.maxSeconds, rpoSeconds: lossSecondsMax }
        expect(found(easier).length).toBeGreaterThan(0)
      }),
      { numRuns: 15 },
    )
  })
})
