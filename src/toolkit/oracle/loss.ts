import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { defaultBehaviour } from '../../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import type { OfToolkit } from './detection.ts'
import { snapshotSchedule, snapshotStoreKind } from './snapshots.ts'

/** Ways of dying that differ in what the survivor has of the dead (toolkit reference §7). */
export type LossCase =
  /** Once a first snapshot is stored (2). */
  | 'crash'
  /** Before that (4). */
  | 'crash_before_first_snapshot'
  /** While its parts were on their way (5). */
  | 'crash_during_snapshot'
  /** The last snapshot came during the survivor's initial delay (36). */
  | 'crash_in_survivors_delay'
  /** Back before the survivor noticed (12). */
  | 'restart_before_detection'
  /** Announced, and everything under way let finish (7). */
  | 'orderly_shutdown'
  /** Announced with work under way. */
  | 'orderly_shutdown_at_work'
  /** Dead again before another snapshot came (4.6). */
  | 'second_down'
  /** Dead after the survivor was restarted, and before another snapshot came (35). */
  | 'survivor_restarted'
  /** The survivor's PE with the snapshot watchdog was restarted alone (37). */
  | 'watchdog_restarted'
  /** Both were dead and both are back (42, 43). */
  | 'both_down'
  /** As before, and sending back failed (44). */
  | 'send_back_failed'

/** All cases, in the order in which they are listed for people. */
export const lossCases: readonly LossCase[] = [
  'crash',
  'crash_before_first_snapshot',
  'crash_during_snapshot',
  'crash_in_survivors_delay',
  'restart_before_detection',
  'orderly_shutdown',
  'orderly_shutdown_at_work',
  'second_down',
  'survivor_restarted',
  'watchdog_restarted',
  'both_down',
  'send_back_failed',
]

/** How many seconds' worth of the failed DC's tuples may be lost at most; null: no bound, the whole state may be. */
export interface LossBound {
  readonly maxSeconds: number | null
  /** Why, as part of a sentence. */
  readonly reason: string
}

interface LossBoundOptions extends OfToolkit {
  readonly failed: CrossDcSettings
  /** Its store holds the failed DC's snapshots, and its flags decide what becomes of them. */
  readonly survivor: CrossDcSettings
  /** L: serialising, sending and storing a snapshot. @default 0 */
  readonly latencySeconds?: number
}

/** What may be lost in one of the cases, from the settings alone. */
export function lossBound(which: LossCase, options: LossBoundOptions): LossBound {
  const { failed, survivor, behaviour = defaultBehaviour, latencySeconds = 0 } = options
  if (which === 'orderly_shutdown') return { maxSeconds: 0, reason: 'everything was finished before' }
  if (which === 'orderly_shutdown_at_work') return unbounded('the notice has the replicas deleted')
  if (which === 'restart_before_detection') return unbounded('nobody notices, so nothing is replayed')
  const schedule = snapshotSchedule(failed, behaviour)
  if (schedule === null) return unbounded('it never sends a snapshot')
  if (snapshotStoreKind(survivor, behaviour) === 'none') return unbounded('the survivor has no store for snapshots')

  const first = { maxSeconds: schedule.firstSeconds + latencySeconds, reason: 'everything since its start' }
  if (which === 'crash_before_first_snapshot') return first
  const kept = whyNotReplayed(which, options)
  if (kept !== null) return unbounded(kept)
  const period = schedule.periodSeconds + latencySeconds
  switch (which) {
    case 'crash_during_snapshot':
      return { maxSeconds: period + schedule.periodSeconds, reason: 'parts not yet stored are a period older' }
    case 'crash_in_survivors_delay':
      return behaviour.quirks.Q7 && deletesAtStart(survivor)
        ? { maxSeconds: period + survivor.crossDCInitDelay, reason: "deleted at the survivor's first tick (Q7)" }
        : { maxSeconds: period, reason: 'since its last snapshot' }
    default:
      return { maxSeconds: period, reason: 'since its last snapshot' }
  }
}

/**
 * How many seconds' worth of its tuples the failed DC may lose in a crash, apart from the latency of storing: one snapshot period
 * once its state is protected; before that, everything since its job's start, which is at most the time of the first signal.
 * `maxSeconds` is null where there are no snapshots, or nobody who keeps them, and so no limit.
 */
export function lossWindow(
  options: {
    readonly failed: CrossDcSettings
    readonly isProtected: boolean
    /** Left out: one that keeps and replays what it gets. */
    readonly observer?: CrossDcSettings
  } & OfToolkit,
): { readonly minSeconds: number; readonly maxSeconds: number | null } {
  const { failed, isProtected, observer, behaviour } = options
  if (observer !== undefined) {
    const which = isProtected ? 'crash' : 'crash_before_first_snapshot'
    const of = behaviour === undefined ? {} : { behaviour }
    return { minSeconds: 0, maxSeconds: lossBound(which, { failed, survivor: observer, ...of }).maxSeconds }
  }
  const schedule = snapshotSchedule(failed, behaviour)
  if (schedule === null) return { minSeconds: 0, maxSeconds: null }
  return { minSeconds: 0, maxSeconds: isProtected ? schedule.periodSeconds : schedule.firstSeconds }
}

/** Why stored snapshots do not come to the application, or null when they do. */
function whyNotReplayed(which: LossCase, options: LossBoundOptions): string | null {
  const { survivor, failed, behaviour = defaultBehaviour } = options
  if (which === 'both_down' || which === 'send_back_failed') {
    const isSentBack = [survivor, failed].every((settings) => settings.sendDataSnapshotsToOriginDCAtStartup)
    if (!isSentBack) return 'the replicas are deleted at the first tick of each (flag 25 is off)'
    const isDropped = which === 'send_back_failed' && behaviour.quirks.Q8
    return isDropped ? 'the replicas are deleted whether or not they arrived (Q8)' : null
  }
  // A passive survivor replays nothing and keeps all: the job that it launches reads it, unless its first tick deletes it (46, 49).
  if (survivor.crossDCOperationMode === 0) {
    const isKept = survivor.retainOlderDataSnapshotsAtStartup
    return isKept ? null : 'the launched job deletes the replicas at its first tick (flag 24 is off)'
  }
  if (which === 'second_down') return 'the first DOWN used the replicas up'
  if (which === 'survivor_restarted') return whyGoneAfterRestart(survivor, behaviour)
  if (which !== 'watchdog_restarted') return null
  return behaviour.quirks.Q9 ? 'the names of the replicas were in memory only (Q9)' : null
}

function whyGoneAfterRestart(survivor: CrossDcSettings, { quirks }: ToolkitBehaviour): string | null {
  if (deletesAtStart(survivor)) return "the survivor's first tick deleted the replicas"
  return quirks.Q9 ? 'the survivor no longer knows the names of the replicas (Q9)' : null
}

/** Toolkit reference §4.2, no. 2. */
function deletesAtStart(settings: CrossDcSettings): boolean {
  return !settings.retainOlderDataSnapshotsAtStartup && !settings.sendDataSnapshotsToOriginDCAtStartup
}

function unbounded(reason: string): LossBound {
  return { maxSeconds: null, reason }
}
