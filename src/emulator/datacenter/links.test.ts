import { expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { call, runLedger, submit, useTestbed, type AnyJson } from '../testing/testbed.ts'

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 })
const lease = useTestbed()

/** The URIs in a document; those of inject ports take POST only and are no links. */
function linksIn(document: AnyJson): readonly string[] {
  if (typeof document === 'string') return /^https?:/.test(document) ? [document] : []
  if (typeof document !== 'object' || document === null) return []
  return Object.entries(document).flatMap(([name, value]) => (name === 'inject' ? [] : linksIn(value)))
}

test('every link that a document gives leads somewhere, from both root documents on', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  await runLedger(leased, 'dc1', { parameters: { channels: '2' } })
  const statuses = new Map<string, number>()
  const waiting = [dc1.restUrl, dc1.dataExchangeUrl]
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    if (statuses.has(url)) continue
    const { status, body } = await call(dc1, url)
    statuses.set(url, status)
    waiting.push(...linksIn(body))
  }
  expect([...statuses].filter(([, status]) => status < 200 || status > 299)).toEqual([])
  // Deep enough to have met the metrics of an operator's port.
  expect([...statuses.keys()].some((url) => /operators\/.*put(ports)\/0\/metrics$/.test(url))).toBe(true)
})

test('lists the operators of all jobs, or of those asked for', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const job = await runLedger(leased, 'dc1')
  const { body: second } = await submit(leased.pair, 'dc1', { configFileName: 'missing.txt' })
  const all = `${job.instance}/operators`
  const { body: own } = await call(dc1, job.operators)
  const { body: asked } = await call(dc1, `${all}?job.restid=${job.id}`)
  expect(asked).toMatchObject({ resourceType: 'operatorList', self: all, total: own.total })
  expect(asked.operators.map(({ self }: AnyJson) => self)).toEqual(own.operators.map(({ self }: AnyJson) => self))
  expect((await call(dc1, all)).body.total).toBeGreaterThanOrEqual(own.total)
  expect((await call(dc1, `${all}?job.restid=${second.id}`)).body.operators).not.toContainEqual(
    expect.objectContaining({ job: job.self }),
  )
  expect((await call(dc1, `${all}?job.restid=none`)).body).toMatchObject({ operators: [], total: 0 })
  const [pe] = (await call(dc1, job.pes)).body.pes
  expect((await call(dc1, `${all}?pe.restid=${pe.id}`)).body.total).toBe(own.total)
  expect((await call(dc1, `${all}?pe.restid=none`)).body.total).toBe(0)
})

test('serves the OpenAPI document as YAML too', async () => {
  const leased = await lease()
  const { dc1 } = leased.pair.datacenters
  const { service } = await runLedger(leased, 'dc1')
  const yaml = await call(dc1, service.apiYaml)
  expect(yaml.headers.get('content-type')).toBe('application/yaml; charset=utf-8')
  expect(yaml.body).toMatch(/^openapi: /)
  expect(parse(yaml.body)).toEqual((await call(dc1, service.apiJson)).body)
  expect(service).not.toHaveProperty('apiViewer')
})
