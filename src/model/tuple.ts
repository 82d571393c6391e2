import type { Interval } from './interval.ts'
import type { DatacenterName } from './datacenter.ts'

/**
 * One unit of traffic as the generator makes it and the ledger application takes it. `seq` counts from 0 within its key, so
 * that what a DC has of a key is an interval set; `checksum` is over key, seq and payload (src/support/checksum.ts).
 */
export interface Tuple {
  readonly key: string
  readonly seq: number
  readonly payload: string
  readonly checksum: number
}

/** What one operator channel says of its state for the keys of one origin; see decisions 5. */
export interface StateReport {
  /** The DC whose job says this. */
  readonly producedBy: DatacenterName
  /** The DC that accepted the tuples in the first place. */
  readonly origin: DatacenterName
  readonly key: string
  readonly intervals: readonly Interval[]
  /** Sum of the tuples' checksums, modulo 2^32. */
  readonly checksum: number
  /** Sequence numbers that were applied more than once. */
  readonly duplicates: readonly Interval[]
  /** Tuples whose checksum did not fit their content. */
  readonly corrupt: number
  /** What made the channel report: a replay after a takeover, or a query tuple. */
  readonly cause: 'replay' | 'query'
}

/** A run of tuples of one key that a DC put out, in order. `counter` numbers the outputs of one channel from 1 without gaps. */
export interface OutputRun {
  readonly producedBy: DatacenterName
  readonly origin: DatacenterName
  readonly channel: number
  readonly counter: number
  readonly key: string
  readonly from: number
  readonly to: number
}
