import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { SettingsError } from '../model/errors.ts'
import { castBoolean, castFloat64, castInt32, castText, castUint8 } from './casts.ts'

/**
 * The toolkit's text file (toolkit reference §1.2) and what a job makes of it: a value of the file, else the code's default.
 * A key that is missing, misspelt or has a value the grammar drops silently takes its default, and with pure defaults failover
 * is off.
 */

/** Not in the file: a submission-time value. */
type FileKey = Exclude<keyof CrossDcSettings, 'numberOfHttpSenderReceiverPairs'>

interface Parameter<T> {
  readonly cast: (key: string, text: string) => T
  /** The code's own default (toolkit reference §1.4), which is not the reference file's value. */
  readonly default: T
}

const parameters: { readonly [K in FileKey]: Parameter<CrossDcSettings[K]> } = {
  localDataCenterName: { cast: castText, default: 'dc1' },
  crossDCOperationMode: { cast: castInt32, default: 1 },
  crossDCHttpPort: { cast: castInt32, default: 25091 },
  remoteDataCenterApplicationMachineNames: { cast: castText, default: 'localhost' },
  crossDCInitDelay: { cast: castFloat64, default: 40 },
  heartbeatExchangeInterval: { cast: castFloat64, default: 444444444 },
  consecutiveHeartbeatMissesAllowed: { cast: castUint8, default: 4 },
  dataSnapshotExchangeInterval: { cast: castFloat64, default: 888888888 },
  dataSnapshotStorageDirectory: { cast: castText, default: '' },
  httpConnectionTimeout: { cast: castInt32, default: 25 },
  httpReadTimeout: { cast: castInt32, default: 100 },
  retainOlderDataSnapshotsAtStartup: { cast: castBoolean, default: false },
}

const defaultPairs = 1

/** What a job gets its settings from. */
export interface SettingsSources {
  /** The text of the file that `configFileName` names; null when it names none, or the file cannot be read. */
  readonly file: string | null
  /** The submission-time value; never from the file. @default 1 */
  readonly numberOfHttpSenderReceiverPairs?: number
}

/**
 * The settings that a job with these sources runs with.
 * @throws SettingsCastError when a value of the file cannot be cast: the PE fails at its start.
 */
export function resolveSettings(sources: SettingsSources): CrossDcSettings {
  const entries = parseLines(sources.file ?? '')
  const value = <K extends FileKey>(key: K): CrossDcSettings[K] => {
    const text = entries.get(key)
    return text === undefined ? parameters[key].default : parameters[key].cast(key, text)
  }
  return {
    localDataCenterName: value('localDataCenterName'),
    crossDCOperationMode: value('crossDCOperationMode'),
    crossDCHttpPort: value('crossDCHttpPort'),
    remoteDataCenterApplicationMachineNames: value('remoteDataCenterApplicationMachineNames'),
    crossDCInitDelay: value('crossDCInitDelay'),
    heartbeatExchangeInterval: value('heartbeatExchangeInterval'),
    consecutiveHeartbeatMissesAllowed: value('consecutiveHeartbeatMissesAllowed'),
    dataSnapshotExchangeInterval: value('dataSnapshotExchangeInterval'),
    dataSnapshotStorageDirectory: value('dataSnapshotStorageDirectory'),
    httpConnectionTimeout: value('httpConnectionTimeout'),
    httpReadTimeout: value('httpReadTimeout'),
    retainOlderDataSnapshotsAtStartup: value('retainOlderDataSnapshotsAtStartup'),
    numberOfHttpSenderReceiverPairs: sources.numberOfHttpSenderReceiverPairs ?? defaultPairs,
  }
}

/**
 * The text of a file that `resolveSettings` reads back as these settings, but for the number of pairs.
 * @throws SettingsError when a value cannot be said in the file's grammar.
 */
export function formatSettingsFile(settings: CrossDcSettings): string {
  const lines = fileKeys().map((key) => `${key}=${formatValue(key, settings)}`)
  return `${lines.join('\n')}\n`
}

function formatValue(key: FileKey, settings: CrossDcSettings): string {
  const text = String(settings[key])
  const lost = /[=\n\r]|^ | $/.test(text) || (text === '' && parameters[key].default !== '')
  if (lost) {
    const rule = 'to be a text without "=", line ends and outer blanks'
    throw new SettingsError(
      `Expected \`${key}\` ${rule}, got ${JSON.stringify(text)}: the toolkit's file cannot hold it`,
    )
  }
  return text
}

function fileKeys(): readonly FileKey[] {
  // The table has exactly these keys: its type says so.
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.keys(parameters) as FileKey[]
}

/** Key → value; the first line of a key wins. Carriage returns and tabs stay in the values, as in the toolkit. */
function parseLines(text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>()
  for (const line of text.split('\n')) {
    const stripped = stripSpaces(line)
    if (stripped === '' || stripped.startsWith('#')) continue
    // Empty tokens are dropped, so `key=` has one token and is ignored, and so is any value with a "=" in it, with three.
    const [key, value, ...more] = stripped.split('=').filter((token) => token !== '')
    if (key === undefined || value === undefined || more.length > 0) continue
    const name = stripSpaces(key)
    if (!entries.has(name)) entries.set(name, stripSpaces(value))
  }
  return entries
}

/** Spaces only: neither tabs nor carriage returns. */
function stripSpaces(text: string): string {
  return text.replace(/^ +| +$/g, '')
}
