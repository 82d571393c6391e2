import type { JobChanges } from '../faults/context.ts'
import { builtinFacts } from '../model/builtin-applications.ts'
import { referenceCrossDcSettings } from '../model/crossdc-settings.ts'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { SettingsError } from '../model/errors.ts'
import type { Scenario, ScenarioOptions } from '../model/scenario.ts'
import type { DatacenterAccess } from '../model/testbed.ts'

/** What of a scenario decides how its jobs run. */
export interface JobDefinition extends Pick<
  Scenario,
  'mode' | 'sab' | 'emulateAs' | 'application' | 'submissionParameters' | 'crossdc' | 'launchScript'
> {
  /** @default the published toolkit, as many PEs as the testbed gives */
  readonly opts?: Pick<ScenarioOptions, 'toolkit' | 'pes'>
}

/** The variables that hold what no file may, by name. */
export type Environment = Readonly<Partial<Record<string, string>>>

/**
 * The toolkit's settings of a DC's job: what the testbed dictates, what the scenario says, and the reference file for the rest.
 * A password is still the name of its environment variable.
 */
export function settingsFor(definition: JobDefinition, access: DatacenterAccess): CrossDcSettings {
  const asked = { ...referenceCrossDcSettings, ...definition.crossdc[access.name] }
  return {
    ...asked,
    localDataCenterName: access.name,
    crossDCOperationMode: operationMode(definition.mode, access.name),
    remoteDataCenterApplicationMachineNames: machineNames(asked.remoteDataCenterApplicationMachineNames, access),
    // With both set the start-up deletion would empty the directory, and the table keep its rows (toolkit reference §1.4, row 10).
    dataSnapshotStorageDirectory: asked.dataSnapshotJdbcUrl === '' ? access.storageDirectory : '',
  }
}

/** The definition after a restart changed what a DC's jobs are made of. */
export function changedDefinition<Definition extends JobDefinition>(
  definition: Definition,
  dc: DatacenterName,
  { crossdc = {}, sab }: JobChanges,
): Definition {
  return {
    ...definition,
    crossdc: { ...definition.crossdc, [dc]: { ...definition.crossdc[dc], ...crossdc } },
    sab: sab === undefined ? definition.sab : { ...definition.sab, [dc]: sab },
  }
}

/** What a DC's application is made of: where there is no Streams, the built-in that stands in for a SAB. */
export function applicationOf(
  { sab, emulateAs }: Pick<JobDefinition, 'sab' | 'emulateAs'>,
  dc: DatacenterName,
  { hasStreams }: { readonly hasStreams: boolean },
): string {
  const asked = sab[dc]
  return hasStreams || builtinFacts(asked) !== undefined ? asked : (emulateAs ?? asked)
}

/**
 * In the passive DC, the settings of the job that its script submits: active, and keeping the snapshots, which its first tick would
 * delete otherwise (toolkit reference §4.6). Elsewhere undefined.
 */
export function launchedSettings(definition: JobDefinition, settings: CrossDcSettings): CrossDcSettings | undefined {
  if (settings.crossDCOperationMode !== passiveMode) return undefined
  const { retainOlderDataSnapshotsAtStartup = true } = definition.crossdc.dc2
  return { ...settings, crossDCOperationMode: activeMode, retainOlderDataSnapshotsAtStartup }
}

/**
 * The same settings with the database's password, read from the variable that they name: `env:NAME` (decisions 22).
 * @throws SettingsError when it is not set
 */
export function withPassword(settings: CrossDcSettings, environment: Environment): CrossDcSettings {
  const reference = settings.dataSnapshotJdbcPassword
  if (reference === '') return settings
  const variable = /^env:(.+)$/.exec(reference)?.[1]
  const setting = '`dataSnapshotJdbcPassword` in `crossdc`'
  if (variable === undefined) {
    throw new SettingsError(
      `Expected ${setting} to be env:NAME, the name of an environment variable; got something else.`,
    )
  }
  const password = environment[variable]
  if (password !== undefined && password !== '') return { ...settings, dataSnapshotJdbcPassword: password }
  throw new SettingsError(
    `Expected the environment variable ${variable}, which ${setting} names, to hold the database's password, got nothing. Set it before the run.`,
  )
}

/**
 * The toolkit's text file: `key=value` lines. An empty value is no value to it (toolkit reference §1.2), and all settings that can
 * be empty are so by default.
 * @throws SettingsError that names every setting whose value the file cannot hold
 */
export function configurationFile(settings: CrossDcSettings): string {
  const entries = Object.entries(settings)
    .filter(([key]) => !notInFile.includes(key))
    .map(([key, value]) => [key, String(value)] as const)
    .filter(([, value]) => value !== '')
  const unfit = entries.filter(([, value]) => /[=\n]|^ | $/.test(value)).map(([key]) => `\`${key}\``)
  if (unfit.length > 0) {
    throw new SettingsError(
      `Expected ${unfit.join(', ')} in \`crossdc\` to be without "=", line ends and outer blanks: the toolkit's file cannot hold it. Put it into the application configuration CrossDCFailover, as NAMESPACE::MAIN_KEY, and leave it out here.`,
    )
  }
  return entries.map(([key, value]) => `${key}=${value}\n`).join('')
}

/** The settings that only the SPL invocation can give, where they are not as published. */
export function operatorParameters(settings: CrossDcSettings): Readonly<Record<string, string>> {
  const given = operatorSettings.filter((key) => settings[key] !== referenceCrossDcSettings[key])
  return Object.fromEntries(given.map((key) => [key, settings[key]]))
}

const operatorSettings = ['remoteDataCenterUrlPathForHeartbeatReceiver', 'remoteDataCenterUrlPath'] as const

/** Beside those the number of pairs, a submission-time value (toolkit reference §1.1). */
const notInFile: readonly string[] = ['numberOfHttpSenderReceiverPairs', ...operatorSettings]

const passiveMode = 0
const activeMode = 1

function operationMode(mode: Scenario['mode'], dc: DatacenterName): number {
  return mode === 'active-passive' && dc === 'dc2' ? passiveMode : activeMode
}

/** `remote` in the list is the testbed's own name, or names, of the other DC's machines. */
function machineNames(list: string, access: DatacenterAccess): string {
  const names = list.split(',')
  return names.map((name) => (name === 'remote' ? access.remoteMachineNames : name)).join(',')
}
