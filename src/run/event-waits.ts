import type { JsonValue } from '../model/json.ts'
import type { TimelineEvent } from '../model/timeline.ts'
import { waitUntil } from '../support/wait-until.ts'
import type { RunClock } from './run-clock.ts'
import type { TimelineRecorder } from './timeline-recorder.ts'

/** A wait for something on the timeline. */
export interface EventWait<T> {
  /** For the message: `dc2 to take over from dc1`. */
  readonly what: string
  /** System seconds. */
  readonly timeoutSeconds: number
  readonly signal?: AbortSignal | undefined
  /** Looks at everything so far; undefined while it is not there. */
  readonly find: (events: readonly TimelineEvent[]) => T | undefined
}

/**
 * Resolves once the timeline shows what is waited for, at once when it already does. Looks again at every event, never by the clock.
 * @throws WaitTimeoutError that names the last thing that happened.
 */
export async function waitForEvents<T>(
  on: { recorder: TimelineRecorder; clock: RunClock },
  wait: EventWait<T>,
): Promise<T> {
  const { recorder, clock } = on
  const { what, timeoutSeconds, signal, find } = wait
  return await waitUntil({
    what,
    clock,
    timeoutSeconds,
    signal,
    subscribe: (recheck) => recorder.subscribe(recheck),
    lastSeen: () => lastEvent(recorder.events()),
    probe: () => find(recorder.events()),
  })
}

function lastEvent(events: readonly TimelineEvent[]): JsonValue {
  const last = events.findLast(({ event }) => event !== 'lateness')
  return last === undefined
    ? 'no event at all'
    : `${last.event}${last.dc === undefined ? '' : ` in ${last.dc}`} at ${last.t.toFixed(1)} s`
}
