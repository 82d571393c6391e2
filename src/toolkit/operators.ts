/** The composite's operators by the names that REST and the metrics know them by (toolkit reference §6). */
export type OperatorName =
  | 'HeartbeatSignalGenerator'
  | 'HeartbeatMessagePreparer'
  | 'CrossDataCenterSender1'
  | `CrossDataCenterSender2[${number}]`
  | 'HttpPostResponseSink'
  | 'CrossDataCenterReceiverForHB'
  | `CrossDataCenterReceiver[${number}]`
  | 'RemoteDataCenterHeartbeatWatchdog'
  | 'RemoteDataCenterWatchdog'
  | 'SendSnapshotFilesData'
  | 'RemoteDCDataMerger'
  | 'SnapshotRemover'
  | 'SnapshotInserter'
  | 'SnapshotReaderOnRemoteDCFirstContact'
  | 'SnapshotReaderOnRemoteDCFailureOrOnSpecialMessage'

/** Every operator of a composite with so many sender/receiver pairs. */
export function compositeOperatorNames(pairs: number): readonly OperatorName[] {
  const channels = Array.from({ length: pairs }, (_, channel) => channel)
  return [
    'HeartbeatSignalGenerator',
    'HeartbeatMessagePreparer',
    'CrossDataCenterSender1',
    ...channels.map((channel) => `CrossDataCenterSender2[${channel}]` as const),
    'HttpPostResponseSink',
    'CrossDataCenterReceiverForHB',
    ...channels.map((channel) => `CrossDataCenterReceiver[${channel}]` as const),
    'RemoteDataCenterHeartbeatWatchdog',
    'RemoteDataCenterWatchdog',
    'SendSnapshotFilesData',
    'RemoteDCDataMerger',
    'SnapshotRemover',
    'SnapshotInserter',
    'SnapshotReaderOnRemoteDCFirstContact',
    'SnapshotReaderOnRemoteDCFailureOrOnSpecialMessage',
  ]
}

/** What an operator's ports counted. */
export interface OperatorCounts {
  /** nTuplesProcessed per input port. */
  readonly processed: readonly number[]
  /** nTuplesSubmitted per output port. */
  readonly submitted: readonly number[]
}

/** The operator and port that a receiver's port offset belongs to. */
export function receiverName(portOffset: number): OperatorName {
  return portOffset === 0 ? 'CrossDataCenterReceiverForHB' : `CrossDataCenterReceiver[${portOffset - 1}]`
}
