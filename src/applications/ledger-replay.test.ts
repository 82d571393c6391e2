import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LedgerStateItem } from '../model/ledger.ts'
import { MessageFormatError } from '../toolkit/errors.ts'
import { createLedger } from './ledger.ts'
import { checksumOf, query, range, replayAll, snapshotsOf, tuple, tuples } from './testing/ledger-traffic.ts'

describe('snapshot and replay', () => {
  const channels = 3

  test('bring every key over with its numbers and checksum', () => {
    const seqs = fc.array(fc.nat(200), { maxLength: 40 })
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), seqs, { noNullPrototype: true }), (traffic) => {
        const source = createLedger({ datacenter: 'dc1', channels })
        for (const [key, numbers] of Object.entries(traffic)) source.ingest(tuples(key, ...numbers))
        const target = createLedger({ datacenter: 'dc2', channels })
        const reports = replayAll(target, snapshotsOf(source, 'dc1')).filter(({ key }) => key !== '')
        const held = query(source).filter(({ key }) => key !== '')
        const figures = (items: readonly LedgerStateItem[]): unknown =>
          items.map(({ origin, key, intervals, checksum, duplicates, channel, index, count }) => {
            return { origin, key, intervals, checksum, duplicates, channel, index, count }
          })
        expect(figures(reports)).toEqual(figures(held))
        expect(figures(query(target).filter(({ key }) => key !== ''))).toEqual(figures(held))
        for (const report of reports) {
          expect(report).toMatchObject({ producedBy: 'dc2', cause: 'replay', queryId: '', replayOf: 'dc1' })
        }
      }),
    )
  })

  test('answer a replay of nothing with one empty item a channel, in the name of the DC that had nothing', () => {
    const source = createLedger({ datacenter: 'dc1', channels: 2 })
    const target = createLedger({ datacenter: 'dc2', channels: 2 })
    target.ingest(tuples('own', 0, 1))
    const empty = { producedBy: 'dc2', origin: 'dc1', key: '', intervals: [], checksum: 0, duplicates: [], corrupt: 0 }
    const answer = { ...empty, cause: 'replay', replayOf: 'dc1', queryId: '', index: 0, count: 1 }
    expect(replayAll(target, snapshotsOf(source, 'dc1'))).toEqual([
      { ...answer, channel: 0, channels: 2 },
      { ...answer, channel: 1, channels: 2 },
    ])
  })

  test('keep the size of a snapshot independent of the number of tuples', () => {
    const ledger = createLedger({ datacenter: 'dc1', channels: 1 })
    ledger.ingest(tuples('a', ...range(0, 99)))
    const [small] = snapshotsOf(ledger, 'dc1')
    ledger.ingest(tuples('a', ...range(100, 50_000)))
    const [large] = snapshotsOf(ledger, 'dc1')
    expect(large?.dataSnapshot.length).toBeLessThanOrEqual((small?.dataSnapshot.length ?? 0) + 4)
  })

  test('ignore the parts of channels that are not there', () => {
    const source = createLedger({ datacenter: 'dc1', channels: 2 })
    source.ingest(range(0, 20).map((index) => tuple(`k${index}`, 0)))
    const target = createLedger({ datacenter: 'dc2', channels: 1 })
    const [first, second] = snapshotsOf(source, 'dc1')
    expect(second).toBeDefined()
    expect(second === undefined ? undefined : target.replay(second)).toEqual([])
    expect(first === undefined ? [] : target.replay(first)).not.toEqual([])
    expect(first === undefined ? [] : target.replay({ ...first, dataSnapshotOrigin: '00' })).toEqual([])
    expect(first === undefined ? [] : target.replay({ ...first, dataCenterOrigin: 'dc9' })).toEqual([])
  })

  test('do not count what a newer snapshot brings again as duplicates', () => {
    const source = createLedger({ datacenter: 'dc1', channels: 1 })
    const target = createLedger({ datacenter: 'dc2', channels: 1 })
    source.ingest(tuples('a', ...range(0, 9)))
    const old = snapshotsOf(source, 'dc1')
    replayAll(target, old)
    source.ingest(tuples('a', ...range(10, 19)))
    const [report] = replayAll(target, snapshotsOf(source, 'dc1'))
    const expected = { intervals: [{ from: 0, to: 19 }], duplicates: [], checksum: checksumOf('a', range(0, 19)) }
    expect(report).toMatchObject(expected)
    expect(replayAll(target, old)).toMatchObject([expected])
  })

  test('add up what two lives of a DC had accepted, also when the second is replayed twice', () => {
    const target = createLedger({ datacenter: 'dc2', channels: 1 })
    const firstLife = createLedger({ datacenter: 'dc1', channels: 1 })
    firstLife.ingest(tuples('a', ...range(0, 9)))
    replayAll(target, snapshotsOf(firstLife, 'dc1'))
    const secondLife = createLedger({ datacenter: 'dc1', channels: 1 })
    secondLife.ingest(tuples('a', ...range(30, 34)))
    replayAll(target, snapshotsOf(secondLife, 'dc1'))
    secondLife.ingest(tuples('a', ...range(35, 39)))
    const [report] = replayAll(target, snapshotsOf(secondLife, 'dc1'))
    expect(report).toMatchObject({
      intervals: [
        { from: 0, to: 9 },
        { from: 30, to: 39 },
      ],
      duplicates: [],
      checksum: checksumOf('a', [...range(0, 9), ...range(30, 39)]),
    })
  })

  test('bring a DC back what the other took over from it, when the other fails in turn', () => {
    const firstLife = createLedger({ datacenter: 'dc2', channels: 1 })
    firstLife.ingest(tuples('a', ...range(0, 9)))
    const survivor = createLedger({ datacenter: 'dc1', channels: 1 })
    survivor.ingest(tuples('b', 0))
    replayAll(survivor, snapshotsOf(firstLife, 'dc2'))
    const secondLife = createLedger({ datacenter: 'dc2', channels: 1 })
    secondLife.ingest(tuples('a', ...range(20, 29)))
    const reports = replayAll(secondLife, snapshotsOf(survivor, 'dc1'))
    expect(reports.map(({ origin, key, replayOf }) => [origin, key, replayOf])).toEqual([
      ['dc1', 'b', 'dc1'],
      ['dc2', 'a', 'dc1'],
    ])
    expect(reports.find(({ key }) => key === 'a')).toMatchObject({
      intervals: [
        { from: 0, to: 9 },
        { from: 20, to: 29 },
      ],
      duplicates: [],
      checksum: checksumOf('a', [...range(0, 9), ...range(20, 29)]),
    })
  })

  test('count what this DC had accepted itself as duplicates when a replay brings it back', () => {
    const alive = createLedger({ datacenter: 'dc2', channels: 1 })
    alive.ingest(tuples('a', ...range(0, 9)))
    const other = createLedger({ datacenter: 'dc1', channels: 1 })
    replayAll(other, snapshotsOf(alive, 'dc2'))
    alive.ingest(tuples('a', ...range(10, 14)))
    const [report] = replayAll(alive, snapshotsOf(other, 'dc1'))
    expect(report).toMatchObject({
      origin: 'dc2',
      intervals: [{ from: 0, to: 14 }],
      duplicates: [{ from: 0, to: 9 }],
      checksum: checksumOf('a', range(0, 14)),
    })
  })

  test('count a number that is accepted after a replay had brought it as a duplicate', () => {
    const firstLife = createLedger({ datacenter: 'dc2', channels: 1 })
    firstLife.ingest(tuples('a', 0, 1))
    const other = createLedger({ datacenter: 'dc1', channels: 1 })
    replayAll(other, snapshotsOf(firstLife, 'dc2'))
    const secondLife = createLedger({ datacenter: 'dc2', channels: 1 })
    replayAll(secondLife, snapshotsOf(other, 'dc1'))
    secondLife.ingest(tuples('a', 1, 2))
    expect(query(secondLife)).toMatchObject([
      { intervals: [{ from: 0, to: 2 }], duplicates: [{ from: 1, to: 1 }], checksum: checksumOf('a', [0, 1, 2]) },
    ])
  })

  test('carry duplicates and corrupt tuples over', () => {
    const source = createLedger({ datacenter: 'dc1', channels: 1 })
    source.ingest([...tuples('a', 0, 1, 1), { ...tuple('a', 2), payload: 'x' }])
    const target = createLedger({ datacenter: 'dc2', channels: 1 })
    const [report] = replayAll(target, snapshotsOf(source, 'dc1'))
    expect(report).toMatchObject({ duplicates: [{ from: 1, to: 1 }], corrupt: 1 })
  })

  test('refuse a blob that is cut short or longer than it should be', () => {
    const source = createLedger({ datacenter: 'dc1', channels: 1 })
    source.ingest(tuples('a', 0, 1, 5))
    const target = createLedger({ datacenter: 'dc2', channels: 1 })
    for (const message of snapshotsOf(source, 'dc1')) {
      const { dataSnapshot } = message
      for (const size of range(0, dataSnapshot.length - 1)) {
        const cut = { ...message, dataSnapshot: dataSnapshot.subarray(0, size) }
        expect(() => target.replay(cut)).toThrow(MessageFormatError)
      }
      expect(() => target.replay({ ...message, dataSnapshot: new Uint8Array([...dataSnapshot, 0]) })).toThrow(
        '1 bytes more',
      )
    }
    expect(query(target)).toMatchObject([{ key: '' }])
  })
})
