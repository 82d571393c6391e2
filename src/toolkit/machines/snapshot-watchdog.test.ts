import { describe, expect, test } from 'vitest'
import { createRandom } from '../../support/random.ts'
import { fromDc2, snapshotOfDc2 } from '../testing/composite-probe.ts'
import { eventNames } from '../testing/effect-texts.ts'
import { WatchdogProbe } from '../testing/watchdog-probe.ts'

const noBytes = new Uint8Array(0)
const replayOf = (part: string): string => `replay type 2 #6 dc2 part ${part} 1 B → RemoteDCDataMerger`
const bodyOf = (part: string) => ({ kind: 'body', body: snapshotOfDc2(part) }) as const

describe('what SnapshotWatchdog makes of a message', () => {
  test.each([
    // State (parts stored), message, effects, names afterwards: toolkit reference §3.3 and §4.4.
    ['a snapshot', [], snapshotOfDc2('3'), ['write dc2-3.snapshot'], ['dc2-3.snapshot']],
    ['a newer snapshot', ['3'], snapshotOfDc2('3'), ['write dc2-3.snapshot'], ['dc2-3.snapshot']],
    ['another part', ['3'], snapshotOfDc2('4'), ['write dc2-4.snapshot'], ['dc2-3.snapshot', 'dc2-4.snapshot']],
    [
      'an empty snapshot',
      ['3', '4'],
      snapshotOfDc2('3', { dataSnapshot: noBytes }),
      ['delete dc2-3.snapshot'],
      ['dc2-4.snapshot'],
    ],
    [
      'an empty snapshot of a part that is not stored',
      [],
      snapshotOfDc2('3', { dataSnapshot: noBytes }),
      ['delete dc2-3.snapshot'],
      [],
    ],
    [
      'an orderly shutdown',
      ['3', '4'],
      fromDc2({ heartbeatMsgType: 3 }),
      ['delete dc2-3.snapshot', 'delete dc2-4.snapshot'],
      [],
    ],
    ['an orderly shutdown with nothing stored', [], fromDc2({ heartbeatMsgType: 3 }), [], []],
    ['a heartbeat', ['3'], fromDc2(), [], ['dc2-3.snapshot']],
    ['a message of no known type', ['3'], fromDc2({ heartbeatMsgType: 9 }), [], ['dc2-3.snapshot']],
    [
      'a returned snapshot',
      ['3'],
      fromDc2({ heartbeatMsgType: 4, dataSnapshot: snapshotOfDc2('5', { dataCenterOrigin: 'dc1' }) }),
      ['replay type 4 #6 dc1 part 5 1 B → RemoteDCDataMerger'],
      ['dc2-3.snapshot'],
    ],
    [
      'a returned snapshot that is broken',
      [],
      fromDc2({ heartbeatMsgType: 4, dataSnapshot: new Uint8Array([1]) }),
      [expect.stringMatching(/^error: Cannot give back a snapshot: /)],
      [],
    ],
    ['garbage', ['3'], new Uint8Array([1]), [expect.stringMatching(/^error: Expected 4 bytes/)], ['dc2-3.snapshot']],
  ])('%s', (...[, parts, body, expected, names]) => {
    const probe = new WatchdogProbe()
    probe.store(...parts)
    expect(probe.post(body)).toEqual(expected)
    expect(probe.remembered).toEqual(names)
  })

  test('writes what it received byte for byte', () => {
    const probe = new WatchdogProbe()
    const body = new Uint8Array([...snapshotOfDc2('3'), 77])
    probe.post(body)
    expect(probe.effects).toContainEqual({ kind: 'store_write', name: 'dc2-3.snapshot', body })
  })

  test('names a snapshot after whoever the message says it is from, with slashes and all', () => {
    const probe = new WatchdogProbe()
    expect(probe.snapshot('a/b', { dataCenterOrigin: '../x' })).toEqual(['write ../x-a/b.snapshot'])
  })

  test('is deaf once closed, to messages and to statuses', () => {
    const probe = new WatchdogProbe()
    probe.store('0')
    probe.take({ kind: 'closing' })
    expect([...probe.snapshot('1'), ...probe.orderlyShutdownOfDc2(), ...probe.down()]).toEqual([])
    expect(probe.remembered).toEqual(['dc2-0.snapshot'])
    expect(probe.post(fromDc2(), 'answers')).toEqual(['204 to 4'])
  })

  test('counts messages, statuses and what it replayed', () => {
    const probe = new WatchdogProbe()
    probe.store('0')
    probe.up()
    probe.down()
    probe.read(bodyOf('0'))
    probe.post(new Uint8Array(0))
    expect([probe.watchdog.processed, probe.watchdog.submitted]).toEqual([[2, 2], 1])
  })
})

describe('a DOWN', () => {
  test('reads each remembered snapshot, deletes each right behind, and emits it as it was', () => {
    const probe = new WatchdogProbe()
    probe.store('0', '1')
    expect(probe.down()).toEqual([
      'read dc2-0.snapshot',
      'delete dc2-0.snapshot',
      'read dc2-1.snapshot',
      'delete dc2-1.snapshot',
    ])
    expect(probe.remembered).toEqual([])
    expect(probe.read(bodyOf('0'))).toEqual([replayOf('0')])
    expect(probe.read(bodyOf('1'))).toEqual([replayOf('1')])
    expect(probe.effects.at(-1)).toMatchObject({
      event: 'takeover_done',
      of: 'dc2',
      detail: { parts: 2, remembered: 2 },
    })
  })

  test.each([
    ['is not there', { kind: 'error', error: 'errno 2' } as const, 'error: Cannot read dc2-0.snapshot: errno 2'],
    ['is empty', { kind: 'body', body: noBytes } as const, 'error: Skipped dc2-0.snapshot: it is empty'],
    [
      'is cut short',
      { kind: 'body', body: snapshotOfDc2('0').subarray(0, 20) } as const,
      expect.stringMatching(/^error: Skipped dc2-0\.snapshot: Expected/),
    ],
  ])('ends with fewer parts when a file %s, and tells', (_, result, expected) => {
    const probe = new WatchdogProbe()
    probe.store('0', '1')
    probe.down()
    expect(probe.read(result)).toEqual([expected])
    probe.read(bodyOf('1'))
    expect(probe.effects.at(-1)).toMatchObject({ detail: { parts: 1, remembered: 2 } })
  })

  test('replays in an order that the seed decides', () => {
    const orderOf = (seed: number): string => {
      const probe = new WatchdogProbe({ random: createRandom(seed) })
      probe.store('0', '1', '2', '3', '4')
      return probe.down().join()
    }
    expect(orderOf(1)).toBe(orderOf(1))
    expect(new Set([1, 2, 3, 4, 5].map(orderOf)).size).toBeGreaterThan(1)
  })

  test('replays nothing when nothing was stored since the last one', () => {
    const probe = new WatchdogProbe()
    expect(probe.down()).toEqual([])
    probe.store('0')
    probe.down()
    probe.read(bodyOf('0'))
    expect([...probe.up(), ...probe.down()]).toEqual([])
  })

  test.each([
    [0, [], ['dc2-0.snapshot']],
    [1, ['read dc2-0.snapshot', 'delete dc2-0.snapshot'], []],
    [2, ['read dc2-0.snapshot', 'delete dc2-0.snapshot'], []],
  ])('in mode %d does %j and leaves %j remembered', (crossDCOperationMode, expected, names) => {
    const probe = new WatchdogProbe({ values: { crossDCOperationMode } })
    probe.store('0')
    expect(probe.down()).toEqual(expected)
    expect(probe.remembered).toEqual(names)
  })

  test('keeps what comes behind it waiting until the last part is read', () => {
    const probe = new WatchdogProbe()
    probe.store('0')
    probe.down()
    expect(probe.snapshot('1')).toEqual([])
    expect(probe.read(bodyOf('0'))).toEqual([replayOf('0'), 'write dc2-1.snapshot'])
  })
})

describe('a slow or broken store', () => {
  test('has 40 messages waiting behind the one it writes; the 204 of others waits until there is room', () => {
    const probe = new WatchdogProbe()
    const texts = Array.from({ length: 43 }, () => probe.post(snapshotOfDc2('0'), 'answers').join())
    expect(texts.slice(39)).toEqual(['204 to 40', '204 to 41', '', ''])
    expect(probe.stored()).toEqual(['204 to 42', 'write dc2-0.snapshot'])
    expect(probe.stored()).toEqual(['204 to 43', 'write dc2-0.snapshot'])
    expect(probe.stored()).toEqual(['write dc2-0.snapshot'])
  })

  test('does a DOWN behind the write under way, before the messages that wait', () => {
    const probe = new WatchdogProbe()
    probe.snapshot('0')
    probe.snapshot('1')
    expect(probe.down()).toEqual([])
    expect(probe.stored()).toEqual(['read dc2-0.snapshot', 'delete dc2-0.snapshot'])
    expect(probe.read(bodyOf('0'))).toEqual([replayOf('0'), 'write dc2-1.snapshot'])
  })

  test('stores nothing of what waits when this side closes', () => {
    const probe = new WatchdogProbe()
    probe.snapshot('0')
    probe.snapshot('1')
    probe.take({ kind: 'closing' })
    expect(probe.stored()).toEqual([])
    expect(probe.remembered).toEqual(['dc2-0.snapshot'])
  })

  test('loses the earlier snapshot too when a write fails, and forgets the name', () => {
    const probe = new WatchdogProbe()
    probe.store('0')
    probe.snapshot('0')
    expect(probe.stored('errno 28')).toEqual(['error: Cannot write dc2-0.snapshot: errno 28', 'delete dc2-0.snapshot'])
    expect(probe.remembered).toEqual([])
    expect(probe.down()).toEqual([])
  })

  test('does one write after the other, so that a later one mends a failure', () => {
    const probe = new WatchdogProbe()
    probe.snapshot('0')
    expect(probe.snapshot('0')).toEqual([])
    expect(probe.stored('errno 5').at(-1)).toBe('write dc2-0.snapshot')
    probe.stored()
    expect(probe.remembered).toEqual(['dc2-0.snapshot'])
  })

  test('does not take the end of an earlier life’s write for one of its own', () => {
    const probe = new WatchdogProbe({ writesBefore: 1 })
    probe.snapshot('0')
    expect(probe.watchdog.writesUnderWay).toBe(2)
    expect(probe.stored('errno 5')).toEqual([])
    expect(probe.watchdog.writesUnderWay).toBe(1)
    probe.stored()
    expect(eventNames(probe.effects)).toEqual(['snapshot_stored', 'protected'])
    expect(probe.watchdog.writesUnderWay).toBe(0)
  })

  test('answers what it held when it ends', () => {
    const probe = new WatchdogProbe()
    for (let post = 0; post < 42; post += 1) probe.snapshot('0')
    expect(probe.watchdog.abandon()).toEqual([{ kind: 'accept_post', postId: 42 }])
  })
})

describe('what the log says of a store', () => {
  test('tells of a stored snapshot and of the whole that it protects', () => {
    const probe = new WatchdogProbe({ parts: 2 })
    probe.snapshot('3')
    probe.stored()
    expect(probe.effects.filter(({ kind }) => kind === 'event')).toEqual([
      {
        kind: 'event',
        event: 'snapshot_stored',
        of: 'dc2',
        detail: { name: 'dc2-3.snapshot', part: '3', bytes: 1, count: 6 },
      },
    ])
    probe.snapshot('4')
    probe.stored()
    expect(eventNames(probe.effects)).toEqual(['snapshot_stored', 'protected'])
  })

  test('says why a snapshot was deleted', () => {
    const probe = new WatchdogProbe()
    const reason = (): unknown =>
      probe.effects.flatMap((effect) => (effect.kind === 'event' ? [effect.detail?.['reason']] : [])).at(-1)
    probe.store('0')
    probe.take({ kind: 'store_emptied' })
    expect(reason()).toBe('startup')
    probe.snapshot('0', { dataSnapshot: noBytes })
    expect(reason()).toBe('empty_snapshot')
    probe.store('0')
    probe.orderlyShutdownOfDc2()
    expect(reason()).toBe('orderly_shutdown')
    probe.snapshot('0')
    probe.stored('errno 28')
    expect(reason()).toBe('write_error')
  })
})
