import { createServer } from 'node:net'
import { inspect as print } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { ExchangeClient, ExchangeEndpoint } from '../model/exchange-client.ts'
import { createExchangeClient } from './exchange-client.ts'
import type { ExchangeClientOptions } from './exchange-client.ts'
import { closedUrl, reply, startHttpTestServer } from './testing/http-test-server.ts'
import type { Answerer } from './testing/http-test-server.ts'
import { selfSignedCertificate } from './testing/self-signed-certificate.ts'

const items = [{ seq: 0 }, { seq: 1 }, { seq: 2 }]
const basic = Buffer.from('u:pa55-w0rd').toString('base64')
const inject = (url: string): ExchangeEndpoint => ({ kind: 'inject', operator: 'In', url: `${url}/in` })
const inspect = (url: string): ExchangeEndpoint => ({ kind: 'inspect', operator: 'Out', url: `${url}/out` })

function clientOf(url: string, options: Partial<ExchangeClientOptions> = {}): ExchangeClient {
  return createExchangeClient({ url, username: 'u', password: 'pa55-w0rd', ...options })
}

/** Answers, and what one injection of three items into it comes to. */
async function injectInto(answer: Answerer, options: Partial<ExchangeClientOptions> = {}): Promise<unknown> {
  await using server = await startHttpTestServer(answer)
  const client = clientOf(server.url, options)
  const outcome = await client.inject(inject(server.url), items)
  expect(server.received).toHaveLength(1)
  expect(JSON.stringify(outcome)).not.toContain('pa55-w0rd')
  expect(JSON.stringify(outcome)).not.toContain(basic)
  client.close()
  return outcome
}

describe('inject', () => {
  test('sends the items in their envelope, over connections that are kept', async () => {
    const ports = new Set<number | undefined>()
    await using server = await startHttpTestServer((_, response) => {
      ports.add(response.socket?.remotePort)
      reply(response, 200, '')
    })
    const client = clientOf(server.url)
    for (let round = 0; round < 20; round += 1) {
      expect(await client.inject(inject(server.url), items)).toEqual({ outcome: 'accepted', added: 3 })
    }
    expect(server.received[0]).toMatchObject({
      method: 'POST',
      path: '/in',
      body: '{"items":[{"seq":0},{"seq":1},{"seq":2}]}',
    })
    expect(server.received[0]?.headers).toMatchObject({ 'content-type': 'application/json' })
    // A connection is free a moment after its answer has come, so the next request may need a second one.
    expect(ports.size).toBeLessThanOrEqual(2)
    client.close()
  })

  test.each([200, 201, 202, 204])('any 2xx takes everything: %i', async (status) => {
    expect(await injectInto((_, response) => reply(response, status, ''))).toEqual({ outcome: 'accepted', added: 3 })
  })

  test.each([0, 1, 2])('a full buffer took the leading %i', async (addedItems) => {
    const outcome = await injectInto((_, response) => reply(response, 413, { addedItems }))
    expect(outcome).toEqual({ outcome: 'partial', added: addedItems })
  })

  test('a full buffer that took everything is an acceptance', async () => {
    expect(await injectInto((_, response) => reply(response, 413, { addedItems: 3 }))).toEqual({
      outcome: 'accepted',
      added: 3,
    })
  })

  test.each([
    '{}',
    '{"addedItems":"2"}',
    '{"addedItems":4}',
    '{"addedItems":-1}',
    '{"addedItems":0.5}',
    '<p>too large</p>',
    '[',
  ])('a full buffer that does not say what it took leaves that unknown: %s', async (body) => {
    const outcome = await injectInto((_, response) => reply(response, 413, body))
    expect(outcome).toMatchObject({ outcome: 'unknown', message: expect.stringContaining('from 0 to 3') })
  })

  test.each([302, 400, 401, 404, 500, 503])('a refusal took nothing: %i', async (status) => {
    const outcome = await injectInto((_, response) =>
      reply(response, status, { messages: [{ id: 'X1E', message: 'no' }] }),
    )
    expect(outcome).toMatchObject({ outcome: 'rejected', added: 0, status, message: expect.stringContaining('X1E no') })
  })

  test.each([502, 504])('a gateway that lost the service cannot tell: %i', async (status) => {
    expect(await injectInto((_, response) => reply(response, status, ''))).toMatchObject({ outcome: 'unknown' })
  })

  test('nobody there: nothing was sent', async () => {
    const url = await closedUrl()
    const outcome = await clientOf(url).inject(inject(url), items)
    expect(outcome).toMatchObject({
      outcome: 'rejected',
      status: undefined,
      message: expect.stringContaining('nothing was sent'),
    })
  })

  test('a connection that breaks after the request went out leaves the outcome unknown, and nothing is sent again', async () => {
    expect(await injectInto((_, response) => response.destroy())).toMatchObject({
      outcome: 'unknown',
      message: expect.stringContaining('ended before the answer did'),
    })
  })

  test('no answer in time leaves the outcome unknown', async () => {
    expect(await injectInto(() => undefined, { requestTimeoutMs: 50 })).toMatchObject({
      outcome: 'unknown',
      message: expect.stringContaining('within 50 ms'),
    })
  })

  test('an answer whose status came and whose body broke off counts by its status', async () => {
    const half =
      (status: number): Answerer =>
      (_, response) => {
        response.writeHead(status, { 'content-length': 100 })
        response.write('{', () => response.destroy())
      }
    expect(await injectInto(half(200))).toEqual({ outcome: 'accepted', added: 3 })
    expect(await injectInto(half(413))).toMatchObject({ outcome: 'unknown' })
    expect(await injectInto(half(500))).toMatchObject({ outcome: 'rejected' })
  })

  test('a huge answer is not read to its end', async () => {
    const huge = 'x'.repeat(1_000_000)
    expect(await injectInto((_, response) => response.end(huge), { answerBytesMax: 1000 })).toEqual({
      outcome: 'accepted',
      added: 3,
    })
  })

  test('an abort while the request is out leaves the outcome unknown; one before it sends nothing', async () => {
    const stop = new AbortController()
    await using server = await startHttpTestServer(() => stop.abort())
    const client = clientOf(server.url)
    const options = { signal: stop.signal }
    expect(await client.inject(inject(server.url), items, options)).toMatchObject({ outcome: 'unknown' })
    expect(await client.inject(inject(server.url), items, options)).toMatchObject({ outcome: 'rejected' })
    expect(server.received).toHaveLength(1)
  })

  test('what waits for a connection and is given up is never sent', async () => {
    // The 16 requests before it, which are never answered, hold all connections.
    await using server = await startHttpTestServer(({ body }, response) => {
      if (body.includes('last')) reply(response, 200, '')
    })
    const client = clientOf(server.url, { requestTimeoutMs: 200 })
    const first = Array.from({ length: 16 }, async () => await client.inject(inject(server.url), items))
    const outcomes = await Promise.all([...first, client.inject(inject(server.url), [{ late: true }])])
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([...Array.from({ length: 16 }, () => 'unknown'), 'rejected'])
    // A request after it shows that its turn has come and gone.
    expect(await client.inject(inject(server.url), [{ last: true }])).toMatchObject({ outcome: 'accepted' })
    expect(server.received.map(({ body }) => body).filter((body) => body.includes('late'))).toEqual([])
    expect(server.received).toHaveLength(17)
    client.close()
  })

  test('numbers that would arrive changed are refused', async () => {
    await using server = await startHttpTestServer((_, response) => reply(response, 200, ''))
    const client = clientOf(server.url)
    expect(await client.inject(inject(server.url), [{ seq: 2 ** 53 }])).toMatchObject({
      outcome: 'rejected',
      message: expect.stringContaining('Expected whole numbers below 2^53'),
    })
    expect(server.received).toHaveLength(0)
    expect(await client.inject(inject(server.url), [{ seq: 2 ** 53 - 1 }])).toMatchObject({ outcome: 'accepted' })
  })

  test('a service that breaks the protocol leaves the outcome unknown', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end('nonsense\r\n\r\n'))
    })
    await new Promise<void>((resolve) => {
      server.listen({ host: '127.0.0.1', port: 0 }, resolve)
    })
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    expect(await clientOf(url).inject(inject(url), items)).toMatchObject({ outcome: 'unknown' })
    server.close()
  })
})

describe('TLS', () => {
  test('a certificate that signs itself is refused before anything is sent, unless it is given as `ca`', async () => {
    const { cert, key } = selfSignedCertificate()
    await using server = await startHttpTestServer((_, response) => reply(response, 200, ''), { cert, key })
    expect(await clientOf(server.url).inject(inject(server.url), items)).toMatchObject({
      outcome: 'rejected',
      message: expect.stringContaining('is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)'),
    })
    expect(server.received).toHaveLength(0)
    for (const options of [{ ca: cert }, { rejectUnauthorized: false }]) {
      const client = clientOf(server.url, options)
      expect(await client.inject(inject(server.url), items)).toMatchObject({ outcome: 'accepted' })
      client.close()
    }
  })
})

describe('retrieve', () => {
  test('gives the items in the order in which they came', async () => {
    await using server = await startHttpTestServer((_, response) =>
      reply(response, 200, { items: [{ a: 1 }, { a: 2 }], warning: 'w' }),
    )
    expect(await clientOf(server.url).retrieve(inspect(server.url))).toEqual([{ a: 1 }, { a: 2 }])
  })

  test('an empty buffer gives nothing', async () => {
    await using server = await startHttpTestServer((_, response) => reply(response, 200, { items: [] }))
    expect(await clientOf(server.url).retrieve(inspect(server.url))).toEqual([])
  })

  test('a lost answer is an error and never asked for again, because it held the only copy', async () => {
    await using server = await startHttpTestServer((_, response) => response.destroy())
    const error: unknown = await clientOf(server.url)
      .retrieve(inspect(server.url))
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      name: 'RequestError',
      message: expect.stringContaining('ended before the answer did'),
    })
    expect(print(error, { depth: Infinity, showHidden: true })).not.toContain(basic)
    expect(server.received).toHaveLength(1)
  })

  test.each([
    [200, '{"items":{}}', 'Expected `items` to be an array, got object'],
    [200, '[]', 'Expected `items` to be an array'],
    [200, '{"items":[1]}', 'Expected `items[0]` to be an object, got 1'],
    [
      200,
      '{"items":[{"seq":1},{"runs":[{"to":9007199254740993}]}]}',
      'Expected whole numbers below 2^53 in `items[1]`',
    ],
    [200, '<p>hello</p>', 'Expected JSON, got "hello"'],
    [401, '', 'refused the credentials of user u'],
    [404, '{"id":"X5E","message":"gone"}', 'got 404: X5E gone'],
    [204, '', 'Expected status 200'],
  ])('answers that are none are errors: %i %s', async (status, body, message) => {
    await using server = await startHttpTestServer((_, response) => reply(response, status, body))
    await expect(clientOf(server.url).retrieve(inspect(server.url))).rejects.toThrow(message)
  })

  test('a buffer beyond the limit is an error', async () => {
    await using server = await startHttpTestServer((_, response) => response.end('x'.repeat(1000)))
    const client = clientOf(server.url, { answerBytesMax: 999 })
    await expect(client.retrieve(inspect(server.url))).rejects.toThrow('at most 999 bytes')
  })

  test('an abort ends it with the reason that the caller gave', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    await using server = await startHttpTestServer(() => stop.abort(reason))
    await expect(clientOf(server.url).retrieve(inspect(server.url), { signal: stop.signal })).rejects.toBe(reason)
  })
})

describe('endpoints', () => {
  const paths = {
    '/d/jobs/3/service.json': { get: { tags: ['Documentation'] } },
    '/d/jobs/3/My.In/ports/output/0/tuples': { post: { tags: ['x'] } },
    '/d/jobs/3/Out/ports/input/1/tuples': { get: { tags: ['x'] } },
  }

  const discover = async (top: object, document: object = { paths }): Promise<unknown> => {
    await using server = await startHttpTestServer(({ path }, response) =>
      reply(response, 200, path === '/top' ? top : document),
    )
    const found = await clientOf(`${server.url}/top`).endpoints('3')
    return found.map(({ kind, operator, url }) => [kind, operator, url.replace(server.url, '')])
  }

  const expected = [
    ['inject', 'My.In', '/d/jobs/3/My.In/ports/output/0/tuples'],
    ['inspect', 'Out', '/d/jobs/3/Out/ports/input/1/tuples'],
  ]

  test.each([
    {
      jobs: [
        { id: '2', apiJson: '/wrong' },
        { id: '3', apiJson: '/doc' },
      ],
    },
    { jobs: [{ id: 3, service: { apiJson: '/doc' } }] },
    [{ jobId: '3', openApi: { json: '/doc' } }],
    { total: 1, services: [{ job: '3', openapi: '/doc' }] },
  ])('are found by the job list and the OpenAPI document: %j', async (top) => {
    expect(await discover(top)).toEqual(expected)
  })

  test('of a document with a server URL count from there', async () => {
    const document = {
      servers: [{ url: '/base' }],
      paths: { '/In/inject': { post: {} }, '/base/Out/inspect': { get: {} } },
    }
    expect(await discover({ jobs: [{ id: '3', apiJson: '/doc' }] }, document)).toEqual([
      ['inject', 'In', '/base/In/inject'],
      ['inspect', 'Out', '/base/Out/inspect'],
    ])
  })

  test('of a job that is not listed are found by the management API', async () => {
    await using server = await startHttpTestServer(({ path }, response) =>
      reply(response, 200, path === '/top' ? { jobs: [] } : { paths }),
    )
    const openApiUrl = async (jobId: string): Promise<string> => await Promise.resolve(`${server.url}/doc/${jobId}`)
    expect(await clientOf(`${server.url}/top`, { openApiUrl }).endpoints('3')).toHaveLength(2)
    expect(server.received.at(-1)?.path).toBe('/doc/3')
  })

  test('of a job that is not there: the jobs there are', async () => {
    await expect(discover({ jobs: [{ id: '1' }, { id: '2' }] })).rejects.toThrow(
      'list job 3 with its OpenAPI document; jobs listed: 1, 2',
    )
    await expect(discover({ jobs: [] })).rejects.toThrow('jobs listed: none')
  })

  test('of something that is no OpenAPI document are an error', async () => {
    await expect(discover({ jobs: [{ id: '3', apiJson: '/doc' }] }, { info: {} })).rejects.toThrow(
      'Expected `paths` to be a record, got nothing',
    )
  })
})
