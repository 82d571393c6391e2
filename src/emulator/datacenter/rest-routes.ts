import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readBundle } from '../../applications/builtin-bundle.ts'
import { isErrno } from '../errno.ts'
import { readBody } from '../http-server.ts'
import { consoleLogPath, tracePath } from '../pe/pe-log.ts'
import type { PeState } from '../pair-protocol.ts'
import { readJson } from './application-configurations.ts'
import { collection, selected } from './collection.ts'
import type { JobRecord } from './jobs.ts'
import { operatorRoutes } from './operator-routes.ts'
import * as represent from './representations.ts'
import { findJob, instancePath, jobsAsked, metricList, selfOf, type RestContext } from './rest-context.ts'
import { json, type Answer, type Call, type RouteEntry } from './service.ts'
import { badRequest, notFound } from './service-error.ts'
import { readSubmission } from './submission.ts'

/** The REST Management API under `/streams` (streams-rest-api reference §1, §5 to §11). */
export function restRoutes(context: RestContext): readonly RouteEntry[] {
  return [...instanceRoutes(context), ...jobRoutes(context), ...peRoutes(context), ...context.configurations.routes()]
}

function instanceRoutes(context: RestContext): readonly RouteEntry[] {
  const { places, jobs, startTime } = context
  const one = (): Readonly<Record<string, unknown>> =>
    represent.instanceRepresentation(places(), { jobs: jobs.list(), startTime })
  const self = (): string => places().instance.replace(/\/[^/]*$/, '')
  return [
    {
      method: 'GET',
      pattern: 'resources',
      handle: () => json({ resources: [{ name: 'instances', resource: self() }] }),
    },
    {
      method: 'GET',
      pattern: 'instances',
      handle: ({ query }) =>
        json(collection({ key: 'instances', type: 'instance', self: self(), elements: [one()], query })),
    },
    { method: 'GET', pattern: instancePath, handle: ({ query }) => json(selected(one(), query)) },
    {
      method: 'POST',
      pattern: `${instancePath}/applicationbundles`,
      handle: async (call) => await upload(context, call),
    },
  ]
}

async function upload(context: RestContext, call: Call): Promise<Answer> {
  const read = readBundle(await readBody(call.request))
  if (!read.ok) throw badRequest(read.problem)
  const bundleId = `bundleId:${randomBytes(8).toString('hex')}`
  context.bundles.set(bundleId, read.bundle)
  context.bundlesChanged()
  return json({ bundleId })
}

function jobRoutes(context: RestContext): readonly RouteEntry[] {
  const { jobs, places } = context
  const all = `${instancePath}/jobs`
  const one = `${all}/:`
  const show = (job: JobRecord): Readonly<Record<string, unknown>> => represent.jobRepresentation(places(), job)
  return [
    {
      method: 'GET',
      pattern: all,
      handle: ({ query }) => {
        const elements = jobs.list().map(show)
        return json(collection({ key: 'jobs', type: 'job', self: `${places().instance}/jobs`, elements, query }))
      },
    },
    { method: 'POST', pattern: all, handle: async (call) => await submit(context, call) },
    { method: 'GET', pattern: one, handle: (call) => json(selected(show(findJob(context, call)), call.query)) },
    {
      method: 'DELETE',
      pattern: one,
      handle: async (call) => {
        await jobs.cancel(findJob(context, call))
        return { kind: 'empty', status: 204 }
      },
    },
    { method: 'GET', pattern: `${one}/pes`, handle: (call) => json(peList(context, call, [findJob(context, call)])) },
    ...operatorRoutes(context),
  ]
}

async function submit(context: RestContext, call: Call): Promise<Answer> {
  const body = await readJson(call)
  const submission = readSubmission(body, context.bundles)
  if (body['preview'] === true) return json({ preview: true }, 201)
  return json(represent.jobRepresentation(context.places(), context.jobs.submit(submission)), 201)
}

function peRoutes(context: RestContext): readonly RouteEntry[] {
  const one = `${instancePath}/pes/:`
  return [
    {
      method: 'GET',
      pattern: `${instancePath}/pes`,
      handle: (call) => json(peList(context, call, jobsAsked(context, call))),
    },
    {
      method: 'GET',
      pattern: one,
      handle: (call) => json(represent.peRepresentation(context.places(), findPe(context, call))),
    },
    { method: 'GET', pattern: `${one}/metrics`, handle: (call) => json(metricList(context, call, [])) },
    {
      method: 'GET',
      pattern: `${one}/consolelog`,
      handle: (call) => ({
        kind: 'text',
        text: logText(context, { pe: findPe(context, call).pe, pathOf: consoleLogPath }),
      }),
    },
    {
      method: 'GET',
      pattern: `${one}/applicationtrace`,
      handle: (call) => ({ kind: 'text', text: logText(context, { pe: findPe(context, call).pe, pathOf: tracePath }) }),
    },
  ]
}

function peList(context: RestContext, call: Call, jobs: readonly JobRecord[]): object {
  const elements = jobs.flatMap((job) =>
    [...job.pes.values()].map((pe) => represent.peRepresentation(context.places(), { job, pe })),
  )
  return collection({ key: 'pes', type: 'pe', self: selfOf(context, call), elements, query: call.query })
}

function logText(
  { directory, dc }: RestContext,
  log: { readonly pe: PeState; readonly pathOf: typeof consoleLogPath },
): string {
  try {
    return readFileSync(log.pathOf(directory, { dc, peId: log.pe.peId }), 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return ''
    throw error
  }
}

function findPe(context: RestContext, call: Call): { readonly job: JobRecord; readonly pe: PeState } {
  const [id = ''] = call.path
  for (const job of context.jobs.list()) {
    const pe = job.pes.get(id)
    if (pe !== undefined) return { job, pe }
  }
  throw notFound('pe', id)
}
