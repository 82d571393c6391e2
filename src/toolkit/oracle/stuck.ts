import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { datacenterNames, otherDatacenter } from '../../model/datacenter.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import { defaultBehaviour } from '../../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import type { RemoteStatus } from '../composite.ts'
import { machinesOf } from './budget.ts'
import { isHeartbeatOff, type OfToolkit } from './detection.ts'

/** How a pair stands, while nobody does anything about it. */
export interface PairSituation extends OfToolkit {
  readonly settings: Readonly<Record<DatacenterName, CrossDcSettings>>
  /** What each DC thinks of the other. */
  readonly statuses: Readonly<Record<DatacenterName, RemoteStatus>>
  /** DCs that were told `OrderlyShutdown` and whose job was not stopped. @default [] */
  readonly closing?: readonly DatacenterName[]
  /** DCs whose job is gone. @default [] */
  readonly gone?: readonly DatacenterName[]
}

/**
 * Why the pair will not come back to two DCs that watch each other, or to a takeover, unless somebody acts; null when it will,
 * or already is. A sentence.
 */
export function whyNeverRecovers(situation: PairSituation): string | null {
  const reasons = [offReason, localhostReason, closingReason, mutualReason, neverContactedReason]
  for (const reason of reasons) {
    const found = reason(situation)
    if (found !== null) return found
  }
  return null
}

/** Quirk Q4: two DCs that each saw the other DOWN are both silent, and stay so until one application is restarted. */
export function willNotRecover(
  statuses: readonly [RemoteStatus, RemoteStatus],
  { quirks }: ToolkitBehaviour = defaultBehaviour,
): boolean {
  return quirks.Q4 && statuses.every((status) => status === 'down')
}

/** Toolkit reference §7, 54: a wrong path or key gives the code's defaults, without a word. */
function offReason({ settings }: PairSituation): string | null {
  const dc = datacenterNames.find((name) => isHeartbeatOff(settings[name]))
  if (dc === undefined) return null
  return `${dc}'s heartbeatExchangeInterval is off: it sends one heartbeat and then none, and never declares ${otherDatacenter(dc)} down.`
}

/** Toolkit reference §7, 55. */
function localhostReason({ settings }: PairSituation): string | null {
  const dc = datacenterNames.find((name) => namesItself(settings[name]))
  if (dc === undefined) return null
  return `${dc} talks to itself (remoteDataCenterApplicationMachineNames is localhost): it reports ${otherDatacenter(dc)} up and never down.`
}

/** Whether a job's list of remote machines is the code's default. */
export function namesItself(settings: CrossDcSettings): boolean {
  const machines = machinesOf(settings)
  return machines.length > 0 && machines.every((machine) => machine === 'localhost')
}

/** Toolkit reference §7, 10. */
function closingReason({ closing = [], gone = [] }: PairSituation): string | null {
  const dc = closing.find((name) => !gone.includes(name))
  if (dc === undefined) return null
  return `${dc} was told OrderlyShutdown and still runs: it is mute and deaf until its job is restarted.`
}

/** Toolkit reference §7, 16. */
function mutualReason({ statuses, behaviour, gone = [] }: PairSituation): string | null {
  if (gone.length > 0 || !willNotRecover([statuses.dc1, statuses.dc2], behaviour)) return null
  return 'Both datacenters hold each other for down, and one that saw the other down sends nothing until it is contacted: neither ever sends again until one application is restarted (quirk Q4).'
}

/** Toolkit reference §7, 48, and §4.6, remote never started. */
function neverContactedReason({ settings, statuses, gone = [] }: PairSituation): string | null {
  const lost = gone.find((name) => statuses[otherDatacenter(name)] === 'never_contacted')
  if (lost === undefined) return null
  const observer = otherDatacenter(lost)
  const effect = settings[observer].crossDCOperationMode === 0 ? 'launches nothing' : 'takes nothing over'
  return `${observer} was never contacted by ${lost}, so it never declares it down and ${effect} until ${lost} is started.`
}
