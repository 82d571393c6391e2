/**
 * The toolkit's settings of one job, by the toolkit's documented names and in its documented units: rows 1 to 25 of toolkit
 * reference §1.4. What each is for, its range and its default stand in the table of src/toolkit/parameters.ts.
 */
export interface CrossDcSettings {
  readonly localDataCenterName: string
  /** 1 active, 0 passive. */
  readonly crossDCOperationMode: number
  /** Base port: heartbeats; snapshot pair c listens on base + 1 + c. */
  readonly crossDCHttpPort: number
  /** Comma list of the remote's hosts. */
  readonly remoteDataCenterApplicationMachineNames: string
  /** Seconds before the first tick. */
  readonly crossDCInitDelay: number
  /** Seconds between ticks. */
  readonly heartbeatExchangeInterval: number
  /** A: the remote is declared down on miss A + 1 (quirk Q1). */
  readonly consecutiveHeartbeatMissesAllowed: number
  /** Seconds; for when signals really come see toolkit reference §5.1 (quirk Q2). */
  readonly dataSnapshotExchangeInterval: number
  readonly dataSnapshotStorageDirectory: string
  /** Not empty: snapshots go to a table of this database instead of files. */
  readonly dataSnapshotJdbcUrl: string
  readonly dataSnapshotJdbcUser: string
  /** A secret: `withoutSecrets` comes before anything is shown or saved. */
  readonly dataSnapshotJdbcPassword: string
  readonly dataSnapshotJdbcDriverLib: string
  readonly dataSnapshotJdbcClassName: string
  readonly dataSnapshotTableName: string
  readonly dataSnapshotPrimaryKeyColumnName: string
  readonly sendToAllRemoteMachines: boolean
  readonly alwaysLogHttpErrors: boolean
  /** Seconds per attempt; 0 waits for ever. */
  readonly httpConnectionTimeout: number
  /** Seconds per attempt; 0 waits for ever. */
  readonly httpReadTimeout: number
  readonly numberOfHttpSenderReceiverPairs: number
  readonly remoteDataCenterUrlPathForHeartbeatReceiver: string
  /** `*` stands for the channel's number. */
  readonly remoteDataCenterUrlPath: string
  readonly retainOlderDataSnapshotsAtStartup: boolean
  readonly sendDataSnapshotsToOriginDCAtStartup: boolean
}

/**
 * What a scenario may set; the rest follows from the testbed (names, directories) or from `mode`. In
 * `remoteDataCenterApplicationMachineNames` the word `remote` stands for the testbed's own name of the other DC's machine and, where
 * there is no Streams, `nobody` for a machine from which nothing is ever heard; `dataSnapshotJdbcPassword` is `env:NAME`: the name of an environment variable, never the password.
 */
export type CrossDcOverrides = Partial<
  Omit<CrossDcSettings, 'localDataCenterName' | 'crossDCOperationMode' | 'dataSnapshotStorageDirectory'>
>

/** A machine from which nothing is ever heard: a connection attempt runs into its timeout. */
export const silentMachine = 'nobody'

/** The reference configuration file's values, which a scenario without `crossdc` gets (decisions 2). */
export const referenceCrossDcSettings: Required<CrossDcOverrides> = {
  crossDCHttpPort: 25091,
  remoteDataCenterApplicationMachineNames: 'remote',
  crossDCInitDelay: 40,
  heartbeatExchangeInterval: 30,
  consecutiveHeartbeatMissesAllowed: 4,
  dataSnapshotExchangeInterval: 180,
  dataSnapshotJdbcUrl: '',
  dataSnapshotJdbcUser: '',
  dataSnapshotJdbcPassword: '',
  dataSnapshotJdbcDriverLib: '',
  dataSnapshotJdbcClassName: '',
  dataSnapshotTableName: '',
  dataSnapshotPrimaryKeyColumnName: '',
  sendToAllRemoteMachines: false,
  alwaysLogHttpErrors: false,
  httpConnectionTimeout: 25,
  httpReadTimeout: 100,
  numberOfHttpSenderReceiverPairs: 1,
  remoteDataCenterUrlPathForHeartbeatReceiver: '/crossdcrx/CrossDataCenterReceiverForHB/ports/output/0/inject',
  remoteDataCenterUrlPath: '/crossdcrx/CrossDataCenterReceiver[*]/ports/output/0/inject',
  retainOlderDataSnapshotsAtStartup: false,
  sendDataSnapshotsToOriginDCAtStartup: false,
}

/** The settings as they may be shown and saved: a password that is set reads `<hidden>`, one within the JDBC URL too. */
export function withoutSecrets(settings: CrossDcSettings): CrossDcSettings {
  const { dataSnapshotJdbcPassword: password, dataSnapshotJdbcUrl: url } = settings
  return {
    ...settings,
    dataSnapshotJdbcPassword: password === '' ? '' : hidden,
    dataSnapshotJdbcUrl: url
      .replace(/([?&;:][^?&;:=]*(?:password|passwd|pwd|secret)[^?&;:=]*=)[^&;]*/gi, `$1${hidden}`)
      // `//user:password@host` of most drivers, and Oracle's `thin:user/password@host`.
      .replace(/\/\/[^/@]*@|(?<=:)[^:/@]+\/[^/@]+@/g, (place) => `${place.startsWith('//') ? '//' : ''}${hidden}@`),
  }
}

const hidden = '<hidden>'
