import { compositeOperators } from '../../applications/hosting/operator-counters.ts'
import type { OperatorCounters } from '../../applications/hosting/operator-counters.ts'
import type { PePart } from '../../applications/hosting/partition-operators.ts'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { Composite } from '../../toolkit/composite.ts'
import { receiverName } from '../../toolkit/operators.ts'
import type { OperatorCounts, OperatorName } from '../../toolkit/operators.ts'

/** Names of the database operators, which every composite has (toolkit reference §5.6). */
const databaseOperators: readonly OperatorName[] = [
  'SnapshotRemover',
  'SnapshotReaderOnRemoteDCFirstContact',
  'SnapshotInserter',
  'SnapshotReaderOnRemoteDCFailureOrOnSpecialMessage',
]

/** What the operators of a PE's share of the composite counted, as REST shows it. */
export function countersOf(composite: Composite, part: PePart, settings: CrossDcSettings): readonly OperatorCounters[] {
  const counts: Record<string, OperatorCounts> = { ...composite.state.operators }
  for (const name of databaseOperators) {
    if (part.operators.includes(name)) counts[name] ??= { processed: [0], submitted: [0] }
  }
  const offsets = Array.from({ length: 1 + settings.numberOfHttpSenderReceiverPairs }, (_, offset) => offset)
  const portOf = (name: string): number | undefined => {
    const offset = offsets.find((candidate) => receiverName(candidate) === name)
    return offset === undefined ? undefined : settings.crossDCHttpPort + offset
  }
  return compositeOperators(counts, portOf)
}
