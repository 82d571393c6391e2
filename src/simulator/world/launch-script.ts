import type { LaunchResult } from '../../applications/hosting/toolkit-host.ts'
import type { LaunchPlan, WorldDatacenter } from './datacenter.ts'
import type { WorldJob } from './job.ts'
import type { World } from './world.ts'

/** For a script to start its interpreter and streamtool, and for streamtool to submit the job. */
const submissionSeconds = 1

interface Launch {
  readonly command: string
  readonly plan: LaunchPlan | undefined
  readonly world: World
  readonly datacenter: WorldDatacenter
  /** The standalone job that launches. */
  readonly job: WorldJob
}

/**
 * What the toolkit's `launch_app` runs (toolkit reference §4.7): a script that submits the job and then ends the standalone process, so
 * that its ports come free. `done` is called when the script has ended, if the one that launched it is still there.
 */
export function runLaunchScript(launch: Launch, done: (result: LaunchResult) => void): void {
  const { command, plan, world, datacenter, job } = launch
  const pid = world.nextPid()
  datacenter.emit('script_launched', { detail: { command, pid } })
  const end = (exitCode: number): void => {
    const detail = { command, pid, exitCode, signal: null, outputBytes: 0 }
    datacenter.emit('script_ended', { detail })
    done({ output: '', rc: 0 })
  }
  // A shell that finds no such command ends with 127.
  const status = world.plants?.scriptStatus(datacenter.name, statusOf(plan)) ?? statusOf(plan)
  if (plan?.script.kind === 'hang') return
  const delaySeconds = plan?.script.kind === 'submit' ? plan.script.delaySeconds : 0
  world.agenda.in(delaySeconds, () => {
    if (plan?.script.kind !== 'submit' || status !== 0) return end(status)
    world.agenda.in(submissionSeconds, () => {
      if (datacenter.management !== 'running') return end(1)
      datacenter.submit(plan.submission)
      // The script goes on without the process that it ends, whose log is where its end would be told.
      for (const pe of job.pes) pe.kill()
      return undefined
    })
  })
}

function statusOf(plan: LaunchPlan | undefined): number {
  if (plan === undefined) return 127
  return plan.script.kind === 'exit' ? plan.script.status : 0
}
