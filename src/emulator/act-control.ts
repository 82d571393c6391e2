import { TestbedError } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import type { ActControl, ActOutcome, PerformedActs, TestbedAct } from '../model/testbed-act.ts'
import type { Peer } from './rpc/message-peer.ts'
import type { ControlMethods } from './supervisor/control-protocol.ts'

/** Over what the supervisor itself allows any one act. */
const actTimeoutMs = 30_000

interface ActControlOptions {
  readonly supervisor: Peer<ControlMethods>
  readonly leaseId: number
}

/** Acts of a lease, performed by the supervisor: what waits for an event waits there, so that no way to here and back is lost. */
export function createActControl({ supervisor, leaseId }: ActControlOptions): ActControl {
  let lastId = 0
  return {
    perform: async (acts, { when, signal } = {}): Promise<PerformedActs> => {
      signal?.throwIfAborted()
      const id = (lastId += 1)
      // An event may take for ever; only its waiter knows when it has waited long enough.
      const timeoutMs = when === undefined ? actTimeoutMs * Math.max(acts.length, 1) : Number.POSITIVE_INFINITY
      const disarm = (): void => {
        // It fails only where the supervisor or the lease is gone, and the acts fail with it then.
        supervisor.call('disarm', { leaseId, id }).catch(() => undefined)
      }
      signal?.addEventListener('abort', disarm, { once: true })
      try {
        const performed = await supervisor.call('perform', { leaseId, id, acts, when: when ?? null }, { timeoutMs })
        if (!('isDisarmed' in performed)) return performed
        throw signal?.reason
      } finally {
        signal?.removeEventListener('abort', disarm)
      }
    },
  }
}

/** Performs one act now. @throws TestbedError when it cannot be done */
export async function performOne(acts: ActControl, act: TestbedAct): Promise<ActOutcome> {
  const [outcome] = (await acts.perform([act])).outcomes
  if (outcome === undefined) throw new TestbedError(`The testbed's supervisor did not say what came of ${act.kind}.`)
  return outcome
}

/** The processes that an act was done to. */
export function pidsOf(detail: JsonObject): readonly number[] {
  const pids = detail['pids']
  return Array.isArray(pids) ? pids.filter((pid) => typeof pid === 'number') : []
}
