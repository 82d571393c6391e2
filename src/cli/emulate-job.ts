import { builtinNames, describeBuiltin, isBuiltinName } from '../applications/builtins.ts'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { SettingsError } from '../model/errors.ts'
import { ledgerParameters } from '../model/ledger.ts'
import type { SubmitRequest } from '../model/streams-client.ts'
import type { ToolkitBehaviour } from '../model/toolkit-behaviour.ts'
import type { EmulatedJob } from '../emulator/emulate.ts'
import type { EmulatedPair } from '../emulator/supervisor-client.ts'
import { operatorParameters } from '../run/job-settings.ts'
import { waitForHealthyJob } from '../run/job-health.ts'
import { createStreamsClient } from '../streams/streams-client.ts'
import { settingNames } from '../toolkit/parameters.ts'
import { splitForFile } from '../toolkit/settings.ts'
import { sourcedSettings, type SourcedSettings } from './explain-settings.ts'
import { quirksFrom } from './profile-option.ts'

/** What `failover emulate --only` starts beside the datacenter. */
export interface JobPlan {
  /** `builtin:NAME`. */
  readonly sab: string
  /** What the command line says of the toolkit's settings, over the reference file's values. */
  readonly settings: SourcedSettings
  readonly toolkit: ToolkitBehaviour
  readonly pes: number | undefined
  /** Submission-time values. */
  readonly parameters: Readonly<Record<string, string>>
  readonly tracing: SubmitRequest['tracing']
}

/** The toolkit's application configuration (toolkit reference §1.1). */
const configurationName = 'CrossDCFailover'

/**
 * Uploads the application and its settings, submits the job and waits until it is healthy. Values that the text file cannot hold
 * go into the application configuration.
 * @throws RequestError, TestbedError when a PE fails to start, WaitTimeoutError
 */
export async function startJob(work: {
  readonly pair: EmulatedPair
  readonly dc: DatacenterName
  readonly plan: JobPlan
  readonly signal: AbortSignal
}): Promise<EmulatedJob> {
  const { pair, dc, plan, signal } = work
  const { restUrl: url, username, password } = pair.datacenters[dc]
  const streams = createStreamsClient({ url, username, password })
  try {
    const settings = settingsIn(pair, dc, plan.settings)
    const { file, applicationConfiguration } = splitForFile(settings, applicationNameOf(plan.sab))
    const { properties } = applicationConfiguration
    if (Object.keys(properties).length > 0) {
      await streams.putApplicationConfiguration({ name: configurationName, properties })
    }
    const configFileName = await pair.installFile({ dc, name: 'crossdc-config.txt', content: file })
    const variant = { toolkit: plan.toolkit, operatorParameters: operatorParameters(settings) }
    const bundleId = await streams.uploadBundle(await pair.applicationBundle(plan.sab, variant))
    const submitted = await streams.submitJob({
      bundleId,
      submissionParameters: {
        [ledgerParameters.configFileName]: configFileName,
        [ledgerParameters.numberOfHttpSenderReceiverPairs]: String(settings.numberOfHttpSenderReceiverPairs),
        ...plan.parameters,
      },
      ...(plan.pes === undefined ? {} : { fusionTargetPeCount: plan.pes }),
      ...(plan.tracing === undefined ? {} : { tracing: plan.tracing }),
    })
    const { events, clock } = pair
    const { id, name, applicationName } = await waitForHealthyJob({
      dc,
      jobId: submitted.id,
      streams,
      events,
      clock,
      signal,
    })
    const pes = (await streams.processingElements(id)).map((pe) => ({ id: pe.id, pid: Number(pe.processId) }))
    return { id, name, applicationName, pes }
  } finally {
    streams.close()
  }
}

/** The settings of a plan that need no datacenter, checked before anything starts. */
export interface JobFlags {
  readonly crossdc?: readonly string[]
  readonly profile?: string
  readonly quirk?: readonly string[]
  readonly fused?: true
  readonly sab?: string
  readonly pes?: number
  readonly param?: readonly string[]
  readonly tracing?: string
}

const tracingLevels = ['off', 'error', 'warn', 'info', 'debug', 'trace'] as const

/** @throws SettingsError for whatever cannot be, SettingsCastError for a value of the wrong type */
export async function jobPlan(flags: JobFlags): Promise<JobPlan> {
  const { sab = 'builtin:ledger', crossdc = [], param = [], pes, fused, profile = 'ibm-1.0.1', quirk = [] } = flags
  applicationNameOf(sab)
  const tracing = tracingLevels.find((level) => level === flags.tracing)
  if (flags.tracing !== undefined && tracing === undefined) {
    throw new SettingsError(`Expected --tracing to be one of ${tracingLevels.join(', ')}, got "${flags.tracing}".`)
  }
  return {
    sab,
    settings: sourcedSettings({ defaults: 'reference', crossdc, dc1: [], dc2: [] }).dc1,
    toolkit: { quirks: await quirksFrom({ profile, quirk }), isFused: fused === true },
    pes,
    parameters: Object.fromEntries(param.map(parameterOf)),
    tracing,
  }
}

/** What `--sab` can be. */
export const builtinSabs: readonly string[] = builtinNames.map((name) => `builtin:${name}`)

/** The application's name, which its properties in the application configuration begin with. @throws SettingsError */
function applicationNameOf(sab: string): string {
  const name = /^builtin:(.+)$/.exec(sab)?.[1] ?? ''
  if (isBuiltinName(name)) return describeBuiltin(name).applicationName
  throw new SettingsError(
    `Expected --sab to be an application that comes with the emulator (${builtinSabs.join(', ')}), got "${sab}".`,
  )
}

function parameterOf(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new SettingsError(`Expected --param to be NAME=VALUE, got "${text}".`)
  return [text.slice(0, at), text.slice(at + 1)]
}

/** What the emulator dictates, where the command line says nothing of it. */
function settingsIn(pair: EmulatedPair, dc: DatacenterName, { settings, sources }: SourcedSettings): CrossDcSettings {
  const { remoteMachineNames, storageDirectory } = pair.datacenters[dc]
  const dictated: Partial<CrossDcSettings> = {
    localDataCenterName: dc,
    remoteDataCenterApplicationMachineNames: remoteMachineNames,
    // With both set the start-up deletion would empty the directory, and the table would keep its rows (toolkit reference §1.4, 10).
    dataSnapshotStorageDirectory: settings.dataSnapshotJdbcUrl === '' ? storageDirectory : '',
  }
  const given = settingNames
    .filter((name) => sources[name] === '--crossdc')
    .map((name) => [name, settings[name]] as const)
  return { ...settings, ...dictated, ...Object.fromEntries(given) }
}
