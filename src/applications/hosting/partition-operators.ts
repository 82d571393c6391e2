import { compositeOperatorNames, type OperatorName } from '../../toolkit/operators.ts'

/** What one PE of a job holds. */
export interface PePart {
  /** The application with its endpoints. */
  readonly hasApplication: boolean
  /** Operators of the composite. */
  readonly operators: readonly OperatorName[]
}

/** In the order in which operators leave the part that held them for one of their own. */
const separations: readonly ((operator: OperatorName) => boolean)[] = [
  () => true,
  (operator) => !(isSender(operator) || generates(operator)),
  (operator) => operator === 'CrossDataCenterReceiverForHB' || operator === 'RemoteDataCenterHeartbeatWatchdog',
  isSender,
  // The snapshot senders stay together: the splitter before them waits for room in the one whose turn it is.
  (operator) => operator.startsWith('CrossDataCenterSender2'),
  (operator) => operator === 'HeartbeatSignalGenerator',
  (operator) => operator === 'SendSnapshotFilesData',
  (operator) => operator === 'RemoteDCDataMerger',
]

/** So many PEs at most can a job have here. */
export const peCountMax = separations.length + 1

/**
 * Deals a job's operators out to PEs. `count` is a target, as `fusionTargetPeCount` is (streams-rest-api reference §7): what
 * cannot stand apart, such as a receiver and the watchdog whose queue is behind it, stays together. The first part has the
 * application.
 */
export function partitionOperators(options: {
  readonly count: number
  /** Sender/receiver pairs. */
  readonly pairs: number
}): readonly PePart[] {
  const parts: PePart[] = [{ hasApplication: true, operators: compositeOperatorNames(options.pairs) }]
  for (const leaves of separations.slice(0, Math.max(0, options.count - 1))) {
    const held = parts.findIndex(({ operators }) => operators.some(leaves))
    const from = parts[held]
    if (from === undefined) break
    parts[held] = { ...from, operators: from.operators.filter((operator) => !leaves(operator)) }
    parts.push({ hasApplication: false, operators: from.operators.filter(leaves) })
  }
  return parts
}

function generates(operator: OperatorName): boolean {
  return operator === 'HeartbeatSignalGenerator' || operator === 'HeartbeatMessagePreparer'
}

function isSender(operator: OperatorName): boolean {
  return operator.startsWith('CrossDataCenterSender') || operator === 'HttpPostResponseSink'
}
