import { describe, expect, test } from 'vitest'
import type { OperatorName } from './operators.ts'
import { snapshotOfDc2 } from './testing/composite-probe.ts'
import { createPair } from './testing/create-pair.ts'
import type { PairSimulation } from './testing/pair-simulation.ts'

/** Situations 33 to 57 of toolkit reference §7, as far as they are the toolkit's: stores, flags, PEs, settings. */

const table = { dataSnapshotJdbcUrl: 'jdbc:sqlite:x', dataSnapshotStorageDirectory: '' }
const flag24 = { retainOlderDataSnapshotsAtStartup: true }
const flag25 = { sendDataSnapshotsToOriginDCAtStartup: true }

const statusesOf = (pair: PairSimulation, dc: 'dc1' | 'dc2' = 'dc1'): string => pair.application(dc).statuses.join(' ')

/** `type origin-part` of what a DC's application was given, sorted. */
const replaysAt = (pair: PairSimulation, dc: 'dc1' | 'dc2' = 'dc1'): readonly string[] =>
  pair
    .replays(dc)
    .map((message) => `${message.heartbeatMsgType} ${message.dataCenterOrigin}-${message.dataSnapshotOrigin}`)
    .toSorted()

const crashOfDc2 = (pair: PairSimulation, time = 500): PairSimulation => pair.at(time, (it) => it.kill('dc2'))

/** Three PEs: the ticks and the preparer; the heartbeats' receiver and watchdog; the rest. */
const isPreparing = (operator: OperatorName): boolean => operator.startsWith('Heartbeat')
const isWatching = (operator: OperatorName): boolean => /HeartbeatWatchdog|ReceiverForHB/.test(operator)
const pes = [isPreparing, isWatching, (operator: OperatorName) => !isPreparing(operator) && !isWatching(operator)]

describe('situation', () => {
  test('33, a store that cannot be written: an error per snapshot, the copy before gone too, zero replay', () => {
    const pair = crashOfDc2(createPair())
    pair
      .at(200, (it) => {
        it.store('dc1').condition.writeError = 'errno 28'
      })
      .runUntil(1000)
    const errors = pair.errors.filter(({ text }) => text.startsWith('Cannot write'))
    expect(errors.map(({ time }) => time)).toEqual([340, 490])
    expect([statusesOf(pair), replaysAt(pair), pair.stored('dc1')]).toEqual(['up down', [], []])
  })

  test('34, an empty snapshot: the stored copy deleted, nothing replayed of that part', () => {
    const blobOf = (part: number, { heartbeatCnt }: { readonly heartbeatCnt: bigint }): Uint8Array =>
      new Uint8Array(part === 0 && heartbeatCnt > 6n ? 0 : 1)
    const pair = crashOfDc2(createPair({ parts: 2, blobOf })).runUntil(1000)
    expect(replaysAt(pair)).toEqual(['2 dc2-1'])
  })

  test('35, the survivor restarts and the other dies before its next snapshot: UP again, then DOWN with zero replay', () => {
    const pair = crashOfDc2(createPair(), 635)
    pair.at(500, (it) => it.restart('dc1')).runUntil(539)
    expect(pair.stored('dc1')).toEqual(['dc2-0.snapshot'])
    pair.runUntil(541)
    expect(pair.stored('dc1')).toEqual([])
    pair.runUntil(1000)
    expect([statusesOf(pair), replaysAt(pair)]).toEqual(['up down', []])
  })

  test('36, a snapshot during the survivor’s initial delay, then a crash: deleted at the first tick, errno 2, zero replay', () => {
    const pair = crashOfDc2(createPair(), 495)
    pair.at(480, (it) => it.restart('dc1')).runUntil(500)
    expect(pair.stored('dc1')).toEqual(['dc2-0.snapshot'])
    pair.runUntil(521)
    expect(pair.stored('dc1')).toEqual([])
    pair.runUntil(1000)
    expect([statusesOf(pair), replaysAt(pair)]).toEqual(['up down', []])
    expect(pair.errors.map(({ text }) => text)).toContain('Cannot read dc2-0.snapshot: errno 2')
  })

  test('37, the snapshot watchdog’s PE restarts alone: zero replay, the file stays and can be asked for', () => {
    const pair = crashOfDc2(createPair({ pes }), 505)
    pair
      .at(500, (it) => it.killPe('dc1', 2))
      .at(500, (it) => it.startPe('dc1', 2))
      .runUntil(1000)
    expect([statusesOf(pair), replaysAt(pair), pair.stored('dc1')]).toEqual(['up down', [], ['dc2-0.snapshot']])
    pair.special('dc1', 'SendMeDataFromSnapshotFiles')
    pair.runUntil(1001)
    expect([replaysAt(pair), pair.stored('dc1')]).toEqual([['2 dc2-0'], []])
  })

  test('38, the preparer’s PE restarts alone: files deleted after the delay, heartbeats but no signals until the next UP', () => {
    const pair = createPair({ pes })
    pair
      .at(500, (it) => it.killPe('dc1', 0))
      .at(500, (it) => it.startPe('dc1', 0))
      .runUntil(539)
    expect(pair.stored('dc1')).toEqual(['dc2-0.snapshot'])
    pair.runUntil(540)
    expect(pair.stored('dc1')).toEqual([])
    pair.runUntil(5000)
    expect(pair.times('dc1', 'snapshot_signal')).toEqual([190, 340, 490])
    expect(pair.times('dc1', 'heartbeat_sent').filter((time) => time > 500).length).toBeGreaterThan(140)
    expect([statusesOf(pair), statusesOf(pair, 'dc2')]).toEqual(['up', 'up'])
  })

  test('39, the heartbeat watchdog’s PE restarts alone: a second UP without a DOWN between, a later DOWN works', () => {
    const pair = crashOfDc2(createPair({ pes }), 600)
    pair
      .at(500, (it) => it.killPe('dc1', 1))
      .at(500, (it) => it.startPe('dc1', 1))
      .runUntil(1000)
    expect([statusesOf(pair), replaysAt(pair)]).toEqual(['up up down', ['2 dc2-0']])
  })

  test('40, a restart that retains, and SendMeDataFromSnapshotFiles: each snapshot once, the files gone', () => {
    const pair = createPair({ values: flag24, parts: 2 })
    pair
      .at(495, (it) => it.kill('dc2'))
      .at(500, (it) => it.restart('dc1'))
      .at(600, (it) => it.special('dc1', 'SendMeDataFromSnapshotFiles'))
      .at(601, (it) => it.special('dc1', 'SendMeDataFromSnapshotFiles'))
      .runUntil(1000)
    expect([replaysAt(pair), pair.stored('dc1')]).toEqual([['2 dc2-0', '2 dc2-1'], []])
  })

  test('41, SendMeDataFromSnapshotFiles with the remote alive: its data here too, no replica until the next signal', () => {
    const pair = createPair()
    pair.at(500, (it) => it.special('dc1', 'SendMeDataFromSnapshotFiles')).runUntil(639)
    expect([replaysAt(pair), pair.stored('dc1'), statusesOf(pair)]).toEqual([['2 dc2-0'], [], 'up'])
    pair.runUntil(641)
    expect(pair.stored('dc1')).toEqual(['dc2-0.snapshot'])
  })

  /** Both die and both come back. */
  const restartOfBoth = (pair: PairSimulation): PairSimulation =>
    pair
      .at(500, (it) => it.kill('dc1'))
      .at(500, (it) => it.kill('dc2'))
      .at(600, (it) => it.start('dc1'))
      .at(603, (it) => it.start('dc2'))

  test.each([
    ['files', flag25],
    ['a table', { ...flag25, ...table }],
  ])('42, both down and flag 25 on both, with %s: each gets its own state back, the stores are empty', (_, values) => {
    const pair = restartOfBoth(createPair({ values, parts: 2 })).runUntil(700)
    expect([replaysAt(pair), replaysAt(pair, 'dc2')]).toEqual([
      ['4 dc1-0', '4 dc1-1'],
      ['4 dc2-0', '4 dc2-1'],
    ])
    expect([pair.stored('dc1'), pair.stored('dc2')]).toEqual([[], []])
  })

  test('43, both down and flag 25 off: the replicas are deleted at each first tick', () => {
    const pair = restartOfBoth(createPair()).runUntil(639)
    expect([pair.stored('dc1'), pair.stored('dc2')]).toEqual([['dc2-0.snapshot'], ['dc1-0.snapshot']])
    pair.runUntil(700)
    expect([pair.stored('dc1'), pair.stored('dc2')]).toEqual([[], []])
    expect([replaysAt(pair), replaysAt(pair, 'dc2')]).toEqual([[], []])
  })

  test('44, flag 25 on and the POST fails: deleted anyway, nothing at the peer (Q8)', () => {
    const pair = restartOfBoth(createPair({ values: flag25 }))
    pair.at(600, (it) => it.cut({ from: 'dc1', ports: 'snapshots', trouble: 500 })).runUntil(700)
    expect([pair.stored('dc1'), replaysAt(pair, 'dc2'), replaysAt(pair)]).toEqual([[], [], ['4 dc1-0']])
  })

  test('45, flag 25 left on and only one restarts: the living one gets its own older state', () => {
    const pair = createPair({ values: flag25 })
    pair
      .at(500, (it) => it.kill('dc1'))
      .at(520, (it) => it.start('dc1'))
      .runUntil(700)
    expect([statusesOf(pair, 'dc2'), replaysAt(pair, 'dc2'), replaysAt(pair)]).toEqual(['up', ['4 dc2-0'], []])
  })

  test('52, a table lost at a write: an error, no later try; the name stays and the DOWN finds nothing, silently', () => {
    const pair = crashOfDc2(createPair({ values: table }), 345)
    pair
      .at(150, (it) => {
        it.store('dc1').condition.isConnected = false
      })
      .at(350, (it) => {
        it.store('dc1').condition.isConnected = true
      })
      .runUntil(1000)
    const errors = pair.errors.filter(({ dc }) => dc === 'dc1').map(({ text }) => text)
    expect(errors.filter((text) => text.startsWith('Cannot write'))).toHaveLength(2)
    expect(errors.some((text) => text.startsWith('Cannot read'))).toBe(false)
    expect([statusesOf(pair), replaysAt(pair)]).toEqual(['up down', []])
  })

  test('52, a table lost at the DOWN: silently zero replay, the rows left and given on request', () => {
    const pair = crashOfDc2(createPair({ values: table }))
    pair
      .at(550, (it) => {
        it.store('dc1').condition.isConnected = false
      })
      .runUntil(1000)
    expect([statusesOf(pair), replaysAt(pair), pair.stored('dc1')]).toEqual(['up down', [], ['dc2-0']])
    pair.store('dc1').condition.isConnected = true
    pair.special('dc1', 'SendMeDataFromSnapshotFiles')
    pair.runUntil(1001)
    expect([replaysAt(pair), pair.stored('dc1')]).toEqual([['2 dc2-0'], []])
  })

  test('53, a body that is larger than the column: the row deleted, nothing replayed of that part', () => {
    const blobOf = (part: number): Uint8Array => new Uint8Array(part === 1 ? 100 : 1)
    const pair = crashOfDc2(createPair({ values: table, parts: 2, blobOf }))
    pair
      .at(480, (it) => {
        it.store('dc1').condition.sizeBytesMax = 100
      })
      .runUntil(1000)
    expect(replaysAt(pair)).toEqual(['2 dc2-0'])
  })

  test('54, the defaults of a file that was not found: one heartbeat, one UP there, never a DOWN', () => {
    const defaults = { heartbeatExchangeInterval: 444_444_444, dataSnapshotExchangeInterval: 888_888_888 }
    const pair = createPair({ dc2: defaults })
    pair.at(5000, (it) => it.kill('dc1')).runUntil(100_000)
    expect(pair.times('dc2', 'heartbeat_sent')).toEqual([40])
    expect([statusesOf(pair, 'dc2'), statusesOf(pair)]).toEqual(['up', 'up down'])
  })

  test('55, the list left at localhost: the DC reports itself UP, never DOWN', () => {
    const pair = createPair({ dc1: { remoteDataCenterApplicationMachineNames: 'localhost' } })
    pair.machine('localhost', 'self')
    pair.at(500, (it) => it.kill('dc2')).runUntil(5000)
    expect(statusesOf(pair)).toBe('up')
    expect(pair.stored('dc1')).toEqual(expect.arrayContaining(['dc1-0.snapshot']))
  })

  test('56, a stray POST at the base port: an UP of nobody, or a DOWN that comes later', () => {
    const stray = { kind: 'post', postId: 0, portOffset: 0, body: new TextEncoder().encode('GET / HTTP/1.0') } as const
    const alone = createPair().at(0, (it) => it.kill('dc2'))
    alone.at(10, (it) => it.input('dc1', stray)).runUntil(1000)
    expect(alone.times('dc1', 'remote_up')).toEqual([10])
    const downAfter = (strays: readonly number[]): number | undefined => {
      const pair = crashOfDc2(createPair({ offset: 1 }), 515)
      for (const time of strays) pair.at(time, (it) => it.input('dc1', stray))
      return pair.runUntil(1000).times('dc1', 'remote_down')[0]
    }
    expect([downAfter([]), downAfter([600]), downAfter([600, 705])]).toEqual([640, 730, 850])
  })

  test('57, parts that the survivor’s application has not: the toolkit gives them all the same', () => {
    const pair = crashOfDc2(createPair())
    pair
      .at(495, (it) => it.input('dc1', { kind: 'post', postId: 0, portOffset: 1, body: snapshotOfDc2('7') }))
      .runUntil(1000)
    expect(replaysAt(pair)).toEqual(['2 dc2-0', '2 dc2-7'])
  })
})

describe('modes', () => {
  test('a passive side sends no signals, replays nothing at a DOWN and keeps its files', () => {
    const pair = createPair({ dc2: { crossDCOperationMode: 0 } })
    pair.at(500, (it) => it.kill('dc1')).runUntil(1000)
    expect(statusesOf(pair, 'dc2')).toBe('up down')
    expect(pair.times('dc2', 'snapshot_signal')).toEqual([])
    expect([replaysAt(pair, 'dc2'), pair.stored('dc2')]).toEqual([[], ['dc1-0.snapshot']])
  })

  test('a remote that was never there gets heartbeats for ever and is never DOWN', () => {
    const pair = createPair().at(0, (it) => it.kill('dc2'))
    pair.runUntil(1000)
    expect(pair.times('dc1', 'heartbeat_failed')).toHaveLength(33)
    expect([statusesOf(pair), pair.composite('dc1')?.state.remoteStatus]).toEqual(['', 'never_contacted'])
  })

  test('an interval below 1 s of snapshots ends the PE once the remote is UP', () => {
    const pair = createPair({ dc1: { dataSnapshotExchangeInterval: 0.5 }, offset: 1 }).runUntil(1000)
    expect(pair.composite('dc1')).toBeNull()
    expect(pair.errors.find(({ dc }) => dc === 'dc1')).toMatchObject({ time: 70 })
    expect(statusesOf(pair, 'dc2')).toBe('up down')
  })

  test('a slow store has the 204 of snapshots beyond 40 wait, and loses none', () => {
    const pair = createPair({ parts: 60, dc2: { httpReadTimeout: 0 } })
    pair.store('dc1').condition.operationSeconds = 2
    pair.runUntil(190.5)
    // One is being written, 40 wait; the sender's next is held.
    expect(pair.times('dc2', 'snapshot_sent')).toHaveLength(41)
    pair.runUntil(335)
    expect([pair.times('dc2', 'snapshot_sent').length, pair.stored('dc1').length]).toEqual([60, 60])
  })
})
