import { join } from 'node:path'
import type { PePlacement } from '../pair-protocol.ts'
import { installStreamtool } from '../streamtool/install-streamtool.ts'
import { launchEnvironment } from '../streamtool/launch-environment.ts'
import { launchApp, type LaunchResult } from './launch-app.ts'
import type { PeLog } from './pe-log.ts'

/** Runs the script of a `launch` effect in the surroundings that a PE of this DC gives it. */
export async function launchScript(options: {
  readonly command: string
  readonly placement: PePlacement
  readonly log: PeLog
  readonly signal: AbortSignal
}): Promise<LaunchResult> {
  const { command, placement, log, signal } = options
  const { dc, directory, restUrl, credentials, time } = placement
  installStreamtool(directory)
  const environment = launchEnvironment({
    datacenter: dc,
    directory,
    restUrl,
    credentials,
    standalonePid: process.pid,
    timeScale: time.timeScale,
  })
  return await launchApp({ command, environment, log, errorLog: join(directory, `${dc}-scripts.log`), signal })
}
