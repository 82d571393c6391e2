import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { SettingsError } from '../model/errors.ts'
import { nearestWord } from '../support/suggest.ts'
import { castTo } from './casts.ts'
import { fileSettingNames, keyParameterName, settingNames, settingParameters, toolkitParameters } from './parameters.ts'
import type { SettingName, SettingValue } from './parameters.ts'
import { canHold, parseSettingsFile } from './settings-file.ts'
import type { SettingsFile } from './settings-file.ts'
import { notesOn } from './settings-notes.ts'
import type { SettingsNote } from './settings-notes.ts'

/**
 * What a job makes of the layers that its settings come from (toolkit reference §1.1): a value of the text file, else an operator
 * parameter, else a property of the application configuration, else the code's default. A key that is missing, misspelt or has a
 * value the file's grammar drops takes the next layer's value without a word, and with pure defaults failover is off.
 */

/** What a job gets its settings from. */
export interface SettingsSources {
  /** The text of the file that `configFileName` names; null when it names none, or the file cannot be read. */
  readonly file: string | null
  /** What the SPL invocation gives, as text: settings, the two URL paths, `<name>Key` for the file's keys. @default none */
  readonly operatorParameters?: Readonly<Record<string, string>>
  /** The instance's object `CrossDCFailover`; null when there is none. @default not asked for, and nothing said of it */
  readonly applicationConfiguration?: ApplicationConfigurationLayer | null
  /** A standalone executable has no application configuration. @default false */
  readonly isStandalone?: boolean
  /** The submission-time value; an operator parameter of that name replaces it. @default not given, which is 1 */
  readonly numberOfHttpSenderReceiverPairs?: number
}

/** Properties of the object `CrossDCFailover`, and whose they are. */
export interface ApplicationConfigurationLayer {
  /** `<applicationName>_<key>`, for this and for other applications. */
  readonly properties: Readonly<Record<string, string>>
  /** `namespace::MainComposite`. */
  readonly applicationName: string
}

/** Where a value came from. */
export type ValueSource =
  | { readonly layer: 'file'; readonly line: number; readonly key: string }
  | { readonly layer: 'operator_parameter' }
  | { readonly layer: 'application_configuration'; readonly property: string }
  | { readonly layer: 'submission' }
  | { readonly layer: 'default' }

/** The settings a job runs with, where each came from, and what somebody who meant something else should know. */
export interface ResolvedSettings {
  readonly settings: CrossDcSettings
  readonly sources: Readonly<Record<SettingName, ValueSource>>
  /** The toolkit itself says nothing of any of them, but for `no_application_configuration`. */
  readonly notes: readonly SettingsNote[]
}

interface Resolved {
  readonly value: SettingValue
  readonly source: ValueSource
}

/**
 * The settings that a job with these sources runs with, read once when an operator starts.
 * @throws SettingsCastError when a value cannot be cast: the PE fails at its start
 * @throws SettingsError when the composite has no such operator parameter, which SPL's compiler would refuse
 */
export function resolveSettings(sources: SettingsSources): ResolvedSettings {
  checkOperatorParameters(sources.operatorParameters ?? {})
  const file = sources.file === null ? null : parseSettingsFile(sources.file)
  const resolved = settingNames.map((name) => ({ name, ...resolve(name, { sources, file }) }))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every setting, each by its own type's cast
  const settings = Object.fromEntries(resolved.map(({ name, value }) => [name, value])) as unknown as CrossDcSettings
  const origins = Object.fromEntries(resolved.map(({ name, source }) => [name, source]))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every setting
  const sourceOf = origins as Readonly<Record<SettingName, ValueSource>>
  const fileKeys = new Map(fileSettingNames.map((name) => [fileKeyOf(name, sources), name]))
  const configuration = sources.isStandalone === true ? undefined : sources.applicationConfiguration
  return { settings, sources: sourceOf, notes: notesOn({ file, fileKeys, configuration, settings, sources: sourceOf }) }
}

/**
 * The text of a file that `resolveSettings` reads back as these settings, but for the number of pairs and the two URL paths, which
 * no file holds. Empty texts are left out: an empty value is no value to the file.
 * @throws SettingsError that names every value the file's grammar cannot hold; `splitForFile` has a place for those
 */
export function formatSettingsFile(settings: CrossDcSettings): string {
  const { file, unfit } = sortForFile(settings)
  if (unfit.length === 0) return file
  const keys = unfit.map((name) => `\`${name}\``).join(', ')
  throw new SettingsError(
    `Expected ${keys} to be a text without "=", line ends and outer blanks, and not empty where the default is not: the toolkit's file cannot hold it. Put it into the application configuration.`,
  )
}

/**
 * The settings as a file and, for the values that its grammar cannot hold, as properties of the application configuration: a
 * JDBC URL with "=" in it, for one. Together they are read back as these settings, but for what no file holds.
 */
export function splitForFile(
  settings: CrossDcSettings,
  applicationName: string,
): { readonly file: string; readonly applicationConfiguration: ApplicationConfigurationLayer } {
  const { file, unfit } = sortForFile(settings)
  const properties = unfit.map((name) => [propertyName(name, applicationName), String(settings[name])] as const)
  return { file, applicationConfiguration: { applicationName, properties: Object.fromEntries(properties) } }
}

/**
 * Whether an SPL invocation can give these parameters.
 * @throws SettingsError when the composite has no parameter of that name
 */
export function checkOperatorParameters(parameters: Readonly<Record<string, string>>): void {
  const known = toolkitParameters.map(({ name }) => name)
  const unknown = Object.keys(parameters).filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  const problems = unknown.map((name) => {
    const near = nearestWord(name, known)
    return `\`${name.slice(0, 80)}\`${near === undefined ? '' : ` (did you mean \`${near}\`?)`}`
  })
  throw new SettingsError(`Expected parameters of the cross-DC failover composite, got ${problems.join(', ')}.`)
}

function resolve(
  name: SettingName,
  from: { readonly sources: SettingsSources; readonly file: SettingsFile | null },
): Resolved {
  const { type, layers } = settingParameters[name]
  // The layers below are cast before the file is asked: what is wrong in them fails the PE though the file has a right value.
  const below = valueBelowFile(name, from.sources)
  const key = fileKeyOf(name, from.sources)
  const entry = layers.includes('file') ? from.file?.entries.get(key) : undefined
  if (entry === undefined) return below
  const { value: text, line } = entry
  const value = castTo<SettingValue>(type, { key, text, where: `line ${line} of the file` })
  return { value, source: { layer: 'file', line, key } }
}

function valueBelowFile(name: SettingName, sources: SettingsSources): Resolved {
  const { type, layers, default: fallback } = settingParameters[name]
  const { operatorParameters, applicationConfiguration, numberOfHttpSenderReceiverPairs: pairs } = sources
  const given = ownValue(operatorParameters, name)
  if (given !== undefined) {
    const value = castTo<SettingValue>(type, { key: name, text: given, where: 'the operator’s parameters' })
    return { value, source: { layer: 'operator_parameter' } }
  }
  if (layers.includes('submission') && pairs !== undefined) return { value: pairs, source: { layer: 'submission' } }
  const isAsked = layers.includes('application_configuration') && sources.isStandalone !== true
  if (isAsked && applicationConfiguration !== undefined && applicationConfiguration !== null) {
    const property = propertyName(name, applicationConfiguration.applicationName)
    const text = ownValue(applicationConfiguration.properties, property)
    const where = `property ${property} of the application configuration`
    if (text !== undefined) {
      const value = castTo<SettingValue>(type, { key: name, text, where })
      return { value, source: { layer: 'application_configuration', property } }
    }
  }
  return { value: fallback, source: { layer: 'default' } }
}

/** The key under which the file holds a setting; a rename holds for the file alone. */
function fileKeyOf(name: SettingName, { operatorParameters }: SettingsSources): string {
  return ownValue(operatorParameters, keyParameterName(name)) ?? name
}

/** toolkit reference §1.1: the runtime application name in front. */
function propertyName(name: SettingName, applicationName: string): string {
  return `${applicationName}_${name}`
}

/** The lines that the file can hold, and the settings whose value it cannot. */
function sortForFile(settings: CrossDcSettings): { readonly file: string; readonly unfit: readonly SettingName[] } {
  const written = fileSettingNames.filter((name) => settings[name] !== '' || settingParameters[name].default !== '')
  const fits = (name: SettingName): boolean => canHold(String(settings[name]))
  const lines = written.filter(fits).map((name) => `${name}=${settings[name]}\n`)
  return { file: lines.join(''), unfit: written.filter((name) => !fits(name)) }
}

function ownValue(record: Readonly<Record<string, string>> | undefined, name: string): string | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined
}
