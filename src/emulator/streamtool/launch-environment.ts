import type { DatacenterName } from '../../model/datacenter.ts'
import { leanEnvironment } from '../child-life.ts'
import { instanceId } from '../datacenter/representations.ts'
import { scriptMark } from '../end-scripts.ts'
import type { Credentials } from '../pair-protocol.ts'
import { streamtoolFolder } from './install-streamtool.ts'
import { domainId, streamtoolVariables } from './streamtool-variables.ts'

/** What a launch script's environment is made of. */
export interface LaunchSurroundings {
  readonly datacenter: DatacenterName
  /** The pair's run directory, where `installStreamtool` put the shim. */
  readonly directory: string
  /** The root document of the DC's REST Management API. */
  readonly restUrl: string
  readonly credentials: Credentials
  /** The process that the script ends when it has submitted: the one that launched it. */
  readonly standalonePid: number
  readonly timeScale: number
}

/**
 * The whole environment of a launch script. Of this process's own only what the testbed's processes have is in it; the reference
 * script runs in that of whoever started `standalone`.
 */
export function launchEnvironment(surroundings: LaunchSurroundings): Record<string, string> {
  const { datacenter, directory, restUrl, credentials, standalonePid, timeScale } = surroundings
  const own: Record<string, string> = {}
  for (const [name, value] of Object.entries(leanEnvironment())) if (value !== undefined) own[name] = value
  const path = own['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'
  return {
    ...own,
    PATH: `${streamtoolFolder(directory)}:${path}`,
    [scriptMark]: directory,
    STREAMS_DOMAIN_ID: domainId,
    STREAMS_INSTANCE_ID: instanceId,
    FAILOVER_DATACENTER: datacenter,
    FAILOVER_STANDALONE_PID: String(standalonePid),
    FAILOVER_TIME_SCALE: String(timeScale),
    [streamtoolVariables.restUrl]: restUrl,
    [streamtoolVariables.user]: credentials.username,
    [streamtoolVariables.password]: credentials.password,
  }
}
