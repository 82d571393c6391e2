import { describe, expect, test } from 'vitest'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { toolkitProfiles } from '../../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { referenceSettings } from '../testing/reference-settings.ts'
import { firstUpSeconds, recoveryAfterHealSeconds, returnTimes, rtoWindow } from './recovery.ts'

const reference = referenceSettings('dc1')
const withValues = (values: Partial<CrossDcSettings>): CrossDcSettings => ({ ...reference, ...values })
const documented: ToolkitBehaviour = { quirks: toolkitProfiles.documented, isFused: false }
const passive = withValues({ crossDCOperationMode: 0 })
const off = withValues({ heartbeatExchangeInterval: 444_444_444 })
const steadfast = withValues({ consecutiveHeartbeatMissesAllowed: 255 })

describe('rtoWindow', () => {
  const after = { takeoverSlackSeconds: 2, launchSeconds: 20, operatorSeconds: 60 }

  test('adds replay and operator in active-active, and the launch for a passive observer alone', () => {
    expect(rtoWindow({ observer: reference, failed: reference, ...after })).toEqual({ minSeconds: 90, maxSeconds: 212 })
    expect(rtoWindow({ observer: passive, failed: reference, ...after })).toEqual({ minSeconds: 90, maxSeconds: 232 })
  })

  test('counts from the last heartbeat after an orderly shutdown', () => {
    const options = {
      observer: reference,
      failed: reference,
      takeoverSlackSeconds: 0,
      cause: 'orderly_shutdown',
    } as const
    expect(rtoWindow(options)).toEqual({ minSeconds: 120, maxSeconds: 150 })
    expect(rtoWindow({ ...options, behaviour: documented })).toEqual({ minSeconds: 0, maxSeconds: 0 })
  })

  test('is none for a passive observer that knows that the shutdown was planned', () => {
    const options = {
      observer: passive,
      failed: reference,
      takeoverSlackSeconds: 0,
      cause: 'orderly_shutdown',
    } as const
    expect(rtoWindow(options)).not.toBeNull()
    expect(rtoWindow({ ...options, behaviour: documented })).toBeNull()
    expect(rtoWindow({ ...options, behaviour: documented, cause: 'crash' })).not.toBeNull()
  })
})

describe('firstUpSeconds', () => {
  test.each([
    [0, 0, 40],
    [0, 7, 47],
    // The other's ticks at 40, 70 and 100 s; the observer's receivers listen from its start on.
    [40, 0, 40],
    [41, 0, 70],
    [70, 0, 70],
    [71, 0, 100],
  ])('with the observer started at %d s and the remote at %d s is %d s', (own, remoteStart, expected) => {
    const remote = reference
    expect(firstUpSeconds({ observerStartSeconds: own, remote, remoteStartSeconds: remoteStart })).toBe(expected)
  })

  test('is never when the one heartbeat of a remote that is off came too early', () => {
    expect(firstUpSeconds({ observerStartSeconds: 40, remote: off, remoteStartSeconds: 0 })).toBe(40)
    expect(firstUpSeconds({ observerStartSeconds: 41, remote: off, remoteStartSeconds: 0 })).toBeNull()
  })

  test('is at once when the remote sends without a pause', () => {
    const remote = withValues({ heartbeatExchangeInterval: 0 })
    expect(firstUpSeconds({ observerStartSeconds: 50, remote, remoteStartSeconds: 0 })).toBe(50)
  })
})

describe('returnTimes', () => {
  test('are the returned one’s first tick, and the survivor’s next', () => {
    expect(returnTimes({ returned: reference, survivor: reference })).toEqual({
      survivorUpSeconds: 40,
      returnedUp: { minSeconds: 40, maxSeconds: 70 },
    })
  })

  test('do not wait for the first tick where the survivor never fell silent', () => {
    const times = returnTimes({ returned: reference, survivor: reference, behaviour: documented })
    expect(times.returnedUp).toEqual({ minSeconds: 0, maxSeconds: 30 })
  })

  test('are never for the one that came back when the survivor’s heartbeats are off', () => {
    expect(returnTimes({ returned: reference, survivor: off }).returnedUp).toBeNull()
  })
})

describe('recoveryAfterHealSeconds', () => {
  const slow = withValues({ heartbeatExchangeInterval: 45 })

  test('is never when both went down (Q4), and within an interval without Q4', () => {
    expect(recoveryAfterHealSeconds([reference, slow])).toBeNull()
    expect(recoveryAfterHealSeconds([reference, slow], documented)).toBe(45)
  })

  test('is within the interval of a side that never says DOWN, and 0 when neither does', () => {
    expect(recoveryAfterHealSeconds([reference, steadfast])).toBe(30)
    expect(recoveryAfterHealSeconds([steadfast, steadfast])).toBe(0)
    expect(recoveryAfterHealSeconds([reference, off])).toBeNull()
  })
})
