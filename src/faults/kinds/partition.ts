import type { DatacenterName } from '../../model/datacenter.ts'
import { datacenterNames } from '../../model/datacenter.ts'
import type { PartitionFault, PartitionHow } from '../../model/fault.ts'
import type { LinkProbe } from '../../model/testbed.ts'
import type { FaultContext } from '../context.ts'
import type { Effective, FaultKindDefinition, Injection } from '../fault-kind.ts'
import { managementHolderOf } from '../overlaps.ts'
import { struckBy, struckByAll } from './effects.ts'
import {
  describeDirection,
  directionsOf,
  linkProbe,
  probeOnce,
  proveReachable,
  refuseLeaks,
  removeRules,
  rulesOf,
  selectionProblem,
} from './link-rules.ts'

/** What a probe of a blocked direction meets, per manner of blocking. */
export const blockedOutcome: Readonly<Record<PartitionHow, LinkProbe['outcome']>> = {
  drop: 'no_connection',
  reject: 'refused',
  hang: 'no_answer',
}

/** Cross-DC connections of one or both directions, stopped on some or all ports. */
export const partition: FaultKindDefinition<PartitionFault> = {
  unavailable: async (spec, context) => selectionProblem(spec, context),

  async inject(spec, context, injection): Promise<Effective> {
    const what = `partition ${describeDirection(spec)} (${spec.how})`
    const directions = directionsOf(spec, context)
    const rules = rulesOf(directions, injection, { effect: { kind: spec.how } })
    const before = await probeOnce(directions, context)
    injection.registerUndo(async () => {
      const removed = await removeRules(rules, context, what)
      const probes = await proveReachable(directions, context, { before, what })
      const evidence = { probe: linkProbe, observed: { probes } }
      return removed === undefined ? { evidence } : { evidence, at: struckBy(context, removed) }
    })

    const { t: effectiveAt, uncertainty } = struckByAll(
      context,
      await injection.strike([{ kind: 'apply_rules', rules }]),
    )
    const probes = await probeOnce(directions, context)
    refuseLeaks(probes, what, blockedOutcome[spec.how])
    const control = await proveControlPath(context, injection)
    return { effectiveAt, uncertainty, evidence: { probe: linkProbe, observed: { probes, control } } }
  },
}

/** The faults act on the WAN only: both DCs' management must still answer, or the run would measure something else. */
async function proveControlPath(context: FaultContext, injection: Injection): Promise<string> {
  const others = injection.others()
  const isHeld = (dc: DatacenterName): boolean =>
    (['down', 'paused'] as const).some((state) => managementHolderOf(dc, state, others) !== undefined)
  const free = datacenterNames.filter((dc) => !isHeld(dc))
  await Promise.all(free.map(async (dc) => await context.pair.datacenters[dc].streams.instance()))
  return free.length === datacenterNames.length
    ? 'both management APIs answer'
    : `answering: ${free.join(', ') || 'none'}`
}
