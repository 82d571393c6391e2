import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { closedUrl, reply, startHttpTestServer } from './testing/http-test-server.ts'
import type { HttpTestServer, ReceivedRequest } from './testing/http-test-server.ts'
import { createStreamsClient } from './streams-client.ts'
import type { HttpStreamsClient, StreamsClientOptions } from './streams-client.ts'

type Routes = Readonly<Record<string, (request: ReceivedRequest, response: ServerResponse) => void>>

/** A service whose paths no client could guess: only its links lead anywhere. */
async function startService(routes: Routes = {}): Promise<HttpTestServer> {
  const server: HttpTestServer = await startHttpTestServer((request, response) => {
    const own = { ...defaultRoutes(server.url), ...routes }[`${request.method} ${request.path}`]
    if (own === undefined) reply(response, 404, { id: 'CDISW5000E', message: `no ${request.path}` })
    else own(request, response)
  })
  return server
}

function defaultRoutes(url: string): Routes {
  const give =
    (body: object, status = 200) =>
    (_: ReceivedRequest, response: ServerResponse): void =>
      reply(response, status, body)
  const instance = {
    id: 'StreamsInstance',
    status: 'running',
    health: 'healthy',
    self: `${url}/p/i`,
    jobs: `${url}/p/j`,
    applicationConfigurations: `${url}/p/ac`,
  }
  return {
    'GET /root': give({
      resources: [
        { name: 'domains', resource: 'x' },
        { name: 'instances', resource: `${url}/p/all` },
      ],
    }),
    'GET /p/all': give({ instances: [instance, { ...instance, id: 'other' }], total: 2 }),
    'GET /p/i': give({ ...instance, status: 'stopping', health: 'shiny' }),
    'GET /p/j': give({ jobs: [job(url, '7'), job(url, '12')] }),
    'POST /p/j': give(job(url, '13'), 201),
    'POST /p/i/applicationbundles': give({ bundleId: 'bundleId:ab' }),
    'DELETE /p/j7': give({}, 204),
    'GET /p/j7/pes': give({
      pes: [
        { id: 3, status: 'running', statusReason: 'none', health: 'healthy', processId: 99, launchCount: 1, self: 's' },
      ],
    }),
    'GET /p/j7/ops': give({
      operators: [
        { name: 'Sink', operatorKind: 'spl::Sink', self: 's', metrics: `${url}/p/m`, outputPorts: `${url}/p/op` },
      ],
    }),
    'GET /p/m': give({ metrics: [metric('own', 1)] }),
    'GET /p/op': give({ outputPorts: [{ indexWithinOperator: 1, metrics: `${url}/p/pm` }] }),
    'GET /p/pm': give({ metrics: [metric('nTuplesSubmitted', 5)] }),
    'GET /p/ac': give({
      applicationConfigurations: [
        { name: 'x', description: '', properties: { a: '1', b: '2' }, self: `${url}/p/ac/x` },
      ],
    }),
    'DELETE /p/ac/x': give({}, 204),
  }
}

const metric = (name: string, value: number): object => ({
  name,
  metricKind: 'counter',
  metricType: 'system',
  value,
  lastTimeRetrieved: 9,
})

const job = (url: string, id: string): object => ({
  id,
  name: `job ${id}`,
  status: 'running',
  health: 'healthy',
  submitTime: 5,
  applicationName: 'app',
  self: `${url}/p/j${id}`,
  pes: `${url}/p/j${id}/pes`,
  operators: `${url}/p/j${id}/ops`,
  service: { apiJson: `${url}/doc/${id}` },
})

const clientOf = (server: HttpTestServer, options: Partial<StreamsClientOptions> = {}): HttpStreamsClient =>
  createStreamsClient({ url: `${server.url}/root`, username: 'u', password: 'p', ...options })

test('finds the instance by the links of the root document, and reads it anew each time', async () => {
  await using server = await startService()
  const client = clientOf(server)
  expect(await client.instance()).toMatchObject({ id: 'StreamsInstance', status: 'running' })
  expect(await client.instance()).toMatchObject({ status: 'stopping', health: 'unknown' })
  expect(server.received.map(({ path }) => path)).toEqual(['/root', '/p/all', '/p/i'])
})

test('an instance that is not there is told with those that are', async () => {
  await using server = await startService()
  await expect(clientOf(server, { instanceId: 'nope' }).jobs()).rejects.toMatchObject({
    status: 404,
    message: `Expected instance nope; there are: StreamsInstance, other (GET ${server.url}/p/all)`,
  })
})

test('a root document without instances is told with what it offers', async () => {
  await using server = await startService({ 'GET /root': (_, response) => reply(response, 200, { resources: [] }) })
  await expect(clientOf(server).jobs()).rejects.toThrow('to list `instances` with its URI, got nothing')
})

test('tries again to find the instance after a failure', async () => {
  let isBroken = true
  await using server = await startService({
    'GET /p/all': (_, response) => {
      const routes = defaultRoutes(server.url)
      if (isBroken) reply(response, 500, '')
      else routes['GET /p/all']?.({ method: '', path: '', headers: {}, body: '' }, response)
    },
  })
  const client = clientOf(server)
  await expect(client.jobs()).rejects.toMatchObject({ status: 500 })
  isBroken = false
  expect(await client.jobs()).toHaveLength(2)
})

test('uploads a bundle as it is and submits it with its parameters', async () => {
  await using server = await startService()
  const client = clientOf(server)
  const bundleId = await client.uploadBundle(Buffer.from('SAB'))
  const submitted = await client.submitJob({ bundleId, jobName: 'n', submissionParameters: { width: '2' } })
  expect(submitted).toEqual({
    id: '13',
    name: 'job 13',
    status: 'running',
    health: 'healthy',
    submitTime: 5,
    applicationName: 'app',
    self: `${server.url}/p/j13`,
  })
  const [upload, submission] = server.received.filter(({ method }) => method === 'POST')
  expect(upload).toMatchObject({ body: 'SAB', headers: { 'content-type': 'application/x-jar', 'content-length': '3' } })
  const overlay = { jobConfig: { jobName: 'n', submissionParameters: [{ name: 'width', value: '2' }] } }
  expect(JSON.parse(submission?.body ?? '')).toEqual({
    application: 'bundleId:ab',
    jobConfigurationOverlay: { jobConfigOverlays: [overlay] },
    preview: false,
  })
})

test('a refused submission says what the server said', async () => {
  await using server = await startService({
    'POST /p/j': (_, response) => reply(response, 400, { messages: [{ id: 'X9E', message: 'width is missing' }] }),
  })
  await expect(clientOf(server).submitJob({ bundleId: 'b' })).rejects.toThrow(
    `Expected status 201 from POST ${server.url}/p/j, got 400: X9E width is missing`,
  )
})

test('a job that is not there is told with those that are', async () => {
  await using server = await startService()
  const client = clientOf(server)
  expect(await client.job('12')).toMatchObject({ id: '12' })
  await expect(client.job('8')).rejects.toMatchObject({
    status: 404,
    message: `Instance StreamsInstance has no job 8; there are: 7, 12 (GET ${server.url}/p/j)`,
  })
})

test('cancels a job; one that is not there, or no longer there, gives false', async () => {
  await using server = await startService()
  const client = clientOf(server)
  expect(await client.cancelJob('7')).toBe(true)
  expect(await client.cancelJob('8')).toBe(false)
  expect(await client.cancelJob('12')).toBe(false)
})

test('a job whose representation lacks a link is told as such', async () => {
  await using server = await startService({
    'GET /p/j': (_, response) => reply(response, 200, { jobs: [{ ...job(server.url, '7'), pes: undefined }] }),
  })
  await expect(clientOf(server).jobs()).rejects.toThrow(
    `Expected \`jobs[0].pes\` to be a string, got nothing, in the answer to GET ${server.url}/p/j (200)`,
  )
})

test('a link that leads nowhere is told as such', async () => {
  await using server = await startService({
    'GET /p/j': (_, response) => reply(response, 200, { jobs: [job('', '7')] }),
  })
  await expect(clientOf(server).jobs()).rejects.toThrow(
    'Expected `jobs[0].self` to be an absolute URI, got "/p/j7" (string)',
  )
  await using other = await startService({
    'GET /root': (_, response) => reply(response, 200, { resources: [{ name: 'instances', resource: '/all' }] }),
  })
  await expect(clientOf(other).jobs()).rejects.toThrow('got instances (/all)')
})

test('reads PEs, operators, metrics and the place of the OpenAPI document', async () => {
  await using server = await startService()
  const client = clientOf(server)
  const [pe] = await client.processingElements('7')
  expect(pe).toEqual({
    id: '3',
    status: 'running',
    statusReason: 'none',
    health: 'healthy',
    processId: '99',
    launchCount: 1,
    self: 's',
  })
  expect(await client.operators('7')).toEqual([{ name: 'Sink', operatorKind: 'spl::Sink', self: 's' }])
  expect(await client.operatorMetrics('7', 'Sink')).toMatchObject([{ name: 'own', value: 1 }])
  const port = { jobId: '7', operator: 'Sink', index: 1 }
  expect(await client.outputPortMetrics(port)).toMatchObject([{ name: 'nTuplesSubmitted', value: 5 }])
  expect(await client.openApiUrl('7')).toBe(`${server.url}/doc/7`)
})

test('an operator or port that is not there is told', async () => {
  await using server = await startService()
  const client = clientOf(server)
  await expect(client.operatorMetrics('7', 'Nope')).rejects.toThrow('Job 7 has no operator Nope; there are: Sink')
  await expect(client.outputPortMetrics({ jobId: '7', operator: 'Sink', index: 0 })).rejects.toThrow(
    'Expected output port 0 of operator Sink, got 1 ports',
  )
})

test('replaces the properties of an application configuration that is there', async () => {
  await using server = await startService({
    'PATCH /p/ac/x': ({ body }, response) =>
      reply(response, 200, { name: 'x', properties: {}, self: 'http://s/', body }),
  })
  const client = clientOf(server)
  await client.putApplicationConfiguration({ name: 'x', properties: { b: '3' } })
  const patch = server.received.find(({ method }) => method === 'PATCH')
  expect(JSON.parse(patch?.body ?? '')).toEqual({ properties: { a: null, b: '3' } })
})

test('creates an application configuration that is not there', async () => {
  await using server = await startService({
    'POST /p/ac': ({ body }, response) => reply(response, 201, { ...(JSON.parse(body) as object), self: 'http://s/' }),
  })
  const created = await clientOf(server).putApplicationConfiguration({
    name: 'y',
    description: 'd',
    properties: { k: 'v' },
  })
  expect(created).toEqual({ name: 'y', description: 'd', properties: { k: 'v' }, self: 'http://s/' })
})

test('deletes an application configuration; false when it was not there', async () => {
  await using server = await startService()
  const client = clientOf(server)
  expect(await client.deleteApplicationConfiguration('x')).toBe(true)
  expect(await client.deleteApplicationConfiguration('y')).toBe(false)
})

test('a datacenter that is not there is told by the first call', async () => {
  const url = await closedUrl()
  const client = createStreamsClient({ url, username: 'u', password: 'p' })
  await expect(client.jobs()).rejects.toThrow(`Cannot reach ${url} (ECONNREFUSED): is the datacenter up`)
})

test.each([
  ['ftp://host/', 'Expected `url` to be an http or https URL, got "ftp://host/"'],
  ['host:80', 'Expected `url` to be an http or https URL'],
  ['http://u:secret@host/', 'Expected `url` to hold no credentials, got some for http://host'],
])('refuses %s as a URL', (url, message) => {
  const create = (): unknown => createStreamsClient({ url, username: 'u', password: 'p' })
  expect(create).toThrow(SettingsError)
  expect(create).toThrow(message)
  expect(create).not.toThrow('secret')
})
