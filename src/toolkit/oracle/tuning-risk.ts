// How likely it is that a healthy remote is declared down, because heartbeats are lost or late. The model is described in
// docs/tune.md: every heartbeat is lost by itself, with the same probability, and arrives somewhat early or late.

import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { missesUntilDown, type OfToolkit } from './detection.ts'

/** What the way between the DCs does to heartbeats. */
export interface HeartbeatWay {
  /** The share of heartbeats that do not arrive, 0 to 1; TCP's own repetitions are behind it. */
  readonly lossShare: number
  /** By so many seconds at most a heartbeat arrives earlier or later than usual, each time within these equally likely. */
  readonly jitterSeconds: number
}

const secondsOfYear = 31_536_000

/**
 * The probability that one observer declares a healthy remote with the same interval down within a year. 0 when it never does;
 * null when the jitter is half an interval or more, which the model does not cover.
 */
export function falseDownPerYear(
  options: { readonly observer: CrossDcSettings; readonly way: HeartbeatWay } & OfToolkit,
): number | null {
  const { observer, way, behaviour } = options
  const misses = missesUntilDown(observer, behaviour)
  const interval = observer.heartbeatExchangeInterval
  if (misses === null) return 0
  if (interval <= 0 || way.jitterSeconds * 2 >= interval) return null
  const heartbeats = Math.floor(secondsOfYear / interval)
  // Of two arrivals the later one may have slipped over a tick, or the earlier one: as likely as the mean of how much later the
  // second is than the first, if it is, is long against the interval; of two equally spread times that is a third of the spread.
  const slipShare = way.jitterSeconds / 3 / interval
  return runProbability({ lost: way.lossShare, run: misses - 1, slip: slipShare, heartbeats })
}

/**
 * The probability that among so many heartbeats there is a gap that is declared DOWN. A gap with k lost heartbeats has k + 1
 * ticks in it, and DOWN comes at the (A + 1)-th (toolkit reference §4.3, §4.5): so A lost ones in a row are enough, or A − 1 when
 * the next one slips over a tick; and A are not when the next one comes before a tick. Without slips it is the recurrence
 * of runs: P(n) = P(n − 1) + (1 − P(n − A − 1)) · (1 − p) · p^A, P(A) = p^A.
 */
export function runProbability(of: {
  /** p, 0 to 1. */
  readonly lost: number
  /** A: so many lost ones in a row are a run. */
  readonly run: number
  /** The probability that an arrival slips to the other side of a tick; the same for either side. @default 0 */
  readonly slip?: number
  readonly heartbeats: number
}): number {
  const { lost, run, slip = 0, heartbeats } = of
  if (run < 1) return 1
  const arrived = 1 - lost
  // State k: so many lost in a row; the last one is DOWN, which is not left again.
  const down = run + 1
  const step = Array.from({ length: down + 1 }, () => zeros(down + 1))
  const move = (from: number, to: number, share: number): void => {
    const row = step[from]
    if (row !== undefined) row[to] = (row[to] ?? 0) + share
  }
  for (let k = 0; k < run; k += 1) {
    move(k, k + 1, lost)
    const isOneShort = k === run - 1
    move(k, 0, isOneShort ? arrived * (1 - slip) : arrived)
    if (isOneShort) move(k, down, arrived * slip)
  }
  move(run, 0, arrived * slip)
  move(run, down, lost + arrived * (1 - slip))
  move(down, down, 1)
  // That a run is one is seen at the tick after it, so one step more.
  return afterSteps(step, heartbeats + 1)[down] ?? 0
}

/** The distribution after so many steps from state 0: by squaring, and by sums of what is not negative, so that small shares stay exact. */
function afterSteps(step: readonly (readonly number[])[], steps: number): readonly number[] {
  let power = step
  let left = steps
  let states: readonly number[] = step.map((_, index) => (index === 0 ? 1 : 0))
  while (left > 0) {
    if (left % 2 === 1) states = product([states], power)[0] ?? []
    left = Math.floor(left / 2)
    if (left > 0) power = product(power, power)
  }
  return states
}

function product(
  left: readonly (readonly number[])[],
  right: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  return left.map((row) => {
    const sums = zeros(right.length)
    for (const [index, factor] of row.entries()) {
      if (factor === 0) continue
      const other = right[index] ?? []
      for (let column = 0; column < other.length; column += 1) {
        sums[column] = (sums[column] ?? 0) + factor * (other[column] ?? 0)
      }
    }
    return sums
  })
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0)
}
