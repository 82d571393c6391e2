/** An operator as the REST API shows it, with what its ports counted. */
export interface OperatorCounters {
  readonly name: string
  readonly operatorKind: string
  /** nTuplesProcessed per input port. */
  readonly processed: readonly number[]
  /** nTuplesSubmitted per output port. */
  readonly submitted: readonly number[]
}

/** The samples call the composite so (toolkit reference §6); its operators' names carry the invocation before a dot. */
const invocation = 'CrossDCFailover'

/** Kinds of the composite's operators, by the start of their names. */
const kinds: readonly (readonly [string, string])[] = [
  ['HeartbeatSignalGenerator', 'spl.utility::Beacon'],
  ['CrossDataCenterSender', 'com.teracloud.streams.crossdc.failover::HttpBlobSender'],
  ['CrossDataCenterReceiver', 'com.teracloud.streams.inet.rest::HTTPBLOBInjection'],
]

/** The composite's operators, from the counters of its machines. */
export function compositeOperators(
  tuplesSubmitted: Readonly<Record<string, readonly number[]>>,
): readonly OperatorCounters[] {
  return Object.entries(tuplesSubmitted).map(([name, submitted]) => ({
    name: `${invocation}.${name}`,
    operatorKind: kinds.find(([start]) => name.startsWith(start))?.[1] ?? 'spl.utility::Custom',
    processed: [],
    submitted,
  }))
}
