import type { BuiltinName } from '../../applications/builtins.ts'
import { ledgerParameters } from '../../model/ledger.ts'
import { badRequest } from './service-error.ts'

/** What the overlay of a submission asks for (streams-rest-api reference §7); only its first element counts. */
export interface Submission {
  readonly application: BuiltinName
  readonly name: string | undefined
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * Reads the body of a job submission.
 * @throws ServiceError with status 400 when a parameter is missing, unknown, or something is asked for that is not there
 */
export function readSubmission(
  body: Readonly<Record<string, unknown>>,
  bundles: ReadonlyMap<string, BuiltinName>,
): Submission {
  const application = bundles.get(String(body['application']))
  if (application === undefined) {
    throw badRequest(
      `Expected \`application\` to be the bundleId of an uploaded bundle, got ${JSON.stringify(body['application'])}.`,
    )
  }
  const [overlay] = list(member(body['jobConfigurationOverlay'], 'jobConfigOverlays'))
  const jobConfig = member(overlay, 'jobConfig')
  const peCount = member(member(overlay, 'deploymentConfig'), 'fusionTargetPeCount') ?? 1
  if (peCount !== 1) {
    throw badRequest(
      `Expected \`fusionTargetPeCount\` to be 1, got ${JSON.stringify(peCount)}: jobs have one PE here so far.`,
    )
  }
  const name = member(jobConfig, 'jobName')
  const parameters = readParameters(list(member(jobConfig, 'submissionParameters')))
  return { application, name: typeof name === 'string' ? name : undefined, parameters }
}

function readParameters(entries: readonly unknown[]): Readonly<Record<string, string>> {
  const known: readonly string[] = Object.values(ledgerParameters)
  const parameters = Object.fromEntries(
    entries.map((entry): readonly [string, string] => [String(member(entry, 'name')), String(member(entry, 'value'))]),
  )
  const unknown = Object.keys(parameters).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw badRequest(`Expected a submission-time value among ${known.join(', ')}, got \`${unknown}\`.`)
  }
  if (parameters[ledgerParameters.configFileName] === undefined) {
    throw badRequest(
      `The submission-time value \`${ledgerParameters.configFileName}\` is required and was not given: the path of the toolkit's configuration file.`,
    )
  }
  return parameters
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
