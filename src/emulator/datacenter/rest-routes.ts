import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { BuiltinName } from '../../applications/builtins.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import { advice, readBundle } from '../builtin-bundle.ts'
import { isErrno } from '../errno.ts'
import { readBody } from '../http-server.ts'
import { consoleLogPath } from '../pe/pe-log.ts'
import type { OperatorCounters } from '../pe/operator-counters.ts'
import type { PeState } from '../pair-protocol.ts'
import { readJson, type ApplicationConfigurations } from './application-configurations.ts'
import { collection, selected } from './collection.ts'
import type { JobRecord, Jobs } from './jobs.ts'
import * as represent from './representations.ts'
import { json, type Answer, type Call, type RouteEntry } from './service.ts'
import { badRequest, notFound } from './service-error.ts'
import { readSubmission } from './submission.ts'

/** What the REST API serves. */
export interface RestContext {
  readonly dc: DatacenterName
  readonly directory: string
  readonly jobs: Jobs
  readonly bundles: Map<string, BuiltinName>
  readonly configurations: ApplicationConfigurations
  readonly startTime: number
  /** Known once the services listen. */
  readonly places: () => represent.Places
  /** The operators of a job as its PEs count now, or as they last did. */
  readonly operators: (job: JobRecord) => Promise<readonly OperatorCounters[]>
}

const instance = `instances/${represent.instanceId}`

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
    { method: 'GET', pattern: instance, handle: ({ query }) => json(selected(one(), query)) },
    { method: 'POST', pattern: `${instance}/applicationbundles`, handle: async (call) => await upload(context, call) },
  ]
}

async function upload(context: RestContext, call: Call): Promise<Answer> {
  const application = readBundle(await readBody(call.request))
  if (application === undefined) throw badRequest(`The bundle is not one that this testbed can run. ${advice()}`)
  const bundleId = `bundleId:${randomBytes(8).toString('hex')}`
  context.bundles.set(bundleId, application)
  return json({ bundleId })
}

function jobRoutes(context: RestContext): readonly RouteEntry[] {
  const { jobs, places } = context
  const all = `${instance}/jobs`
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
    ...operatorRoutes(context, `${one}/operators`),
  ]
}

async function submit(context: RestContext, call: Call): Promise<Answer> {
  const body = await readJson(call)
  const submission = readSubmission(body, context.bundles)
  if (body['preview'] === true) return json({ preview: true }, 201)
  return json(represent.jobRepresentation(context.places(), context.jobs.submit(submission)), 201)
}

function operatorRoutes(context: RestContext, all: string): readonly RouteEntry[] {
  const { places } = context
  const one = `${all}/:`
  const list = async (call: Call): Promise<Answer> => {
    const job = findJob(context, call)
    const elements = (await context.operators(job)).map((operator, index) =>
      represent.operatorRepresentation(places(), { job, operator, index }),
    )
    const self = `${places().instance}/jobs/${job.id}/operators`
    return json(collection({ key: 'operators', type: 'operator', self, elements, query: call.query }))
  }
  const portRoutes = (['inputports', 'outputports'] as const).flatMap((kind) => [
    {
      method: 'GET' as const,
      pattern: `${one}/${kind}`,
      handle: async (call: Call) => await ports(context, call, kind),
    },
    {
      method: 'GET' as const,
      pattern: `${one}/${kind}/:`,
      handle: async (call: Call) => await port(context, call, kind),
    },
    {
      method: 'GET' as const,
      pattern: `${one}/${kind}/:/metrics`,
      handle: async (call: Call) => await portMetrics(context, call, kind),
    },
  ])
  return [
    { method: 'GET', pattern: all, handle: list },
    {
      method: 'GET',
      pattern: one,
      handle: async (call) => json(represent.operatorRepresentation(places(), await findOperator(context, call))),
    },
    {
      method: 'GET',
      pattern: `${one}/metrics`,
      handle: async (call) => {
        await findOperator(context, call)
        // Operators of their own have no metrics here: the toolkit has no custom ones (toolkit reference §6).
        return json(metrics(call, []))
      },
    },
    ...portRoutes,
  ]
}

type PortKind = keyof typeof represent.portKinds

async function ports(context: RestContext, call: Call, kind: PortKind): Promise<Answer> {
  const found = await findOperator(context, call)
  const { key, type, counter } = represent.portKinds[kind]
  const elements = found.operator[counter].map((_, index) =>
    represent.portRepresentation(context.places(), { ...found, kind, index }),
  )
  return json(collection({ key, type, self: selfOf(context, call), elements, query: call.query }))
}

async function port(context: RestContext, call: Call, kind: PortKind): Promise<Answer> {
  const found = await findOperator(context, call)
  const { index } = findPort(found.operator, call, kind)
  return json(represent.portRepresentation(context.places(), { ...found, kind, index }))
}

async function portMetrics(context: RestContext, call: Call, kind: PortKind): Promise<Answer> {
  const { operator } = await findOperator(context, call)
  const { value } = findPort(operator, call, kind)
  return json(metrics(call, [represent.metricRepresentation(represent.portKinds[kind].metric, value)]))
}

function peRoutes(context: RestContext): readonly RouteEntry[] {
  const one = `${instance}/pes/:`
  return [
    {
      method: 'GET',
      pattern: `${instance}/pes`,
      handle: (call) => json(peList(context, call, jobsAsked(context, call))),
    },
    {
      method: 'GET',
      pattern: one,
      handle: (call) => json(represent.peRepresentation(context.places(), findPe(context, call))),
    },
    { method: 'GET', pattern: `${one}/metrics`, handle: (call) => json(metrics(call, [])) },
    {
      method: 'GET',
      pattern: `${one}/consolelog`,
      handle: (call) => ({ kind: 'text', text: consoleText(context, findPe(context, call)) }),
    },
  ]
}

function peList(context: RestContext, call: Call, jobs: readonly JobRecord[]): object {
  const elements = jobs.flatMap((job) =>
    [...job.pes.values()].map((pe) => represent.peRepresentation(context.places(), pe)),
  )
  return collection({ key: 'pes', type: 'pe', self: selfOf(context, call), elements, query: call.query })
}

/** `job.restid` restricts the instance's PEs to those of some jobs. */
function jobsAsked(context: RestContext, call: Call): readonly JobRecord[] {
  const ids = call.query.get('job.restid')?.split(',')
  return context.jobs.list().filter((job) => ids?.includes(job.id) ?? true)
}

function consoleText(context: RestContext, pe: PeState): string {
  try {
    return readFileSync(consoleLogPath(context.directory, { dc: context.dc, peId: pe.peId }), 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return ''
    throw error
  }
}

function metrics(call: Call, elements: readonly Readonly<Record<string, unknown>>[]): object {
  return collection({ key: 'metrics', type: 'metric', self: '', elements, query: call.query })
}

function selfOf({ places }: RestContext, call: Call): string {
  return new URL(call.request.url ?? '', places().instance).href.split('?')[0] ?? ''
}

function findJob(context: RestContext, call: Call): JobRecord {
  const [id = ''] = call.path
  const job = context.jobs.get(id)
  if (job === undefined) throw notFound('job', id)
  return job
}

function findPe(context: RestContext, call: Call): PeState {
  const [id = ''] = call.path
  const pe = context.jobs
    .list()
    .flatMap((job) => [...job.pes.values()])
    .find((candidate) => candidate.peId === id)
  if (pe === undefined) throw notFound('pe', id)
  return pe
}

async function findOperator(
  context: RestContext,
  call: Call,
): Promise<{ readonly job: JobRecord; readonly operator: OperatorCounters; readonly index: number }> {
  const job = findJob(context, call)
  const [, name = ''] = call.path
  const operators = await context.operators(job)
  const index = operators.findIndex((operator) => operator.name === name)
  const operator = operators[index]
  if (operator === undefined) throw notFound('operator', name)
  return { job, operator, index }
}

function findPort(
  operator: OperatorCounters,
  call: Call,
  kind: PortKind,
): { readonly index: number; readonly value: number } {
  const { counter, type } = represent.portKinds[kind]
  const index = Number(call.path[2])
  const value = operator[counter][index]
  if (value === undefined) throw notFound(type, call.path[2] ?? '')
  return { index, value }
}
