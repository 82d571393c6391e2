import type { DatacenterName } from '../model/datacenter.ts'
import { TestbedError } from '../model/errors.ts'
import { ledgerParameters } from '../model/ledger.ts'
import type { LaunchScriptRequest } from '../model/testbed.ts'
import { launchCommand, launchScript, ownScriptCommand } from './streamtool/launch-script.ts'

/** The pair that a launch script is put into. */
interface LaunchPlace {
  readonly timeScale: number
  /** Puts a text file into a DC and returns its path there. */
  readonly install: (file: { dc: DatacenterName; name: string; content: string }) => Promise<string>
}

/**
 * Puts the job's SAB and the script that submits it into the DC.
 * @returns the command line for the passive application
 * @throws TestbedError when the job gets no configuration file
 */
export async function installLaunchScript(
  launch: LaunchScriptRequest,
  { timeScale, install }: LaunchPlace,
): Promise<{ readonly command: string }> {
  const { dc, script, fusionTargetPeCount } = launch
  const { [ledgerParameters.configFileName]: configFileName, ...parameters } = launch.parameters
  if (configFileName === undefined) {
    throw new TestbedError(`Expected \`configFileName\` among the values of the job that ${dc} launches, got none.`)
  }
  // A SAB is a manifest here, and so a text.
  const sab = await install({ dc, name: 'launched.sab', content: Buffer.from(launch.sab).toString('utf8') })
  if (script.kind === 'file') {
    return { command: ownScriptCommand({ path: script.path, args: script.args, sab, configFileName }) }
  }
  const content = launchScript({
    sab,
    configFileName,
    parameters,
    timeScale,
    ...(fusionTargetPeCount === undefined ? {} : { fusionTargetPeCount }),
    ...(script.kind === 'exit' ? { exit: script.status } : {}),
    ...(script.kind === 'hang' ? { hang: true } : {}),
    ...(script.kind === 'submit' ? { delaySeconds: script.delaySeconds } : {}),
  })
  return { command: launchCommand(await install({ dc, name: 'launch.sh', content })) }
}
