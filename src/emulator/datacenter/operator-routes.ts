import { collection } from './collection.ts'
import type { JobOperator } from './job-operators.ts'
import type { JobRecord } from './jobs.ts'
import * as represent from './representations.ts'
import { findJob, instancePath, jobsAsked, metricList, selfOf, type RestContext } from './rest-context.ts'
import { json, type Answer, type Call, type RouteEntry } from './service.ts'
import { notFound } from './service-error.ts'

/** The operators of the instance and of a job, their ports and what those counted (streams-rest-api reference §10). */
export function operatorRoutes(context: RestContext): readonly RouteEntry[] {
  const { places } = context
  const all = `${instancePath}/jobs/:/operators`
  const one = `${all}/:`
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
    {
      method: 'GET',
      pattern: `${instancePath}/operators`,
      handle: async (call) => await list(context, call, jobsAsked(context, call)),
    },
    { method: 'GET', pattern: all, handle: async (call) => await list(context, call, [findJob(context, call)]) },
    {
      method: 'GET',
      pattern: one,
      handle: async (call) => json(represent.operatorRepresentation(places(), await findOperator(context, call))),
    },
    {
      method: 'GET',
      pattern: `${one}/metrics`,
      handle: async (call) => {
        const { operator } = await findOperator(context, call)
        // The toolkit has no custom metrics of its own, but its receivers do (toolkit reference §6).
        const gauges = Object.entries(operator.gauges ?? {}).map(([name, value]) =>
          represent.metricRepresentation({ name, kind: 'gauge', value }),
        )
        return json(metricList(context, call, gauges))
      },
    },
    ...portRoutes,
  ]
}

async function list(context: RestContext, call: Call, jobs: readonly JobRecord[]): Promise<Answer> {
  const peIds = call.query.get('pe.restid')?.split(',')
  const lists = jobs.map(async (job) =>
    (await context.operators(job)).flatMap((operator, index) =>
      (peIds?.includes(operator.peId) ?? true)
        ? [represent.operatorRepresentation(context.places(), { job, operator, index })]
        : [],
    ),
  )
  const elements = (await Promise.all(lists)).flat()
  return json(
    collection({ key: 'operators', type: 'operator', self: selfOf(context, call), elements, query: call.query }),
  )
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
  const counter = represent.metricRepresentation({ name: represent.portKinds[kind].metric, kind: 'counter', value })
  return json(metricList(context, call, [counter]))
}

async function findOperator(
  context: RestContext,
  call: Call,
): Promise<{ readonly job: JobRecord; readonly operator: JobOperator; readonly index: number }> {
  const job = findJob(context, call)
  const [, name = ''] = call.path
  const operators = await context.operators(job)
  const index = operators.findIndex((operator) => operator.name === name)
  const operator = operators[index]
  if (operator === undefined) throw notFound('operator', name)
  return { job, operator, index }
}

function findPort(
  operator: JobOperator,
  call: Call,
  kind: PortKind,
): { readonly index: number; readonly value: number } {
  const { counter, type } = represent.portKinds[kind]
  const index = Number(call.path[2])
  const value = operator[counter][index]
  if (value === undefined) throw notFound(type, call.path[2] ?? '')
  return { index, value }
}
