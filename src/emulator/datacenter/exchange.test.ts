import { expect, test, vi } from 'vitest'
import { ledgerOperators } from '../../model/ledger.ts'
import { tupleChecksum } from '../../support/checksum.ts'
import { call, endpoint, eventually, realClock, runLedger, useTestbed, type AnyJson } from '../testing/testbed.ts'
import type { EmulatedDatacenter } from '../supervisor-client.ts'

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 })
const lease = useTestbed()

const tuples = (count: number, from = 0): readonly object[] =>
  Array.from({ length: count }, (_, index) => {
    const tuple = { key: 'a', seq: from + index, payload: 'p' }
    return { ...tuple, checksum: tupleChecksum(tuple) }
  })

const inject = async (
  datacenter: EmulatedDatacenter,
  url: string,
  items: readonly object[],
): Promise<{ status: number; body: AnyJson }> =>
  await call(datacenter, url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ items }),
  })

test('is discovered from the top-level URL by the generated OpenAPI document', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const submitted = await runLedger(leased, 'dc1')
  const [job] = (await call(dc1, dc1.dataExchangeUrl)).body.jobs
  expect(submitted.service.apiJson).toBe(job.apiJson)
  const { body: document } = await call(dc1, job.apiJson)
  const ingest = Object.entries<AnyJson>(document.paths).find(([path]) => path.includes(ledgerOperators.ingest))
  expect(new URL(ingest?.[0] ?? '', dc1.dataExchangeUrl).href).toBe(job.inject[0])
  const schema = ingest?.[1].post.requestBody.content['application/json'].schema
  expect(schema.properties.items.items.properties).toMatchObject({
    key: { type: 'string', description: 'SPL type: rstring' },
    seq: { type: 'integer', description: 'SPL type: int64' },
  })
  const output = Object.entries<AnyJson>(document.paths).find(([path]) => path.includes(ledgerOperators.output))
  expect(output?.[1].get.responses['200'].content['application/json'].schema.type).toBe('object')
})

test('takes tuples in and gives each output once, oldest first', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  await runLedger(leased, 'dc1')
  const output = await endpoint(dc1, ledgerOperators.output)
  expect((await call(dc1, output)).body).toEqual({ items: [] })
  expect((await inject(dc1, await endpoint(dc1, ledgerOperators.ingest), tuples(3))).status).toBe(200)
  const items = await eventually('output', async () => {
    const read = (await call(dc1, output)).body.items
    return read.length > 0 ? read : undefined
  })
  expect(items).toMatchObject([{ producedBy: 'dc1', origin: 'dc1', key: 'a', from: 0, to: 2, counter: 1 }])
  expect((await call(dc1, output)).body).toEqual({ items: [] })
})

test('answers a query with the state of every channel', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  await runLedger(leased, 'dc1', { parameters: { channels: '2' } })
  await inject(dc1, await endpoint(dc1, ledgerOperators.ingest), tuples(5))
  await inject(dc1, await endpoint(dc1, ledgerOperators.control), [{ command: 'query', queryId: 'q1', argument: '' }])
  const state = await endpoint(dc1, ledgerOperators.state)
  const items = await eventually('state', async () => {
    const read = (await call(dc1, state)).body.items
    return read.length > 0 ? read : undefined
  })
  expect(items).toHaveLength(2)
  expect(items).toContainEqual(
    expect.objectContaining({ key: 'a', intervals: [{ from: 0, to: 4 }], queryId: 'q1', channels: 2 }),
  )
})

test.each([
  ['{"items":', 'does not parse'],
  ['{"tuples":[]}', 'without an `items` array'],
  ['{"items":[{"key":"a","seq":0.5,"payload":"","checksum":1}]}', '`items[0].seq` to be int64, got 0.5'],
  ['{"items":[7]}', '`items[0]` to be an object, got 7'],
])('refuses the body %s and takes nothing', async (body, message) => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  await runLedger(leased, 'dc1')
  const answer = await call(dc1, await endpoint(dc1, ledgerOperators.ingest), { method: 'POST', body })
  expect(answer.status).toBe(400)
  expect(answer.body.messages[0].message).toContain(message)
})

test('takes what fits into the buffer and says how much that was', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  await runLedger(leased, 'dc1')
  const answer = await inject(dc1, await endpoint(dc1, ledgerOperators.ingest), tuples(20_001))
  expect(answer).toMatchObject({ status: 413, body: { addedItems: 20_000 } })
})

test('is gone with its job', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const job = await runLedger(leased, 'dc1')
  const ingest = await endpoint(dc1, ledgerOperators.ingest)
  await call(dc1, job.self, { method: 'DELETE' })
  expect((await inject(dc1, ingest, tuples(1))).status).toBe(404)
  expect((await call(dc1, job.service.apiJson)).status).toBe(404)
})

test('says that a dead PE took nothing, when it was dead before the request', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  await runLedger(leased, 'dc1')
  const ingest = await endpoint(dc1, ledgerOperators.ingest)
  await leased.pair.processes.holdDown({ dc: 'dc1' })
  await leased.events.seen('pe_exited', 'dc1')
  expect((await inject(dc1, ingest, tuples(1))).status).toBe(503)
})

test('cuts the connection without an answer when the PE dies in an injection', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  await runLedger(leased, 'dc1')
  const ingest = await endpoint(dc1, ledgerOperators.ingest)
  const [pe] = (await leased.pair.processes.list()).filter(({ role }) => role === 'pe')
  // A stopped process answers nothing, so the injection is surely under way when it dies.
  process.kill(pe?.pid ?? 0, 'SIGSTOP')
  const injection = inject(dc1, ingest, tuples(10)).then(
    ({ status }) => status,
    (error: unknown) => String(error),
  )
  const early = await Promise.race([injection, realClock.sleep(0.1).then(() => 'pending')])
  expect(early).toBe('pending')
  await leased.pair.processes.holdDown({ dc: 'dc1' })
  await expect(injection).resolves.toContain('fetch failed')
})

test('carries 6000 tuples a second in batches', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  await runLedger(leased, 'dc1')
  const ingest = await endpoint(dc1, ledgerOperators.ingest)
  const began = performance.now()
  for (let batch = 0; batch < 60; batch += 1) {
    expect((await inject(dc1, ingest, tuples(100, batch * 100))).status).toBe(200)
  }
  expect(performance.now() - began).toBeLessThan(1000)
})
