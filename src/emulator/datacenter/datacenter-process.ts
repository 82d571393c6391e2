import type { Bundle } from '../../applications/builtin-bundle.ts'
import { childDirectory, liveWithSupervisor } from '../child-life.ts'
import { portOf } from '../http-server.ts'
import type { LeaseTime } from '../lease-time.ts'
import type {
  DatacenterHostMethods,
  DatacenterMethods,
  DatacenterSettings,
  DatacenterUrls,
  PeState,
} from '../pair-protocol.ts'
import { ipcChannel } from '../rpc/ipc-channel.ts'
import { createPeer } from '../rpc/message-peer.ts'
import { ApplicationConfigurations } from './application-configurations.ts'
import { exchangeRoot, openApiPath, openApiYamlPath } from './exchange-documents.ts'
import { exchangeRoutes } from './exchange-routes.ts'
import { readOperators } from './job-operators.ts'
import { Jobs, type JobRecord } from './jobs.ts'
import { readManagementState, writeManagementState } from './management-journal.ts'
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
      if (settings.takeUp !== null) management.takeUp(settings.takeUp.pes)
      return await management.listen()
    },
    lease: (next) => {
      time = next
    },
    reset: () => ({ jobs: management?.reset() ?? 0 }),
    peChanged: (state) => management?.jobs.peChanged(state),
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
  /** Knows from here on what the process before it knew. */
  takeUp(pes: readonly PeState[]): void
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
  const { name: dc, address, credentials, ports } = settings
  const journal = { directory: childDirectory(), dc }
  const remember = (): void => {
    writeManagementState(journal, {
      ...jobs.remembered(),
      bundles: [...bundles],
      configurations: configurations.list(),
    })
  }
  const jobs = new Jobs({ dc, supervisor, time, changed: remember })
  const bundles = new Map<string, Bundle>()
  const connection = new PeConnection()
  let urls: DatacenterUrls = { restUrl: '', dataExchangeUrl: '', ports: { rest: 0, exchange: 0 } }
  const places = (): Places => ({
    instance: urls.restUrl.replace(/resources$/, `instances/${instanceId}`),
    openApi: (jobId) => `${urls.dataExchangeUrl}/${openApiPath(jobId)}`,
    openApiYaml: (jobId) => `${urls.dataExchangeUrl}/${openApiYamlPath(jobId)}`,
  })
  const configurations = new ApplicationConfigurations({
    self: () => `${places().instance}/applicationconfigurations`,
    changed: remember,
  })
  const rest = {
    dc,
    directory: journal.directory,
    jobs,
    bundles,
    bundlesChanged: remember,
    configurations,
    startTime: settings.startTime,
    places,
    operators: async (job: JobRecord) => await readOperators(job, { address, connection }),
  }
  const exchange = { jobs, address, connection, url: () => urls.dataExchangeUrl }
  return {
    jobs,
    takeUp: (pes) => {
      const known = readManagementState(journal)
      for (const [id, bundle] of known.bundles) bundles.set(id, bundle)
      configurations.restore(known.configurations)
      jobs.restore(known, pes)
    },
    listen: async () => {
      const common = { address, credentials }
      const [restServer, exchangeServer] = await Promise.all([
        startService({ ...common, port: ports?.rest ?? 0, root: 'streams', routes: restRoutes(rest) }),
        startService({ ...common, port: ports?.exchange ?? 0, root: exchangeRoot, routes: exchangeRoutes(exchange) }),
      ])
      const open = { rest: portOf(restServer), exchange: portOf(exchangeServer) }
      urls = {
        restUrl: `http://${address}:${open.rest}/streams/resources`,
        dataExchangeUrl: `http://${address}:${open.exchange}/${exchangeRoot}`,
        ports: open,
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
