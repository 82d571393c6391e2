import type { DatacenterName } from '../../../model/datacenter.ts'

/** What plants remember of a pair beyond the life of a PE or a job. */
export class PairMemory {
  /** Lease time of the start of dc1's job; null before it. */
  startedAt: number | null = null
  /** DCs whose state the other one was seen to keep. */
  readonly protectedDatacenters = new Set<DatacenterName>()
  /** DCs that send snapshots. */
  readonly activeDatacenters = new Set<DatacenterName>()
  /** Plants that acted and do so once only, and where. */
  readonly done = new Set<string>()
  /** The first snapshot of each part, by DC and name in its store. */
  readonly firstSnapshots = new Map<string, Uint8Array>()
  /** DCs that have answered a signal. */
  readonly answered = new Set<DatacenterName>()
  /** DCs that have declared the other down. */
  readonly sawDown = new Set<DatacenterName>()
  /** Tuples that went into each DC. */
  readonly ingested: Record<DatacenterName, number> = { dc1: 0, dc2: 0 }

  sinceStart(time: number): number {
    return time - (this.startedAt ?? 0)
  }
}
