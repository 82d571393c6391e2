import { datacenter, defineFault, FaultError, HealError, z } from 'vitest-failover/extend'
import type { FaultContext, JsonObject } from 'vitest-failover/extend'

type Streams = FaultContext['pair']['datacenters']['dc1']['streams']

/** Somebody changes an application configuration in one datacenter only. */
export const configDrift = defineFault({
  name: 'config_drift',
  description: 'Changes an application configuration in one datacenter.',
  parameters: {
    dc: datacenter.describe('Where.'),
    name: z.string().min(1).describe('Name of the application configuration.'),
    properties: z.record(z.string(), z.string()).describe('What it says meanwhile.'),
  },
  async unavailable({ dc }, { pair }) {
    const { status } = await pair.datacenters[dc].streams.instance()
    return status === 'running' ? null : `the instance of ${dc} is ${status}`
  },
  async inject({ dc, name, properties }, { pair, clock }, injection) {
    const { streams } = pair.datacenters[dc]
    const before = await propertiesOf(streams, name)
    // Registered before anything is changed: it runs however the rest goes.
    injection.registerUndo(async () => {
      if (before === null) await streams.deleteApplicationConfiguration(name)
      else await streams.putApplicationConfiguration({ name, properties: before })
      const now = await propertiesOf(streams, name)
      if (!isSame(now, before)) throw new HealError(`The configuration ${name} of ${dc} is still changed.`)
      return { evidence: { probe: `configuration ${name} of ${dc}`, observed: { properties: now } } }
    })
    // Where the step says `when`, this waits for the event.
    await injection.begin()
    await streams.putApplicationConfiguration({ name, properties }, { signal: injection.signal })
    const now = await propertiesOf(streams, name)
    if (!isSame(now, properties)) throw new FaultError(`The configuration ${name} of ${dc} did not change.`)
    return {
      effectiveAt: clock.now(),
      uncertainty: 0,
      evidence: { probe: `configuration ${name} of ${dc}`, observed: { properties: now } },
    }
  },
})

async function propertiesOf(streams: Streams, name: string): Promise<Readonly<Record<string, string>> | null> {
  const all = await streams.applicationConfigurations()
  return all.find((one) => one.name === name)?.properties ?? null
}

function isSame(one: JsonObject | null, other: JsonObject | null): boolean {
  if (one === null || other === null) return one === other
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
}
