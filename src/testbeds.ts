/** Joins the testbeds to the clients that speak to them: the emulator knows no client, and the clients know no emulator. */
import { connectSupervisor } from './emulator/supervisor-client.ts'
import type { EmulatedDatacenter, EmulatedPair, SupervisorEndpoint } from './emulator/supervisor-client.ts'
import type { WaitOptions } from './model/clock.ts'
import { embeddedCapabilities } from './model/testbed-capabilities.ts'
import type { DatacenterAccess, LeasedPair, PairSettings, Testbed } from './model/testbed.ts'
import { createExchangeClient } from './streams/exchange-client.ts'
import { createStreamsClient } from './streams/streams-client.ts'

/**
 * The embedded testbed, through a supervisor that runs already.
 * @throws TestbedError when the supervisor cannot be reached.
 */
export async function openEmbeddedTestbed(endpoint: SupervisorEndpoint): Promise<Testbed> {
  const supervisor = await connectSupervisor(endpoint)
  return {
    capabilities: () => embeddedCapabilities,
    lease: async (settings: PairSettings, options?: WaitOptions) =>
      withClients(await supervisor.lease({ timeScale: embeddedCapabilities.defaultTimeScale, ...settings }, options)),
    [Symbol.asyncDispose]: async () => await supervisor.close(),
  }
}

function withClients(pair: EmulatedPair): LeasedPair {
  const datacenters = { dc1: accessTo(pair.datacenters.dc1), dc2: accessTo(pair.datacenters.dc2) }
  return {
    name: pair.name,
    clock: pair.clock,
    datacenters,
    links: pair.links,
    processes: pair.processes,
    acts: pair.acts,
    events: pair.events,
    lost: pair.lost,
    applicationBundle: async (sab, variant) => await pair.applicationBundle(sab, variant),
    installFile: async (file) => await pair.installFile(file),
    installLaunchScript: async (launch) => await pair.installLaunchScript(launch),
    latenessSeconds: async () => await pair.latenessSeconds(),
    eventLog: async () => await pair.eventLog(),
    logs: async () => await pair.logs(),
    [Symbol.asyncDispose]: async () => {
      for (const { streams, exchange } of Object.values(datacenters)) {
        streams.close()
        exchange.close()
      }
      await pair[Symbol.asyncDispose]()
    },
  }
}

function accessTo(datacenter: EmulatedDatacenter): DatacenterAccess {
  const { name, restUrl, dataExchangeUrl, username, password, crossDcUrl, remoteMachineNames, storageDirectory } =
    datacenter
  const streams = createStreamsClient({ url: restUrl, username, password })
  return {
    name,
    streams,
    exchange: createExchangeClient({
      url: dataExchangeUrl,
      username,
      password,
      // Where the data service's own list does not say, the job's description may (data-exchange reference §3).
      openApiUrl: async (jobId, wait) => await streams.openApiUrl(jobId, wait),
    }),
    crossDcUrl,
    remoteMachineNames,
    storageDirectory,
  }
}
