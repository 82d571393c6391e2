import { createScaledClock } from '../../src/support/scaled-clock.ts'
import { waitUntil } from '../../src/support/wait-until.ts'

const realClock = createScaledClock({ originMs: 0, timeScale: 1 })

/** Looks at the world outside of this process, which tells nobody of its changes, until the probe gives something. */
export async function eventually<T>(what: string, probe: () => T | undefined, timeoutSeconds = 10): Promise<T> {
  return await waitUntil({ what, clock: realClock, clockName: 'real', timeoutSeconds, pollSeconds: 0.02, probe })
}
