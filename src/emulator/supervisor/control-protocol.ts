// What the supervisor and its clients say to each other over the control connection: one JSON object a line on a loopback
// socket. The first line of a client carries the token; calls, answers and notifications are those of rpc/message-peer.ts.

import type { DatacenterName } from '../../model/datacenter.ts'
import type { PerDatacenter } from '../../model/scenario.ts'
import type {
  LinkProbe,
  LinkRule,
  OperatorTarget,
  PeTarget,
  ProcessControl,
  ProcessInfo,
  SingleDatacenter,
  StoreProbe,
  TestbedEvent,
} from '../../model/testbed.ts'
import type { LogLine } from '../../model/timeline.ts'
import type { ActRequest, TriggeredActs } from './pair-acts.ts'

/** How to reach a supervisor. Whoever has the token may command it. */
export interface SupervisorEndpoint {
  readonly host: string
  readonly port: number
  readonly token: string
}

/** How to reach an emulated datacenter, and what the toolkit's settings must say there. */
export interface EmulatedDatacenter {
  readonly name: DatacenterName
  /** The REST API's root document. */
  readonly restUrl: string
  /** The data service's top-level URL. */
  readonly dataExchangeUrl: string
  readonly username: string
  readonly password: string
  /** The DC's own cross-DC listener, base port, without any link in between. */
  readonly crossDcUrl: string
  /** Value of `remoteDataCenterApplicationMachineNames`. */
  readonly remoteMachineNames: string
  /** Value of `dataSnapshotStorageDirectory`. */
  readonly storageDirectory: string
  /** Of the management process. */
  readonly pid: number
}

/** A lease as its holder gets it. */
export interface GrantedLease {
  readonly leaseId: number
  /** The address block. */
  readonly name: string
  /** The lease's beginning on the machine's monotonic clock. */
  readonly originMs: number
  readonly timeScale: number
  /** One of them where the lease is for one alone. */
  readonly datacenters: Partial<PerDatacenter<EmulatedDatacenter>>
}

interface OfLease {
  readonly leaseId: number
}

/** Answered by the supervisor. A lease belongs to the connection that took it. */
export interface ControlMethods {
  lease(settings: {
    readonly timeScale: number
    readonly linkDelaySeconds: number
    readonly seed: number
    readonly holder: string
    readonly only?: SingleDatacenter
  }): Promise<GrantedLease>
  release(of: OfLease): Promise<void>
  rules(of: OfLease): Promise<readonly LinkRule[]>
  probe(
    of: OfLease & { readonly from: DatacenterName; readonly to: DatacenterName; readonly port: number },
  ): Promise<LinkProbe>
  processes(of: OfLease): readonly ProcessInfo[]
  /** Answered once all are done, or they were disarmed; `id` is the client's own. */
  perform(of: OfLease & ActRequest): Promise<TriggeredActs>
  /** Calls off acts that still wait; those that began go on. */
  disarm(of: OfLease & { readonly id: number }): void
  restartPe(of: OfLease & PeTarget): ReturnType<ProcessControl['restartPe']>
  restartOperator(of: OfLease & OperatorTarget): ReturnType<ProcessControl['restartOperator']>
  probeStore(of: OfLease & { readonly dc: DatacenterName }): Promise<StoreProbe>
  installFile(of: OfLease & { readonly dc: DatacenterName; readonly name: string; readonly content: string }): string
  lateness(of: OfLease): number
  eventLog(of: OfLease): string
  logs(of: OfLease): readonly LogLine[]
  /** Ends everything, then the supervisor. */
  shutdown(nothing: Readonly<Record<string, never>>): Promise<void>
}

/** Answered by a client. */
export interface ControlClientMethods {
  event(emitted: { readonly leaseId: number; readonly event: TestbedEvent }): void
}
