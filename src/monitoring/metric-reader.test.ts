import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { MetricSource } from '../model/check.ts'
import type { Metric, StreamsClient } from '../model/streams-client.ts'
import { sourceName } from '../support/metric-source.ts'
import { readMetric } from './metric-reader.ts'
import type { MetricReading } from './metric-reader.ts'

/** A server that gives one answer to everything, and remembers what it was asked. */
async function serve(answer: {
  readonly status?: number
  readonly body: string
}): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      asked.push(`${request.method} ${request.url} ${body}`.trim())
      response.writeHead(answer.status ?? 200).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked }
}

const metric = (name: string, value: number): Metric => ({
  name,
  value,
  metricKind: 'counter',
  metricType: 'system',
  lastTimeRetrieved: 0,
})

/** A management API of which only metrics are asked. */
function client(metrics: Readonly<Record<string, readonly Metric[]>>): StreamsClient {
  const streams: Pick<StreamsClient, 'operators' | 'operatorMetrics'> = {
    operators: async () => Object.keys(metrics).map((name) => ({ name, operatorKind: '', self: '' })),
    operatorMetrics: async (_job, operator) => metrics[operator] ?? [],
  }
  return streams as StreamsClient
}

async function read(
  source: MetricSource,
  name: string,
  { streams = client({}), jobId = '1' }: { readonly streams?: StreamsClient; readonly jobId?: string | null } = {},
): Promise<MetricReading> {
  return await readMetric({ source, name }, { streams: () => streams, jobId: () => jobId })
}

test('reads a metric of one operator, and the sum over a job', async () => {
  const streams = client({ A: [metric('n', 3), metric('m', 1)], B: [metric('n', 4)] })
  expect(await read({ kind: 'rest', dc: 'dc1', operator: 'B' }, 'n', { streams })).toEqual({ value: 4 })
  expect(await read({ kind: 'rest', dc: 'dc1' }, 'n', { streams })).toEqual({ value: 7 })
})

test('a metric that is not there has no value, and the reason says what there is', async () => {
  const streams = client({ A: [metric('m', 1)] })
  expect(await read({ kind: 'rest', dc: 'dc1', operator: 'A' }, 'n', { streams })).toEqual({
    value: null,
    problem: 'A in dc1 has no metric n; it has m',
  })
  expect(await read({ kind: 'rest', dc: 'dc2' }, 'n', { streams, jobId: null })).toEqual({
    value: null,
    problem: 'dc2 has no job',
  })
})

test('reads a sample of a text page', async () => {
  const { url } = await serve({ body: 'up 1\nqueue{dc="1"} 5\n' })
  expect(await read({ kind: 'prometheus', url }, 'queue{dc="1"}')).toEqual({ value: 5 })
  expect(await read({ kind: 'prometheus', url }, 'queues')).toMatchObject({
    value: null,
    problem: expect.stringContaining('no sample queues'),
  })
})

test('asks a server’s query API, for vectors and scalars', async () => {
  const vector = { data: { resultType: 'vector', result: [{ value: [1, '2'] }, { value: [1, '3.5'] }] } }
  const { url, asked } = await serve({ body: JSON.stringify(vector) })
  expect(await read({ kind: 'prometheus', url, query: 'sum(up) > 0' }, 'x')).toEqual({ value: 5.5 })
  expect(asked).toEqual(['GET /api/v1/query?query=sum%28up%29+%3E+0'])
  const scalar = await serve({ body: JSON.stringify({ data: { resultType: 'scalar', result: [1, '7'] } }) })
  expect(await read({ kind: 'prometheus', url: scalar.url, query: '7' }, 'x')).toEqual({ value: 7 })
  const empty = await serve({ body: JSON.stringify({ data: { resultType: 'vector', result: [] } }) })
  expect(await read({ kind: 'prometheus', url: empty.url, query: 'up' }, 'x')).toEqual({
    value: null,
    problem: 'the query up gave no series',
  })
})

test('reads an MBean’s attribute, also inside a composite one, through Jolokia', async () => {
  const { url, asked } = await serve({ body: JSON.stringify({ status: 200, value: 12 }) })
  const source = { kind: 'jmx', url, mbean: 'java.lang:type=Memory' } as const
  expect(await read(source, 'HeapMemoryUsage.used')).toEqual({ value: 12 })
  expect(asked).toEqual([
    'POST / {"type":"read","mbean":"java.lang:type=Memory","attribute":"HeapMemoryUsage","path":"used"}',
  ])
  const broken = await serve({ body: JSON.stringify({ status: 404, error: 'no such MBean' }) })
  expect(await read({ ...source, url: broken.url }, 'X')).toEqual({
    value: null,
    problem: 'Jolokia said: no such MBean',
  })
})

test.for([
  ['a page that is not found', { status: 404, body: '' }, 'status 404'],
  ['a value that is no number', { body: 'x NaN\n' }, 'its value is NaN'],
  ['an answer that is no JSON', { body: '<html>' }, 'JSON', 'q'],
] as const)('%s gives no value', async ([, answer, problem, query]) => {
  const { url } = await serve(answer)
  const source = { kind: 'prometheus', url, ...(query === undefined ? {} : { query }) } as const
  expect(await read(source, 'x')).toMatchObject({ value: null, problem: expect.stringContaining(problem) })
})

test('a server that is not there gives no value, and names no password', async () => {
  const { url } = await serve({ body: '' })
  const reading = await read(
    { kind: 'prometheus', url: url.replace('//', '//u:secret@').replace(/:\d+\//, ':1/') },
    'x',
  )
  expect(reading.value).toBeNull()
  expect(JSON.stringify(reading)).not.toContain('secret')
})

test('names a source without its password', () => {
  expect(sourceName({ kind: 'rest', dc: 'dc1', operator: 'A' })).toBe('rest dc1 A')
  expect(sourceName({ kind: 'prometheus', url: 'http://u:p@h:9/', query: 'up' })).toBe('prometheus http://h:9/ up')
  expect(sourceName({ kind: 'jmx', url: 'http://h/', mbean: 'a:b=c' })).toBe('jmx http://h/ a:b=c')
})
