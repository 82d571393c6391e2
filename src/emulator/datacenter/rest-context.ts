import type { DatacenterName } from '../../model/datacenter.ts'
import type { Bundle } from '../../applications/builtin-bundle.ts'
import type { ApplicationConfigurations } from './application-configurations.ts'
import { collection } from './collection.ts'
import type { JobOperator } from './job-operators.ts'
import type { JobRecord, Jobs } from './jobs.ts'
import { instanceId, type Places } from './representations.ts'
import type { Call } from './service.ts'
import { notFound } from './service-error.ts'

/** What the REST API serves. */
export interface RestContext {
  readonly dc: DatacenterName
  readonly directory: string
  readonly jobs: Jobs
  readonly bundles: Map<string, Bundle>
  /** A bundle came. */
  readonly bundlesChanged: () => void
  readonly configurations: ApplicationConfigurations
  readonly startTime: number
  /** Known once the services listen. */
  readonly places: () => Places
  /** The operators of a job as its PEs count now, or as they last did. */
  readonly operators: (job: JobRecord) => Promise<readonly JobOperator[]>
}

/** Path of the instance, below the root. */
export const instancePath = `instances/${instanceId}`

/** The job whose id stands first in the path. @throws ServiceError 404 */
export function findJob(context: RestContext, call: Call): JobRecord {
  const [id = ''] = call.path
  const job = context.jobs.get(id)
  if (job === undefined) throw notFound('job', id)
  return job
}

/** `job.restid` and `pe.restid` restrict an instance's list to what belongs to some jobs or PEs (streams-rest-api reference §3). */
export function jobsAsked(context: RestContext, { query }: Call): readonly JobRecord[] {
  const jobIds = query.get('job.restid')?.split(',')
  const peIds = query.get('pe.restid')?.split(',')
  return context.jobs
    .list()
    .filter(({ id, pes }) => (jobIds?.includes(id) ?? true) && (peIds?.some((peId) => pes.has(peId)) ?? true))
}

/** The list of metrics. */
export function metricList(
  context: RestContext,
  call: Call,
  elements: readonly Readonly<Record<string, unknown>>[],
): object {
  return collection({ key: 'metrics', type: 'metric', self: selfOf(context, call), elements, query: call.query })
}

/** The URI that was asked for, without its query. */
export function selfOf({ places }: RestContext, call: Call): string {
  return new URL(call.request.url ?? '', places().instance).href.split('?')[0] ?? ''
}
