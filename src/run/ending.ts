import type { CustomChecks } from '../checks/judge-check.ts'
import { judgeCheck } from '../checks/evaluate.ts'
import { takeoverEnd } from '../checks/takeover-settled.ts'
import type { AskedCheck } from '../model/check.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { otherDatacenter } from '../model/datacenter.ts'
import { WaitTimeoutError } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import type { TimelineEvent } from '../model/timeline.ts'
import type { Session } from './session.ts'
import { lastChange, longestDetection, patienceSeconds, settlingSeconds } from './steps/patience.ts'

interface Ending {
  readonly scenario: Scenario
  readonly session: Session
  readonly signal: AbortSignal
  readonly custom?: CustomChecks
}

/** What a run without an end of its own goes on for, beside takeovers: things that come, or not, after everything was done. */
const awaitedKinds: readonly AskedCheck['kind'][] = ['status', 'fail_back', 'script', 'backlog_drains']

/**
 * Waits, in a scenario without `run_for`, until every expected takeover has settled and what else is to come has come, at most for as
 * long as the toolkit's settings allow. What did not come by then is for the checks to say.
 */
export async function waitForEnd(ending: Ending): Promise<void> {
  const { scenario, session, signal } = ending
  const takeovers = expectedTakeovers(scenario.checks)
  const awaited = scenario.checks.filter(({ kind }) => awaitedKinds.includes(kind))
  const timeoutSeconds = Math.max(0, deadline(session, awaited.length > 0) - session.clock.now())
  const isOver = (events: readonly TimelineEvent[]): boolean =>
    takeovers.length + awaited.length > 0 &&
    takeovers.every((expected) => hasSettled(session, events, expected)) &&
    awaited.every((check) => judgeCheck(check, session.timelineSoFar(), ending.custom).verdict === 'pass')
  try {
    await session.waitFor({
      what: whatFor(takeovers, awaited),
      timeoutSeconds,
      signal,
      find: (events) => (isOver(events) ? true : undefined),
    })
  } catch (error) {
    if (!(error instanceof WaitTimeoutError)) throw error
  }
}

function deadline(session: Session, isMoreAwaited: boolean): number {
  const events = session.recorder.events()
  if (isMoreAwaited) return lastChange(events) + patienceSeconds(session)
  const lastFault = events.findLast(({ event }) => event === 'fault_effective')
  return (lastFault?.t ?? 0) + longestDetection(session) + session.launchSecondsMax + settlingSeconds
}

/** A takeover that a check expects; with `step` the one that this step's fault provokes. */
interface ExpectedTakeover {
  readonly observer: DatacenterName
  readonly step: string | undefined
}

function expectedTakeovers(checks: readonly AskedCheck[]): readonly ExpectedTakeover[] {
  return checks.flatMap((check): readonly ExpectedTakeover[] => {
    if (check.kind !== 'takeover' || check.never) return []
    const observer = check.by ?? (check.of === undefined ? undefined : otherDatacenter(check.of))
    return observer === undefined ? [] : [{ observer, step: check.for }]
  })
}

/** The observer took over after the fault, and what it had to replay has been replayed and put out. */
function hasSettled(session: Session, events: readonly TimelineEvent[], { observer, step }: ExpectedTakeover): boolean {
  const effective = events.find(
    ({ event, fault }) => event === 'fault_effective' && (step === undefined || fault === step),
  )
  if (effective === undefined) return false
  return takeoverEnd(session.seen(events), { observer, since: effective.t }) !== undefined
}

function whatFor(takeovers: readonly ExpectedTakeover[], awaited: readonly AskedCheck[]): string {
  const observers = [...new Set(takeovers.map(({ observer }) => observer))].join(' and ') || 'nobody'
  const kinds = [...new Set(awaited.map(({ kind }) => kind))]
  return `takeovers by ${observers} to settle${kinds.length === 0 ? '' : `, and ${kinds.join(', ')} to hold`}`
}
