// The JSON of the REST API's resources. Property names, links and values are those of streams-rest-api reference §5, §8, §9 and
// §10; what this emulator has nothing for (domains, views, snapshots, the viewer of the OpenAPI document, …) is left out rather
// than faked. The path that bundles are posted to is no link there either (§5, §6).

import type { PeState } from '../pair-protocol.ts'
import type { JobOperator } from './job-operators.ts'
import { applicationPe, jobHealth, peConnections, peHealth, type JobRecord } from './jobs.ts'

export const instanceId = 'StreamsInstance'

type Representation = Readonly<Record<string, unknown>>

/** Where the instance's resources are, from its absolute URI. */
export interface Places {
  readonly instance: string
  /** The OpenAPI document of a job on the data service (data-exchange reference §3). */
  readonly openApi: (jobId: string) => string
  /** The same as YAML. */
  readonly openApiYaml: (jobId: string) => string
}

/** The instance. */
export function instanceRepresentation(
  places: Places,
  of: { readonly jobs: readonly JobRecord[]; readonly startTime: number },
): Representation {
  const self = places.instance
  const healths = of.jobs.map(jobHealth)
  return {
    self,
    id: instanceId,
    restid: instanceId,
    resourceType: 'instance',
    status: 'running',
    health: healths.every((health) => health === 'healthy') ? 'healthy' : 'partiallyUnhealthy',
    owner: 'streamsadmin',
    startedBy: 'streamsadmin',
    startTime: of.startTime,
    creationUser: 'streamsadmin',
    creationTime: of.startTime,
    productVersion: '7.2.0.0',
    jobs: `${self}/jobs`,
    pes: `${self}/pes`,
    operators: `${self}/operators`,
    applicationConfigurations: `${self}/applicationconfigurations`,
  }
}

/** A job, with the data service's documents as the ancestor of 7.2 has them on it. */
export function jobRepresentation(places: Places, job: JobRecord): Representation {
  const self = `${places.instance}/jobs/${job.id}`
  return {
    self,
    id: job.id,
    restid: job.id,
    resourceType: 'job',
    name: job.name,
    status: job.status,
    health: jobHealth(job),
    submitTime: job.submitTime,
    startedBy: 'streamsadmin',
    jobGroup: 'default',
    applicationName: job.description.applicationName,
    applicationVersion: '1.0.0',
    generationId: 0,
    submitParameters: job.description.parameters.map(({ name, isRequired, default: fallback = '' }) => ({
      name,
      parameterKind: 'named',
      required: isRequired,
      defaultValue: fallback,
      value: job.run.parameters[name] ?? fallback,
    })),
    ...(job.description.hasLedgerEndpoints && {
      service: {
        id: job.id,
        name: job.name,
        apiJson: places.openApi(job.id),
        apiYaml: places.openApiYaml(job.id),
      },
    }),
    instance: places.instance,
    pes: `${self}/pes`,
    operators: `${self}/operators`,
  }
}

/** A PE. A failure to start is told in `statusReason` and at length in its console log. */
export function peRepresentation(
  places: Places,
  of: { readonly job: JobRecord; readonly pe: PeState },
): Representation {
  const { job, pe } = of
  const connections = peConnections(job, pe)
  const self = `${places.instance}/pes/${pe.peId}`
  return {
    self,
    id: pe.peId,
    restid: pe.peId,
    resourceType: 'pe',
    indexWithinJob: [...job.pes.keys()].indexOf(pe.peId),
    status: pe.status,
    statusReason: pe.statusReason,
    health: peHealth(job, pe),
    processId: pe.pid === null ? '' : String(pe.pid),
    launchCount: pe.launchCount,
    tracingLevel: job.run.tracing,
    pendingTracingLevel: null,
    relocatable: false,
    restartable: !job.run.isStandalone,
    requiredConnections: connections,
    optionalConnections: 'connected',
    // Not a property of the product: the reason in one sentence, for those who look at the representation only.
    ...(pe.failure !== null && { failureReason: pe.failure.message }),
    // Nor is this: a named port's number is found by Streams' name service, which is not here.
    ...specialMessagePort(job, pe),
    instance: places.instance,
    job: `${places.instance}/jobs/${pe.jobId}`,
    operators: `${places.instance}/operators?pe.restid=${pe.peId}`,
    metrics: `${self}/metrics`,
    consoleLog: `${self}/consolelog`,
    applicationTrace: `${self}/applicationtrace`,
  }
}

function specialMessagePort(job: JobRecord, pe: PeState): Representation {
  const port = pe.internals?.specialMessagePort ?? null
  return port === null || pe !== applicationPe(job) ? {} : { namedPorts: { SpecialMessagePort: port } }
}

/** An operator. */
export function operatorRepresentation(
  places: Places,
  of: { readonly job: JobRecord; readonly operator: JobOperator; readonly index: number },
): Representation {
  const { job, operator, index } = of
  const self = operatorSelf(places, of)
  return {
    self,
    name: operator.name,
    restid: operator.name,
    resourceType: 'operator',
    indexWithinJob: index,
    operatorKind: operator.operatorKind,
    instance: places.instance,
    job: `${places.instance}/jobs/${job.id}`,
    pe: `${places.instance}/pes/${operator.peId}`,
    inputPorts: `${self}/inputports`,
    outputPorts: `${self}/outputports`,
    metrics: `${self}/metrics`,
  }
}

/** The two kinds of operator ports and the counter that each has. */
export const portKinds = {
  inputports: { key: 'inputPorts', type: 'operatorInputPort', counter: 'processed', metric: 'nTuplesProcessed' },
  outputports: { key: 'outputPorts', type: 'operatorOutputPort', counter: 'submitted', metric: 'nTuplesSubmitted' },
} as const

/** A port of an operator. */
export function portRepresentation(
  places: Places,
  of: {
    readonly job: JobRecord
    readonly operator: JobOperator
    readonly kind: keyof typeof portKinds
    readonly index: number
  },
): Representation {
  const operator = operatorSelf(places, of)
  const self = `${operator}/${of.kind}/${of.index}`
  return {
    self,
    restid: String(of.index),
    indexWithinOperator: of.index,
    name: `port${of.index}`,
    resourceType: portKinds[of.kind].type,
    job: `${places.instance}/jobs/${of.job.id}`,
    operator,
    metrics: `${self}/metrics`,
  }
}

/** A metric: a port's counter, which the system keeps, or a gauge of the operator's own. */
export function metricRepresentation(metric: {
  readonly name: string
  readonly kind: 'counter' | 'gauge'
  readonly value: number
}): Representation {
  const { name, kind, value } = metric
  return {
    name,
    resourceType: 'metric',
    description: '',
    metricKind: kind,
    metricType: kind === 'counter' ? 'system' : 'custom',
    value,
    lastTimeRetrieved: Date.now(),
  }
}

function operatorSelf(places: Places, of: { readonly job: JobRecord; readonly operator: JobOperator }): string {
  return `${places.instance}/jobs/${of.job.id}/operators/${encodeURIComponent(of.operator.name)}`
}
