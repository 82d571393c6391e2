import { TestbedError } from '../../model/errors.ts'
import type { LeasedPair, PairSettings, Testbed } from '../../model/testbed.ts'
import type { WaitOptions } from '../../model/clock.ts'
import type { Plant } from '../world/plant.ts'
import { simulatedCapabilities } from '../../model/testbed-capabilities.ts'
import { SimulatedLease } from './simulated-lease.ts'

/** What a simulated testbed is made with. */
export interface SimulatedTestbedOptions {
  /** Failures planted in what it simulates. @default none */
  readonly plants?: readonly Plant[]
}

/** A testbed in this process: two datacenters in virtual time, without disk, sockets or processes. A lease has a world of its own. */
export function openSimulatedTestbed({ plants = [] }: SimulatedTestbedOptions = {}): Testbed {
  const leases = new Set<LeasedPair>()
  return {
    capabilities: () => simulatedCapabilities,
    lease: async (settings: PairSettings, { signal }: WaitOptions = {}) => {
      signal?.throwIfAborted()
      refuseSingle(settings)
      const { timeScale = simulatedCapabilities.defaultTimeScale } = settings
      const lease: SimulatedLease = new SimulatedLease({
        settings,
        timeScale,
        plants,
        onRelease: () => leases.delete(lease),
      })
      leases.add(lease)
      return await Promise.resolve(lease)
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...leases].map(async (lease) => await lease[Symbol.asyncDispose]()))
    },
  }
}

/** Its other side would be a program of this machine, which knows nothing of virtual time. */
function refuseSingle({ only, holder }: PairSettings): void {
  if (only === undefined) return
  throw new TestbedError(
    `The simulated testbed has no ${only.dc} alone, whose remote is elsewhere: ${holder} needs the embedded one.`,
  )
}
