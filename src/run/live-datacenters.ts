import type { DatacenterName } from '../model/datacenter.ts'
import { datacenterNames } from '../model/datacenter.ts'
import type { LeasedPair, ProcessInfo } from '../model/testbed.ts'
import type { DatacenterJobs, RunningJob } from './datacenter-jobs.ts'

/** The jobs that run: submitted, not cancelled, with a live PE and none that is stopped, for that one would never answer. */
export async function liveJobs(pair: LeasedPair, jobs: DatacenterJobs): Promise<readonly RunningJob[]> {
  const processes = await pair.processes.list()
  return datacenterNames
    .map((dc: DatacenterName) => jobs.current(dc))
    .filter((running) => running !== undefined)
    .filter(({ dc, job }) => {
      const pes = processes.filter((process) => process.role === 'pe' && process.dc === dc && process.jobId === job.id)
      const isMute = pes.some(({ isPaused = false }) => isPaused) || isStopped(processes, dc)
      return pes.length > 0 && !isMute
    })
}

/** A DC is asked through its management, where that is a process of the testbed's. */
function isStopped(processes: readonly ProcessInfo[], dc: DatacenterName): boolean {
  const all = processes.filter(({ role }) => role === 'management')
  return all.length > 0 && !all.some((process) => process.dc === dc && process.isPaused !== true)
}
