import { readBundle } from '../../applications/builtin-bundle.ts'
import { TestbedError } from '../../model/errors.ts'
import { ledgerParameters } from '../../model/ledger.ts'
import type { LaunchScriptRequest } from '../../model/testbed.ts'
import type { LaunchPlan } from '../world/datacenter.ts'

/**
 * What the script of a request does, in place of its text: there is no shell here.
 * @throws TestbedError for a script of the user's own, and for a job without a configuration file
 */
export function launchPlan(launch: LaunchScriptRequest): LaunchPlan {
  const { dc, script, parameters, fusionTargetPeCount: peCount = 1 } = launch
  if (script.kind === 'file') {
    throw new TestbedError(
      `The simulated testbed runs no processes, and so not the launch script ${script.path} of ${dc}. Run this scenario on the embedded testbed, or say what the script does: \`launch_script: {exit: 1}\`, \`{hang: true}\` or \`{delay: 10 s}\`.`,
    )
  }
  if (parameters[ledgerParameters.configFileName] === undefined) {
    throw new TestbedError(`Expected \`configFileName\` among the values of the job that ${dc} launches, got none.`)
  }
  const read = readBundle(launch.sab)
  if (!read.ok) throw new TestbedError(read.problem)
  return { script, submission: { bundle: read.bundle, parameters, tracing: 'error', peCount } }
}
