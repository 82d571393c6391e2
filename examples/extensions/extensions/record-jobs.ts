import { datacenter, defineAction, z } from 'vitest-failover/extend'

/** Writes down which jobs a datacenter runs, and in what health. */
export const recordJobs = defineAction({
  name: 'record_jobs',
  description: "Writes a datacenter's jobs and their health onto the timeline.",
  parameters: {
    dc: datacenter.describe('Whose jobs.'),
    label: z.string().optional().describe('A mark for the timeline.'),
  },
  async perform({ dc, label }, { datacenters, mark, signal }) {
    if (label !== undefined) mark(label)
    const jobs = await datacenters[dc].streams.jobs({ signal })
    return { jobs: jobs.map(({ id, health }) => ({ id, health })) }
  },
})
