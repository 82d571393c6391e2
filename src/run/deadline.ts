import { WaitTimeoutError } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import type { Session } from './session.ts'

/** A signal that aborts when the scenario's own timeout (system time) has passed; `clear` ends the waiting for it. */
export function createDeadline(
  { testId, opts }: Pick<Scenario, 'testId' | 'opts'>,
  session: Session,
): { readonly signal: AbortSignal; readonly clear: () => void } {
  const expired = new AbortController()
  const cleared = new AbortController()
  const { timeoutSeconds } = opts
  if (timeoutSeconds !== undefined) {
    const error = new WaitTimeoutError({ waitedFor: `scenario ${testId} to end`, timeoutSeconds, clock: 'system' })
    session.clock.sleep(timeoutSeconds, { signal: cleared.signal }).then(
      () => expired.abort(error),
      () => undefined,
    )
  }
  return { signal: expired.signal, clear: () => cleared.abort() }
}
