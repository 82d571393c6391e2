import { WaitTimeoutError } from '../../model/errors.ts'
import type { Trigger } from '../../model/step.ts'
import type { TestbedTrigger } from '../../model/testbed-act.ts'
import type { TimelineEvent } from '../../model/timeline.ts'
import { waitForEvents } from '../event-waits.ts'
import type { Session } from '../session.ts'
import { lastChange, patienceSeconds } from './patience.ts'
import { resolveRole } from './roles.ts'

/** From when on a trigger's events count, and until when they are waited for. */
export interface TriggerWait {
  readonly trigger: Trigger
  /** System seconds from t = 0: earlier events do not count. */
  readonly since: number
  readonly signal: AbortSignal
  /** System seconds from now. @default as long as something may still come of what was done to the pair */
  readonly within?: number | undefined
}

/** `dc2.remote_down`, `the 2nd dc2.remote_down`. */
export function describeTrigger({ event, occurrence = 1 }: Trigger): string {
  const name = event.of === 'step' ? `${event.step}.${event.event}` : `${event.dc}.${event.event}`
  return occurrence === 1 ? name : `occurrence ${occurrence} of ${name}`
}

/**
 * Resolves with the event that the trigger names, once its `after` has passed as well.
 * @throws WaitTimeoutError when it does not come, the signal's reason
 */
export async function awaitTrigger(session: Session, wait: TriggerWait): Promise<TimelineEvent> {
  const { trigger, signal } = wait
  const event = await awaitEvent(session, wait)
  await session.clock.until(event.t + (trigger.afterSeconds ?? 0), { signal })
  return event
}

/** The trigger as the testbed itself can watch for it; undefined for one that only the run can see. */
export function testbedTrigger(
  session: Session,
  wait: Pick<TriggerWait, 'trigger' | 'since'>,
): TestbedTrigger | undefined {
  const { event, occurrence = 1, afterSeconds = 0 } = wait.trigger
  if (event.of === 'step' || event.dc === 'survivor' || event.dc === 'failed') return undefined
  const sinceTime = session.clock.toLease(wait.since)
  return { event: event.event, dc: event.dc, occurrence, afterSeconds, sinceTime }
}

async function awaitEvent(session: Session, wait: TriggerWait): Promise<TimelineEvent> {
  const { trigger, since, signal, within } = wait
  const { recorder, clock } = session
  const begin = clock.now()
  for (;;) {
    const deadline = within === undefined ? deadlineNow(session, begin) : begin + within
    try {
      return await waitForEvents(
        { recorder, clock },
        {
          what: describeTrigger(trigger),
          timeoutSeconds: Math.max(0, deadline - clock.now()),
          signal,
          find: (events) => find(events, trigger, since),
        },
      )
    } catch (error) {
      // Something was done to the pair meanwhile, of which the event may still come.
      const isLater = within === undefined && deadlineNow(session, begin) > clock.now()
      if (!(error instanceof WaitTimeoutError && isLater)) throw error
    }
  }
}

function deadlineNow(session: Session, begin: number): number {
  return Math.max(begin, lastChange(session.recorder.events())) + patienceSeconds(session)
}

function find(events: readonly TimelineEvent[], trigger: Trigger, since: number): TimelineEvent | undefined {
  const { event: wanted, occurrence = 1 } = trigger
  const matching = events.filter((event) => event.event === wanted.event && event.t >= since)
  if (wanted.of === 'step') return matching.filter(({ fault }) => fault === wanted.step)[occurrence - 1]
  // A role stands for nobody yet while nobody has failed.
  const dc = wanted.dc === 'survivor' || wanted.dc === 'failed' ? roleNow(wanted.dc, events) : wanted.dc
  // The run sees some events as well, a little later; each counts once.
  return matching.filter((event) => event.dc === dc && event.seenBy === 'testbed')[occurrence - 1]
}

function roleNow(role: 'survivor' | 'failed', events: readonly TimelineEvent[]): string | undefined {
  const hasFailed = events.some(({ event }) => event === 'fault_effective' || event === 'remote_down')
  return hasFailed ? resolveRole(role, events) : undefined
}
