import { HealError } from '../../model/errors.ts'
import type { JsonValue } from '../../model/json.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { FaultContext } from '../context.ts'

/** Real seconds that anything may take to come back by itself. Starting processes takes its time whatever the time scale is. */
const recoveryRealSeconds = 60

/** Real seconds between looks where no event comes. */
const pollRealSeconds = 0.2

/**
 * Waits until something is back, looking at every event of the testbed and now and then besides.
 * @throws HealError that says what was last seen
 */
export async function awaitRecovery<T>(
  context: FaultContext,
  wait: {
    readonly what: string
    /** What is back, or undefined and, for the message, how things stand. */
    readonly probe: (say: (lastSeen: JsonValue) => void) => Promise<T | undefined>
  },
): Promise<T> {
  const { clock, pair } = context
  let lastSeen: JsonValue = 'nothing'
  try {
    return await waitUntil({
      what: wait.what,
      clock,
      timeoutSeconds: recoveryRealSeconds * clock.timeScale,
      pollSeconds: pollRealSeconds * clock.timeScale,
      subscribe: (recheck) => pair.events.subscribe(recheck),
      lastSeen: () => lastSeen,
      probe: async () => await wait.probe((seen) => void (lastSeen = seen)),
    })
  } catch (cause) {
    throw new HealError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
