import { withoutSecrets } from '../../model/crossdc-settings.ts'
import type { RestartFault } from '../../model/fault.ts'
import type { JsonObject } from '../../model/json.ts'
import type { FaultContext, JobChanges } from '../context.ts'
import type { Effective, FaultKindDefinition, Injection } from '../fault-kind.ts'
import { describeTarget, holdDown, holdDownProblem } from './hold-down.ts'
import { replaceJob } from './job-evidence.ts'
import { cancelJobNow } from './cancel-job.ts'
import { muteProblem } from './management.ts'

/**
 * Down and, when healed, up again: a whole job is cancelled and submitted again, with what is changed here from then on; single PEs
 * and the management process are killed and started again.
 */
export const restart: FaultKindDefinition<RestartFault> = {
  async unavailable(spec, context) {
    const { target } = spec
    if (!isWholeJob(spec)) {
      const isChanging = Object.keys(changesOf(spec)).length > 0
      return isChanging
        ? `expected a whole job to restart with changed settings or SAB, got ${describeTarget(target)}`
        : await holdDownProblem(target, context)
    }
    const { dc } = target
    return context.jobs.currentJobId(dc) === null ? `${dc} has no job to restart` : await muteProblem(context, dc)
  },

  async inject(spec, context, injection): Promise<Effective> {
    const { target } = spec
    if (isWholeJob(spec)) return await restartJob(spec, context, injection)
    return await holdDown(target, context, { injection, what: `restart ${describeTarget(target)}` })
  },
}

async function restartJob(spec: RestartFault, context: FaultContext, injection: Injection): Promise<Effective> {
  const { dc } = spec.target
  // An application that does not exist, or settings that make no sense, are found out before anything is down.
  const changes = changesOf(spec)
  const change = Object.keys(changes).length === 0 ? undefined : await context.jobs.prepareChange(dc, changes)
  const struck: { jobId: string | null } = { jobId: context.jobs.currentJobId(dc) }
  injection.registerUndo(async () => {
    const { evidence } = await replaceJob({ dc, actedOn: struck.jobId, context, injection })
    return { evidence: { ...evidence, observed: { ...evidence.observed, changed: describeChanges(spec, context) } } }
  })
  await injection.begin()
  struck.jobId = context.jobs.currentJobId(dc)
  change?.()
  const effective = await cancelJobNow(dc, context, `restart ${dc}.job`)
  const { probe, observed } = effective.evidence
  return { ...effective, evidence: { probe, observed: { ...observed, changed: describeChanges(spec, context) } } }
}

function isWholeJob({ target }: RestartFault): boolean {
  return target.pes === undefined && target.management === undefined
}

function changesOf({ crossdc, sab }: RestartFault): JobChanges {
  return { ...(crossdc === undefined ? {} : { crossdc }), ...(sab === undefined ? {} : { sab }) }
}

/** What was asked to change, with the values now in force and no password. */
function describeChanges({ target, crossdc = {}, sab }: RestartFault, context: FaultContext): JsonObject {
  const inForce = withoutSecrets(context.jobs.settingsInForce(target.dc))
  const asked = Object.entries(inForce).filter(([name]) => Object.hasOwn(crossdc, name))
  return {
    ...(asked.length === 0 ? {} : { crossdc: Object.fromEntries(asked) }),
    ...(sab === undefined ? {} : { sab }),
  }
}
