import { describe, expect, test } from 'vitest'
import { fromDc2, quirksWithout, snapshotOfDc2 } from '../testing/composite-probe.ts'
import { eventNames } from '../testing/effect-texts.ts'
import { WatchdogProbe } from '../testing/watchdog-probe.ts'

const values = { dataSnapshotJdbcUrl: 'jdbc:sqlite:x' }
const noBytes = new Uint8Array(0)
const replayOf = (part: string): string => `replay type 2 #6 dc2 part ${part} 1 B → RemoteDCDataMerger`
const bodyOf = (part: string) => ({ kind: 'body', body: snapshotOfDc2(part) }) as const

describe('SnapshotWatchdog with a table', () => {
  test.each([
    ['a snapshot', [], snapshotOfDc2('3'), ['write dc2-3'], ['dc2-3']],
    ['an empty snapshot', ['3'], snapshotOfDc2('3', { dataSnapshot: noBytes }), ['delete dc2-3'], []],
    ['an orderly shutdown', ['3', '4'], fromDc2({ heartbeatMsgType: 3 }), ['delete dc2-3', 'delete dc2-4'], []],
  ])('keys rows without an ending: %s', (...[, parts, body, expected, names]) => {
    const probe = new WatchdogProbe({ values })
    probe.store(...parts)
    expect(probe.post(body)).toEqual(expected)
    expect(probe.remembered).toEqual(names)
  })

  test('goes to the table although there is a directory too', () => {
    const probe = new WatchdogProbe({ values: { ...values, dataSnapshotStorageDirectory: '/snapshots' } })
    expect(probe.snapshot('3')).toEqual(['write dc2-3'])
  })

  test('remembers the name when the insertion failed, and deletes nothing', () => {
    const probe = new WatchdogProbe({ values })
    probe.snapshot('0')
    expect(probe.stored('too large')).toEqual(['error: Cannot write dc2-0: too large'])
    expect(probe.remembered).toEqual(['dc2-0'])
  })

  test('at a DOWN asks for each row, forgets all names at once, and deletes a row when it was read', () => {
    const probe = new WatchdogProbe({ values })
    probe.store('0', '1')
    expect(probe.down()).toEqual(['read dc2-0', 'read dc2-1'])
    expect(probe.remembered).toEqual([])
    expect(probe.read(bodyOf('0'))).toEqual([replayOf('0'), 'delete dc2-0'])
    expect(probe.read(bodyOf('1'))).toEqual([replayOf('1'), 'delete dc2-1'])
    expect(probe.effects.at(-1)).toMatchObject({ event: 'takeover_done', detail: { parts: 2, remembered: 2 } })
  })

  test.each([
    ['the reader is not connected', { kind: 'dropped' } as const],
    ['the row is not there', { kind: 'error', error: 'no such row' } as const],
  ])('replays nothing, leaves the row and traces nothing when %s', (_, result) => {
    const probe = new WatchdogProbe({ values })
    probe.store('0')
    probe.down()
    expect(probe.read(result)).toEqual([])
    expect(eventNames(probe.effects)).toEqual(['toolkit_error', 'takeover_done'])
    expect(probe.effects.at(-1)).toMatchObject({ detail: { parts: 0, remembered: 1 } })
    expect([...probe.up(), ...probe.down()]).toEqual([])
  })
})

describe('names that are read from the store at the start (without Q9)', () => {
  const quirks = quirksWithout('Q9')
  const entries = [
    { name: 'dc2-0.snapshot', body: snapshotOfDc2('0') },
    { name: 'dc2-1.snapshot', body: new Uint8Array([1]) },
    { name: 'dc2-2.snapshot', body: null },
    { name: 'x.snapshot', body: fromDc2() },
  ]

  test('are not with Q9', () => {
    expect(new WatchdogProbe().start()).toEqual([])
  })

  test('are those of whole snapshots', () => {
    const probe = new WatchdogProbe({ quirks })
    expect(probe.start()).toEqual(['read all for failure'])
    probe.loaded(entries)
    expect(probe.remembered).toEqual(['dc2-0.snapshot'])
    expect(probe.down()).toEqual(['read dc2-0.snapshot', 'delete dc2-0.snapshot'])
  })

  test('come before anything else: statuses and messages wait for them', () => {
    const probe = new WatchdogProbe({ quirks })
    probe.start()
    expect(probe.post(snapshotOfDc2('1'), 'answers')).toEqual(['204 to 1'])
    expect(probe.down()).toEqual([])
    expect(probe.loaded(entries)).toEqual(['read dc2-0.snapshot', 'delete dc2-0.snapshot'])
    expect(probe.read(bodyOf('0'))).toEqual([replayOf('0'), 'write dc2-1.snapshot'])
  })

  test('are none when the table cannot be read', () => {
    const probe = new WatchdogProbe({ quirks, values })
    probe.start()
    expect(probe.loaded(null)).toEqual([])
    expect(probe.remembered).toEqual([])
  })
})

describe('a store that was emptied', () => {
  test('leaves the names, so that a DOWN finds nothing (Q7)', () => {
    const probe = new WatchdogProbe()
    probe.store('0')
    probe.take({ kind: 'store_emptied' })
    expect(probe.remembered).toEqual(['dc2-0.snapshot'])
    probe.down()
    expect(probe.read({ kind: 'error', error: 'errno 2' })).toEqual(['error: Cannot read dc2-0.snapshot: errno 2'])
  })

  test('leaves no names without Q7', () => {
    const probe = new WatchdogProbe({ quirks: quirksWithout('Q7') })
    probe.store('0')
    probe.take({ kind: 'store_emptied' })
    expect(probe.remembered).toEqual([])
    expect(probe.down()).toEqual([])
  })
})

describe('what the remote shuts down or gives back without quirks', () => {
  test('has the heartbeat watchdog told of an orderly shutdown without Q3', () => {
    const probe = new WatchdogProbe({ quirks: quirksWithout('Q3') })
    probe.store('0')
    expect(probe.orderlyShutdownOfDc2()).toEqual([
      'delete dc2-0.snapshot',
      'remote_closes → RemoteDataCenterHeartbeatWatchdog',
    ])
  })

  test('deletes and forgets a returned snapshot, closed or not', () => {
    const probe = new WatchdogProbe({ quirks: quirksWithout('Q8') })
    probe.store('0')
    probe.take({ kind: 'closing' })
    expect(probe.take({ kind: 'returned', stored: 'dc2-0.snapshot' })).toEqual(['delete dc2-0.snapshot'])
    expect(probe.remembered).toEqual([])
  })

  test('keeps a newer snapshot that came under the same name while the old one was sent back', () => {
    const probe = new WatchdogProbe({ quirks: quirksWithout('Q8') })
    probe.up()
    probe.store('0')
    expect(probe.take({ kind: 'returned', stored: 'dc2-0.snapshot' })).toEqual([])
    expect(probe.remembered).toEqual(['dc2-0.snapshot'])
  })
})
