import { expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { ApplicationOutputs, applicationItem } from './application-outputs.ts'
import type { AttributeNames } from './application-outputs.ts'

const names: AttributeNames = { key: 'account', sequence: 'nr', checksum: 'sum' }

/** Checksums are 100 + the number; numbers from 50 on went into dc2. */
function outputsOf(of: AttributeNames = names): ApplicationOutputs {
  return new ApplicationOutputs({
    names: of,
    known: {
      originOf: (key, seq) => (key === 'a' ? (seq < 50 ? 'dc1' : 'dc2') : undefined),
      expectedChecksum: (_, intervals) =>
        intervals.reduce((sum, { from, to }) => {
          for (let seq = from; seq <= to; seq += 1) sum += 100 + seq
          return sum
        }, 0),
    },
  })
}

const item = (nr: number, more: JsonObject = {}): JsonObject => ({
  account: 'a',
  nr,
  sum: 100 + nr,
  other: true,
  ...more,
})

test('outputs come out as the ledger’s, numbered by job, attributed to where they were sent', () => {
  const outputs = outputsOf()
  const read = { dc: 'dc2', job: '1', time: 5 } as const
  expect(outputs.take({ ...read, items: [item(49), item(50)] }).items).toEqual([
    { producedBy: 'dc2', origin: 'dc1', channel: 0, counter: 1, key: 'a', from: 49, to: 49 },
    { producedBy: 'dc2', origin: 'dc2', channel: 0, counter: 2, key: 'a', from: 50, to: 50 },
  ])
  expect(outputs.take({ ...read, job: '2', items: [item(51)] }).items).toMatchObject([{ counter: 1 }])
})

test('what a dead DC has put out counts as the survivor’s, once', () => {
  const outputs = outputsOf()
  outputs.take({ dc: 'dc1', job: '1', time: 1, items: [item(0), item(1), item(2)] })
  outputs.take({ dc: 'dc2', job: '1', time: 2, items: [item(2), item(4)] })
  expect(outputs.states(['dc2'], 9)).toEqual([
    {
      producedBy: 'dc2',
      origin: 'dc1',
      key: 'a',
      intervals: [
        { from: 0, to: 2 },
        { from: 4, to: 4 },
      ],
      checksum: 407,
      expectedChecksum: 407,
      duplicates: [],
      corrupt: 0,
      cause: 'query',
      t: 9,
      basis: 'outputs',
    },
  ])
})

test('two live DCs each have what they put out, and one that put out nothing says so', () => {
  const outputs = outputsOf()
  outputs.take({ dc: 'dc1', job: '1', time: 1, items: [item(0)] })
  expect(
    outputs.states(['dc1', 'dc2'], 9).map(({ producedBy, key, intervals }) => [producedBy, key, intervals]),
  ).toEqual([
    ['dc1', 'a', [{ from: 0, to: 0 }]],
    ['dc2', '', []],
  ])
  expect(outputs.states([], 9)).toEqual([])
})

test('a number twice is a duplicate, a wrong checksum a corrupt tuple', () => {
  const outputs = outputsOf()
  outputs.take({ dc: 'dc1', job: '1', time: 1, items: [item(0), item(0), item(1, { sum: 7 })] })
  expect(outputs.states(['dc1'], 9)).toMatchObject([
    { duplicates: [{ from: 0, to: 0 }], corrupt: 1, checksum: 107, expectedChecksum: 201 },
  ])
})

test('without checksums the expected one stands there, and it is said that it proves nothing', () => {
  const outputs = outputsOf({ key: 'account', sequence: 'nr' })
  outputs.take({ dc: 'dc1', job: '1', time: 1, items: [item(3, { sum: 'x' })] })
  expect(outputs.states(['dc1'], 9)).toMatchObject([
    { checksum: 103, expectedChecksum: 103, basis: 'outputs_without_checksums' },
  ])
})

test.each([
  [{ account: 7 }, 'Expected attribute `account`, the key, to be a text in the output {'],
  [{ nr: '7' }, 'Expected attribute `nr`, the sequence number, to be a whole number from 0'],
  [{ nr: -1 }, 'Expected attribute `nr`'],
  [{ sum: null }, 'Expected attribute `sum`, the checksum, to be a whole number'],
  [{ account: 'z' }, 'Expected outputs of keys that this run sent, got one of key "z"'],
])('an output that is none is a measuring fault, told once: %j', (more, message) => {
  const outputs = outputsOf()
  expect(outputs.take({ dc: 'dc1', job: '1', time: 3, items: [item(1, more), item(1, more)] }).items).toEqual([])
  expect(outputs.measuringFaults()).toMatchObject([{ t: 3, dc: 'dc1', message: expect.stringContaining(message) }])
})

test('a tuple goes in under the application’s names, with the fields of its record', () => {
  const tuple = { key: 'a', seq: 4, payload: '{"city":"Ulm","nr":9}', checksum: 104 }
  expect(applicationItem(tuple, names)).toEqual({ city: 'Ulm', account: 'a', nr: 4, sum: 104 })
  expect(applicationItem({ ...tuple, payload: 'plain' }, { key: 'k', sequence: 's' })).toEqual({
    payload: 'plain',
    k: 'a',
    s: 4,
  })
  expect(applicationItem({ ...tuple, payload: '{broken' }, { key: 'k', sequence: 's' })).toEqual({
    payload: '{broken',
    k: 'a',
    s: 4,
  })
})
