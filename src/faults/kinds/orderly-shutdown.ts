import type { DatacenterName } from '../../model/datacenter.ts'
import { FaultError } from '../../model/errors.ts'
import type { FaultSpec } from '../../model/fault.ts'
import type { TestbedEvent } from '../../model/testbed.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { FaultContext } from '../context.ts'
import type { Effective, FaultKindDefinition } from '../fault-kind.ts'
import { replaceJob } from './job-evidence.ts'

type OrderlyShutdownFault = Extract<FaultSpec, { kind: 'orderly_shutdown' }>

/** System seconds that the toolkit may take to close after the message was accepted. */
const closingTimeoutSeconds = 30

/**
 * The toolkit's planned stop: `OrderlyShutdown` on the SpecialMessage port. The job stays up, mute and deaf to the other DC,
 * until it is cancelled (toolkit reference §4.2, §7, 10).
 */
export const orderlyShutdown: FaultKindDefinition<OrderlyShutdownFault> = {
  unavailable: async ({ target }, context) =>
    context.jobs.currentJobId(target.dc) === null ? `${target.dc} has no job to shut down` : null,

  async inject({ target }, context, injection): Promise<Effective> {
    const { dc } = target
    const struck: { jobId: string | null } = { jobId: context.jobs.currentJobId(dc) }
    injection.registerUndo(async () => await replaceJob({ dc, actedOn: struck.jobId, context, injection }))
    await injection.begin()
    struck.jobId = context.jobs.currentJobId(dc)
    return await awaitClosing(context, dc, {
      act: async () => await context.jobs.sendSpecialMessage(dc, 'OrderlyShutdown'),
      what: `orderly_shutdown ${dc}.job`,
    })
  },
}

/** Acts, and resolves once the DC's toolkit said that it closed. @throws FaultError */
export async function awaitClosing(
  context: FaultContext,
  dc: DatacenterName,
  { act, what }: { readonly act: () => Promise<void>; readonly what: string },
): Promise<Effective> {
  let closed: TestbedEvent | undefined
  let recheck: () => void = () => undefined
  const unsubscribe = context.pair.events.subscribe((event) => {
    if (event.event !== 'orderly_shutdown' || event.dc !== dc) return
    closed = event
    recheck()
  })
  try {
    await act()
    const { time, uncertainty, event } = await waitUntil({
      what: `${dc}'s toolkit to close after OrderlyShutdown`,
      clock: context.clock,
      timeoutSeconds: closingTimeoutSeconds,
      subscribe: (notify) => {
        recheck = notify
        return () => undefined
      },
      probe: () => closed,
    })
    const jobId = context.jobs.currentJobId(dc)
    return {
      effectiveAt: context.toSystemTime(time),
      uncertainty,
      evidence: { probe: `the toolkit's own word in ${dc}`, observed: { event, jobId } },
    }
  } catch (cause) {
    throw new FaultError(`${what} had no effect: the toolkit did not close.`, { cause })
  } finally {
    unsubscribe()
  }
}
