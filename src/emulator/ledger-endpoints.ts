import { ledgerOperators } from '../model/ledger.ts'

/** An attribute of an endpoint's items, by its SPL type. */
export interface EndpointAttribute {
  readonly name: string
  readonly splType: string
}

/** One port of a Data Exchange operator. */
export interface Endpoint {
  readonly kind: 'inject' | 'inspect'
  readonly operator: string
  readonly summary: string
  readonly attributes: readonly EndpointAttribute[]
}

const intervals = 'list<tuple<int64 from, int64 to>>'

/** The endpoints of `builtin:ledger`; the items' shapes are in src/model/ledger.ts. */
export const ledgerEndpoints: readonly Endpoint[] = [
  {
    kind: 'inject',
    operator: ledgerOperators.ingest,
    summary: 'Tuples to keep account of',
    attributes: attributes({ key: 'rstring', seq: 'int64', payload: 'rstring', checksum: 'uint32' }),
  },
  {
    kind: 'inject',
    operator: ledgerOperators.control,
    summary: 'Commands to the ledger',
    attributes: attributes({ command: 'rstring', queryId: 'rstring', argument: 'rstring' }),
  },
  {
    kind: 'inspect',
    operator: ledgerOperators.output,
    summary: 'Runs of tuples that were put out',
    attributes: attributes({
      producedBy: 'rstring',
      origin: 'rstring',
      channel: 'int32',
      counter: 'int64',
      key: 'rstring',
      from: 'int64',
      to: 'int64',
    }),
  },
  {
    kind: 'inspect',
    operator: ledgerOperators.state,
    summary: 'What the channels say of their state',
    attributes: attributes({
      producedBy: 'rstring',
      origin: 'rstring',
      key: 'rstring',
      intervals,
      checksum: 'uint32',
      duplicates: intervals,
      corrupt: 'int64',
      cause: 'rstring',
      channel: 'int32',
      channels: 'int32',
      queryId: 'rstring',
      index: 'int32',
      count: 'int32',
      replayOf: 'rstring',
    }),
  },
]

function attributes(types: Readonly<Record<string, string>>): readonly EndpointAttribute[] {
  return Object.entries(types).map(([name, splType]) => ({ name, splType }))
}
