import { describe, expect, test } from 'vitest'
import { CompositeProbe, quirksWithout, snapshotOfDc2 } from './testing/composite-probe.ts'
import { eventNames } from './testing/effect-texts.ts'

const table = { dataSnapshotJdbcUrl: 'jdbc:sqlite:x' }
const flag24 = { retainOlderDataSnapshotsAtStartup: true }
const flag25 = { sendDataSnapshotsToOriginDCAtStartup: true }
const machine = 'remote.example'
const entry = (part: string, body: Uint8Array | null = snapshotOfDc2(part)) => ({ name: `dc2-${part}.snapshot`, body })

/** What the first tick does before its heartbeat. */
const firstTick = (probe: CompositeProbe): readonly string[] => probe.tick().slice(0, -2)

describe('the deletion at start-up', () => {
  test.each([
    ['files', {}, ['delete all files']],
    ['a table', { ...table, dataSnapshotStorageDirectory: '' }, ['delete all table']],
    ['a table and a directory: the directory', table, ['delete all files']],
    ['no store', { dataSnapshotStorageDirectory: '' }, []],
    ['flag 24', flag24, []],
    ['flag 25', flag25, []],
    ['both flags', { ...flag24, ...flag25 }, []],
  ])('takes, with %s', (_, values, expected) => {
    const probe = new CompositeProbe({ values })
    expect(firstTick(probe)).toEqual(expected)
    expect(probe.tick()).toEqual(['tick in 30'])
  })

  test('of a directory beside a table leaves what the table is remembered to hold', () => {
    const probe = new CompositeProbe({ values: table, quirks: quirksWithout('Q7', 'Q9') })
    expect(probe.started).toEqual(['delete all files', 'read all for failure', 'tick in 40'])
    probe.read([{ name: 'dc2-0', body: snapshotOfDc2('0') }])
    expect(probe.composite.state.rememberedSnapshots).toEqual(['dc2-0'])
  })

  test('also takes what arrived during the delay; its name stays, and a DOWN finds nothing (Q7)', () => {
    const probe = new CompositeProbe({ values: { consecutiveHeartbeatMissesAllowed: 0 } })
    probe.heartbeat()
    probe.snapshot('0')
    expect(probe.tick()).toEqual([
      'delete all files',
      `post type 1 #1 dc1 to ${machine} +0`,
      'DOWN',
      'read dc2-0.snapshot',
      'delete dc2-0.snapshot',
      'tick in 30',
    ])
    expect(probe.read({ kind: 'error', error: 'errno 2' })).toEqual(['error: Cannot read dc2-0.snapshot: errno 2'])
  })
})

describe('sending back (flag 25)', () => {
  test('at the first UP reads all, sends each back and then deletes all, whatever becomes of them (Q8)', () => {
    const probe = new CompositeProbe({ values: flag25 })
    expect(probe.heartbeat()).toEqual(['204 to 1', 'read all for first_contact', 'UP'])
    expect(probe.read([entry('0'), entry('1', null)])).toEqual([
      'error: 1 stored snapshots are sent back to their origin',
      'error: Cannot read dc2-1.snapshot',
      `post type 4 #1 dc1 ${snapshotOfDc2('0').length} B to ${machine} +1`,
      'delete all files',
    ])
    expect(probe.sent('refused')).toEqual([
      `error: ${machine}: Connection refused`,
      'error: A message of type 4 was lost: Connection refused',
    ])
  })

  test('happens once per application run', () => {
    const probe = new CompositeProbe({ values: { ...flag25, consecutiveHeartbeatMissesAllowed: 0 } })
    probe.heartbeat()
    probe.read([])
    expect(probe.tick()).toContain('DOWN')
    expect(probe.heartbeat()).toEqual(['204 to 2', 'UP'])
  })

  test('does not happen without the flag, or when nothing is stored', () => {
    expect(new CompositeProbe({ values: flag24 }).heartbeat()).toEqual(['204 to 1', 'UP'])
    const probe = new CompositeProbe({ values: flag25 })
    probe.heartbeat()
    expect(probe.read([])).toEqual([])
  })

  test('from a table numbers every message 1234567 and takes no number, and deletes the rows', () => {
    const probe = new CompositeProbe({ values: { ...flag25, ...table } })
    probe.heartbeat()
    const texts = probe.read([{ name: 'dc2-0', body: snapshotOfDc2('0') }])
    expect(texts.slice(1)).toEqual([
      `post type 4 #1234567 dc1 ${snapshotOfDc2('0').length} B to ${machine} +1`,
      'delete all table',
    ])
    expect(probe.tick()[0]).toBe(`post type 1 #1 dc1 to ${machine} +0`)
  })

  test('from a table that is not connected neither sends nor deletes nor says anything', () => {
    const probe = new CompositeProbe({ values: { ...flag25, ...table } })
    probe.heartbeat()
    expect(probe.read(null)).toEqual([])
    expect(eventNames(probe.effects)).toEqual(['toolkit_error'])
  })

  test('is still sent when the shutdown was asked for meanwhile', () => {
    const probe = new CompositeProbe({ values: flag25 })
    probe.heartbeat()
    probe.special('OrderlyShutdown')
    probe.sent()
    expect(probe.read([entry('0')])).toContain(`post type 4 #2 dc1 ${snapshotOfDc2('0').length} B to ${machine} +1`)
  })
})

describe('SendMeDataFromSnapshotFiles', () => {
  test('gives each stored snapshot once and deletes it', () => {
    const probe = new CompositeProbe({ values: flag24 })
    expect(probe.special('SendMeDataFromSnapshotFiles')).toEqual(['read all for failure'])
    expect(probe.read([entry('0'), entry('1')])).toEqual([
      'replay type 2 #6 dc2 part 0 1 B',
      'delete dc2-0.snapshot',
      'replay type 2 #6 dc2 part 1 1 B',
      'delete dc2-1.snapshot',
    ])
  })

  test('leaves the names, so that a later DOWN finds them missing unless they were refreshed', () => {
    const probe = new CompositeProbe({ values: { ...flag24, consecutiveHeartbeatMissesAllowed: 0 } })
    probe.heartbeat()
    probe.snapshot('0')
    probe.special('SendMeDataFromSnapshotFiles')
    probe.read([entry('0')])
    expect(probe.tick()).toContain('read dc2-0.snapshot')
    expect(probe.read({ kind: 'error', error: 'errno 2' })).toEqual(['error: Cannot read dc2-0.snapshot: errno 2'])
  })

  test('works before any contact, twice, and for rows', () => {
    const probe = new CompositeProbe({ values: { ...flag24, ...table } })
    probe.special('SendMeDataFromSnapshotFiles')
    probe.special('SendMeDataFromSnapshotFiles')
    expect(probe.read([{ name: 'dc2-0', body: snapshotOfDc2('0') }])).toEqual([
      'replay type 2 #6 dc2 part 0 1 B',
      'delete dc2-0',
    ])
    expect(probe.read([])).toEqual([])
  })

  test('says nothing of a table that is not connected', () => {
    const probe = new CompositeProbe({ values: table })
    probe.special('SendMeDataFromSnapshotFiles')
    expect(probe.read(null)).toEqual([])
    expect(eventNames(probe.effects)).toEqual(['toolkit_error'])
  })

  test('is answered by its own request, not by one of another operator', () => {
    const probe = new CompositeProbe({ values: { ...flag25, consecutiveHeartbeatMissesAllowed: 0 } })
    probe.heartbeat()
    probe.special('SendMeDataFromSnapshotFiles')
    expect(probe.read([]).length).toBe(0)
    expect(probe.read([entry('0')])[0]).toBe('replay type 2 #6 dc2 part 0 1 B')
    expect(probe.give({ kind: 'store_read_all', requestId: 99, entries: [entry('0')] })).toEqual([])
  })
})
