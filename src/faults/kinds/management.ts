import type { DatacenterName } from '../../model/datacenter.ts'
import { FaultError } from '../../model/errors.ts'
import type { FaultEvidence } from '../../model/fault.ts'
import type { ProcessInfo } from '../../model/testbed.ts'
import type { FaultContext } from '../context.ts'
import { awaitRecovery } from './recovery.ts'

/** Real seconds that a management API gets for an answer when none is expected; a healthy one takes some milliseconds. */
const silenceRealSeconds = 0.15

/** The DC's management process; undefined while it is dead. */
export async function managementOf(context: FaultContext, dc: DatacenterName): Promise<ProcessInfo | undefined> {
  const processes = await context.pair.processes.list()
  return processes.find((process) => process.role === 'management' && process.dc === dc)
}

/** Why the management process cannot be struck, or null. */
export async function managementProblem(
  context: FaultContext,
  dc: DatacenterName,
  what: 'kill' | 'pause',
): Promise<string | null> {
  const process = await managementOf(context, dc)
  if (process === undefined) return `${dc} has no running management process to ${what}`
  return what === 'pause' && process.isPaused === true ? `${dc}'s management process is paused already` : null
}

/** Why nothing can be asked of the DC's management API now, or null: another fault struck its process. */
export async function muteProblem(context: FaultContext, dc: DatacenterName): Promise<string | null> {
  const process = await managementOf(context, dc)
  if (process !== undefined && process.isPaused !== true) return null
  return `it takes ${dc}'s management API, whose process is ${process === undefined ? 'dead' : 'paused'}`
}

/**
 * The proof that the DC's management API is mute.
 * @throws FaultError when it answers
 */
export async function proveMute(context: FaultContext, dc: DatacenterName, what: string): Promise<FaultEvidence> {
  const { clock, pair } = context
  const enough = new AbortController()
  const answer = pair.datacenters[dc].streams.instance({ signal: enough.signal }).then(
    () => true,
    () => false,
  )
  const silence = clock.sleep(silenceRealSeconds * clock.timeScale, { signal: enough.signal }).then(
    () => false,
    () => false,
  )
  const isAnswering = await Promise.race([answer, silence])
  enough.abort()
  await Promise.all([answer, silence])
  if (isAnswering) throw new FaultError(`${what} had no effect: ${dc}'s management API still answers.`)
  return { probe: `${dc}'s management API, process table`, observed: { answers: false } }
}

/** The proof that the DC's management API answers again. @throws HealError */
export async function proveAnswering(context: FaultContext, dc: DatacenterName): Promise<FaultEvidence> {
  return await awaitRecovery(context, {
    what: `${dc}'s management API to answer`,
    probe: async (say) => {
      try {
        const { status } = await context.pair.datacenters[dc].streams.instance()
        return { probe: `${dc}'s management API`, observed: { status } }
      } catch (error) {
        say(error instanceof Error ? error.message : String(error))
        return undefined
      }
    },
  })
}
