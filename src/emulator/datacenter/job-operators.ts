import type { OperatorCounters } from '../../applications/hosting/operator-counters.ts'
import type { JobRecord } from './jobs.ts'
import type { PeConnection } from './pe-connection.ts'

/** An operator, and the PE that holds it. */
export interface JobOperator extends OperatorCounters {
  readonly peId: string
}

/** The operators of all PEs of a job as they count now; those of a PE that does not answer as they last did. */
export async function readOperators(
  job: JobRecord,
  at: { readonly address: string; readonly connection: PeConnection },
): Promise<readonly JobOperator[]> {
  const { address, connection } = at
  const lists = [...job.pes.values()].map(async ({ peId, internals, isPaused }) => {
    const now = internals === null || isPaused ? [] : await connection.operators({ address, internals })
    if (now.length > 0) job.operators.set(peId, now)
    return (job.operators.get(peId) ?? []).map((operator): JobOperator => ({ ...operator, peId }))
  })
  return (await Promise.all(lists)).flat()
}
