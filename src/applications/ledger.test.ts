import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLedger } from './ledger.ts'
import {
  checksumOf,
  numbersOf,
  outputs,
  query,
  range,
  snapshotsOf,
  sorted,
  tuple,
  tuples,
} from './testing/ledger-traffic.ts'

describe('ingest', () => {
  test('puts out one run per key and call, in order, numbered per channel without gaps', () => {
    const ledger = createLedger({ datacenter: 'dc1', channels: 1 })
    const mixed = [tuple('a', 0), tuple('b', 0), tuple('a', 1), tuple('b', 1), tuple('a', 2)]
    expect(outputs(ledger.ingest(mixed))).toEqual([
      { producedBy: 'dc1', origin: 'dc1', channel: 0, counter: 1, key: 'a', from: 0, to: 2 },
      { producedBy: 'dc1', origin: 'dc1', channel: 0, counter: 2, key: 'b', from: 0, to: 1 },
    ])
    expect(outputs(ledger.ingest(tuples('a', 3)))).toMatchObject([{ counter: 3, key: 'a', from: 3, to: 3 }])
    expect(ledger.ingest([])).toEqual([])
  })

  test('begins a new run where numbers are missing, out of order or come again', () => {
    const ledger = createLedger({ datacenter: 'dc1', channels: 1 })
    const runs = outputs(ledger.ingest(tuples('a', 0, 1, 3, 2, 4, 4, 5))).map(({ from, to }) => [from, to])
    expect(runs).toEqual([
      [0, 1],
      [3, 3],
      [2, 2],
      [4, 4],
      [4, 4],
      [5, 5],
    ])
    // 6 is known by then and 7 is not: one after the other, and yet two runs.
    ledger.ingest(tuples('a', 6))
    expect(outputs(ledger.ingest(tuples('a', 6, 7))).map(({ from, to }) => [from, to])).toEqual([
      [6, 6],
      [7, 7],
    ])
  })

  test('deals keys out to all channels and keeps each key in one', () => {
    const ledger = createLedger({ datacenter: 'dc1', channels: 4 })
    const keys = range(0, 63).map((index) => `dc1-${index}`)
    const first = outputs(ledger.ingest(keys.map((key) => tuple(key, 0))))
    const second = outputs(ledger.ingest(keys.map((key) => tuple(key, 1))))
    expect(second.map(({ key, channel }) => [key, channel])).toEqual(first.map(({ key, channel }) => [key, channel]))
    for (const channel of [0, 1, 2, 3]) {
      const counters = [...first, ...second].filter((item) => item.channel === channel).map(({ counter }) => counter)
      expect(counters.length).toBeGreaterThan(0)
      expect(counters).toEqual(range(1, counters.length))
    }
  })

  test('counts a number that comes twice as a duplicate, and sums it once', () => {
    const ledger = createLedger({ datacenter: 'dc1', channels: 1 })
    ledger.ingest(tuples('a', 0, 1, 2))
    ledger.ingest(tuples('a', 1, 2, 3))
    expect(query(ledger)).toMatchObject([
      { intervals: [{ from: 0, to: 3 }], duplicates: [{ from: 1, to: 2 }], checksum: checksumOf('a', range(0, 3)) },
    ])
  })

  test('sees one flipped bit, in the count and in the sum', () => {
    const ledger = createLedger({ datacenter: 'dc1', channels: 1 })
    const [good, bad] = [tuple('a', 0), tuple('a', 1)]
    ledger.ingest([good, { ...bad, payload: bad.payload.replace('1', '0') }])
    const [state] = query(ledger)
    expect(state?.corrupt).toBe(1)
    expect(state?.checksum).not.toBe(checksumOf('a', [0, 1]))
  })

  test.each([-1, 0.5, Number.NaN])(
    'counts a tuple with the sequence number %d as corrupt and does not keep it',
    (seq) => {
      const ledger = createLedger({ datacenter: 'dc1', channels: 1 })
      expect(ledger.ingest([{ ...tuple('a', 0), seq }])).toEqual([])
      expect(query(ledger)).toMatchObject([{ intervals: [], corrupt: 1, checksum: 0 }])
    },
  )

  test('holds what a plain set of numbers holds, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(40), { maxLength: 12 }), { maxLength: 8 }), (calls) => {
        const ledger = createLedger({ datacenter: 'dc1', channels: 2 })
        const plain = new Set<number>()
        const twice = new Set<number>()
        for (const seqs of calls) {
          const runs = outputs(ledger.ingest(tuples('a', ...seqs)))
          expect(runs.flatMap(({ from, to }) => range(from, to))).toEqual(seqs)
          for (const seq of seqs) (plain.has(seq) ? twice : plain).add(seq)
        }
        const state = query(ledger).find(({ key }) => key === 'a')
        expect(numbersOf(state?.intervals ?? [])).toEqual(sorted(plain))
        expect(numbersOf(state?.duplicates ?? [])).toEqual(sorted(twice))
        expect(state?.checksum ?? 0).toBe(checksumOf('a', plain))
      }),
    )
  })
})

describe('a query', () => {
  test('is answered by every channel, with one empty item where it holds nothing', () => {
    const ledger = createLedger({ datacenter: 'dc2', channels: 3 })
    ledger.ingest(tuples('a', 0, 1))
    const items = query(ledger)
    expect(items.map(({ channel }) => channel)).toEqual([0, 1, 2])
    const held = items.find(({ key }) => key === 'a')
    expect(held).toEqual({
      producedBy: 'dc2',
      origin: 'dc2',
      key: 'a',
      intervals: [{ from: 0, to: 1 }],
      checksum: checksumOf('a', [0, 1]),
      duplicates: [],
      corrupt: 0,
      cause: 'query',
      channel: held?.channel,
      channels: 3,
      queryId: 'q1',
      index: 0,
      count: 1,
      replayOf: 'dc2',
    })
    for (const item of items.filter(({ key }) => key === '')) {
      expect(item).toMatchObject({ index: 0, count: 1, intervals: [], checksum: 0, queryId: 'q1' })
    }
  })

  test('numbers the items of a channel', () => {
    const ledger = createLedger({ datacenter: 'dc2', channels: 1 })
    ledger.ingest([...tuples('a', 0), ...tuples('b', 0), ...tuples('c', 0)])
    expect(query(ledger).map(({ index, count }) => [index, count])).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ])
  })
})

describe('a special command', () => {
  test('is passed on to the toolkit', () => {
    const ledger = createLedger({ datacenter: 'dc1', channels: 1 })
    expect(ledger.command({ command: 'special', queryId: '', argument: 'OrderlyShutdown' })).toEqual([
      { kind: 'special', message: 'OrderlyShutdown' },
    ])
  })
})

describe('operators', () => {
  test('count what every channel got and what each gave', () => {
    const ledger = createLedger({ datacenter: 'dc1', channels: 2 })
    ledger.ingest([tuple('a', 0), tuple('b', 0), tuple('b', 1), tuple('a', 5)])
    query(ledger)
    ledger.command({ command: 'special', queryId: '', argument: 'OrderlyShutdown' })
    ledger.status(true, { isPlanned: false })
    const [first] = snapshotsOf(ledger, 'dc2')
    if (first !== undefined) ledger.replay(first)
    const [dealer, zero, one, special] = ledger.operators()
    expect(dealer).toMatchObject({ name: 'LedgerDealer', processed: [4], submitted: [4] })
    expect(zero).toMatchObject({ name: 'LedgerChannel[0]', processed: [4, 2, 1, 1, 1] })
    expect(one).toMatchObject({ name: 'LedgerChannel[1]', processed: [4, 2, 1, 1, 1] })
    const submitted = [zero, one].map((operator) => operator?.submitted)
    // Three runs; two states of the query and one or two of the replay; a snapshot each.
    expect(submitted.map((counts) => counts?.[0] ?? 0).reduce((sum, count) => sum + count)).toBe(3)
    expect(submitted.map((counts) => counts?.[2])).toEqual([1, 1])
    expect(submitted.flatMap((counts) => counts?.[1] ?? 0).every((count) => count >= 1)).toBe(true)
    expect(special).toMatchObject({ name: 'SpecialMessageSender', processed: [2], submitted: [1] })
  })
})

describe('what a ledger has no use for', () => {
  test('changes nothing', () => {
    const ledger = createLedger({ datacenter: 'dc1', channels: 1 })
    expect(ledger.start({ checkpoint: null })).toEqual([])
    expect(ledger.timer('any')).toEqual([])
    expect(ledger.launched({ output: '', rc: 0 })).toEqual([])
    expect(ledger.specialMessageLine('OrderlyShutdown')).toEqual([])
    expect(ledger.status(false, { isPlanned: false })).toEqual([])
  })
})

describe('createLedger', () => {
  test.each([0, -1, 1.5, Number.NaN])('refuses %d channels', (channels) => {
    expect(() => createLedger({ datacenter: 'dc1', channels })).toThrow('`channels`')
  })
})
