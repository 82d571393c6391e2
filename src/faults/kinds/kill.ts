import type { FaultSpec } from '../../model/fault.ts'
import type { FaultKindDefinition } from '../fault-kind.ts'
import { describeTarget, holdDown, holdDownProblem } from './hold-down.ts'

type KillFault = Extract<FaultSpec, { kind: 'kill' }>

/**
 * Processes that are dead until healed (decisions 3): Streams' own restart would beat detection. A whole job comes back by being
 * submitted again, single PEs by Streams' restart, the management process with what it knew.
 */
export const kill: FaultKindDefinition<KillFault> = {
  unavailable: async ({ target }, context) => await holdDownProblem(target, context),

  inject: async ({ target }, context, injection) =>
    await holdDown(target, context, { injection, what: `kill ${describeTarget(target)}` }),
}
