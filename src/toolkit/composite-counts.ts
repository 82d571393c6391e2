import type { CompositeOperators } from './composite-operators.ts'
import { receiverName } from './operators.ts'
import type { OperatorCounts } from './operators.ts'
import { senderName } from './machines/sender-group.ts'

/**
 * What the operators' ports counted (toolkit reference §6). Output ports are the toolkit's; the order of input ports is that in
 * which §4 names their streams. The operators of the table count with their connections, outside the machines.
 */
export function compositeCounts(operators: CompositeOperators): Readonly<Record<string, OperatorCounts>> {
  const { preparer, heartbeatWatchdog, snapshotWatchdog, storedSender, heartbeatSender, senders, received } = operators
  const sender = (of: { readonly processed: number; readonly submitted: number }): OperatorCounts => ({
    processed: [of.processed],
    submitted: [of.submitted],
  })
  return {
    HeartbeatSignalGenerator: { processed: [], submitted: [operators.ticks] },
    HeartbeatMessagePreparer: { processed: preparer.processed, submitted: preparer.submitted },
    CrossDataCenterSender1: sender(heartbeatSender),
    ...Object.fromEntries(senders.senders.map((of, channel) => [senderName(channel), sender(of)])),
    HttpPostResponseSink: { processed: [operators.responses], submitted: [] },
    ...Object.fromEntries(
      received.map((count, offset) => [receiverName(offset), { processed: [], submitted: [count] }]),
    ),
    RemoteDataCenterHeartbeatWatchdog: {
      processed: heartbeatWatchdog.processed,
      submitted: [heartbeatWatchdog.submitted],
    },
    RemoteDataCenterWatchdog: { processed: snapshotWatchdog.processed, submitted: [snapshotWatchdog.submitted] },
    SendSnapshotFilesData: sender(storedSender),
    RemoteDCDataMerger: { processed: [operators.merged], submitted: [operators.merged] },
  }
}
