// A whole DC at once: dead, or alive and mute.

import type { DatacenterName } from '../../model/datacenter.ts'
import { otherDatacenter } from '../../model/datacenter.ts'
import { FaultError } from '../../model/errors.ts'
import type { FaultSpec } from '../../model/fault.ts'
import type { FaultContext } from '../context.ts'
import type { Effective, FaultKindDefinition, Undone } from '../fault-kind.ts'
import { pidsOf, struckBy } from './effects.ts'
import { holdDownProblem, proveDead, startManagement } from './hold-down.ts'
import { replaceJob, settleOwedJob } from './job-evidence.ts'
import { directionsOf, linkProbe, probeOnce, proveReachable, refuseLeaks, removeRules, rulesOf } from './link-rules.ts'
import type { Direction } from './link-rules.ts'
import { managementOf, managementProblem, proveMute } from './management.ts'
import { pausedAlready, provePaused, resumeManagement, resumePes } from './pause.ts'

type DatacenterOutageFault = Extract<FaultSpec, { kind: 'datacenter_outage' }>
type HostHangFault = Extract<FaultSpec, { kind: 'host_hang' }>

/**
 * Everything of a DC is dead and unreachable: its PEs, its management, the WAN in both directions. Healed, the WAN comes back
 * first, then the management, then the job, as after a `kill`.
 */
export const datacenterOutage: FaultKindDefinition<DatacenterOutageFault> = {
  unavailable: async ({ target: { dc } }, context) =>
    (await managementProblem(context, dc, 'kill')) ?? (await holdDownProblem({ dc }, context)),

  async inject({ target: { dc } }, context, injection): Promise<Effective> {
    const what = `datacenter_outage ${dc}`
    const directions = wanOf(dc, context)
    const rules = rulesOf(directions, injection, { effect: { kind: 'drop' } })
    const struck: { jobId: string | null } = { jobId: context.jobs.currentJobId(dc) }
    injection.registerUndo(async () => {
      await removeRules(rules, context, what)
      const management = await startManagement({ dc, context, injection })
      const job = await replaceJob({ dc, actedOn: struck.jobId, context, injection })
      return bothOf({ management: management.evidence, job: job.evidence })
    })
    const { outcomes } = await injection.strike([
      { kind: 'hold_down', dc },
      { kind: 'apply_rules', rules },
      { kind: 'stop_management', dc },
    ])
    const jobId = context.jobs.currentJobId(dc)
    struck.jobId = jobId
    // The DC stops taking tuples when its PEs die; the rest of it goes within the same moment.
    const { t: effectiveAt, uncertainty, detail } = struckBy(context, outcomes[0])
    const management = await managementOf(context, dc)
    if (management !== undefined) throw new FaultError(`${what} had no effect: process ${management.pid} still runs.`)
    await proveDead({ dc, jobId, context, what, detail })
    const { observed } = await proveMute(context, dc, what)
    const probes = await probeOnce(directions, context)
    refuseLeaks(probes, what, 'no_connection')
    return {
      effectiveAt,
      uncertainty,
      evidence: {
        probe: `process table, ${dc}'s management API, ${linkProbe}`,
        observed: { ...observed, killedPids: pidsOf(detail), runningPids: [], probes },
      },
    }
  },
}

/**
 * All processes of a DC stand still and nothing of it answers. Healed, all go on with the state that they had; the messages that
 * were on the WAN are lost.
 */
export const hostHang: FaultKindDefinition<HostHangFault> = {
  async unavailable({ target: { dc, host } }, context) {
    if (host !== undefined && host !== 0) return `${dc} has one host here, ${dc}.host[0]; got host[${host}]`
    return (
      (await managementProblem(context, dc, 'pause')) ??
      (await holdDownProblem({ dc }, context))?.replace(/ to kill$/, ' to hang') ??
      (await pausedAlready({ dc }, context))
    )
  },

  async inject({ target: { dc } }, context, injection): Promise<Effective> {
    const what = `host_hang ${dc}`
    const directions = wanOf(dc, context)
    const rules = rulesOf(directions, injection, { effect: { kind: 'drop' } })
    const before = await probeOnce(directions, context)
    injection.registerUndo(async () => {
      await removeRules(rules, context, what)
      const { resumed, leftPaused, at } = await resumePes({ dc }, context, injection)
      const management = await resumeManagement(dc, context, injection)
      const owed = await settleOwedJob({ dc, context, injection })
      const isWhole = resumed.length > 0 && leftPaused.length === 0
      const probes = isWhole ? await proveReachable(directions, context, { before, what }) : []
      const { evidence } = bothOf({
        management,
        job: owed ?? { probe: 'process states', observed: { resumed, leftPaused } },
      })
      const undone = { evidence: { ...evidence, observed: { ...evidence.observed, probes } } }
      return at === undefined ? undone : { ...undone, at: { t: at.t, uncertainty: at.uncertainty } }
    })
    const { outcomes } = await injection.strike([
      { kind: 'pause_pes', dc },
      { kind: 'apply_rules', rules },
      { kind: 'pause_management', dc },
    ])
    const { t: effectiveAt, uncertainty } = struckBy(context, outcomes[0])
    const pausedPids = await provePaused({ dc }, context, what)
    const { observed } = await proveMute(context, dc, what)
    const probes = await probeOnce(directions, context)
    refuseLeaks(probes, what, 'no_connection')
    return {
      effectiveAt,
      uncertainty,
      evidence: {
        probe: `process states, ${dc}'s management API, ${linkProbe}`,
        observed: { ...observed, pausedPids, probes },
      },
    }
  },
}

/** Both directions of the WAN, all ports. */
function wanOf(dc: DatacenterName, context: FaultContext): readonly Direction[] {
  return directionsOf({ from: dc, to: otherDatacenter(dc), direction: 'both', ports: 'all' }, context)
}

function bothOf(of: Readonly<Record<'management' | 'job', Undone['evidence']>>): Undone {
  const { management, job } = of
  return {
    evidence: {
      probe: `${management.probe}; ${job.probe}`,
      observed: { management: management.observed, job: job.observed },
    },
  }
}
