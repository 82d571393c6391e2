import { expect, test } from 'vitest'
import { compositeOperatorNames, receiverName } from './operators.ts'

test('the operators have the names that the toolkit’s have, one sender and one receiver a pair', () => {
  expect(compositeOperatorNames(2)).toEqual([
    'HeartbeatSignalGenerator',
    'HeartbeatMessagePreparer',
    'CrossDataCenterSender1',
    'CrossDataCenterSender2[0]',
    'CrossDataCenterSender2[1]',
    'HttpPostResponseSink',
    'CrossDataCenterReceiverForHB',
    'CrossDataCenterReceiver[0]',
    'CrossDataCenterReceiver[1]',
    'RemoteDataCenterHeartbeatWatchdog',
    'RemoteDataCenterWatchdog',
    'SendSnapshotFilesData',
    'RemoteDCDataMerger',
    'SnapshotRemover',
    'SnapshotInserter',
    'SnapshotReaderOnRemoteDCFirstContact',
    'SnapshotReaderOnRemoteDCFailureOrOnSpecialMessage',
  ])
})

test('the receiver of heartbeats is at the base port, that of channel c at base port + 1 + c', () => {
  expect([0, 1, 12].map(receiverName)).toEqual([
    'CrossDataCenterReceiverForHB',
    'CrossDataCenterReceiver[0]',
    'CrossDataCenterReceiver[11]',
  ])
})
