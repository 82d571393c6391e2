// The documents of the data service. The paths and the key names of the job list are not public (data-exchange reference §1):
// those here are an assumption, kept in this one file. A client needs none of them: it finds its way by the OpenAPI document,
// whose shape is the ancestor's (data-exchange reference §3).

import { ledgerEndpoints, type Endpoint } from '../ledger-endpoints.ts'
import { sinkBufferSize, sourceBufferSize } from '../../applications/hosting/endpoint-buffers.ts'
import type { JobRecord } from './jobs.ts'

/** First segment of the data service's paths. */
export const exchangeRoot = 'streams-data'

/** Path of a job's endpoint, below the root; `:` patterns of it are in exchange-routes.ts. */
export function endpointPath(jobId: string, { operator, kind }: Endpoint): string {
  return `jobs/${jobId}/${operator}/ports/${kind === 'inject' ? 'output' : 'input'}/0/tuples`
}

/** Path of a job's OpenAPI document, below the root. */
export function openApiPath(jobId: string): string {
  return `jobs/${jobId}/service.json`
}

/** Path of the same document as YAML. */
export function openApiYamlPath(jobId: string): string {
  return `jobs/${jobId}/service.yaml`
}

/** The top-level document: what runs, and where its endpoints and documents are. */
export function jobListDocument(url: string, jobs: readonly JobRecord[]): object {
  const uris = (job: JobRecord, kind: Endpoint['kind']): readonly string[] =>
    ledgerEndpoints
      .filter((endpoint) => endpoint.kind === kind)
      .map((endpoint) => `${url}/${endpointPath(job.id, endpoint)}`)
  return {
    jobs: jobs.map((job) => ({
      id: job.id,
      name: job.name,
      inject: uris(job, 'inject'),
      inspect: uris(job, 'inspect'),
      apiJson: `${url}/${openApiPath(job.id)}`,
      apiYaml: `${url}/${openApiYamlPath(job.id)}`,
    })),
  }
}

/** The OpenAPI document that is generated for a job. The keys of `paths` are absolute paths from the host's root. */
export function openApiDocument(job: JobRecord): object {
  return {
    openapi: '3.0.3',
    info: { title: job.name, version: '1.0.0' },
    paths: {
      [`/${exchangeRoot}/${openApiPath(job.id)}`]: {
        get: { tags: ['Documentation'], summary: 'This document', responses: { 200: { description: 'OpenAPI' } } },
      },
      ...Object.fromEntries(
        ledgerEndpoints.map((endpoint) => [`/${exchangeRoot}/${endpointPath(job.id, endpoint)}`, pathItem(endpoint)]),
      ),
    },
  }
}

function pathItem(endpoint: Endpoint): object {
  const { kind, operator, summary } = endpoint
  const content = { 'application/json': { schema: itemsSchema(endpoint) } }
  const tags = [operator]
  if (kind === 'inspect') {
    const description = `Consuming reads, a buffer of ${sinkBufferSize} tuples.`
    return {
      get: {
        tags,
        summary,
        description,
        responses: { 200: { description: 'The buffered tuples, oldest first', content } },
      },
    }
  }
  const responses = {
    200: { description: 'All tuples were taken' },
    400: { description: 'The body is malformed; nothing was taken' },
    413: { description: 'The buffer is full; `addedItems` leading tuples were taken' },
  }
  return {
    post: {
      tags,
      summary,
      description: `A buffer of ${sourceBufferSize} tuples.`,
      requestBody: { content },
      responses,
    },
  }
}

function itemsSchema({ attributes }: Endpoint): object {
  const properties = Object.fromEntries(attributes.map(({ name, splType }) => [name, attributeSchema(splType)]))
  return { type: 'object', properties: { items: { type: 'array', items: { type: 'object', properties } } } }
}

/** SPL types as JSON (data-exchange reference §6). */
function attributeSchema(splType: string): object {
  const description = `SPL type: ${splType}`
  if (splType === 'rstring') return { type: 'string', description }
  return splType.startsWith('list')
    ? { type: 'array', items: { type: 'object' }, description }
    : { type: 'integer', description }
}
