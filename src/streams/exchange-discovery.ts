// Discovery of a job's endpoints: top-level document → the job's entry → its OpenAPI document → paths (data-exchange reference
// §1, §3). The key names of the top-level document are not public: ASSUMPTION, kept in this one file. What is accepted is a list
// of jobs, each with an id and a link to its OpenAPI document in JSON, under any of the names below. The OpenAPI document is
// the one that the service's ancestor made (§3), which real clients read.

import { z } from 'zod'
import type { ExchangeEndpoint } from '../model/exchange-client.ts'
import { answerError, readRepresentation } from './representation.ts'
import type { Answer } from './representation.ts'

/** Members of a job's entry that may hold its id. */
const idNames = ['jobId', 'id', 'restid', 'job']

/** Members of a job's entry, or of one object in it, that may hold the OpenAPI link. `apiJson` is the ancestor's name (§3). */
const linkNames = ['apiJson', 'openApiJson', 'openapiJson', 'openApi', 'openapi', 'openApiUrl', 'json']

/** Segments of an endpoint's path that are no operator's name. */
const structuralSegment =
  /^(\d+|ports?|inputs?|outputs?|inputports?|outputports?|inject|inspect|tuples|data|endpoints?)$/i

/** Operations that describe the service itself have this tag (§3). */
const documentationTag = 'Documentation'

/** The URL of a job's OpenAPI document, by the top-level document; undefined when it does not say. */
export function findOpenApiUrl(top: unknown, which: { jobId: string; topUrl: string }): string | undefined {
  const entry = jobEntries(top).find((candidate) => idOf(candidate) === which.jobId)
  if (entry === undefined) return undefined
  const objects = [entry, ...[...entry.values()].map(membersOf)]
  const link = objects
    .flatMap((object) => linkNames.map((name) => object.get(name)))
    .find((candidate): candidate is string => isText(candidate) && URL.canParse(candidate, which.topUrl))
  return link === undefined ? undefined : new URL(link, which.topUrl).href
}

/** The ids of all jobs that the top-level document lists, for messages. */
export function jobIdsOf(top: unknown): readonly string[] {
  return jobEntries(top)
    .map(idOf)
    .filter((id) => id !== undefined)
}

/**
 * The endpoints of an OpenAPI document: POST injects, GET inspects.
 * @throws RequestError when the answer is no such document
 */
export function endpointsOf(answer: Answer): readonly ExchangeEndpoint[] {
  const { paths, servers } = readRepresentation(openApiDocument, answer)
  return Object.entries(paths).flatMap(([path, { get, post }]) => {
    const url = endpointUrl(path, { documentUrl: answer.url, server: servers?.[0]?.url })
    const endpoint = (kind: ExchangeEndpoint['kind']): ExchangeEndpoint => {
      const operator = operatorOf(path)
      if (operator !== undefined) return { kind, operator, url }
      throw answerError(answer, `Expected the path \`${path}\` to name an operator`)
    }
    return [...(isEndpoint(post) ? [endpoint('inject')] : []), ...(isEndpoint(get) ? [endpoint('inspect')] : [])]
  })
}

const operation = z.object({ tags: z.array(z.string()).default([]) })
const openApiDocument = z.object({
  servers: z.array(z.object({ url: z.string() })).optional(),
  paths: z.record(z.string(), z.object({ get: operation.optional(), post: operation.optional() })),
})

type Members = ReadonlyMap<string, unknown>

function isEndpoint(candidate: z.infer<typeof operation> | undefined): boolean {
  return candidate !== undefined && !candidate.tags.includes(documentationTag)
}

/** The first list of objects that have ids: the document itself, or one of its members. */
function jobEntries(top: unknown): readonly Members[] {
  const lists = [top, ...membersOf(top).values()].filter((candidate): candidate is unknown[] =>
    Array.isArray(candidate),
  )
  const entries = lists.map((list) => list.map(membersOf))
  return entries.find((list) => list.some((entry) => idOf(entry) !== undefined)) ?? []
}

function idOf(entry: Members): string | undefined {
  const id = idNames.map((name) => entry.get(name)).find((value) => isText(value) || typeof value === 'number')
  return id === undefined ? undefined : String(id)
}

function membersOf(value: unknown): Members {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** In the ancestor, paths count from the host's root (§3); by OpenAPI's own rule they count from the server's URL, if one is given. */
function endpointUrl(path: string, from: { documentUrl: string; server: string | undefined }): string {
  const server = new URL(from.server ?? '/', from.documentUrl)
  const base = server.pathname.replace(/\/$/, '')
  const isFromRoot = base === '' || path === base || path.startsWith(`${base}/`)
  return new URL(isFromRoot ? path : `${base}${path}`, server).href
}

/** The path holds the operator's name (§3); behind it come only words and numbers that every endpoint has. */
function operatorOf(path: string): string | undefined {
  const segment = path.split('/').findLast((candidate) => candidate !== '' && !structuralSegment.test(candidate))
  try {
    return segment === undefined ? undefined : decodeURIComponent(segment)
  } catch {
    // A lone percent sign: then the name is what stands there.
    return segment
  }
}
