import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { listenHttp, replyJson, replyStatus, replyText, RequestBodyError } from '../http-server.ts'
import type { Credentials } from '../pair-protocol.ts'
import { replyError, ServiceError } from './service-error.ts'

/** What a route answers. `done`: it has answered by itself. */
export type Answer =
  | { readonly kind: 'json'; readonly status: number; readonly body: unknown }
  /** `type` is the media type. @default text/plain */
  | { readonly kind: 'text'; readonly text: string; readonly type?: string }
  | { readonly kind: 'empty'; readonly status: number }
  | { readonly kind: 'done' }

/** A request as a route sees it. */
export interface Call {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** What stood in the path's places, decoded. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
}

/** A place of the API: `:` stands for any one segment. */
export interface RouteEntry {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Segments under the service's root, such as `instances/:/jobs/:`. */
  readonly pattern: string
  readonly handle: (call: Call) => Answer | Promise<Answer>
}

interface ServiceOptions {
  readonly address: string
  /** 0: any free one. */
  readonly port: number
  readonly credentials: Credentials
  /** First segment of every path. */
  readonly root: string
  readonly routes: readonly RouteEntry[]
}

/** Serves a table of routes behind Basic authentication (streams-rest-api reference §2). @throws ListenError */
export async function startService(options: ServiceOptions): Promise<Server> {
  const { address, port, credentials, root, routes } = options
  const expected = Buffer.from(
    `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`,
  )
  return await listenHttp({
    address,
    port,
    handler: async (request, response) => {
      try {
        if (isAuthorized(request, expected)) send(response, await dispatch({ request, response, root, routes }))
        else refuse(request, response)
      } catch (cause) {
        const error = serviceErrorOf(cause)
        if (error === undefined) throw cause
        request.resume()
        replyError(response, error)
      }
    },
  })
}

/** What is answered to an error; undefined for one of our own. */
function serviceErrorOf(error: unknown): ServiceError | undefined {
  if (error instanceof ServiceError) return error
  const isTooLarge = error instanceof RequestBodyError && error.reason === 'too_large'
  return isTooLarge ? new ServiceError(413, 'CDISW5014E', error.message) : undefined
}

/** A JSON answer with status 200. */
export function json(body: unknown, status = 200): Answer {
  return { kind: 'json', status, body }
}

function isAuthorized(request: IncomingMessage, expected: Buffer): boolean {
  const got = Buffer.from(request.headers.authorization ?? '')
  return got.length === expected.length && timingSafeEqual(got, expected)
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  request.resume()
  const error = new ServiceError(
    401,
    'CDISW5010E',
    'Expected the user name and password of this service, got none or others.',
  )
  replyError(response, error, { 'www-authenticate': 'Basic realm="Streams"' })
}

function send(response: ServerResponse, answer: Answer): void {
  switch (answer.kind) {
    case 'json':
      return replyJson(response, answer)
    case 'text':
      return replyText(response, answer)
    case 'empty':
      return replyStatus(response, answer.status)
    case 'done':
  }
}

async function dispatch(work: {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly root: string
  readonly routes: readonly RouteEntry[]
}): Promise<Answer> {
  const { request, response, root, routes } = work
  const url = new URL(request.url ?? '/', 'http://localhost')
  const [, first, ...segments] = url.pathname.replace(/\/$/, '').split('/').map(decodeURIComponent)
  const found = first === root ? routes.filter((route) => placesOf(route.pattern, segments) !== undefined) : []
  if (found.length === 0) throw new ServiceError(404, 'CDISW5000E', `Nothing is at ${url.pathname}.`)
  const route = found.find((candidate) => candidate.method === request.method)
  if (route === undefined) {
    const methods = found.map((candidate) => candidate.method).join(', ')
    throw new ServiceError(405, 'CDISW5012E', `Expected ${methods} at ${url.pathname}, got ${request.method}.`)
  }
  const path = placesOf(route.pattern, segments) ?? []
  return await route.handle({ request, response, path, query: url.searchParams })
}

/** The segments at the pattern's places, or undefined when the path does not fit it. */
function placesOf(pattern: string, segments: readonly string[]): readonly string[] | undefined {
  const parts = pattern === '' ? [] : pattern.split('/')
  if (parts.length !== segments.length) return undefined
  if (!parts.every((part, index) => part === ':' || part === segments[index])) return undefined
  return segments.filter((_, index) => parts[index] === ':')
}
