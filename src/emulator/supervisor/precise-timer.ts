import { monotonicNowMs } from '../../support/monotonic-clock.ts'

/** Node's timers come a millisecond late or so: the last of the wait goes by in turns of the event loop, which lets all else happen. */
const turningMs = 2
/** Waits are cut into pieces that Node's timers take. */
const pieceMs = 60_000

/**
 * Calls back at a moment of the monotonic clock, to within a turn of the event loop; at once when it is past.
 * @returns what calls it off
 */
export function atMoment(dueMs: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  let turn: NodeJS.Immediate | undefined
  const wait = (): void => {
    const leftMs = dueMs - monotonicNowMs()
    if (leftMs <= 0) callback()
    else if (leftMs <= turningMs) turn = setImmediate(wait)
    else timer = setTimeout(wait, Math.min(Math.max(Math.floor(leftMs - turningMs), 1), pieceMs))
  }
  wait()
  return () => {
    clearTimeout(timer)
    clearImmediate(turn)
  }
}
