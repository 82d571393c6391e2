// What the supervisor and the processes of a pair say to each other over their IPC channels. Each interface lists the methods
// that one of them answers.

import type { DatacenterName } from '../model/datacenter.ts'
import type { JsonObject } from '../model/json.ts'
import type { Effect, LinkRule, TestbedEvent } from '../model/testbed.ts'
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
}

/** Answered by the supervisor to a datacenter's management process. */
export interface DatacenterHostMethods {
  startPe(run: PeRun): void
  /** Ends the job's PEs; answered once they are seen dead. */
  stopJob(job: { readonly jobId: string }): Promise<void>
  event(emitted: LeaseEvent): void
}

/** What a PE process needs to know to run a job's operators. */
export interface PeRun {
  readonly jobId: string
  readonly peId: string
  readonly application: string
  readonly parameters: Readonly<Record<string, string>>
}

/** What the supervisor adds: where the PE runs and when. */
export interface PePlacement {
  readonly dc: DatacenterName
  readonly address: string
  /** The address at which the other DC is reached, through the link. */
  readonly linkAddress: string
  readonly launchCount: number
  readonly seed: number
  /** The pair's run directory. */
  readonly directory: string
  readonly time: LeaseTime
}

/** Where the DC's management process reaches the operators inside a PE. */
export interface PeInternals {
  readonly port: number
  readonly secret: string
}

/** Why a PE did not start. */
export interface PeFailure extends JsonObject {
  readonly message: string
  readonly address: string | null
  readonly port: number | null
  readonly code: string | null
  readonly advice: string | null
}

export type PePrepared =
  | { readonly ok: true; readonly crossDcPorts: readonly number[]; readonly internals: PeInternals }
  | { readonly ok: false; readonly failure: PeFailure }

/** Answered by a PE process. */
export interface PeMethods {
  /** Reads the settings and opens every listener. */
  prepare(work: { readonly run: PeRun; readonly placement: PePlacement }): Promise<PePrepared>
  /** Starts the application: the first tick is scheduled. */
  start(nothing: JsonObject): void
}

/** Answered by the supervisor to a PE process. */
export interface PeHostMethods {
  event(emitted: LeaseEvent): void
  /** The worst lateness so far, real milliseconds. */
  lateness(worst: { readonly leaseId: number; readonly worstMs: number }): void
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
}

/** Answered by the link process. */
export interface LinkMethods {
  configure(addresses: {
    readonly links: Readonly<Record<DatacenterName, string>>
    readonly datacenters: Readonly<Record<DatacenterName, string>>
  }): void
  lease(lease: { readonly time: LeaseTime; readonly delaySeconds: number }): void
  open(listeners: { readonly ports: readonly number[] }): Promise<void>
  apply(rule: LinkRule): Promise<Effect>
  remove(rule: { readonly id: string }): Effect
  rules(nothing: JsonObject): readonly LinkRule[]
}

/** An event, and the lease in which it happened. */
export interface LeaseEvent {
  readonly leaseId: number
  readonly event: TestbedEvent
}
