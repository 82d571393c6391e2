import { FaultError } from '../../model/errors.ts'
import type { FaultSpec } from '../../model/fault.ts'
import type { Effective, FaultKindDefinition } from '../fault-kind.ts'
import { holderOf } from '../overlaps.ts'
import { struckByAll } from './effects.ts'
import { healthAgain, holdDownProblem } from './hold-down.ts'
import { muteProblem } from './management.ts'

type OperatorRestartFault = Extract<FaultSpec, { kind: 'operator_restart' }>

/** One operator starts anew inside its PE, with empty state (toolkit reference §7, 37 to 39); the job goes on. */
export const operatorRestart: FaultKindDefinition<OperatorRestartFault> = {
  async unavailable({ target: { dc, operator } }, context) {
    const problem = (await holdDownProblem({ dc }, context))?.replace(/ to kill$/, ` whose operator could be restarted`)
    const mute = problem ?? (await muteProblem(context, dc))
    if (mute !== null) return mute
    const jobId = context.jobs.currentJobId(dc) ?? ''
    const names = (await context.pair.datacenters[dc].streams.operators(jobId)).map(({ name }) => name)
    // The composite's own may be named without its invocation before it.
    const isThere = names.some((name) => name === operator || name.endsWith(`.${operator}`))
    return isThere ? null : `expected an operator of ${dc}'s job (${names.join(', ')}), got "${operator}"`
  },

  async inject({ target: { dc, operator } }, context, injection): Promise<Effective> {
    const seen: string[] = []
    const unsubscribe = context.pair.events.subscribe(({ event, dc: where }) => {
      if (event === 'operator_restarted' && where === dc) seen.push(event)
    })
    injection.registerUndo(async () => {
      unsubscribe()
      const holder = holderOf(dc, injection.others())
      if (holder !== undefined)
        return { evidence: { probe: 'the other faults that act', observed: { dc, leftTo: holder.id } } }
      return {
        evidence: { probe: `${dc}'s job in its management API`, observed: { ...(await healthAgain(context, dc)) } },
      }
    })
    try {
      const performed = await injection.strike([{ kind: 'restart_operator', dc, operator }])
      const { t: effectiveAt, uncertainty, detail } = struckByAll(context, performed)
      if (performed.outcomes.length === 0) throw new FaultError(`operator_restart ${dc} ${operator} had no effect.`)
      return {
        effectiveAt,
        uncertainty,
        evidence: { probe: `the word of ${dc}'s PE`, observed: { operator, ...detail, events: seen.length } },
      }
    } finally {
      unsubscribe()
    }
  },
}
