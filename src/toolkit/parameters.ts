import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { boolean, float64, int32, rstring, uint8 } from './casts.ts'
import type { SplType } from './casts.ts'

/**
 * The composite's 48 parameters (toolkit reference §1.4): the one place that knows their types, defaults, ranges and layers. The
 * settings of a job, the schema of scenario files and the table of docs/toolkit.md are made of it.
 */

/** The name of a parameter that is a setting of a job: rows 1 to 25. */
export type SettingName = keyof CrossDcSettings

/** What a setting's value can be. */
export type SettingValue = string | number | boolean

/** Where a value can come from; what wins over what is in settings.ts. */
export type ParameterLayer = 'file' | 'operator_parameter' | 'application_configuration' | 'submission'

/** Numbers that make sense; the toolkit itself takes whatever the type holds. */
export interface SensibleRange {
  readonly min: number
  readonly max: number
  /** What the number is, for messages. @default 'a whole number' */
  readonly noun?: string
}

/** A parameter that is a setting, as its row says it. */
export interface SettingParameter<T extends SettingValue = SettingValue> {
  readonly type: SplType<T>
  readonly unit?: 's'
  /** The code's own, which is not the reference file's. */
  readonly default: T
  /** The reference configuration file's value; absent where the file has none, or one of its own machines and paths. */
  readonly referenceFile?: T
  /** Of a number. */
  readonly range?: SensibleRange
  readonly layers: readonly ParameterLayer[]
  readonly effect: string
  /** What comes of it when it is missing or wrong. */
  readonly ifWrong: string
  /** A password: nothing shows it. */
  readonly isSecret?: true
}

/** Any of the 48. */
export interface ToolkitParameter extends Omit<SettingParameter, 'default'> {
  /** From 1; the order of the published parameter list. */
  readonly row: number
  readonly name: string
  /** Null: it has none and must be given. */
  readonly default: SettingValue | null
}

const anyLayer: readonly ParameterLayer[] = ['file', 'operator_parameter', 'application_configuration']
const operatorOnly: readonly ParameterLayer[] = ['operator_parameter']

/** Above the toolkit's own value for "off", 888888888. */
const secondsMax = 2_147_483_647
const idle = 'Empty with a JDBC URL: the database operators write one error trace at start and stay idle'
const castFails = 'Not castable: the PE fails at its start'

/** Rows 1 to 25, in their order. */
export const settingParameters: { readonly [Name in SettingName]: SettingParameter<CrossDcSettings[Name]> } = {
  localDataCenterName: {
    type: rstring,
    default: 'dc1',
    referenceFile: 'dc1',
    layers: anyLayer,
    effect: 'Stamped on messages as their origin; first part of every stored snapshot’s name',
    ifWrong: 'Equal names in both DCs are not noticed',
  },
  crossDCOperationMode: {
    type: int32,
    default: 1,
    referenceFile: 1,
    range: { min: 0, max: 1 },
    layers: anyLayer,
    effect: '1 active, 0 passive: no snapshots, no takeover',
    ifWrong: 'Any other number: no snapshots, but takeovers',
  },
  crossDCHttpPort: {
    type: int32,
    default: 25091,
    referenceFile: 25091,
    // Room above for the ports of the sender/receiver pairs.
    range: { min: 1, max: 65_000, noun: 'a port number' },
    layers: anyLayer,
    effect: 'Base port, of the local listener and of the remote at once: heartbeats; snapshot pair c uses base + 1 + c',
    ifWrong: 'Another number than the remote’s: no contact',
  },
  remoteDataCenterApplicationMachineNames: {
    type: rstring,
    default: 'localhost',
    layers: anyLayer,
    effect: 'Comma list of every host that may run the remote’s receivers',
    ifWrong: 'Left at its default the DC talks to itself and reports itself up; a blank beside a comma makes a bad URL',
  },
  crossDCInitDelay: {
    type: float64,
    unit: 's',
    default: 40,
    referenceFile: 40,
    range: { min: 0, max: secondsMax },
    layers: anyLayer,
    effect: 'Delay before the first tick, that is before sending, counting misses and the start-up deletion',
    ifWrong: castFails,
  },
  heartbeatExchangeInterval: {
    type: float64,
    unit: 's',
    default: 444_444_444,
    referenceFile: 30,
    range: { min: 0.1, max: secondsMax },
    layers: anyLayer,
    effect: 'I, from tick to tick; its fraction is dropped in the arithmetic of snapshots',
    ifWrong: 'Missing: failover is off, after one heartbeat and one start-up deletion; 0: a busy loop',
  },
  consecutiveHeartbeatMissesAllowed: {
    type: uint8,
    default: 4,
    referenceFile: 4,
    range: { min: 0, max: 255 },
    layers: anyLayer,
    effect: 'A: the remote is declared down on miss A + 1 (Q1)',
    ifWrong: '0: up and down in turns every interval; 255: the counter wraps, never down',
  },
  dataSnapshotExchangeInterval: {
    type: float64,
    unit: 's',
    default: 888_888_888,
    referenceFile: 180,
    range: { min: 1, max: secondsMax },
    layers: anyLayer,
    effect: 'D: a signal on ticks whose count times I is a multiple of D (Q2)',
    ifWrong: 'Missing: no snapshots; below 1: a division by zero ends the PE once the remote is up',
  },
  dataSnapshotStorageDirectory: {
    type: rstring,
    default: '',
    layers: anyLayer,
    effect: 'Where received snapshots are kept; all hosts that may run the watchdog share it',
    ifWrong: 'Not there, or empty without a JDBC URL: every store fails with an error trace; it is not created',
  },
  dataSnapshotJdbcUrl: {
    type: rstring,
    default: '',
    layers: anyLayer,
    effect: 'Not empty: snapshots go to a table; only the start-up deletion then still prefers the directory',
    ifWrong: 'No connection at the start: the PE fails; with `=` in it the file cannot hold it',
  },
  dataSnapshotJdbcUser: {
    type: rstring,
    default: '',
    layers: anyLayer,
    effect: 'User of the database',
    ifWrong: 'No connection: the PE fails',
  },
  dataSnapshotJdbcPassword: {
    type: rstring,
    default: '',
    layers: anyLayer,
    effect: 'Password of the database, in clear text',
    ifWrong: 'No connection: the PE fails; with `=` in it the file cannot hold it',
    isSecret: true,
  },
  dataSnapshotJdbcDriverLib: {
    type: rstring,
    default: '',
    layers: anyLayer,
    effect: 'Path of the driver, such as `opt/db2jcc4.jar`; every jar beside it is loaded',
    ifWrong: `${idle}; no such folder: the PE fails`,
  },
  dataSnapshotJdbcClassName: {
    type: rstring,
    default: '',
    layers: anyLayer,
    effect: 'Class of the driver, such as `com.ibm.db2.jcc.DB2Driver`',
    ifWrong: `${idle}; no such class: the PE fails`,
  },
  dataSnapshotTableName: {
    type: rstring,
    default: '',
    layers: anyLayer,
    effect: 'Table of the snapshots; put into the SQL as it is',
    ifWrong: idle,
  },
  dataSnapshotPrimaryKeyColumnName: {
    type: rstring,
    default: '',
    layers: anyLayer,
    effect: 'Column of the key, `id` by custom',
    ifWrong: 'Empty with a JDBC URL: SQL that is not valid (Q5)',
  },
  sendToAllRemoteMachines: {
    type: boolean,
    default: false,
    referenceFile: false,
    layers: anyLayer,
    effect: 'false: the first machine that answers, and that one from then on; true: each machine in turn',
    ifWrong: castFails,
  },
  alwaysLogHttpErrors: {
    type: boolean,
    default: false,
    referenceFile: false,
    layers: anyLayer,
    effect: 'Answers other than 200 and 204 are traced as errors instead of info; exceptions always are',
    ifWrong: castFails,
  },
  httpConnectionTimeout: {
    type: int32,
    unit: 's',
    default: 25,
    referenceFile: 25,
    range: { min: 0, max: secondsMax },
    layers: anyLayer,
    effect: 'For each attempt and machine; 0 waits for ever',
    ifWrong: castFails,
  },
  httpReadTimeout: {
    type: int32,
    unit: 's',
    default: 100,
    referenceFile: 100,
    range: { min: 0, max: secondsMax },
    layers: anyLayer,
    effect: 'For each attempt; 0 waits for ever',
    ifWrong: castFails,
  },
  numberOfHttpSenderReceiverPairs: {
    type: int32,
    default: 1,
    range: { min: 1, max: 64 },
    layers: ['operator_parameter', 'submission'],
    effect: 'N snapshot senders and receivers, on base + 1 to base + N',
    ifWrong: 'Another number than the remote’s: messages to ports that are not there are lost',
  },
  remoteDataCenterUrlPathForHeartbeatReceiver: {
    type: rstring,
    default: '/crossdcrx/CrossDataCenterReceiverForHB/ports/output/0/inject',
    layers: operatorOnly,
    effect: 'Where heartbeats are posted; meant as a constant',
    ifWrong: 'The remote answers 404 and hears nothing',
  },
  remoteDataCenterUrlPath: {
    type: rstring,
    default: '/crossdcrx/CrossDataCenterReceiver[*]/ports/output/0/inject',
    layers: operatorOnly,
    effect: 'Where everything else is posted, the channel’s number for `*`; meant as a constant',
    ifWrong: 'The remote answers 404 and stores nothing',
  },
  retainOlderDataSnapshotsAtStartup: {
    type: boolean,
    default: false,
    referenceFile: false,
    layers: anyLayer,
    effect: 'true: no start-up deletion, so that `SendMeDataFromSnapshotFiles` can read old data',
    ifWrong: castFails,
  },
  sendDataSnapshotsToOriginDCAtStartup: {
    type: boolean,
    default: false,
    referenceFile: false,
    layers: anyLayer,
    effect: 'true: no start-up deletion; on first contact every stored snapshot is sent back, then all are deleted',
    ifWrong: 'Left on: the remote gets its own older state back at every start',
  },
}

/** The settings' names, in the order of their rows. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table has exactly these keys: its type says so
export const settingNames = Object.keys(settingParameters) as readonly SettingName[]

/** The settings that the text file and the application configuration may hold. */
export const fileSettingNames: readonly SettingName[] = settingNames.filter((name) =>
  settingParameters[name].layers.includes('file'),
)

/** Rows 27 to 48 follow this order, which is not that of the settings. */
const keyOrder: readonly SettingName[] = [
  'localDataCenterName',
  'crossDCOperationMode',
  'crossDCHttpPort',
  'remoteDataCenterApplicationMachineNames',
  'dataSnapshotStorageDirectory',
  'dataSnapshotJdbcUrl',
  'dataSnapshotJdbcUser',
  'dataSnapshotJdbcPassword',
  'dataSnapshotJdbcDriverLib',
  'dataSnapshotJdbcClassName',
  'dataSnapshotTableName',
  'dataSnapshotPrimaryKeyColumnName',
  'crossDCInitDelay',
  'heartbeatExchangeInterval',
  'consecutiveHeartbeatMissesAllowed',
  'dataSnapshotExchangeInterval',
  'sendToAllRemoteMachines',
  'alwaysLogHttpErrors',
  'httpConnectionTimeout',
  'httpReadTimeout',
  'retainOlderDataSnapshotsAtStartup',
  'sendDataSnapshotsToOriginDCAtStartup',
]

/** All 48, in the order of the published list. */
export const toolkitParameters: readonly ToolkitParameter[] = [
  ...settingNames.map((name, index) => ({ ...settingParameters[name], row: index + 1, name })),
  {
    row: 26,
    name: 'configFileName',
    type: rstring,
    default: null,
    layers: operatorOnly,
    effect: 'Path of the text file; an empty text for none',
    ifWrong: 'Missing: the application does not compile; no such file: no message, the next layers hold',
  },
  ...keyOrder.map((name, index) => ({
    row: 27 + index,
    name: keyParameterName(name),
    type: rstring,
    default: name,
    layers: operatorOnly,
    effect: `The key under which the text file holds \`${name}\``,
    ifWrong: 'The file’s value is not found',
  })),
]

/** The parameter that renames a setting's key in the text file. */
export function keyParameterName(name: SettingName): string {
  return `${name}Key`
}
