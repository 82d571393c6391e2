import { describe, expect, test } from 'vitest'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { defaultBehaviour, toolkitProfiles } from '../../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { referenceSettings } from '../testing/reference-settings.ts'
import { detectionBudget } from './budget.ts'
import {
  blipTolerated,
  detectionWindow,
  isHeartbeatOff,
  missesUntilDown,
  oneWayLoss,
  orderlyDetectionWindow,
  silenceWindow,
  steadiness,
} from './detection.ts'

const reference = referenceSettings('dc1')
const documented: ToolkitBehaviour = { quirks: toolkitProfiles.documented, isFused: false }
const withValues = (values: Partial<CrossDcSettings>): CrossDcSettings => ({ ...reference, ...values })
const allowing = (consecutiveHeartbeatMissesAllowed: number): CrossDcSettings =>
  withValues({ consecutiveHeartbeatMissesAllowed })
const off = withValues({ heartbeatExchangeInterval: 444_444_444 })

describe('missesUntilDown', () => {
  test.each([
    [0, 1, 1],
    [1, 2, 1],
    [4, 5, 4],
    [254, 255, 254],
    [255, null, 255],
  ])('with %d misses allowed is %j in the code (Q1) and %d as documented', (allowed, code, asDocumented) => {
    expect(missesUntilDown(allowing(allowed))).toBe(code)
    expect(missesUntilDown(allowing(allowed), documented)).toBe(asDocumented)
  })

  test('is none when heartbeats are off, and the interval of a second less is not off', () => {
    expect(missesUntilDown(off)).toBeNull()
    expect(isHeartbeatOff(withValues({ heartbeatExchangeInterval: 444_444_443 }))).toBe(false)
  })
})

describe('windows', () => {
  test('as documented, without Q1, end on the A-th miss', () => {
    expect(silenceWindow(reference, documented)).toEqual({ minSeconds: 90, maxSeconds: 120 })
    expect(detectionWindow({ observer: reference, failed: reference, behaviour: documented })).toEqual({
      minSeconds: 60,
      maxSeconds: 120,
    })
    expect(blipTolerated({ observer: reference, failed: reference, behaviour: documented })).toBe(60)
  })

  test('an interruption tolerated is one of whole intervals of the remote', () => {
    const every = (seconds: number): CrossDcSettings => ({ ...reference, heartbeatExchangeInterval: seconds })
    // A·I is 120 s: of gaps of 50 s two fit in, and the interruption may take one heartbeat.
    expect(blipTolerated({ observer: reference, failed: every(50) })).toBe(50)
    expect(blipTolerated({ observer: reference, failed: every(40) })).toBe(80)
    expect(blipTolerated({ observer: every(0.3), failed: every(0.1) })).toBeCloseTo(1.1)
  })

  test('after an orderly shutdown are those of any silence (Q3), and without Q3 are over at once', () => {
    expect(orderlyDetectionWindow(reference)).toEqual({ minSeconds: 120, maxSeconds: 150 })
    expect(orderlyDetectionWindow(reference, documented)).toEqual({ minSeconds: 0, maxSeconds: 0 })
    expect(orderlyDetectionWindow(off)).toBeNull()
  })

  test('are none where DOWN is never declared', () => {
    expect(silenceWindow(off)).toBeNull()
    expect(silenceWindow(allowing(255))).toBeNull()
    expect(silenceWindow(allowing(255), documented)).toEqual({ minSeconds: 254 * 30, maxSeconds: 255 * 30 })
  })
})

describe('steadiness', () => {
  test.each([
    [4, [30, 30], 'steady'],
    // I_r below, at and above A·I and (A + 1)·I
    [4, [30, 119], 'steady'],
    [4, [30, 120], 'phase_dependent'],
    [4, [30, 149], 'phase_dependent'],
    [4, [30, 150], 'flapping'],
    [0, [30, 30], 'flapping'],
    [0, [30, 1], 'flapping'],
    [1, [30, 29], 'steady'],
    [1, [30, 30], 'phase_dependent'],
    [255, [30, 9999], 'steady'],
  ] as const)('with %d misses allowed and heartbeats every %j s is %s', (allowed, [own, others], expected) => {
    const observer = withValues({ consecutiveHeartbeatMissesAllowed: allowed, heartbeatExchangeInterval: own })
    expect(steadiness({ observer, failed: withValues({ heartbeatExchangeInterval: others }) })).toBe(expected)
  })

  test('as documented one allowed miss already flaps', () => {
    expect(steadiness({ observer: allowing(1), failed: reference, behaviour: documented })).toBe('flapping')
  })
})

describe('oneWayLoss', () => {
  test('silences both within 2·(A+1)·I', () => {
    expect(oneWayLoss({ deaf: reference, muted: reference })).toEqual({
      deaf: { minSeconds: 90, maxSeconds: 150 },
      muted: { minSeconds: 180, maxSeconds: 300 },
    })
  })

  test('silences one alone without Q4, or when the deaf or the muted side never declares DOWN', () => {
    const none = { ...defaultBehaviour, quirks: { ...defaultBehaviour.quirks, Q4: false } }
    expect(oneWayLoss({ deaf: reference, muted: reference, behaviour: none }).muted).toBeNull()
    expect(oneWayLoss({ deaf: allowing(255), muted: reference })).toEqual({ deaf: null, muted: null })
    expect(oneWayLoss({ deaf: reference, muted: allowing(255) }).muted).toBeNull()
  })
})

describe('detectionBudget', () => {
  const sender = (machines: number, values: Partial<CrossDcSettings> = {}): CrossDcSettings => {
    const list = Array.from({ length: machines }, (_, index) => `host${index}`).join(',')
    return withValues({ remoteDataCenterApplicationMachineNames: list, ...values })
  }

  test.each([
    [1, 25, true],
    [3, 25, true],
    [4, 25, false],
    [3, 29, true],
    // |M|·Tc must be less than (A − 1)·I = 90 s, not equal to it.
    [3, 30, false],
    [1, 0, false],
  ])('of %d machines at %d s is kept: %s', (machines, httpConnectionTimeout, isKept) => {
    const budget = detectionBudget({ sender: sender(machines, { httpConnectionTimeout }), observer: reference })
    expect(budget).toMatchObject({ allowedSeconds: 90, isKept })
  })

  test('is smaller by an interval as documented', () => {
    const budget = detectionBudget({ sender: sender(3), observer: reference, behaviour: documented })
    expect(budget).toEqual({ delaySeconds: 75, allowedSeconds: 60, isKept: false })
  })

  test('takes a snapshot’s transfer in where operators are fused', () => {
    const options = { sender: sender(2), observer: reference, snapshotTransferSeconds: 40 }
    expect(detectionBudget(options)).toMatchObject({ delaySeconds: 50, isKept: true })
    const fused = detectionBudget({ ...options, behaviour: { ...defaultBehaviour, isFused: true } })
    expect(fused).toMatchObject({ delaySeconds: 90, isKept: false })
  })

  test('has no limit where DOWN is never declared', () => {
    const { delaySeconds, allowedSeconds, isKept } = detectionBudget({ sender: sender(9), observer: allowing(255) })
    expect([delaySeconds, allowedSeconds, isKept]).toEqual([225, Infinity, true])
  })
})
