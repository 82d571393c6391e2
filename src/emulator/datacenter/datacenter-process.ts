import type { Bundle } from '../builtin-bundle.ts'
import { childDirectory, liveWithSupervisor } from '../child-life.ts'
import { portOf } from '../http-server.ts'
import type { LeaseTime } from '../lease-time.ts'
import type { DatacenterHostMethods, DatacenterMethods, DatacenterSettings, DatacenterUrls } from '../pair-protocol.ts'
import { ipcChannel } from '../rpc/ipc-channel.ts'
import { createPeer } from '../rpc/message-peer.ts'
import { ApplicationConfigurations } from './application-configurations.ts'
import { exchangeRoot, openApiPath, openApiYamlPath } from './exchange-documents.ts'
import { exchangeRoutes } from './exchange-routes.ts'
import { readOperators } from './job-operators.ts'
import { Jobs, type JobRecord } from './jobs.ts'
import { PeConnection } from './pe-connection.ts'
import { instanceId, type Places } from './representations.ts'
import { restRoutes } from './rest-routes.ts'
import { startService } from './service.ts'

/** The body of a datacenter's management process. */
export function runDatacenterProcess(): void {
  let time: LeaseTime = { leaseId: 0, originMs: 0, timeScale: 1 }
  let management: Management | undefined
  const methods: DatacenterMethods = {
    configure: async (settings) => {
      management = createManagement({ settings, supervisor, time: () => time })
      return await management.listen()
    },
    lease: (next) => {
      time = next
    },
    reset: () => ({ jobs: management?.reset() ?? 0 }),
    peChanged: (state) => management?.jobs.peChanged(state),
    applicationConfiguration: ({ name }) => management?.configurations.properties(name) ?? null,
  }
  const supervisor = createPeer<DatacenterHostMethods>({
    channel: ipcChannel(process),
    handlers: methods,
    name: 'supervisor',
  })
  liveWithSupervisor(() => undefined)
}

interface Management {
  readonly jobs: Jobs
  readonly configurations: ApplicationConfigurations
  listen(): Promise<DatacenterUrls>
  /** @returns how many jobs are left */
  reset(): number
}

interface ManagementOptions {
  readonly settings: DatacenterSettings
  readonly supervisor: ReturnType<typeof createPeer<DatacenterHostMethods>>
  readonly time: () => LeaseTime
}

function createManagement({ settings, supervisor, time }: ManagementOptions): Management {
  const { name: dc, address, credentials } = settings
  const jobs = new Jobs({ dc, supervisor, time })
  const bundles = new Map<string, Bundle>()
  const connection = new PeConnection()
  let urls: DatacenterUrls = { restUrl: '', dataExchangeUrl: '' }
  const places = (): Places => ({
    instance: urls.restUrl.replace(/resources$/, `instances/${instanceId}`),
    openApi: (jobId) => `${urls.dataExchangeUrl}/${openApiPath(jobId)}`,
    openApiYaml: (jobId) => `${urls.dataExchangeUrl}/${openApiYamlPath(jobId)}`,
  })
  const configurations = new ApplicationConfigurations(() => `${places().instance}/applicationconfigurations`)
  const rest = {
    dc,
    directory: childDirectory(),
    jobs,
    bundles,
    configurations,
    startTime: Date.now(),
    places,
    operators: async (job: JobRecord) => await readOperators(job, { address, connection }),
  }
  const exchange = { jobs, address, connection, url: () => urls.dataExchangeUrl }
  return {
    jobs,
    configurations,
    listen: async () => {
      const [restServer, exchangeServer] = await Promise.all([
        startService({ address, credentials, root: 'streams', routes: restRoutes(rest) }),
        startService({ address, credentials, root: exchangeRoot, routes: exchangeRoutes(exchange) }),
      ])
      urls = {
        restUrl: `http://${address}:${portOf(restServer)}/streams/resources`,
        dataExchangeUrl: `http://${address}:${portOf(exchangeServer)}/${exchangeRoot}`,
      }
      return urls
    },
    reset: () => {
      jobs.clear()
      bundles.clear()
      configurations.clear()
      return jobs.list().length
    },
  }
}
