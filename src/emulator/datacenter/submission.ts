import { tracingLevels } from '../../applications/hosting/job-run.ts'
import type { TracingLevel } from '../../applications/hosting/job-run.ts'
import { describeBuiltin } from '../../applications/builtins.ts'
import type { Bundle } from '../../applications/builtin-bundle.ts'
import { badRequest } from './service-error.ts'

/** What the overlay of a submission asks for (streams-rest-api reference §7); only its first element counts. */
export interface Submission {
  readonly bundle: Bundle
  readonly name: string | undefined
  readonly parameters: Readonly<Record<string, string>>
  /** Of the job's PEs. */
  readonly tracing: TracingLevel
  /** How many PEs the job is to have, as far as its operators can be parted. */
  readonly fusionTargetPeCount: number
}

/**
 * Reads the body of a job submission.
 * @throws ServiceError with status 400 when a parameter is missing, unknown, or something is asked for that is not there
 */
export function readSubmission(
  body: Readonly<Record<string, unknown>>,
  bundles: ReadonlyMap<string, Bundle>,
): Submission {
  const bundle = bundles.get(String(body['application']))
  if (bundle === undefined) {
    throw badRequest(
      `Expected \`application\` to be the bundleId of an uploaded bundle, got ${JSON.stringify(body['application'])}.`,
    )
  }
  const [overlay] = list(member(body['jobConfigurationOverlay'], 'jobConfigOverlays'))
  const jobConfig = member(overlay, 'jobConfig')
  const name = member(jobConfig, 'jobName')
  return {
    bundle,
    name: typeof name === 'string' ? name : undefined,
    parameters: readParameters(bundle, list(member(jobConfig, 'submissionParameters'))),
    tracing: readTracing(member(jobConfig, 'tracing')),
    fusionTargetPeCount: readPeCount(member(member(overlay, 'deploymentConfig'), 'fusionTargetPeCount')),
  }
}

/** One PE unless more are asked for (decisions 15). */
function readPeCount(value: unknown): number {
  if (value === undefined) return 1
  if (Number.isSafeInteger(value) && Number(value) >= 1) return Number(value)
  throw badRequest(
    `Expected \`fusionTargetPeCount\` to be a whole number from 1 up, got ${JSON.stringify(value)}: so many PEs the job is to have.`,
  )
}

function readTracing(value: unknown): TracingLevel {
  if (value === undefined) return 'error'
  const level = tracingLevels.find((known) => known === value)
  if (level !== undefined) return level
  throw badRequest(`Expected \`tracing\` to be one of ${tracingLevels.join(', ')}, got ${JSON.stringify(value)}.`)
}

function readParameters({ application }: Bundle, entries: readonly unknown[]): Readonly<Record<string, string>> {
  const { parameters: known } = describeBuiltin(application)
  const given = Object.fromEntries(
    entries.map((entry): readonly [string, string] => [String(member(entry, 'name')), String(member(entry, 'value'))]),
  )
  const unknown = Object.keys(given).find((name) => !known.some((parameter) => parameter.name === name))
  if (unknown !== undefined) {
    const names = known.map(({ name }) => name).join(', ')
    throw badRequest(`Expected a submission-time value of builtin:${application} (${names}), got \`${unknown}\`.`)
  }
  const missing = known.find(({ name, isRequired }) => isRequired && given[name] === undefined)
  if (missing !== undefined) {
    throw badRequest(`The submission-time value \`${missing.name}\` is required and was not given.`)
  }
  return given
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
