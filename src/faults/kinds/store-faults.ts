// What a DC's snapshot store can suffer. The DC's own operators meet it, and a marker of ours that goes the same way proves it.

import type { DatacenterName } from '../../model/datacenter.ts'
import { FaultError, HealError } from '../../model/errors.ts'
import type { FaultSpec } from '../../model/fault.ts'
import type { JsonObject } from '../../model/json.ts'
import type { StoreProbe } from '../../model/testbed.ts'
import type { StoreFault } from '../../model/testbed-act.ts'
import type { FaultContext } from '../context.ts'
import type { Effective, FaultKindDefinition, Undone } from '../fault-kind.ts'
import { storeFaultIn, storeFaultOf } from '../overlaps.ts'
import { struckBy, struckByAll } from './effects.ts'
import { pesOf } from './job-evidence.ts'

type StoreSpec = Extract<
  FaultSpec,
  { kind: 'disk_full' | 'disk_readonly' | 'disk_slow' | 'disk_error' | 'database_lost' }
>

/** A timer may fire so much early. */
const timeTolerance = 0.9

/**
 * A fault of a DC's snapshot store, in force until healed, also for PEs that start meanwhile. Of several faults of one store the
 * newest holds; when it is healed, the one before it does again.
 */
export const storeFault: FaultKindDefinition<StoreSpec> = {
  async unavailable(spec, context) {
    const { dc } = spec.target
    if (context.jobs.currentJobId(dc) === null) return `${dc} has no job whose snapshot store could fail`
    if (spec.kind === 'disk_slow' && !(spec.delaySeconds > 0)) {
      return `expected \`delay\` to be above 0 s, got ${spec.delaySeconds}`
    }
    if (spec.kind === 'database_lost' && context.jobs.settingsInForce(dc).dataSnapshotJdbcUrl === '') {
      return `${dc} keeps its snapshots in files, not in a database: its \`crossdc\` has no \`dataSnapshotJdbcUrl\``
    }
    return (await pesOf(context, { dc })).length === 0
      ? `${dc}'s job has no running PE whose store could be probed`
      : null
  },

  async inject(spec, context, injection): Promise<Effective> {
    const { dc } = spec.target
    const what = `${spec.kind} ${dc}`
    const fault = storeFaultOf(spec)
    const before = await context.pair.processes.probeStore({ dc })
    injection.registerUndo(
      async () => await undo({ dc, before, others: storeFaultIn(dc, injection.others()), context, what }),
    )
    const performed = await injection.strike([{ kind: 'store_fault', dc, fault }])
    const { t: effectiveAt, uncertainty, detail } = struckByAll(context, performed)
    const probe = await context.pair.processes.probeStore({ dc })
    const problem = fault === null ? null : mismatch(fault, probe, context)
    if (problem !== null) throw new FaultError(`${what} had no effect: ${problem}.`)
    return {
      effectiveAt,
      uncertainty,
      evidence: { probe: storeProbe(dc), observed: { ...detail, ...asJson(probe), before: asJson(before) } },
    }
  },
}

async function undo(of: {
  readonly dc: DatacenterName
  readonly before: StoreProbe
  /** What still holds the store. */
  readonly others: StoreFault | null
  readonly context: FaultContext
  readonly what: string
}): Promise<Undone> {
  const { dc, before, others, context, what } = of
  const { outcomes } = await context.pair.acts.perform([{ kind: 'store_fault', dc, fault: others }])
  const { t, uncertainty } = struckBy(context, outcomes[0])
  const at = { t, uncertainty }
  // Without a PE nobody can ask the store; the next PE starts without the fault.
  if ((await pesOf(context, { dc })).every(({ isPaused }) => isPaused === true)) {
    return { at, evidence: { probe: 'none: no PE of the job runs', observed: {} } }
  }
  const probe = await context.pair.processes.probeStore({ dc })
  if (others !== null)
    return { at, evidence: { probe: storeProbe(dc), observed: { ...asJson(probe), left: others.mode } } }
  const worse = (['write', 'read', 'delete'] as const).filter((way) => before[way] === 'ok' && probe[way] !== 'ok')
  if (worse.length > 0) {
    throw new HealError(`${what} was removed, yet ${worse.map((way) => `${way}: ${probe[way]}`).join(', ')}.`)
  }
  return { at, evidence: { probe: storeProbe(dc), observed: asJson(probe) } }
}

/** What a probe met that it should not have, or null. */
function mismatch(fault: StoreFault, probe: StoreProbe, { clock }: FaultContext): string | null {
  const { write, read, delete: remove, ms } = probe
  const succeeded = (ways: readonly (readonly [string, string])[]): string | null => {
    const fine = ways.filter(([, said]) => said === 'ok').map(([way]) => way)
    return fine.length === 0 ? null : `${fine.join(' and ')} succeeded`
  }
  switch (fault.mode) {
    case 'full':
      return succeeded([['write', write]])
    case 'readonly':
      return succeeded([
        ['write', write],
        ['delete', remove],
      ])
    case 'error':
    case 'lost':
      return succeeded([
        ['write', write],
        ['read', read],
      ])
    case 'slow': {
      const leastMs = (fault.delaySeconds / clock.timeScale) * 1000 * timeTolerance
      return ms >= leastMs
        ? null
        : `a probe took ${ms.toFixed(1)} ms; expected at least ${leastMs.toFixed(1)} ms (real time)`
    }
    default:
      return fault satisfies never
  }
}

function storeProbe(dc: DatacenterName): string {
  return `a marker in ${dc}'s snapshot store`
}

function asJson({ store, write, read, delete: remove, ms }: StoreProbe): JsonObject {
  return { store, write, read, delete: remove, ms }
}
