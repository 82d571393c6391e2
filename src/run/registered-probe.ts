import { TestbedError } from '../model/errors.ts'
import type { JsonValue } from '../model/json.ts'
import type { DatacenterAccess } from '../model/testbed.ts'
import type { PerDatacenter } from '../model/scenario.ts'
import type { ProbeRead } from '../monitoring/monitor.ts'
import { asJson, shown } from '../support/plain-json.ts'

/** What a probe may use. */
export interface ProbeContext {
  readonly datacenters: PerDatacenter<Pick<DatacenterAccess, 'name' | 'streams' | 'exchange'>>
  /** Id of the DC's present job, or null. */
  readonly jobId: (dc: 'dc1' | 'dc2') => string | null
  /** Aborts when the probe has taken too long or the run ends. */
  readonly signal: AbortSignal
}

/** A probe of a user's own. One that throws could not tell, and what rests on it is inconclusive. */
export interface RegisteredProbe {
  /** Asks the system under test; what it says is compared with what the check expects. */
  read(context: ProbeContext): Promise<JsonValue>
}

/** The probes by their names, as a monitor asks them; a name that nobody registered gives a reading without a value. */
export function probeReads(
  names: readonly string[],
  given: {
    readonly probes: ReadonlyMap<string, RegisteredProbe>
    readonly context: () => Omit<ProbeContext, 'signal'>
  },
): ReadonlyMap<string, ProbeRead> {
  return new Map(
    names.map((name): [string, ProbeRead] => [
      name,
      async (signal) => {
        const probe = given.probes.get(name)
        if (probe === undefined) throw new TestbedError(`No probe named ${name} is registered here.`)
        const said: unknown = await probe.read({ ...given.context(), signal })
        const value = asJson(said)
        if (value !== undefined) return value
        throw new TestbedError(`expected the probe to say something that JSON can hold, got ${shown(said)}`)
      },
    ]),
  )
}
