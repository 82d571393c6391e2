import { ledgerEndpoints, type Endpoint } from '../ledger-endpoints.ts'
import { endpointPath, jobListDocument, openApiDocument, openApiPath, openApiYamlPath } from './exchange-documents.ts'
import { applicationPe, type JobRecord, type Jobs } from './jobs.ts'
import type { PeConnection } from './pe-connection.ts'
import { json, type Answer, type Call, type RouteEntry } from './service.ts'
import { notFound, ServiceError } from './service-error.ts'

/** What the data service serves. */
export interface ExchangeContext {
  readonly jobs: Jobs
  readonly address: string
  readonly connection: PeConnection
  /** Top-level URL, known once the service listens. */
  readonly url: () => string
}

/** The data service: the list of jobs, their documents, and their endpoints (data-exchange reference §4, §5, §9). */
export function exchangeRoutes(context: ExchangeContext): readonly RouteEntry[] {
  const { jobs, url } = context
  const endpoints = ledgerEndpoints.map((endpoint): RouteEntry => ({
    method: endpoint.kind === 'inject' ? 'POST' : 'GET',
    pattern: endpointPath(':', endpoint),
    handle: async (call) => await pass(context, { call, endpoint }),
  }))
  return [
    { method: 'GET', pattern: '', handle: () => json(jobListDocument(url(), jobs.list().filter(hasEndpoints))) },
    { method: 'GET', pattern: openApiPath(':'), handle: (call) => json(openApiDocument(findJob(jobs, call))) },
    {
      method: 'GET',
      pattern: openApiYamlPath(':'),
      handle: async (call) => await yaml(openApiDocument(findJob(jobs, call))),
    },
    ...endpoints,
  ]
}

/** The library is loaded by the first who asks: a DC is to start quickly, and hardly anybody wants YAML of it. */
async function yaml(document: object): Promise<Answer> {
  const { stringify } = await import('yaml')
  return { kind: 'text', text: stringify(document, { aliasDuplicateObjects: false }), type: 'application/yaml' }
}

async function pass(
  context: ExchangeContext,
  work: { readonly call: Call; readonly endpoint: Endpoint },
): Promise<Answer> {
  const { call, endpoint } = work
  const job = findJob(context.jobs, call)
  const internals = applicationPe(job)?.internals ?? null
  if (internals === null) {
    throw new ServiceError(503, 'CDISX0002E', `The PE of ${endpoint.operator} in job ${job.id} does not run.`)
  }
  const path = `/${endpoint.kind === 'inject' ? 'inject' : 'retrieve'}/${endpoint.operator}`
  await context.connection.pass({ address: context.address, internals }, { ...call, path })
  return { kind: 'done' }
}

function findJob(jobs: Jobs, call: Call): JobRecord {
  const [id = ''] = call.path
  const job = jobs.get(id)
  if (job === undefined || !hasEndpoints(job)) throw notFound('job', id)
  return job
}

/** Of the built-in applications only the ledger has some. */
function hasEndpoints({ description }: JobRecord): boolean {
  return description.hasLedgerEndpoints
}
