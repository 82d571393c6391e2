import { FaultError } from '../../model/errors.ts'
import type { ConnectionResetFault } from '../../model/fault.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Effective, FaultKindDefinition } from '../fault-kind.ts'
import { struckBy, struckByAll } from './effects.ts'
import {
  describeDirection,
  directionsOf,
  linkProbe,
  probeOnce,
  proveReachable,
  selectionProblem,
} from './link-rules.ts'

/**
 * Ends the connections that are open, on both sides, and lets new ones through. The toolkit opens one for every message (toolkit
 * reference §3.4), so that often none is open: what was met is in the evidence, and meeting none is no error.
 */
export const connectionReset: FaultKindDefinition<ConnectionResetFault> = {
  unavailable: async (spec, context) => selectionProblem(spec, context),

  async inject(spec, context, injection): Promise<Effective> {
    const what = `connection_reset ${describeDirection(spec)}`
    const directions = directionsOf(spec, context)
    const before = await probeOnce(directions, context)
    injection.registerUndo(async () => ({
      evidence: {
        probe: linkProbe,
        observed: { probes: await proveReachable(directions, context, { before, what }) },
      },
    }))
    const acts = directions.map(({ from, to, ports }) => ({ kind: 'reset_connections' as const, from, to, ports }))
    const performed = await injection.strike(acts)
    if (performed.outcomes.length !== acts.length) {
      throw new FaultError(
        `${what} had no effect: ${performed.outcomes.length} of ${acts.length} directions were reset.`,
      )
    }
    const { t: effectiveAt, uncertainty } = struckByAll(context, performed)
    const reset = directions.map(({ from, to }, index): JsonObject => {
      const { detail } = struckBy(context, performed.outcomes[index])
      return { from, to, ...detail }
    })
    return { effectiveAt, uncertainty, evidence: { probe: "the links' own count", observed: { reset } } }
  },
}
