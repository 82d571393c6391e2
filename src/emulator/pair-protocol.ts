// What the supervisor and the processes of a pair say to each other over their IPC channels. Each interface lists the methods
// that one of them answers.

import type { JobRun } from '../applications/hosting/job-run.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { JsonObject } from '../model/json.ts'
import type { StoreFault } from '../model/testbed-act.ts'
import type { Effect, LinkRule, StoreProbe, TestbedEvent } from '../model/testbed.ts'
import type { LogLine } from '../model/timeline.ts'
import type { LeaseTime } from './lease-time.ts'

/** Credentials made up for one DC's lifetime, valid on loopback only. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

export interface DatacenterSettings {
  readonly name: DatacenterName
  readonly address: string
  readonly credentials: Credentials
  /** Unix milliseconds at which the instance began, which its later management processes did not. */
  readonly startTime: number
  /** null: any free ports. */
  readonly ports: DatacenterPorts | null
  /** What a management process before this one left: its journal holds, and these PEs there are; null where this is the first. */
  readonly takeUp: { readonly pes: readonly PeState[] } | null
}

/** Where a datacenter's services listen. */
export interface DatacenterPorts {
  readonly rest: number
  readonly exchange: number
}

/** Answered by a datacenter's management process. */
export interface DatacenterMethods {
  configure(settings: DatacenterSettings): Promise<DatacenterUrls>
  lease(time: LeaseTime): void
  /** Forgets jobs, bundles and configurations; answers how many jobs are left (none). */
  reset(nothing: JsonObject): { readonly jobs: number }
  peChanged(state: PeState): void
}

export interface DatacenterUrls {
  readonly restUrl: string
  readonly dataExchangeUrl: string
  readonly ports: DatacenterPorts
}

/** Answered by the supervisor to a datacenter's management process. */
export interface DatacenterHostMethods {
  startJob(run: JobRun): void
  /** Ends the job's PEs; answered once they are seen dead. */
  stopJob(job: { readonly jobId: string }): Promise<void>
  event(emitted: LeaseEvent): void
}

/** One PE of a job. */
export interface PeRun extends JobRun {
  readonly peId: string
  readonly indexWithinJob: number
  /** By which the job's PEs know each other. */
  readonly secret: string
}

/** What the supervisor adds: where the PE runs and when. */
export interface PePlacement {
  readonly dc: DatacenterName
  /** The DC's own, for everything but cross-DC traffic. */
  readonly address: string
  /** Where the receivers listen. `basePort` null: at the settings' base port. */
  readonly receivers: { readonly address: string; readonly basePort: number | null }
  /** The address at which the other DC is reached, through the link; null where there is no link. */
  readonly linkAddress: string | null
  /** A remote that has a base port of its own: it is no DC of this testbed. */
  readonly remote: RemotePlace | null
  readonly launchCount: number
  readonly seed: number
  /** The pair's run directory. */
  readonly directory: string
  /** The DC's folder for snapshots, where relative paths of databases lead. */
  readonly storageDirectory: string
  /** The DC's REST Management API, for the scripts that an application launches. */
  readonly restUrl: string
  readonly credentials: Credentials
  readonly time: LeaseTime
  /** What the DC's snapshot store does, from the PE's first access on; null: it works. */
  readonly storeFault: StoreFault | null
}

/** A cross-DC listener somewhere else: its host and its base port. */
export interface RemotePlace {
  readonly host: string
  readonly port: number
}

/** Where the DC's management process reaches the operators inside a PE. */
export interface PeInternals {
  readonly port: number
  readonly secret: string
  /** Of the application's named TCP port `SpecialMessagePort`, where it has one and this PE has the application. */
  readonly specialMessagePort: number | null
}

/** Why a PE did not start. */
export interface PeFailure extends JsonObject {
  /** `port`: another process has a receiver's. `operator`: an operator failed to initialise. `testbed`: no fault of the job. */
  readonly cause: 'port' | 'operator' | 'testbed'
  readonly message: string
  readonly address: string | null
  readonly port: number | null
  readonly code: string | null
  readonly advice: string | null
}

export type PePrepared =
  | {
      readonly ok: true
      readonly crossDcPorts: readonly number[]
      readonly internals: PeInternals
      /** Where the job's other PEs reach this one. */
      readonly meshPort: number
    }
  | { readonly ok: false; readonly failure: PeFailure }

/** Another PE of the job, as a PE reaches it. */
export interface PePeer {
  readonly indexWithinJob: number
  /** A peer with a higher one has forgotten everything. */
  readonly launchCount: number
  /** null while it does not run. */
  readonly port: number | null
}

/** Answered by a PE process. */
export interface PeMethods {
  /** Reads the settings and opens every listener; may be called again after a refusal. */
  prepare(work: {
    readonly run: PeRun
    readonly placement: PePlacement
    /** Of the instance's `CrossDCFailover`; null where there is none. */
    readonly applicationConfiguration: Readonly<Record<string, string>> | null
  }): Promise<PePrepared>
  /** Where the job's other PEs are now. */
  peers(now: { readonly peers: readonly PePeer[] }): void
  /** Starts the operators. */
  start(nothing: JsonObject): void
  /** It is going to be stopped where it is (`true`), or was just continued: what is late by that is no lateness of the testbed's. */
  pausing(now: { readonly isPausing: boolean }): void
  /** Makes one operator start anew. @throws when this PE does not hold it */
  restartOperator(of: { readonly operator: string }): Promise<void>
  /** What the snapshot store does from now on; null: it works. Answered once it is in force. */
  storeFault(now: { readonly fault: StoreFault | null }): JsonObject
  /** Writes, reads and deletes a marker. @throws when this PE has no snapshot store */
  probeStore(nothing: JsonObject): Promise<StoreProbe>
}

/** Answered by the supervisor to a PE process. */
export interface PeHostMethods {
  event(emitted: LeaseEvent): void
  /** The worst lateness so far, real milliseconds. */
  lateness(worst: { readonly leaseId: number; readonly worstMs: number }): void
  /** A line of level warn or error; `t` is system seconds on the lease's clock. */
  log(logged: { readonly leaseId: number; readonly line: LogLine }): void
}

/** How a PE stands, by the words of the REST API (streams-rest-api reference §9). */
export interface PeState {
  readonly jobId: string
  readonly peId: string
  readonly status: 'starting' | 'running' | 'stopped'
  readonly statusReason: 'none' | 'crash' | 'failure' | 'userRequest'
  readonly launchCount: number
  readonly pid: number | null
  readonly internals: PeInternals | null
  readonly failure: PeFailure | null
  /** Stopped by SIGSTOP, which Streams does not see: its status stays. */
  readonly isPaused: boolean
}

/** Answered by the link process. */
export interface LinkMethods {
  configure(addresses: {
    readonly links: Readonly<Record<DatacenterName, string>>
    readonly datacenters: Readonly<Record<DatacenterName, string>>
  }): void
  lease(lease: { readonly time: LeaseTime; readonly delaySeconds: number; readonly seed: number }): void
  open(listeners: { readonly ports: readonly number[] }): Promise<void>
  apply(rule: LinkRule): Promise<Effect>
  remove(rule: { readonly id: string }): Effect
  rules(nothing: JsonObject): readonly LinkRule[]
  /**
   * Resets the open connections from one DC to the other on some ports, on both sides; new ones are let through. Those that a rule has
   * stopped are not reached. Answers how many there were.
   */
  reset(connections: {
    readonly from: DatacenterName
    readonly to: DatacenterName
    readonly ports: LinkRule['ports']
  }): Effect & { readonly connections: number }
}

/** An event, and the lease in which it happened. */
export interface LeaseEvent {
  readonly leaseId: number
  readonly event: TestbedEvent
}
