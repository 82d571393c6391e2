import { expect, test } from 'vitest'
import { ledgerOperators } from '../../model/ledger.ts'
import { ledgerEndpoints, type Endpoint } from '../ledger-endpoints.ts'
import { readItems } from './items.ts'

const ingest = ledgerEndpoints.find(({ operator }) => operator === ledgerOperators.ingest) as Endpoint
const tuple = { key: 'a', seq: 0, payload: '', checksum: 1 }
const read = (body: unknown): ReturnType<typeof readItems> => readItems(Buffer.from(JSON.stringify(body)), ingest)

test('reads tuples, none too', () => {
  expect(read({ items: [tuple] })).toEqual({ ok: true, items: [tuple] })
  expect(read({ items: [] })).toEqual({ ok: true, items: [] })
})

test.each([
  [{}, 'without an `items` array'],
  [[], 'without an `items` array'],
  [null, 'without an `items` array'],
  [{ items: [tuple, { ...tuple, key: 1 }] }, '`items[1].key` to be rstring, got 1'],
  [{ items: [{ ...tuple, checksum: -1 }] }, '`items[0].checksum` to be uint32, got -1'],
  [{ items: [{ ...tuple, checksum: 2 ** 32 }] }, 'got 4294967296'],
  [{ items: [{ ...tuple, seq: undefined }] }, '`items[0].seq` to be int64, got nothing'],
  [{ items: [[]] }, '`items[0]` to be an object'],
])('refuses %j', (body, message) => {
  expect(read(body)).toEqual({ ok: false, message: expect.stringContaining(message) })
})
