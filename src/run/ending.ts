import { takeoverEnd } from '../checks/takeover-settled.ts'
import type { CheckSpec } from '../model/check.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { datacenterNames, otherDatacenter } from '../model/datacenter.ts'
import { WaitTimeoutError } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import type { TimelineEvent } from '../model/timeline.ts'
import { detectionWindow } from '../toolkit/oracle.ts'
import type { Session } from './session.ts'

/** System seconds beyond the oracle's window that a takeover's replay and its first output may take. */
const settlingSeconds = 60

/**
 * Waits, in a scenario without `run_for`, until every takeover that the checks expect has settled, at most for as long as the
 * toolkit's settings allow. What did not come by then is for the checks to say.
 */
export async function waitForEnd(options: {
  scenario: Scenario
  session: Session
  signal: AbortSignal
}): Promise<void> {
  const { scenario, session, signal } = options
  const deadline =
    lastFaultTime(session.recorder.events()) + longestDetection(session) + session.launchSecondsMax + settlingSeconds
  const observers = expectedObservers(scenario.checks)
  try {
    await session.waitFor({
      what: `takeovers by ${observers.join(' and ') || 'nobody'} to settle`,
      timeoutSeconds: Math.max(0, deadline - session.clock.now()),
      signal,
      find: (events) =>
        observers.length > 0 && observers.every((dc) => hasSettled(session, events, dc)) ? true : undefined,
    })
  } catch (error) {
    if (!(error instanceof WaitTimeoutError)) throw error
  }
}

function lastFaultTime(events: readonly TimelineEvent[]): number {
  return Math.max(0, ...events.filter(({ event }) => event === 'fault_effective').map(({ t }) => t))
}

/** One side after the other, as after a one-way loss (toolkit reference §7, 18), is the longest that detection takes. */
function longestDetection(session: Session): number {
  const windows = datacenterNames.map((dc) => {
    const { behaviour, jobs } = session
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

function expectedObservers(checks: readonly CheckSpec[]): readonly DatacenterName[] {
  const observers = checks.flatMap((check): DatacenterName[] => {
    if (check.kind !== 'takeover' || check.never) return []
    if (check.by !== undefined) return [check.by]
    return check.of === undefined ? [] : [otherDatacenter(check.of)]
  })
  return [...new Set(observers)]
}

/** The observer took over after the first fault, and what it had to replay has been replayed and put out. */
function hasSettled(session: Session, events: readonly TimelineEvent[], observer: DatacenterName): boolean {
  const effective = events.find(({ event }) => event === 'fault_effective')
  if (effective === undefined) return false
  return takeoverEnd(session.seen(events), { observer, since: effective.t }) !== undefined
}
