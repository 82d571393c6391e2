import { describe, expect, test } from 'vitest'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { toolkitProfiles } from '../../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { referenceSettings } from '../testing/reference-settings.ts'
import { lossBound, lossCases, lossWindow } from './loss.ts'
import type { LossCase } from './loss.ts'

const reference = referenceSettings('dc1')
const withValues = (values: Partial<CrossDcSettings>): CrossDcSettings => ({ ...reference, ...values })
const documented: ToolkitBehaviour = { quirks: toolkitProfiles.documented, isFused: false }
const passive = withValues({ crossDCOperationMode: 0 })
const retaining = { retainOlderDataSnapshotsAtStartup: true }
const sendingBack = { sendDataSnapshotsToOriginDCAtStartup: true }

function bound(
  which: LossCase,
  sides: { failed?: CrossDcSettings; survivor?: CrossDcSettings; behaviour?: ToolkitBehaviour } = {},
): number | null {
  return lossBound(which, { failed: reference, survivor: reference, ...sides }).maxSeconds
}

describe('lossBound', () => {
  test.each([
    ['crash', 150, 180],
    ['crash_before_first_snapshot', 190, 190],
    ['crash_during_snapshot', 300, 360],
    // Q7: what came during the initial delay of 40 s is deleted at the first tick.
    ['crash_in_survivors_delay', 190, 180],
    ['restart_before_detection', null, null],
    ['orderly_shutdown', 0, 0],
    ['orderly_shutdown_at_work', null, null],
    ['second_down', null, null],
    ['survivor_restarted', null, null],
    ['watchdog_restarted', null, 180],
    ['both_down', null, null],
    ['send_back_failed', null, null],
  ] as const)('%s: %j s in the code, %j s as documented', (which, code, asDocumented) => {
    expect(bound(which)).toBe(code)
    expect(bound(which, { behaviour: documented })).toBe(asDocumented)
  })

  test('adds the latency of storing', () => {
    const options = { failed: reference, survivor: reference, latencySeconds: 2 }
    expect(lossBound('crash', options).maxSeconds).toBe(152)
    expect(lossBound('crash_before_first_snapshot', options).maxSeconds).toBe(192)
  })

  test('is a period after both went down when both send back, and is none when one alone does', () => {
    const both = withValues(sendingBack)
    expect(bound('both_down', { failed: both, survivor: both })).toBe(150)
    expect(bound('both_down', { failed: reference, survivor: both })).toBeNull()
    expect(bound('both_down', { failed: both, survivor: reference })).toBeNull()
  })

  test('is none when sending back fails (Q8), and a period where what failed is kept', () => {
    const both = withValues(sendingBack)
    expect(bound('send_back_failed', { failed: both, survivor: both })).toBeNull()
    expect(bound('send_back_failed', { failed: both, survivor: both, behaviour: documented })).toBe(180)
  })

  test('after a restart of the survivor rests on its flags and on the names (Q9)', () => {
    const survivor = withValues(retaining)
    expect(bound('survivor_restarted', { survivor })).toBeNull()
    expect(bound('survivor_restarted', { survivor, behaviour: documented })).toBe(180)
    expect(bound('crash_in_survivors_delay', { survivor })).toBe(150)
  })

  test('of an active DC whose passive survivor launches a job rests on flag 24', () => {
    const keeping = { ...passive, ...retaining }
    expect(bound('crash', { survivor: passive })).toBeNull()
    expect(bound('crash', { survivor: keeping })).toBe(150)
    expect(bound('second_down', { survivor: keeping })).toBe(150)
    expect(bound('watchdog_restarted', { survivor: keeping })).toBe(150)
  })

  test('is none without snapshots: a passive DC, heartbeats only, no store', () => {
    expect(bound('crash', { failed: passive })).toBeNull()
    expect(bound('crash', { failed: withValues({ dataSnapshotExchangeInterval: 888_888_888 }) })).toBeNull()
    expect(
      bound('crash_before_first_snapshot', { survivor: withValues({ dataSnapshotStorageDirectory: '' }) }),
    ).toBeNull()
  })

  test('says why in every case', () => {
    const reasons = lossCases.map((which) => lossBound(which, { failed: reference, survivor: reference }).reason)
    expect(reasons.every((reason) => reason.length > 5)).toBe(true)
  })
})

describe('lossWindow', () => {
  test('takes the observer’s store in where it is given', () => {
    const observer = withValues({ dataSnapshotStorageDirectory: '' })
    expect(lossWindow({ failed: reference, isProtected: true, observer }).maxSeconds).toBeNull()
    expect(lossWindow({ failed: reference, isProtected: true, observer: reference }).maxSeconds).toBe(150)
    expect(lossWindow({ failed: reference, isProtected: false, observer: reference }).maxSeconds).toBe(190)
  })

  test('has the documented period without Q2', () => {
    const options = { failed: reference, isProtected: true, behaviour: documented }
    expect(lossWindow(options).maxSeconds).toBe(180)
    expect(lossWindow({ ...options, observer: reference }).maxSeconds).toBe(180)
  })
})
