import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { defaultBehaviour } from '../../model/toolkit-behaviour.ts'
import { missesUntilDown, type OfToolkit } from './detection.ts'

/** By how much senders may delay a heartbeat, against what the other side's misses allow for. System seconds. */
export interface DetectionBudget {
  /** The longest that one heartbeat is held up by machines that drop what is sent to them; infinite without a timeout. */
  readonly delaySeconds: number
  /** (A − 1)·I of the observer; infinite when it never declares the other down. */
  readonly allowedSeconds: number
  readonly isKept: boolean
}

/**
 * Whether a sender's own time-outs can bring about a DOWN at the observer: |M|·Tc must stay below (A − 1)·I (toolkit reference
 * §7, general formulas), for a walk of the whole list, as with `sendToAllRemoteMachines`. In a fused PE a snapshot's transfer
 * holds the tick up as well (§3.4).
 */
export function detectionBudget(
  options: {
    readonly sender: CrossDcSettings
    readonly observer: CrossDcSettings
    /** What sending one round of snapshots takes; counts in a fused PE only. @default 0 */
    readonly snapshotTransferSeconds?: number
  } & OfToolkit,
): DetectionBudget {
  const { sender, observer, snapshotTransferSeconds = 0, behaviour = defaultBehaviour } = options
  const walk = machinesOf(sender).length * connectionSeconds(sender)
  const delaySeconds = walk + (behaviour.isFused ? snapshotTransferSeconds : 0)
  const misses = missesUntilDown(observer, behaviour)
  const allowedSeconds =
    misses === null ? Number.POSITIVE_INFINITY : Math.max(0, (misses - 2) * observer.heartbeatExchangeInterval)
  return { delaySeconds, allowedSeconds, isKept: misses === null || delaySeconds < allowedSeconds }
}

/** `remoteDataCenterApplicationMachineNames` as the toolkit splits it: at commas only, blanks and all. */
export function machinesOf(settings: CrossDcSettings): readonly string[] {
  return settings.remoteDataCenterApplicationMachineNames.split(',').filter((machine) => machine !== '')
}

/** Java's 0 means no time-out (toolkit reference §1.4, row 19). */
export function connectionSeconds({ httpConnectionTimeout: seconds }: CrossDcSettings): number {
  return seconds === 0 ? Number.POSITIVE_INFINITY : seconds
}
