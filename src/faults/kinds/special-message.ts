import { FaultError } from '../../model/errors.ts'
import type { SpecialMessageFault } from '../../model/fault.ts'
import type { Effective, FaultKindDefinition } from '../fault-kind.ts'
import { holdDownProblem, healthAgain } from './hold-down.ts'
import { replaceJob } from './job-evidence.ts'
import { holderOf } from '../overlaps.ts'
import { awaitClosing } from './orderly-shutdown.ts'

/** The word after which a toolkit stays closed until its job is cancelled (toolkit reference §4.2). */
const closingWord = 'OrderlyShutdown'

/**
 * A word to the SpecialMessage port, once. The proof is that the job took it: what the toolkit makes of it is for the run to see,
 * and words that it does not know do nothing (toolkit reference §2). The job goes on, except after `OrderlyShutdown`.
 */
export const specialMessage: FaultKindDefinition<SpecialMessageFault> = {
  async unavailable({ target, message }, context) {
    if (message.trim() === '') return 'expected a word for the SpecialMessage port, got none'
    const problem = await holdDownProblem(target, context)
    return problem === null ? null : problem.replace(/ to kill$/, ` to send "${message}" to`)
  },

  async inject({ target, message }, context, injection): Promise<Effective> {
    const { dc } = target
    const struck: { jobId: string | null } = { jobId: context.jobs.currentJobId(dc) }
    injection.registerUndo(async () => {
      if (message === closingWord) return await replaceJob({ dc, actedOn: struck.jobId, context, injection })
      const holder = holderOf(dc, injection.others())
      if (holder !== undefined)
        return { evidence: { probe: 'the other faults that act', observed: { dc, leftTo: holder.id } } }
      return {
        evidence: { probe: `${dc}'s job in its management API`, observed: { ...(await healthAgain(context, dc)) } },
      }
    })
    await injection.begin()
    struck.jobId = context.jobs.currentJobId(dc)
    if (struck.jobId === null)
      throw new FaultError(`special_message ${dc}.job had no effect: ${dc} has no job any more.`)
    const sentAt = context.clock.now()
    const send = async (): Promise<void> => await context.jobs.sendSpecialMessage(dc, message)
    if (message === closingWord) {
      const closed = await awaitClosing(context, dc, { act: send, what: `special_message ${dc}.job` })
      return { ...closed, evidence: { ...closed.evidence, observed: { ...closed.evidence.observed, message } } }
    }
    await send()
    const takenAt = context.clock.now()
    return {
      effectiveAt: (sentAt + takenAt) / 2,
      uncertainty: (takenAt - sentAt) / 2,
      evidence: { probe: `the answer of ${dc}'s job`, observed: { message, jobId: struck.jobId, taken: true } },
    }
  },
}
