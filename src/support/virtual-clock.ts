import { setImmediate } from 'node:timers/promises'
import type { Clock, WaitOptions } from '../model/clock.ts'

interface Sleeper {
  readonly due: number
  readonly wake: () => void
}

/** A clock that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /**
   * Moves time on by so many seconds, waking sleepers in the order of their times (equal times: in the order they lay down).
   * After each, what it set off runs until it waits for something, so a sleeper that lies down again within the span is
   * woken again.
   */
  advance(seconds: number): Promise<void>
  /** When the next sleeper is due; undefined when nobody sleeps. */
  nextDue(): number | undefined
  /** How many sleep. */
  sleepers(): number
}

/** A virtual clock that shows `startSeconds` (0 by default). Its time scale is 1. */
export function createVirtualClock(startSeconds = 0): VirtualClock {
  // Sorted by due time. Few sleep at once, so a sorted insertion is enough.
  const sleepers: Sleeper[] = []
  let current = startSeconds

  const until = async (time: number, { signal }: WaitOptions = {}): Promise<void> => {
    signal?.throwIfAborted()
    if (time <= current) return
    await new Promise<void>((resolve, reject) => {
      const sleeper: Sleeper = {
        due: time,
        wake: () => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      const onAbort = (): void => {
        sleepers.splice(sleepers.indexOf(sleeper), 1)
        // What the caller aborted with is what the caller gets, as with fetch.
        // eslint-disable-next-line typescript/prefer-promise-reject-errors
        reject(signal?.reason)
      }
      const behind = sleepers.findIndex((other) => other.due > time)
      sleepers.splice(behind === -1 ? sleepers.length : behind, 0, sleeper)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  const advance = async (seconds: number): Promise<void> => {
    if (!(seconds >= 0)) throw new RangeError(`Expected to advance by 0 s or more, got ${seconds}`)
    const target = current + seconds
    // A turn of the event loop runs every promise reaction that is due.
    await setImmediate()
    for (let next = sleepers[0]; next !== undefined && next.due <= target; next = sleepers[0]) {
      sleepers.shift()
      current = next.due
      next.wake()
      await setImmediate()
    }
    current = target
  }

  return {
    timeScale: 1,
    now: () => current,
    until,
    sleep: async (seconds, wait) => await until(current + seconds, wait),
    advance,
    nextDue: () => sleepers[0]?.due,
    sleepers: () => sleepers.length,
  }
}
