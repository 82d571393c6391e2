import { defineProbe } from 'vitest-failover/extend'

/** Whether both datacenters run the job that the scenario submitted, in good health. */
export const jobsHealthy = defineProbe({
  name: 'jobs_healthy',
  description: 'Both jobs are healthy.',
  async read({ datacenters, jobId, signal }) {
    for (const dc of ['dc1', 'dc2'] as const) {
      const id = jobId(dc)
      if (id === null) return false
      const { health } = await datacenters[dc].streams.job(id, { signal })
      if (health !== 'healthy') return false
    }
    return true
  },
})
