/**
 * The toolkit's settings of one job, by the toolkit's documented names and in its documented units (toolkit reference §1.4).
 * The parameters that only JDBC storage uses are not listed: file storage is the one kind of store so far.
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
  /** Seconds per attempt; 0 waits for ever. */
  readonly httpConnectionTimeout: number
  /** Seconds per attempt; 0 waits for ever. */
  readonly httpReadTimeout: number
  readonly numberOfHttpSenderReceiverPairs: number
  readonly retainOlderDataSnapshotsAtStartup: boolean
}

/** What a scenario may set; the rest follows from the testbed (names, addresses, directories) or from `mode`. */
export type CrossDcOverrides = Partial<
  Omit<
    CrossDcSettings,
    | 'localDataCenterName'
    | 'crossDCOperationMode'
    | 'remoteDataCenterApplicationMachineNames'
    | 'dataSnapshotStorageDirectory'
  >
>

/** The reference configuration file's values, which a scenario without `crossdc` gets (decisions 2). */
export const referenceCrossDcSettings: Required<CrossDcOverrides> = {
  crossDCHttpPort: 25091,
  crossDCInitDelay: 40,
  heartbeatExchangeInterval: 30,
  consecutiveHeartbeatMissesAllowed: 4,
  dataSnapshotExchangeInterval: 180,
  httpConnectionTimeout: 25,
  httpReadTimeout: 100,
  numberOfHttpSenderReceiverPairs: 1,
  retainOlderDataSnapshotsAtStartup: false,
}
