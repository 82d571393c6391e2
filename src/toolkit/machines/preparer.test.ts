import { describe, expect, test } from 'vitest'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { QuirkId } from '../../model/toolkit-behaviour.ts'
import { ToolkitCrashError } from '../errors.ts'
import { quirksWithout } from '../testing/composite-probe.ts'
import { referenceSettings } from '../testing/reference-settings.ts'
import { HeartbeatMessagePreparer } from './preparer.ts'
import type { PreparerOutput } from './preparer.ts'

function createPreparer(values: Partial<CrossDcSettings> = {}, ...off: readonly QuirkId[]): HeartbeatMessagePreparer {
  return new HeartbeatMessagePreparer({
    settings: { ...referenceSettings('dc1'), dataSnapshotStorageDirectory: '', ...values },
    quirks: quirksWithout(...off),
  })
}

function textOf(output: PreparerOutput): string {
  if (output.kind === 'delete_stored') return `delete ${output.from}`
  if (output.kind === 'read_stored') return 'read'
  return `${output.kind} type ${output.message.heartbeatMsgType} #${output.message.heartbeatCnt}`
}

/** What comes out of so many ticks, one text a tick. */
function ticks(preparer: HeartbeatMessagePreparer, count: number): string[] {
  return Array.from({ length: count }, () => preparer.tick().map(textOf).join(', '))
}

/** The ticks, from 1, with a signal among the next `count` of a preparer whose remote is UP from the start. */
function signalTicks(preparer: HeartbeatMessagePreparer, count: number): number[] {
  preparer.status(true)
  return ticks(preparer, count).flatMap((text, index) => (text.includes('signal') ? [index + 1] : []))
}

/** One step each: `t` tick, `u` UP, `d` DOWN, `c` orderly shutdown. */
function run(preparer: HeartbeatMessagePreparer, steps: string): string[] {
  return Array.from(steps, (step) => {
    if (step === 't') return preparer.tick()
    if (step === 'c') return preparer.orderlyShutdown()
    return preparer.status(step === 'u')
  }).map((outputs) => outputs.map(textOf).join(', '))
}

describe('HeartbeatMessagePreparer', () => {
  test.each([
    // What has happened, and what a tick or a word makes of it: the lines of toolkit reference §4.2.
    [
      'never contacted: heartbeats for ever',
      'ttt',
      ['heartbeat type 1 #1', 'heartbeat type 1 #2', 'heartbeat type 1 #3'],
    ],
    ['UP: heartbeats', 'utt', ['', 'heartbeat type 1 #1', 'heartbeat type 1 #2']],
    [
      'DOWN (Q4): nothing, the counter frozen',
      'utdtttut',
      ['', 'heartbeat type 1 #1', '', '', '', '', '', 'heartbeat type 1 #2'],
    ],
    ['a DOWN before any UP: as never contacted', 'dt', ['', 'heartbeat type 1 #1']],
    ['closing: nothing but the notice', 'utcttutt', ['', 'heartbeat type 1 #1', 'other type 3 #2', '', '', '', '', '']],
    ['closing asked for again: another notice', 'cct', ['other type 3 #1', 'other type 3 #2', '']],
  ])('%s', (_, steps, expected) => {
    expect(run(createPreparer(), steps)).toEqual(expected)
  })

  test('makes heartbeats that carry the local name and nothing else', () => {
    expect(createPreparer().tick()).toEqual([
      {
        kind: 'heartbeat',
        message: {
          heartbeatMsgType: 1,
          heartbeatCnt: 1n,
          dataCenterOrigin: 'dc1',
          dataSnapshot: new Uint8Array(0),
          dataSnapshotOrigin: '',
        },
      },
    ])
  })

  test('makes signals of type 2 with the local name and nothing else', () => {
    const preparer = createPreparer({ heartbeatExchangeInterval: 180 })
    preparer.status(true)
    expect(preparer.tick()[0]).toEqual({
      kind: 'signal',
      message: {
        heartbeatMsgType: 2,
        heartbeatCnt: 1n,
        dataCenterOrigin: 'dc1',
        dataSnapshot: new Uint8Array(0),
        dataSnapshotOrigin: '',
      },
    })
  })

  test('counts ticks, statuses and words taken, and what each output port put out', () => {
    const preparer = createPreparer()
    preparer.status(true)
    ticks(preparer, 6)
    preparer.special()
    preparer.orderlyShutdown()
    preparer.tick()
    expect(preparer.processed).toEqual([7, 1, 1])
    expect(preparer.submitted).toEqual([6, 1, 1])
  })
})

describe('the deletion at start-up', () => {
  const url = { dataSnapshotJdbcUrl: 'jdbc:sqlite:x' }
  const directory = { dataSnapshotStorageDirectory: '/snapshots' }
  test.each([
    ['a directory', directory, 'delete files, heartbeat type 1 #1'],
    ['a table', url, 'delete table, heartbeat type 1 #1'],
    ['both, where the directory wins', { ...directory, ...url }, 'delete files, heartbeat type 1 #1'],
    ['neither', {}, 'heartbeat type 1 #1'],
    ['flag 24', { ...directory, retainOlderDataSnapshotsAtStartup: true }, 'heartbeat type 1 #1'],
    ['flag 25', { ...directory, sendDataSnapshotsToOriginDCAtStartup: true }, 'heartbeat type 1 #1'],
    ['flag 24 and a table', { ...url, retainOlderDataSnapshotsAtStartup: true }, 'heartbeat type 1 #1'],
  ])('comes with the first tick and only then (Q7), with %s', (_, values, expected) => {
    const preparer = createPreparer(values)
    expect(preparer.start()).toEqual([])
    expect(ticks(preparer, 2)).toEqual([expected, 'heartbeat type 1 #2'])
  })

  test('does not come while closing', () => {
    const preparer = createPreparer(directory)
    expect(run(preparer, 'ctt').slice(1)).toEqual(['', ''])
  })

  test('comes at the start without Q7, and not again', () => {
    const preparer = createPreparer(directory, 'Q7')
    expect(preparer.start().map(textOf)).toEqual(['delete files'])
    expect(ticks(preparer, 1)).toEqual(['heartbeat type 1 #1'])
  })
})

describe('snapshot signals', () => {
  test('take a number of their own, so that signals come a tick early (Q2)', () => {
    const preparer = createPreparer()
    preparer.status(true)
    expect(ticks(preparer, 7).slice(4)).toEqual([
      'heartbeat type 1 #5',
      'signal type 2 #6, heartbeat type 1 #7',
      'heartbeat type 1 #8',
    ])
  })

  test.each([
    // I, D, ticks with a signal among the first 30: every row of toolkit reference §5.1.
    [30, 180, [6, 11, 16, 21, 26]],
    [30, 90, [3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29]],
    [30, 60, Array.from({ length: 29 }, (_, index) => index + 2)],
    [30, 30, Array.from({ length: 30 }, (_, index) => index + 1)],
    [30, 100, [10, 19, 28]],
    [1, 5, [5, 9, 13, 17, 21, 25, 29]],
    // i = 0.
    [0.5, 180, Array.from({ length: 30 }, (_, index) => index + 1)],
    // Fractions are dropped.
    [30.9, 180.9, [6, 11, 16, 21, 26]],
    // Never.
    [30, 888_888_888, []],
  ])('at interval %d s and snapshot interval %d s come in ticks %j', (interval, snapshotInterval, expected) => {
    const preparer = createPreparer({
      heartbeatExchangeInterval: interval,
      dataSnapshotExchangeInterval: snapshotInterval,
    })
    expect(signalTicks(preparer, 30)).toEqual(expected)
  })

  test.each([
    [30, 180, [6, 12, 18, 24, 30]],
    [30, 100, [10, 20, 30]],
    [30, 30, Array.from({ length: 30 }, (_, index) => index + 1)],
  ])('without Q2, at %d s and %d s, come every n ticks: %j', (interval, snapshotInterval, expected) => {
    const values = { heartbeatExchangeInterval: interval, dataSnapshotExchangeInterval: snapshotInterval }
    const preparer = createPreparer(values, 'Q2')
    expect(signalTicks(preparer, 30)).toEqual(expected)
    // Still one number a message.
    expect(preparer.orderlyShutdown()[0]).toMatchObject({ message: { heartbeatCnt: BigInt(31 + expected.length) } })
  })

  test('are skipped while the remote is not UP, and come at the next match', () => {
    const preparer = createPreparer()
    ticks(preparer, 6)
    expect(signalTicks(preparer, 12)).toEqual([6, 11])
  })

  test.each([0, 2, -1])('do not come in mode %d', (crossDCOperationMode) => {
    expect(signalTicks(createPreparer({ crossDCOperationMode }), 20)).toEqual([])
  })

  test.each([0.9, 0, -0.5])('crash the operator once the remote is UP when the interval is %d s', (interval) => {
    const preparer = createPreparer({ dataSnapshotExchangeInterval: interval })
    expect(ticks(preparer, 2)).toHaveLength(2)
    preparer.status(true)
    expect(() => preparer.tick()).toThrow(ToolkitCrashError)
    expect(() => preparer.tick()).toThrow('must be at least 1 s')
  })

  test('do not crash it at an interval of exactly 1 s', () => {
    expect(signalTicks(createPreparer({ dataSnapshotExchangeInterval: 1 }), 3)).toEqual([1, 2, 3])
  })
})

describe('sending back (flag 25)', () => {
  const flag = { sendDataSnapshotsToOriginDCAtStartup: true }
  const entries = [
    { name: 'dc2-0.snapshot', body: new Uint8Array([1, 2]) },
    { name: 'dc2-1.snapshot', body: null },
    { name: 'dc2-2.snapshot', body: new Uint8Array([3]) },
  ]

  test('is asked for at the first UP of an application run only', () => {
    expect(run(createPreparer(flag), 'tudutd')).toEqual([
      'heartbeat type 1 #1',
      'read',
      '',
      '',
      'heartbeat type 1 #2',
      '',
    ])
    expect(run(createPreparer(), 'u')).toEqual([''])
    expect(run(createPreparer(flag), 'cu')[1]).toBe('')
  })

  test('wraps each file that can be read in a message of its own number', () => {
    const preparer = createPreparer({ ...flag, dataSnapshotStorageDirectory: '/snapshots' })
    const outputs = preparer.returnStored(entries)
    expect(outputs.map(textOf)).toEqual(['other type 4 #1', 'other type 4 #2'])
    expect(outputs[0]).toMatchObject({
      message: { dataCenterOrigin: 'dc1', dataSnapshot: new Uint8Array([1, 2]), dataSnapshotOrigin: '' },
    })
    expect(outputs[0]).not.toHaveProperty('stored')
  })

  test('gives all rows of a table the number 1234567', () => {
    const outputs = createPreparer({ ...flag, dataSnapshotJdbcUrl: 'jdbc:sqlite:x' }).returnStored(entries)
    expect(outputs.map(textOf)).toEqual(['other type 4 #1234567', 'other type 4 #1234567'])
  })

  test('takes numbers of the counter for files and none for rows', () => {
    const preparers = [createPreparer(flag), createPreparer({ ...flag, dataSnapshotJdbcUrl: 'jdbc:sqlite:x' })]
    const next = preparers.map((preparer) => [preparer.returnStored(entries).length, ...ticks(preparer, 1)])
    expect(next).toEqual([
      [2, 'heartbeat type 1 #3'],
      [2, 'heartbeat type 1 #1'],
    ])
  })

  test('says without Q8 which stored snapshot each message returns', () => {
    const outputs = createPreparer(flag, 'Q8').returnStored(entries)
    expect(outputs.map((output) => 'stored' in output && output.stored)).toEqual(['dc2-0.snapshot', 'dc2-2.snapshot'])
  })
})
