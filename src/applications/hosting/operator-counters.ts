import { compositeOperatorNames, type OperatorCounts, type OperatorName } from '../../toolkit/operators.ts'

/** An operator as the REST API shows it, with what its ports counted. */
export interface OperatorCounters {
  readonly name: string
  readonly operatorKind: string
  /** nTuplesProcessed per input port. */
  readonly processed: readonly number[]
  /** nTuplesSubmitted per output port. */
  readonly submitted: readonly number[]
  /** Its own metrics. @default none */
  readonly gauges?: Readonly<Record<string, number>>
}

/** The samples call the composite so (toolkit reference §6); its operators' names carry the invocation before a dot. */
const invocation = 'CrossDCFailover'

const jdbc = 'com.teracloud.streams.crossdc.failover::CrossDCSnapshotJdbc'

/** Kinds of the composite's operators, by the start of their names. */
const kinds: readonly (readonly [string, string])[] = [
  ['HeartbeatSignalGenerator', 'spl.utility::Beacon'],
  ['CrossDataCenterSender', 'com.teracloud.streams.crossdc.failover::HttpBlobSender'],
  ['CrossDataCenterReceiver', 'com.teracloud.streams.inet.rest::HTTPBLOBInjection'],
  ['SnapshotRemover', `${jdbc}Remover`],
  ['SnapshotInserter', `${jdbc}Writer`],
  ['SnapshotReader', `${jdbc}Reader`],
]

/** The composite's operators, from the counters of its machines. `portOf` gives the port that a receiver listens on. */
export function compositeOperators(
  operators: Readonly<Record<string, OperatorCounts>>,
  portOf: (receiver: string) => number | undefined,
): readonly OperatorCounters[] {
  return Object.entries(operators).map(([name, { processed, submitted }]) => {
    const port = portOf(name)
    return {
      name: `${invocation}.${name}`,
      operatorKind: kinds.find(([start]) => name.startsWith(start))?.[1] ?? 'spl.utility::Custom',
      processed,
      submitted,
      // Toolkit reference §6; there is no TLS in the cross-DC traffic.
      ...(port !== undefined && { gauges: { serverPort: port, https: 0 } }),
    }
  })
}

/** The composite's operator that is meant by a name, with the invocation before it or without; undefined when it is none. */
export function compositeOperatorOf(name: string, pairs: number): OperatorName | undefined {
  const prefix = `${invocation}.`
  const bare = name.startsWith(prefix) ? name.slice(prefix.length) : name
  return compositeOperatorNames(pairs).find((known) => known === bare)
}
