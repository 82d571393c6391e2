import { describe, expect, test } from 'vitest'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { ToolkitCrashError } from '../errors.ts'
import { referenceSettings } from '../testing/reference-settings.ts'
import { HeartbeatMessagePreparer } from './preparer.ts'

function createPreparer(values: Partial<CrossDcSettings> = {}): HeartbeatMessagePreparer {
  return new HeartbeatMessagePreparer({ ...referenceSettings('dc1'), ...values })
}

/** One text a tick: what came out, with its count. */
function ticks(preparer: HeartbeatMessagePreparer, count: number): string[] {
  return Array.from({ length: count }, () => {
    const outputs = preparer.tick()
    return outputs
      .map((output) => (output.kind === 'delete_stored' ? 'delete' : `${output.kind}${output.message.heartbeatCnt}`))
      .join(' ')
  })
}

/** The ticks, from 1, with a signal among the next `count`. */
function signalTicks(preparer: HeartbeatMessagePreparer, count: number): number[] {
  return ticks(preparer, count).flatMap((text, index) => (text.includes('signal') ? [index + 1] : []))
}

describe('HeartbeatMessagePreparer', () => {
  test('deletes at the first tick only, then sends heartbeats for ever while it has had no contact', () => {
    expect(ticks(createPreparer(), 3)).toEqual(['delete heartbeat1', 'heartbeat2', 'heartbeat3'])
  })

  test.each([{ retainOlderDataSnapshotsAtStartup: true }, { dataSnapshotStorageDirectory: '' }])(
    'does not delete with %j',
    (values) => {
      expect(ticks(createPreparer(values), 2)).toEqual(['heartbeat1', 'heartbeat2'])
    },
  )

  test('sends what it says it sends', () => {
    const [, output] = createPreparer().tick()
    expect(output).toEqual({
      kind: 'heartbeat',
      message: {
        heartbeatMsgType: 1,
        heartbeatCnt: 1n,
        dataCenterOrigin: 'dc1',
        dataSnapshot: new Uint8Array(0),
        dataSnapshotOrigin: '',
      },
    })
  })

  test('takes a number for each signal, so that signals come a tick early (Q2)', () => {
    const preparer = createPreparer({ retainOlderDataSnapshotsAtStartup: true })
    preparer.status(true)
    expect(ticks(preparer, 7)).toEqual([
      'heartbeat1',
      'heartbeat2',
      'heartbeat3',
      'heartbeat4',
      'heartbeat5',
      'signal6 heartbeat7',
      'heartbeat8',
    ])
  })

  test.each([
    [30, 180, [6, 11, 16]],
    [30, 90, [3, 5, 7, 9, 11, 13, 15]],
    [30, 100, [10]],
    [1, 5, [5, 9, 13]],
    [0.5, 180, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]],
    [30.9, 180.9, [6, 11, 16]],
  ])('at interval %d s and snapshot interval %d s signals in ticks %j', (interval, snapshotInterval, expected) => {
    const preparer = createPreparer({
      heartbeatExchangeInterval: interval,
      dataSnapshotExchangeInterval: snapshotInterval,
    })
    preparer.status(true)
    expect(signalTicks(preparer, 16)).toEqual(expected)
  })

  test('signals neither while the remote is not up nor in another mode than 1', () => {
    expect(signalTicks(createPreparer(), 20)).toEqual([])
    for (const crossDCOperationMode of [0, 2]) {
      const preparer = createPreparer({ crossDCOperationMode })
      preparer.status(true)
      expect(signalTicks(preparer, 20)).toEqual([])
    }
  })

  test('is silent after a DOWN and goes on counting where it stopped when the remote is up again (Q4)', () => {
    const preparer = createPreparer()
    preparer.status(true)
    ticks(preparer, 2)
    preparer.status(false)
    expect(ticks(preparer, 3)).toEqual(['', '', ''])
    preparer.status(true)
    expect(ticks(preparer, 1)).toEqual(['heartbeat3'])
  })

  test('is mute for good after an orderly shutdown, but for its notice', () => {
    const preparer = createPreparer()
    preparer.status(true)
    ticks(preparer, 2)
    expect(preparer.orderlyShutdown()).toMatchObject([
      { kind: 'other', message: { heartbeatMsgType: 3, heartbeatCnt: 3n, dataCenterOrigin: 'dc1' } },
    ])
    preparer.status(true)
    expect(ticks(preparer, 20).join('')).toBe('')
  })

  test('counts what each output port put out', () => {
    const preparer = createPreparer()
    preparer.status(true)
    ticks(preparer, 6)
    preparer.orderlyShutdown()
    expect(preparer.submitted).toEqual([6, 1, 1])
  })

  test('crashes on a snapshot interval below 1 s once the remote is up', () => {
    const preparer = createPreparer({ dataSnapshotExchangeInterval: 0.9 })
    expect(ticks(preparer, 2)).toHaveLength(2)
    preparer.status(true)
    expect(() => preparer.tick()).toThrow(ToolkitCrashError)
  })
})
