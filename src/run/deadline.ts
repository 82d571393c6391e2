import type { Clock } from '../model/clock.ts'
import { WaitTimeoutError } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import { over } from '../support/over.ts'

/** A signal that aborts when the scenario's own timeout (system time) has passed; `clear` ends the waiting for it. */
export function createDeadline(
  { testId, opts }: Pick<Scenario, 'testId' | 'opts'>,
  session: { readonly clock: Pick<Clock, 'sleep'> },
): { readonly signal: AbortSignal; readonly clear: () => void } {
  const expired = new AbortController()
  const cleared = new AbortController()
  const { timeoutSeconds } = opts
  if (timeoutSeconds !== undefined) {
    const error = new WaitTimeoutError({ waitedFor: `scenario ${testId} to end`, timeoutSeconds, clock: 'system' })
    session.clock.sleep(timeoutSeconds, { signal: cleared.signal, background: true }).then(
      () => expired.abort(error),
      () => undefined,
    )
  }
  return { signal: expired.signal, clear: () => cleared.abort(over) }
}
