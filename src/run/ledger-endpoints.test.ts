import { expect, test } from 'vitest'
import { TestbedError } from '../model/errors.ts'
import type { ExchangeClient, ExchangeEndpoint } from '../model/exchange-client.ts'
import { findLedgerEndpoints } from './ledger-endpoints.ts'
import type { LedgerEndpoints } from './ledger-endpoints.ts'

const endpoint = (kind: ExchangeEndpoint['kind'], operator: string): ExchangeEndpoint => ({
  kind,
  operator,
  url: `memory:${operator}`,
})
const ledger = [
  endpoint('inject', 'LedgerIngest'),
  endpoint('inject', 'LedgerControl'),
  endpoint('inspect', 'LedgerOutput'),
  endpoint('inspect', 'LedgerState'),
]
const own = [endpoint('inject', 'Orders'), endpoint('inspect', 'Bills'), endpoint('inspect', 'Orders')]
const face = { ingest: 'Orders', output: 'Bills', key: 'account', sequence: 'nr' }

async function find(
  offered: readonly ExchangeEndpoint[],
  sab: string,
  application?: typeof face,
): Promise<LedgerEndpoints | null> {
  // Of the client only this is asked for.
  const exchange = { endpoints: async () => await Promise.resolve(offered) } as unknown as ExchangeClient
  return await findLedgerEndpoints({ dc: 'dc1', jobId: '3', sab, exchange, application })
}

test('the ledger has four', async () => {
  expect(await find(ledger, 'builtin:ledger')).toEqual({
    ingest: ledger[0],
    control: ledger[1],
    output: ledger[2],
    state: ledger[3],
  })
})

test('a user’s application has the two that the scenario names, and neither control nor state', async () => {
  expect(await find(own, 'app.sab', face)).toEqual({ ingest: own[0], output: own[1], control: null, state: null })
})

test('a built-in that stands in for it has its own', async () => {
  expect(await find(ledger, 'builtin:ledger', face)).toMatchObject({ ingest: ledger[0], state: ledger[3] })
})

test.each([
  [
    { ingest: 'Order' },
    'the inject endpoint Order, which `application.ingest` names, got Orders (inject), Bills (inspect), Orders (inspect).',
  ],
  [{ output: 'Order' }, 'the inspect endpoint Order, which `application.output` names'],
])('a wrong name is refused with what there is: %j', async (wrong, message) => {
  const found = find(own, 'app.sab', { ...face, ...wrong })
  await expect(found).rejects.toThrow(TestbedError)
  await expect(found).rejects.toThrow(message)
})

test('an application without endpoints and without names runs unseen; one with some of the ledger’s is refused', async () => {
  expect(await find(own, 'app.sab')).toBeNull()
  await expect(find(ledger.slice(0, 3), 'app.sab')).rejects.toThrow('to have the endpoint LedgerState (inspect)')
  await expect(find([], 'builtin:ledger')).rejects.toThrow('got none')
  expect(await find([], 'builtin:sample')).toBeNull()
})
