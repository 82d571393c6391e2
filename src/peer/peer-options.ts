import type { Clock } from '../model/clock.ts'
import type { PeerPaths } from './paths.ts'
import type { PeerBehaviour } from './records.ts'

/** How to play the remote datacenter of one job. */
export interface PeerOptions {
  /** Where the job finds its remote: the base port, 0 for any free ones. `pairs`: snapshot receivers behind it. @default pairs 1 */
  readonly listen: { readonly host: string; readonly port: number; readonly pairs?: number }
  /** The job's own cross-DC listener, base port. */
  readonly target: { readonly host: string; readonly port: number }
  /** The name that messages carry as `dataCenterOrigin`. @default 'dc2' */
  readonly name?: string
  readonly paths?: Partial<PeerPaths>
  /** System seconds per real second. @default 1 */
  readonly timeScale?: number
  /** In place of a clock that begins now. */
  readonly clock?: Clock
  /** How POSTs are treated at first. @default { kind: 'accept' } */
  readonly behaviour?: PeerBehaviour
  /** System seconds per attempt; 0 waits for ever. @default 25 */
  readonly connectTimeoutSeconds?: number
  /** System seconds per attempt; 0 waits for ever. @default 100 */
  readonly readTimeoutSeconds?: number
  /** Of records kept; the oldest are forgotten first. @default 10000 */
  readonly recordsMax?: number
}

/** One part of a snapshot. */
export interface PeerSnapshot {
  /** `dataSnapshotOrigin`: the part's name. */
  readonly part: string
  readonly blob: Uint8Array | string
  /** @default the peer's next one */
  readonly count?: bigint
  /** The job's snapshot receiver, from 0. @default dealt round-robin, as the toolkit does */
  readonly channel?: number
}

/** A POST of one's own making. */
export interface RawPost {
  /** @default 0 */
  readonly portOffset?: number
  readonly body: Uint8Array | string
  /** @default 'application/octet-stream' */
  readonly contentType?: string
  /** @default that of the port's receiver */
  readonly path?: string
}

/** What a wait for a message may say. */
export interface PeerWait {
  /** System seconds. @default 60 */
  readonly timeoutSeconds?: number
  /** Looks at records with larger ids only. @default 0, so at everything received so far too */
  readonly afterId?: number
  /** For the message at a timeout. @default 'a message' */
  readonly what?: string
  readonly signal?: AbortSignal
}
