import { builtinFacts } from '../model/builtin-applications.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { TestbedError } from '../model/errors.ts'
import type { ExchangeClient, ExchangeEndpoint } from '../model/exchange-client.ts'
import { ledgerOperators } from '../model/ledger.ts'

/** The ledger application's four ports on Data Exchange. */
export type LedgerEndpoints = Readonly<Record<keyof typeof ledgerOperators, ExchangeEndpoint>>

/** The four ports, and which way each goes. */
const kinds: Readonly<Record<keyof typeof ledgerOperators, ExchangeEndpoint['kind']>> = {
  ingest: 'inject',
  control: 'inject',
  output: 'inspect',
  state: 'inspect',
}

/**
 * The ledger's endpoints of a job, or null for an application that has none of them: it runs all the same, unseen.
 * @throws TestbedError when some of them are missing, or all of an application that is known to have them
 */
export async function findLedgerEndpoints(job: {
  readonly dc: DatacenterName
  readonly jobId: string
  /** What the job was made of. */
  readonly sab: string
  readonly exchange: ExchangeClient
}): Promise<LedgerEndpoints | null> {
  const { dc, jobId, sab, exchange } = job
  const facts = builtinFacts(sab)
  if (facts?.hasLedgerEndpoints === false) return null
  const offered = await exchange.endpoints(jobId)
  const find = (name: keyof typeof ledgerOperators): ExchangeEndpoint | undefined =>
    offered.find(({ operator, kind }) => operator === ledgerOperators[name] && kind === kinds[name])
  const [ingest, control, output, state] = [find('ingest'), find('control'), find('output'), find('state')]
  const found = [ingest, control, output, state].filter((endpoint) => endpoint !== undefined)
  if (found.length === 0 && facts === undefined) return null
  if (ingest !== undefined && control !== undefined && output !== undefined && state !== undefined) {
    return { ingest, control, output, state }
  }
  const missing = (['ingest', 'control', 'output', 'state'] as const).find((name) => find(name) === undefined)
  const wanted = missing === undefined ? '' : `${ledgerOperators[missing]} (${kinds[missing]})`
  const names = offered.map(({ operator, kind }) => `${operator} (${kind})`).join(', ')
  throw new TestbedError(
    `Expected job ${jobId} of ${dc} to have the endpoint ${wanted}, got ${names || 'none'}. The application must have the ledger's endpoint operators.`,
  )
}
