import { datacenter, defineCheck, z } from 'vitest-failover/extend'

/** Whether a datacenter has stored enough snapshots of the other one. */
export const snapshotsStored = defineCheck({
  name: 'snapshots_stored',
  description: 'A datacenter stored at least so many snapshots.',
  parameters: {
    dc: datacenter.describe('Who stores.'),
    at_least: z.int().min(1).default(1).describe('How many. Default: 1.'),
  },
  judge({ dc, at_least: wanted }, { timeline }) {
    const events = timeline.events.filter(({ event }) => event === 'snapshot_stored')
    // Nothing seen of anybody says nothing about this one: that is no failure, and no pass either.
    if (events.length === 0) return { verdict: 'inconclusive', message: 'No snapshot was stored anywhere.' }
    const stored = events.filter((one) => one.dc === dc).length
    return {
      verdict: stored >= wanted ? 'pass' : 'fail',
      message: `${dc} stored ${stored} snapshots; at least ${wanted} were wanted.`,
      evidence: { stored, decoded: (timeline.snapshots ?? []).length },
    }
  },
})
