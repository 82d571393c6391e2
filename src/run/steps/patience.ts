import { datacenterNames, otherDatacenter } from '../../model/datacenter.ts'
import type { TimelineEvent } from '../../model/timeline.ts'
import { detectionWindow, snapshotSchedule } from '../../toolkit/oracle.ts'
import type { Session } from '../session.ts'

/** System seconds beyond the oracle's windows that a takeover's replay and its first output may take. */
export const settlingSeconds = 60

/** One side after the other, as after a one-way loss (toolkit reference §7, 18), is the longest that detection takes. */
export function longestDetection({ jobs, behaviour }: Session): number {
  const windows = datacenterNames.map((dc) => {
    const window = detectionWindow({
      observer: jobs.settings[dc],
      failed: jobs.settings[otherDatacenter(dc)],
      behaviour,
    })
    // A DC that never declares the other down is nobody to wait for.
    return window?.maxSeconds ?? 0
  })
  return windows.reduce((sum, window) => sum + window, 0)
}

/**
 * System seconds after which, with nothing done to the pair meanwhile, an event that has not come will not come: detection on both
 * sides, two snapshot intervals, a job's initial delay, a launch, and time to settle.
 */
export function patienceSeconds(session: Session): number {
  const settings = datacenterNames.map((dc) => session.jobs.settings[dc])
  // Where there are none at all, nobody waits for one.
  const rhythms = settings.filter((each) => snapshotSchedule(each, session.behaviour) !== null)
  const snapshots = Math.max(0, ...rhythms.map(({ dataSnapshotExchangeInterval: interval }) => interval))
  const delays = Math.max(...settings.map(({ crossDCInitDelay: delay }) => delay))
  return longestDetection(session) + 2 * snapshots + delays + session.launchSecondsMax + settlingSeconds
}

/** When something was last done to the pair, system seconds from t = 0. */
export function lastChange(events: readonly TimelineEvent[]): number {
  const changes = events.filter(
    ({ event, seenBy }) =>
      event === 'fault_effective' ||
      event === 'fault_healed' ||
      event === 'job_healthy' ||
      (event === 'step_ended' && seenBy === 'run'),
  )
  return changes.reduce((latest, { t }) => Math.max(latest, t), 0)
}
