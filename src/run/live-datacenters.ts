import type { DatacenterName } from '../model/datacenter.ts'
import { datacenterNames } from '../model/datacenter.ts'
import type { LeasedPair } from '../model/testbed.ts'
import type { DatacenterJobs, RunningJob } from './datacenter-jobs.ts'

/** The jobs that run: submitted, not cancelled, and with a live PE. */
export async function liveJobs(pair: LeasedPair, jobs: DatacenterJobs): Promise<readonly RunningJob[]> {
  const processes = await pair.processes.list()
  return datacenterNames
    .map((dc: DatacenterName) => jobs.current(dc))
    .filter((running) => running !== undefined)
    .filter(({ dc, job }) =>
      processes.some((process) => process.role === 'pe' && process.dc === dc && process.jobId === job.id),
    )
}
