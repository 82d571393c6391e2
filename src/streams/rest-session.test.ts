import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { RequestError } from '../model/errors.ts'
import { resolveConnection } from './connection-options.ts'
import type { ConnectionOptions, RequestAttempt } from './connection-options.ts'
import { closedUrl, reply, startHttpTestServer } from './testing/http-test-server.ts'
import { RestSession } from './rest-session.ts'
import { selfSignedCertificate } from './testing/self-signed-certificate.ts'

const credentials = { username: 'operator', password: 'pa55-w0rd' }
const basic = Buffer.from('operator:pa55-w0rd').toString('base64')
const open = (url: string, options: Partial<ConnectionOptions> = {}): RestSession =>
  new RestSession(resolveConnection({ url, ...credentials, ...options }))

async function failureOf(promise: Promise<unknown>): Promise<RequestError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(RequestError)
  const failure = error as RequestError
  const printed = inspect(failure, { depth: Infinity, showHidden: true })
  expect(printed).not.toContain(credentials.password)
  expect(printed).not.toContain(basic)
  return failure
}

test('sends credentials as HTTP Basic and reads the answer', async () => {
  await using server = await startHttpTestServer((_, response) => reply(response, 200, { name: 'a', more: 1 }))
  const answer = await open(server.url).get(z.object({ name: z.string() }), { url: `${server.url}/x` })
  expect(answer).toEqual({ name: 'a' })
  expect(server.received[0]?.headers.authorization).toBe(`Basic ${basic}`)
})

describe('errors', () => {
  test('a wrong password is told with the user and without the password', async () => {
    await using server = await startHttpTestServer((_, response) => reply(response, 401, { id: 'X1', message: 'no' }))
    const url = `${server.url}/streams/resources`
    const error = await failureOf(open(url).send({ method: 'GET', url }))
    expect(error.message).toBe(`${server.url} refused the credentials of user operator (401, GET ${url}): X1 no`)
    expect(error).toMatchObject({ method: 'GET', url, status: 401, serverMessage: 'X1 no' })
    expect(server.received).toHaveLength(1)
  })

  test('a missing permission is told apart from a wrong password', async () => {
    await using server = await startHttpTestServer((_, response) => reply(response, 403, ''))
    const error = await failureOf(open(server.url).send({ method: 'GET', url: `${server.url}/x` }))
    expect(error.message).toContain('does not allow this to user operator (403')
  })

  test('a datacenter that is not there is told with advice', async () => {
    const url = await closedUrl()
    const error = await failureOf(open(url).send({ method: 'GET', url }))
    expect(error.message).toBe(
      `Cannot reach ${url} (ECONNREFUSED): is the datacenter up, is the URL right? (GET ${url})`,
    )
    expect(error.status).toBeUndefined()
  })

  test('an answer that never comes ends with the time-out, which is not repeated', async () => {
    await using server = await startHttpTestServer(() => undefined)
    const session = open(server.url, { requestTimeoutMs: 50 })
    const error = await failureOf(session.send({ method: 'GET', url: server.url }))
    expect(error.message).toContain('no answer within 50 ms; is the datacenter up')
    expect(server.received).toHaveLength(1)
  })

  test('an answer that stops half-way ends with the time-out too', async () => {
    await using server = await startHttpTestServer((_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{"a":')
    })
    const session = open(server.url, { requestTimeoutMs: 50 })
    const error = await failureOf(session.send({ method: 'GET', url: server.url }))
    expect(error.message).toContain('no answer within 50 ms')
  })

  test.each([
    ['the shape of Streams 4', { id: 'CDISW5000E', message: 'CDISW5000E not found' }, 'CDISW5000E not found'],
    ['the shape of Streams 5', { messages: [{ id: 'CDISA5089E', message: 'broken' }] }, 'CDISA5089E broken'],
    ['a page', '<html><style>p {}</style><p>Bad\n  <b>luck</b></p></html>', 'Bad luck'],
  ])('an error in %s is quoted', async (_, body, said) => {
    await using server = await startHttpTestServer((__, response) => reply(response, 500, body))
    const error = await failureOf(open(server.url).send({ method: 'POST', url: server.url, json: {} }))
    expect(error.message).toBe(`Expected status 200 from POST ${server.url}, got 500: ${said}`)
    expect(error).toMatchObject({ status: 500, serverMessage: said })
  })

  test('an error without a body says the status alone', async () => {
    await using server = await startHttpTestServer((_, response) => reply(response, 418, ''))
    const error = await failureOf(open(server.url).send({ method: 'GET', url: server.url }))
    expect(error.message).toBe(`Expected status 200 from GET ${server.url}, got 418`)
    expect(error.serverMessage).toBeUndefined()
  })

  test('a redirect is an error, because credentials go to the named server only', async () => {
    await using other = await startHttpTestServer((_, response) => reply(response, 200, {}))
    await using server = await startHttpTestServer((_, response) => {
      response.writeHead(302, { location: other.url })
      response.end()
    })
    const error = await failureOf(open(server.url).send({ method: 'GET', url: server.url }))
    expect(error.status).toBe(302)
    expect(other.received).toHaveLength(0)
  })

  test('a member that is missing is named, with what was expected and the URL', async () => {
    await using server = await startHttpTestServer((_, response) =>
      reply(response, 200, { jobs: [{ id: 'a' }, { id: 5 }] }),
    )
    const schema = z.object({ jobs: z.array(z.object({ id: z.string() })) })
    const error = await failureOf(open(server.url).get(schema, { url: server.url }))
    expect(error.message).toBe(
      `Expected \`jobs[1].id\` to be a string, got 5 (number), in the answer to GET ${server.url} (200)`,
    )
  })

  test('an answer that is no JSON is quoted', async () => {
    await using server = await startHttpTestServer((_, response) => reply(response, 200, '<h1>Console</h1>'))
    const error = await failureOf(open(server.url).get(z.object({}), { url: server.url }))
    expect(error.message).toBe(`Expected JSON, got "Console", in the answer to GET ${server.url} (200)`)
  })

  test('an answer beyond the limit is given up, one at the limit is read', async () => {
    await using server = await startHttpTestServer((_, response) => response.end('x'.repeat(1000)))
    const url = server.url
    const error = await failureOf(open(url, { answerBytesMax: 999 }).send({ method: 'GET', url }))
    expect(error.message).toBe(`Expected an answer of at most 999 bytes from GET ${url}, got more`)
    expect((await open(url, { answerBytesMax: 1000 }).send({ method: 'GET', url })).body).toHaveLength(1000)
  })

  test('an aborted request ends with the reason that the caller gave', async () => {
    await using server = await startHttpTestServer(() => undefined)
    const stop = new AbortController()
    const sent = open(server.url).send({ method: 'GET', url: server.url, signal: stop.signal })
    const reason = new Error('enough')
    stop.abort(reason)
    await expect(sent).rejects.toBe(reason)
  })
})

describe('TLS', () => {
  test('a certificate that signs itself is refused, unless it is given as `ca` or the check is off', async () => {
    const { cert, key } = selfSignedCertificate()
    await using server = await startHttpTestServer((_, response) => reply(response, 200, '{}'), { cert, key })
    const url = server.url
    const error = await failureOf(open(url).send({ method: 'GET', url }))
    expect(error.message).toContain(`The TLS certificate of ${url} is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)`)
    expect((await open(url, { ca: cert }).send({ method: 'GET', url })).status).toBe(200)
    expect((await open(url, { rejectUnauthorized: false }).send({ method: 'GET', url })).status).toBe(200)
    const post = { method: 'POST', url, json: {} } as const
    expect((await open(url, { ca: cert }).send(post)).status).toBe(200)
    expect((await failureOf(open(url).send(post))).message).toContain('is not trusted')
  })

  test('https to a server that speaks http is told as such', async () => {
    await using server = await startHttpTestServer((_, response) => reply(response, 200, '{}'))
    const url = server.url.replace('http', 'https')
    const error = await failureOf(open(url).send({ method: 'GET', url }))
    expect(error.message).toContain('does not speak TLS as expected')
  })
})

describe('repeating', () => {
  test('a GET is tried three times, and every attempt is told', async () => {
    await using server = await startHttpTestServer((_, response) => reply(response, 503, ''))
    const attempts: RequestAttempt[] = []
    const session = open(server.url, { onAttempt: (attempt) => attempts.push(attempt) })
    const error = await failureOf(session.send({ method: 'GET', url: server.url }))
    expect(error.status).toBe(503)
    expect(server.received).toHaveLength(3)
    expect(attempts.map(({ attempt, previousFailure }) => [attempt, previousFailure])).toEqual([
      [1, undefined],
      [2, 'status 503'],
      [3, 'status 503'],
    ])
  })

  test('a connection that breaks is tried again', async () => {
    await using server = await startHttpTestServer((_, response) => {
      if (server.received.length === 1) response.destroy()
      else reply(response, 200, '{}')
    })
    expect(await open(server.url).send({ method: 'GET', url: server.url })).toMatchObject({ status: 200, attempts: 2 })
  })

  test.each(['POST', 'PATCH'] as const)('a %s is never repeated', async (method) => {
    await using broken = await startHttpTestServer((_, response) => response.destroy())
    await failureOf(open(broken.url).send({ method, url: broken.url, json: {} }))
    expect(broken.received).toHaveLength(1)
    await using busy = await startHttpTestServer((_, response) => reply(response, 503, ''))
    await failureOf(open(busy.url).send({ method, url: busy.url, json: {} }))
    expect(busy.received).toHaveLength(1)
  })

  test('what a second DELETE does not find any more was deleted by the first', async () => {
    await using server = await startHttpTestServer((_, response) => {
      if (server.received.length === 1) response.destroy()
      else reply(response, 404, '')
    })
    expect(await open(server.url).remove(server.url, {})).toBe(true)
  })

  test('what a first DELETE does not find was not there', async () => {
    await using server = await startHttpTestServer((_, response) => reply(response, 404, ''))
    expect(await open(server.url).remove(server.url, {})).toBe(false)
  })
})

test('follows a collection to its last page', async () => {
  await using server = await startHttpTestServer(({ path }, response) => {
    const isFirst = path === '/jobs'
    reply(response, 200, { jobs: [isFirst ? 1 : 2], ...(isFirst ? { next: `${server.url}/jobs?page=2` } : {}) })
  })
  expect(await open(server.url).list(z.number(), { url: `${server.url}/jobs`, key: 'jobs' })).toEqual([1, 2])
})

test('gives up a collection whose pages have no end', async () => {
  await using server = await startHttpTestServer((_, response) => reply(response, 200, { jobs: [], next: server.url }))
  const error = await failureOf(open(server.url).list(z.number(), { url: server.url, key: 'jobs' }))
  expect(error.message).toContain('at most 1000 pages')
})
