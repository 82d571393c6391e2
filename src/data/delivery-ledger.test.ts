import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DeliveryOutcome } from '../model/timeline.ts'
import { IntervalSet } from '../support/interval-set.ts'
import { DeliveryLedger } from './delivery-ledger.ts'
import type { DeliveryRecord } from './delivery-ledger.ts'

function batch(
  key: string,
  [from, to]: readonly [number, number],
  [outcome, time]: readonly [DeliveryOutcome, number],
): DeliveryRecord {
  const tuples = Array.from({ length: to - from + 1 }, (_, index) => ({ key, seq: from + index }))
  return { into: 'dc1', tuples, outcome, sentTime: time - 0.5, time }
}

function ledgerOf(records: readonly DeliveryRecord[], toleranceSeconds = 0): DeliveryLedger {
  const ledger = new DeliveryLedger({ toleranceSeconds })
  for (const record of records) ledger.record(record)
  return ledger
}

test('a batch of several keys is a span for each', () => {
  const tuples = [0, 1, 2].flatMap((seq) => ['a', 'b'].map((key) => ({ key, seq })))
  const ledger = ledgerOf([{ into: 'dc2', tuples, outcome: 'accepted', sentTime: 4, time: 5 }])
  const span = { into: 'dc2', from: 0, to: 2, outcome: 'accepted', sentTime: 4, startTime: 5, endTime: 5 }
  expect(ledger.deliveries()).toEqual([
    { ...span, key: 'a' },
    { ...span, key: 'b' },
  ])
})

/** One tuple an answer, of one key. */
function answersAt(times: readonly number[]): readonly DeliveryRecord[] {
  return times.map((time, seq) => batch('a', [seq, seq], ['accepted', time]))
}

test('keeps batches apart that do not lie on a line, so that times are right to the batch', () => {
  const ledger = ledgerOf([batch('a', [0, 9], ['accepted', 1]), batch('a', [10, 19], ['accepted', 1.01])])
  expect(ledger.deliveries().map(({ from, startTime }) => [from, startTime])).toEqual([
    [0, 1],
    [10, 1.01],
  ])
})

test('even traffic is one span, however long it lasts', () => {
  const times = Array.from({ length: 10_000 }, (_, seq) => seq * 0.8 + (seq % 3) * 0.1)
  expect(ledgerOf(answersAt(times), 0.5).deliveries()).toMatchObject([{ from: 0, to: 9999, startTime: 0 }])
})

test('a pause ends a span', () => {
  expect(ledgerOf(answersAt([1, 2, 3, 30, 31, 32]), 0.5).deliveries()).toMatchObject([
    { from: 0, to: 2, sentTime: 0.5, startTime: 1, endTime: 3 },
    { from: 3, to: 5, sentTime: 29.5, startTime: 30, endTime: 32 },
  ])
})

test('an interpolated time is never off by more than the tolerance', () => {
  const gaps = fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 1, maxLength: 200 })
  const tolerance = 0.5
  fc.assert(
    fc.property(gaps, (all) => {
      let now = 0
      const times = all.map((gap) => (now += gap))
      const spans = ledgerOf(answersAt(times), tolerance).deliveries()
      for (const { from, to, startTime, endTime } of spans) {
        for (let seq = from; seq <= to; seq += 1) {
          const share = to === from ? 0 : (seq - from) / (to - from)
          const off = Math.abs(startTime + share * (endTime - startTime) - (times[seq] ?? Number.NaN))
          expect(off).toBeLessThanOrEqual(tolerance + 1e-9)
        }
      }
    }),
  )
})

test.each([
  ['another outcome', batch('a', [3, 3], ['unknown', 1])],
  ['a gap', batch('a', [4, 4], ['accepted', 1])],
  ['a repetition', batch('a', [2, 2], ['accepted', 1])],
  ['another DC', { ...batch('a', [3, 3], ['accepted', 1]), into: 'dc2' as const }],
])('%s begins a new span', (_, record) => {
  expect(ledgerOf([batch('a', [0, 2], ['accepted', 1]), record], 10).deliveries()).toHaveLength(2)
})

test('tells one key by outcome, and counts all of them', () => {
  const ledger = ledgerOf([
    batch('a', [0, 9], ['accepted', 1]),
    batch('b', [0, 4], ['accepted', 1]),
    batch('a', [10, 14], ['unknown', 4]),
    batch('a', [15, 16], ['rejected', 5]),
    batch('a', [17, 17], ['accepted', 6]),
  ])
  const { sent, accepted, unknown, rejected } = ledger.key('dc1', 'a')
  expect(sent.intervals()).toEqual([{ from: 0, to: 17 }])
  expect(accepted.intervals()).toEqual([
    { from: 0, to: 9 },
    { from: 17, to: 17 },
  ])
  expect(unknown.intervals()).toEqual([{ from: 10, to: 14 }])
  expect(rejected.intervals()).toEqual([{ from: 15, to: 16 }])
  expect(ledger.key('dc2', 'a').sent.count).toBe(0)
  expect(ledger.totals()).toEqual({ sent: 23, accepted: 16, rejected: 2, unknown: 5, answerSecondsMax: 0.5 })
})

test('a time-out does not count as the time that answers take', () => {
  const ledger = ledgerOf([{ ...batch('a', [0, 0], ['unknown', 10]), sentTime: 0 }])
  expect(ledger.totals().answerSecondsMax).toBe(0)
})

test('hands out copies', () => {
  const ledger = ledgerOf([batch('a', [0, 0], ['accepted', 1])], 10)
  const before = ledger.deliveries()
  ledger.record(batch('a', [1, 1], ['accepted', 1]))
  expect(before[0]?.to).toBe(0)
})

/** Answers that no line passes: a tuple an answer, at times drawn at random. */
const jumpy = fc
  .array(fc.tuple(fc.double({ min: 0, max: 5, noNaN: true }), fc.constantFrom('accepted', 'accepted', 'unknown')), {
    minLength: 100,
    maxLength: 400,
  })
  .map((steps) => {
    let now = 0
    return steps.map(([gap, outcome], seq): DeliveryRecord => batch('a', [seq, seq], [outcome, (now += gap)]))
  })

test('beyond as many spans as are kept times get coarser, and no number is lost; how much coarser is said', () => {
  fc.assert(
    fc.property(jumpy, (records) => {
      const ledger = new DeliveryLedger({ spansPerKeyMax: 16 })
      for (const record of records) ledger.record(record)
      const spans = ledger.deliveries()
      const changes = records.filter((record, index) => record.outcome !== records[index - 1]?.outcome).length
      expect(spans.length).toBeLessThanOrEqual(Math.max(16, 2 * changes))
      for (const outcome of ['accepted', 'unknown'] as const) {
        const numbers = records.flatMap((record) => (record.outcome === outcome ? record.tuples : []))
        const expected = IntervalSet.of(numbers.map(({ seq }) => ({ from: seq, to: seq })))
        expect(ledger.key('dc1', 'a')[outcome].intervals()).toEqual(expected.intervals())
      }
      const off = spans.flatMap(({ from, to, startTime, endTime }) =>
        records.slice(from, to + 1).map(({ time }, index) => {
          const share = to === from ? 0 : index / (to - from)
          return Math.abs(startTime + share * (endTime - startTime) - time)
        }),
      )
      expect(Math.max(...off)).toBeLessThanOrEqual(ledger.toleranceSeconds + 1e-9)
    }),
  )
})

test('spans that differ in outcome are kept, however many they are', () => {
  const ledger = new DeliveryLedger({ spansPerKeyMax: 4 })
  for (let seq = 0; seq < 1000; seq += 1)
    ledger.record(batch('a', [seq, seq], [seq % 2 === 0 ? 'accepted' : 'rejected', seq]))
  expect(ledger.deliveries()).toHaveLength(1000)
  expect(ledger.key('dc1', 'a').accepted.count).toBe(500)
})

test('merged ledgers hold what both held, in order of time', () => {
  const one = ledgerOf([batch('a', [0, 4], ['accepted', 1]), batch('a', [10, 14], ['accepted', 9])])
  const other = ledgerOf([batch('a', [5, 9], ['unknown', 5]), batch('b', [0, 0], ['rejected', 2])], 0.25)
  one.merge(other)
  expect(one.deliveries().map(({ key, from, to, outcome }) => `${key} ${from}-${to} ${outcome}`)).toEqual([
    'a 0-4 accepted',
    'b 0-0 rejected',
    'a 5-9 unknown',
    'a 10-14 accepted',
  ])
  expect(one.totals()).toMatchObject({ sent: 16, accepted: 10, rejected: 1, unknown: 5 })
  expect(one.toleranceSeconds).toBe(0.25)
  // A span that came from elsewhere is whole: what comes after it is a span of its own.
  one.record(batch('a', [15, 15], ['accepted', 9]))
  expect(one.key('dc1', 'a').accepted.count).toBe(11)
  expect(one.deliveries()).toHaveLength(5)
})

test('a saved ledger reads back as it was', () => {
  const ledger = ledgerOf([batch('a', [0, 4], ['accepted', 1]), batch('b', [0, 2], ['unknown', 2])], 0.5)
  const saved: unknown = JSON.parse(JSON.stringify(ledger))
  const read = DeliveryLedger.from(saved)
  expect(read.deliveries()).toEqual(ledger.deliveries())
  expect(read.totals()).toEqual(ledger.totals())
  expect(read.toleranceSeconds).toBe(0.5)
})

test.each([
  null,
  [],
  { schemaVersion: 2, toleranceSeconds: 0, answerSecondsMax: 0, keys: [] },
  { schemaVersion: 1, toleranceSeconds: 0, answerSecondsMax: 0, keys: [{ into: 'dc3', key: 'a', spans: [] }] },
  {
    schemaVersion: 1,
    toleranceSeconds: 0,
    answerSecondsMax: 0,
    keys: [{ into: 'dc1', key: 'a', spans: [[2, 1, 'accepted', 0, 0, 0]] }],
  },
  {
    schemaVersion: 1,
    toleranceSeconds: 0,
    answerSecondsMax: 0,
    keys: [{ into: 'dc1', key: 'a', spans: [[1, 1, 'lost', 0, 0, 0]] }],
  },
])('what is no saved ledger is refused: %j', (saved) => {
  expect(() => DeliveryLedger.from(saved)).toThrow('Expected a saved delivery ledger of schemaVersion 1')
})

test('what did not arrive has a lower and an upper bound', () => {
  const ledger = ledgerOf([
    batch('a', [0, 9], ['accepted', 1]),
    batch('a', [10, 12], ['unknown', 2]),
    batch('a', [13, 14], ['rejected', 3]),
  ])
  const { lost, possiblyLost } = ledger.missing(
    'dc1',
    'a',
    IntervalSet.of([
      { from: 0, to: 6 },
      { from: 8, to: 10 },
    ]),
  )
  expect(lost.intervals()).toEqual([{ from: 7, to: 7 }])
  expect(possiblyLost.intervals()).toEqual([
    { from: 7, to: 7 },
    { from: 11, to: 12 },
  ])
})

test('a number that a generator repeats shows as one more than there are', () => {
  const ledger = ledgerOf([batch('a', [0, 9], ['accepted', 1]), batch('a', [9, 9], ['accepted', 1])])
  expect(ledger.totals().accepted).toBe(11)
  expect(ledger.key('dc1', 'a').accepted.count).toBe(10)
})

test('tells where a tuple went', () => {
  const ledger = ledgerOf([
    batch('a', [0, 4], ['accepted', 1]),
    { ...batch('a', [5, 9], ['accepted', 2]), into: 'dc2' },
  ])
  expect([4, 5, 10].map((seq) => ledger.whereSent('a', seq))).toEqual(['dc1', 'dc2', undefined])
  expect(ledger.whereSent('b', 0)).toBeUndefined()
})
