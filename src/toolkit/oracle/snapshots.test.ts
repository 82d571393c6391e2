import { describe, expect, test } from 'vitest'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { toolkitProfiles } from '../../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { referenceSettings } from '../testing/reference-settings.ts'
import { nextSignalWithinSeconds, signalTicks, snapshotSchedule, snapshotStoreKind } from './snapshots.ts'

const reference = referenceSettings('dc1')
const documented: ToolkitBehaviour = { quirks: toolkitProfiles.documented, isFused: false }
const withValues = (values: Partial<CrossDcSettings>): CrossDcSettings => ({ ...reference, ...values })

describe('signalTicks', () => {
  test('are 6, 11, 16 at 190, 340, 490 s for the reference values', () => {
    expect(signalTicks({ settings: reference, count: 3 })).toEqual([
      { tick: 6, seconds: 190 },
      { tick: 11, seconds: 340 },
      { tick: 16, seconds: 490 },
    ])
  })

  test.each<[[number, number], number[], number[]]>([
    [
      [30, 90],
      [3, 5, 7],
      [3, 6, 9],
    ],
    [
      [30, 60],
      [2, 3, 4],
      [2, 4, 6],
    ],
    [
      [30, 30],
      [1, 2, 3],
      [1, 2, 3],
    ],
    [
      [30, 100],
      [10, 19, 28],
      [10, 20, 30],
    ],
    [
      [1, 5],
      [5, 9, 13],
      [5, 10, 15],
    ],
    [
      [0.5, 5],
      [1, 2, 3],
      [1, 2, 3],
    ],
  ])('at %j s are %j in the code (Q2) and %j as documented', ([interval, snapshots], code, asDocumented) => {
    const settings = withValues({ heartbeatExchangeInterval: interval, dataSnapshotExchangeInterval: snapshots })
    expect(signalTicks({ settings, count: 3 }).map(({ tick }) => tick)).toEqual(code)
    expect(signalTicks({ settings, count: 3, behaviour: documented }).map(({ tick }) => tick)).toEqual(asDocumented)
  })

  test.each([
    [1, 6],
    [6, 6],
    [7, 12],
    [12, 12],
    [13, 18],
  ])('with the remote UP from tick %d begin at tick %d', (upFromTick, first) => {
    expect(signalTicks({ settings: reference, count: 1, upFromTick })[0]?.tick).toBe(first)
  })

  test('are none without snapshots', () => {
    expect(signalTicks({ settings: withValues({ crossDCOperationMode: 0 }), count: 3 })).toEqual([])
  })
})

describe('snapshotSchedule', () => {
  test('is none when heartbeats or snapshots are off, by their defaults', () => {
    expect(snapshotSchedule(withValues({ heartbeatExchangeInterval: 444_444_444 }))).toBeNull()
    expect(snapshotSchedule(withValues({ dataSnapshotExchangeInterval: 888_888_888 }))).toBeNull()
    expect(snapshotSchedule(withValues({ dataSnapshotExchangeInterval: 888_888_887 }))).not.toBeNull()
  })

  test('has the period that is written, as documented', () => {
    expect(snapshotSchedule(reference, documented)).toMatchObject({ firstSeconds: 190, periodSeconds: 180 })
    expect(nextSignalWithinSeconds(reference, documented)).toBe(180)
  })
})

describe('snapshotStoreKind', () => {
  const table: Partial<CrossDcSettings> = {
    dataSnapshotJdbcUrl: 'jdbc:sqlite:x',
    dataSnapshotJdbcDriverLib: 'opt/driver.jar',
    dataSnapshotJdbcClassName: 'Driver',
    dataSnapshotTableName: 'snapshots',
    dataSnapshotPrimaryKeyColumnName: 'id',
  }

  test('is files by a directory, and a table by a URL, which wins', () => {
    expect(snapshotStoreKind(reference)).toBe('files')
    expect(snapshotStoreKind(withValues(table))).toBe('table')
    expect(snapshotStoreKind(withValues({ dataSnapshotStorageDirectory: '' }))).toBe('none')
  })

  test.each(['dataSnapshotJdbcDriverLib', 'dataSnapshotJdbcClassName', 'dataSnapshotTableName'])(
    'is none without %s, the directory notwithstanding',
    (key) => {
      expect(snapshotStoreKind(withValues({ ...table, [key]: '' }))).toBe('none')
    },
  )

  test('is none without a key column (Q5), which is optional as documented', () => {
    const settings = withValues({ ...table, dataSnapshotPrimaryKeyColumnName: '' })
    expect(snapshotStoreKind(settings)).toBe('none')
    expect(snapshotStoreKind(settings, documented)).toBe('table')
  })
})
