import type { Clock } from '../model/clock.ts'
import { WaitTimeoutError } from '../model/errors.ts'
import type { JsonValue } from '../model/json.ts'

/** A wait: what for, how long, and how to look. */
export interface WaitUntilOptions<T> {
  /** For the message: `PE 4 in dc2 to be healthy`. */
  readonly what: string
  readonly clock: Clock
  /** Seconds of `clock`. */
  readonly timeoutSeconds: number
  /** Which time `clock` shows, for the message. @default 'system' */
  readonly clockName?: 'system' | 'real'
  readonly signal?: AbortSignal | undefined
  /** Has `recheck` called whenever another look is worth while; returns what ends that. */
  readonly subscribe?: (recheck: () => void) => () => void
  /** Look again after so many seconds of `clock`, where there is nothing to subscribe to. @default never */
  readonly pollSeconds?: number
  /** What was waited for, or undefined when it is not there yet. An error ends the wait. */
  readonly probe: () => Promise<T | undefined> | T | undefined
  /** What to say at a timeout about how things stood. */
  readonly lastSeen?: () => JsonValue | undefined
}

const expired = Symbol('expired')

/** Why a wait ends that is over: making an error with a stack each time is slow, and nobody ever sees it. */
const over = Symbol('over')

/**
 * The only waiting loop: looks, then looks again at every call of `recheck` and every `pollSeconds`.
 * @returns the first defined answer of `probe`.
 * @throws WaitTimeoutError, the signal's reason, or what `probe` throws.
 */
export async function waitUntil<T>(options: WaitUntilOptions<T>): Promise<T> {
  const { clock, timeoutSeconds, signal, pollSeconds = Number.POSITIVE_INFINITY } = options
  signal?.throwIfAborted()
  const bell = createBell()
  const stop = new AbortController()
  const onAbort = (): void => stop.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  const deadline = clock.now() + timeoutSeconds
  // One promise ends everything: it resolves at the deadline and rejects with the caller's reason.
  const end = clock.until(deadline, { signal: stop.signal }).then((): typeof expired => expired)
  // The end rings too. A race against `end` in every round would leave a reaction behind on it each time.
  end.then(bell.ring, bell.ring)
  const unsubscribe = options.subscribe?.(bell.ring)
  try {
    for (;;) {
      const rung = bell.nextRing()
      const looked = options.probe()
      const seen = looked instanceof Promise ? await Promise.race([looked, end]) : looked
      if (seen !== undefined && seen !== expired) return seen
      if (seen === expired || clock.now() >= deadline) throw timeoutError(options)
      await pause({ clock, rung, pollSeconds })
      signal?.throwIfAborted()
    }
  } finally {
    unsubscribe?.()
    signal?.removeEventListener('abort', onAbort)
    stop.abort(over)
  }
}

/** Until the bell rings or the poll interval is over, whichever comes first. */
async function pause(options: { clock: Clock; rung: Promise<void>; pollSeconds: number }): Promise<void> {
  const { clock, rung, pollSeconds } = options
  if (pollSeconds === Number.POSITIVE_INFINITY) {
    await rung
    return
  }
  const round = new AbortController()
  try {
    await Promise.race([rung, clock.sleep(pollSeconds, { signal: round.signal })])
  } finally {
    round.abort(over)
  }
}

function createBell(): { ring: () => void; nextRing: () => Promise<void> } {
  let wake = (): void => undefined
  return {
    ring: () => wake(),
    nextRing: async () =>
      await new Promise<void>((resolve) => {
        wake = resolve
      }),
  }
}

function timeoutError(options: WaitUntilOptions<unknown>): WaitTimeoutError {
  return new WaitTimeoutError({
    waitedFor: options.what,
    timeoutSeconds: options.timeoutSeconds,
    clock: options.clockName ?? 'system',
    lastSeen: options.lastSeen?.(),
  })
}
