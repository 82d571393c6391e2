import type { DatacenterName } from './datacenter.ts'
import type { ExchangeEndpoint } from './exchange-client.ts'

/**
 * Tuples of one key that follow one another, without their payloads: what even load consists of where nothing is done for each tuple
 * of it. `checksum` stands for their content: the sum of what src/support/run-checksum.ts says of each, modulo 2^32.
 */
export interface TupleRun {
  readonly key: string
  /** The first and the last number. */
  readonly from: number
  readonly to: number
  readonly checksum: number
}

/** What would become of a request to a job's inject endpoint at this moment. */
export type Intake =
  /** So many tuples are taken at once; the others would have to be sent again later. */
  | { readonly kind: 'takes'; readonly room: number }
  /** No answer comes for the time being. */
  | { readonly kind: 'waits' }
  | { readonly kind: 'refuses' }

/** Load that is being carried. */
export interface CarriedLoad {
  /** Hands over everything that came due until now. */
  readonly settle: () => void
}

/** A load's place with the carrier. */
export interface CarriedPlace {
  /** Has the load settled in so many system seconds, in place of the time asked for before; at the latest, not only then. */
  settleIn(seconds: number): void
  /** The load has ended. */
  leave(): void
}

/**
 * Brings runs of tuples to the jobs of a testbed in virtual time. Every load is settled, with all others, before anything happens that
 * what it flows into could tell: an input of the application, a read of what it put out, a failure, a change of what it takes in.
 */
export interface LoadCarrier {
  join(load: CarriedLoad): CarriedPlace
  /** Settles all loads, and afterwards, when what is about to be done has been done, once more. */
  settle(): void
  intake(dc: DatacenterName, endpoint: ExchangeEndpoint): Intake
  /** Hands tuples over that the intake takes. */
  give(dc: DatacenterName, endpoint: ExchangeEndpoint, runs: readonly TupleRun[]): void
}
