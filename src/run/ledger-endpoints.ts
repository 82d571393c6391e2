import { builtinFacts } from '../model/builtin-applications.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { TestbedError } from '../model/errors.ts'
import type { ExchangeClient, ExchangeEndpoint } from '../model/exchange-client.ts'
import { ledgerOperators } from '../model/ledger.ts'
import type { ApplicationFace } from '../model/scenario.ts'

/** The ports of the ledger application on Data Exchange, or those of a user's own, which takes no commands and tells no state. */
export interface LedgerEndpoints {
  readonly ingest: ExchangeEndpoint
  readonly output: ExchangeEndpoint
  readonly control: ExchangeEndpoint | null
  readonly state: ExchangeEndpoint | null
}

/** The four ports, and which way each goes. */
const kinds: Readonly<Record<keyof typeof ledgerOperators, ExchangeEndpoint['kind']>> = {
  ingest: 'inject',
  control: 'inject',
  output: 'inspect',
  state: 'inspect',
}

/**
 * The ledger's endpoints of a job, or those that the scenario names as the application's own; null for an application that has none
 * of them: it runs all the same, unseen.
 * @throws TestbedError when some of them are missing, or all of an application that is known to have them
 */
export async function findLedgerEndpoints(job: {
  readonly dc: DatacenterName
  readonly jobId: string
  /** What the job was made of. */
  readonly sab: string
  readonly exchange: ExchangeClient
  /** Of a user's own application. @default the ledger's */
  readonly application?: ApplicationFace | undefined
}): Promise<LedgerEndpoints | null> {
  const { dc, jobId, sab, exchange, application } = job
  const facts = builtinFacts(sab)
  // A built-in that stands in for the user's application has its own names.
  if (application !== undefined && facts === undefined) {
    return await findApplicationEndpoints({ dc, jobId, exchange, application })
  }
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
  throw new TestbedError(
    `Expected job ${jobId} of ${dc} to have the endpoint ${wanted}, got ${listed(offered)}. The application must have the ledger's endpoint operators, or the scenario must name its own: \`application\`.`,
  )
}

async function findApplicationEndpoints(job: {
  readonly dc: DatacenterName
  readonly jobId: string
  readonly exchange: ExchangeClient
  readonly application: ApplicationFace
}): Promise<LedgerEndpoints> {
  const { dc, jobId, exchange, application } = job
  const offered = await exchange.endpoints(jobId)
  const find = (field: 'ingest' | 'output', kind: ExchangeEndpoint['kind']): ExchangeEndpoint => {
    const found = offered.find((one) => one.operator === application[field] && one.kind === kind)
    if (found !== undefined) return found
    throw new TestbedError(
      `Expected job ${jobId} of ${dc} to have the ${kind} endpoint ${application[field]}, which \`application.${field}\` names, got ${listed(offered)}.`,
    )
  }
  return { ingest: find('ingest', 'inject'), output: find('output', 'inspect'), control: null, state: null }
}

function listed(offered: readonly ExchangeEndpoint[]): string {
  return offered.map(({ operator, kind }) => `${operator} (${kind})`).join(', ') || 'none'
}
