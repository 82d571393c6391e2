import { describe, expect, test } from 'vitest'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import {
  blipTolerated,
  connectedWithinSeconds,
  detectionWindow,
  lossWindow,
  nextSignalWithinSeconds,
  orderlyDetectionWindow,
  rtoWindow,
  snapshotSchedule,
  willNotRecover,
} from './oracle.ts'
import { referenceSettings } from './testing/reference-settings.ts'

const reference = referenceSettings('dc1')
const withValues = (values: Partial<CrossDcSettings>): CrossDcSettings => ({ ...reference, ...values })

describe('detectionWindow', () => {
  test('is 90 to 150 s after a crash for the reference values', () => {
    expect(detectionWindow({ observer: reference, failed: reference })).toEqual({ minSeconds: 90, maxSeconds: 150 })
  })

  test('takes the misses and interval of the observer, and the interval of the failed side off the lower end', () => {
    const observer = withValues({ heartbeatExchangeInterval: 10, consecutiveHeartbeatMissesAllowed: 6 })
    const failed = withValues({ heartbeatExchangeInterval: 25 })
    expect(detectionWindow({ observer, failed })).toEqual({ minSeconds: 35, maxSeconds: 70 })
  })

  test('does not begin before the crash', () => {
    const observer = withValues({ consecutiveHeartbeatMissesAllowed: 0 })
    expect(detectionWindow({ observer, failed: reference })).toEqual({ minSeconds: 0, maxSeconds: 30 })
  })

  test('is none with 255 misses allowed, and one with 254', () => {
    const windowWith = (consecutiveHeartbeatMissesAllowed: number): unknown =>
      detectionWindow({ observer: withValues({ consecutiveHeartbeatMissesAllowed }), failed: reference })
    expect(windowWith(255)).toBeNull()
    expect(windowWith(254)).toEqual({ minSeconds: 253 * 30, maxSeconds: 255 * 30 })
  })
})

describe('orderlyDetectionWindow', () => {
  test('is 120 to 150 s after the last heartbeat for the reference values', () => {
    expect(orderlyDetectionWindow(reference)).toEqual({ minSeconds: 120, maxSeconds: 150 })
  })
})

describe('rtoWindow', () => {
  test('adds what the takeover may take at the upper end', () => {
    const window = rtoWindow({ observer: reference, failed: reference, takeoverSlackSeconds: 2 })
    expect(window).toEqual({ minSeconds: 90, maxSeconds: 152 })
  })

  test('is none where detection is none', () => {
    const observer = withValues({ consecutiveHeartbeatMissesAllowed: 255 })
    expect(rtoWindow({ observer, failed: reference, takeoverSlackSeconds: 2 })).toBeNull()
  })
})

describe('snapshotSchedule', () => {
  test.each([
    // interval, snapshot interval, ticks with a signal (toolkit reference §5.1)
    [30, 180, [6, 11, 16]],
    [30, 90, [3, 5, 7]],
    [30, 60, [2, 3, 4]],
    [30, 30, [1, 2, 3]],
    [30, 100, [10, 19, 28]],
    [1, 5, [5, 9, 13]],
    [30.9, 180.9, [6, 11, 16]],
    [0.5, 180, [1, 2, 3]],
  ])('signals at interval %d s and snapshot interval %d s in ticks %j', (interval, snapshotInterval, ticks) => {
    const schedule = snapshotSchedule(
      withValues({ heartbeatExchangeInterval: interval, dataSnapshotExchangeInterval: snapshotInterval }),
    )
    const [first = Number.NaN, second = Number.NaN] = ticks
    expect(schedule).toEqual({
      firstTick: first,
      periodTicks: second - first,
      firstSeconds: 40 + (first - 1) * interval,
      periodSeconds: (second - first) * interval,
    })
  })

  test('signals after 190, 340 and 490 s for the reference values', () => {
    const schedule = snapshotSchedule(reference)
    expect([schedule?.firstSeconds, schedule?.periodSeconds]).toEqual([190, 150])
  })

  test('is none for a passive job, and for an interval below 1 s', () => {
    expect(snapshotSchedule(withValues({ crossDCOperationMode: 0 }))).toBeNull()
    expect(snapshotSchedule(withValues({ dataSnapshotExchangeInterval: 0.9 }))).toBeNull()
    expect(snapshotSchedule(withValues({ dataSnapshotExchangeInterval: 1 }))).not.toBeNull()
  })
})

describe('nextSignalWithinSeconds', () => {
  test('is a whole round of the counter', () => {
    expect(nextSignalWithinSeconds(reference)).toBe(180)
    expect(nextSignalWithinSeconds(withValues({ crossDCOperationMode: 0 }))).toBeNull()
  })
})

describe('lossWindow', () => {
  test('ends at one snapshot period once protected, and at everything before', () => {
    expect(lossWindow({ failed: reference, isProtected: true })).toEqual({ minSeconds: 0, maxSeconds: 150 })
    expect(lossWindow({ failed: reference, isProtected: false })).toEqual({ minSeconds: 0, maxSeconds: 190 })
  })

  test('has no end where there are no snapshots', () => {
    const failed = withValues({ crossDCOperationMode: 0 })
    expect(lossWindow({ failed, isProtected: false })).toEqual({ minSeconds: 0, maxSeconds: null })
  })
})

describe('blipTolerated', () => {
  test('is all misses but one for equal intervals', () => {
    expect(blipTolerated({ observer: reference, failed: reference })).toBe(90)
  })

  test('is nothing where the other side sends more rarely than misses allow', () => {
    expect(blipTolerated({ observer: reference, failed: withValues({ heartbeatExchangeInterval: 130 }) })).toBe(0)
  })

  test('is without end where DOWN is never declared', () => {
    const observer = withValues({ consecutiveHeartbeatMissesAllowed: 255 })
    expect(blipTolerated({ observer, failed: reference })).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('connectedWithinSeconds', () => {
  test('is the starter’s first tick and the other’s next', () => {
    expect(connectedWithinSeconds({ started: reference, running: reference })).toBe(70)
  })
})

describe('willNotRecover', () => {
  test('holds only when both sides saw each other down', () => {
    expect(willNotRecover(['down', 'down'])).toBe(true)
    expect(willNotRecover(['down', 'up'])).toBe(false)
    expect(willNotRecover(['down', 'never_contacted'])).toBe(false)
    expect(willNotRecover(['never_contacted', 'never_contacted'])).toBe(false)
  })
})
