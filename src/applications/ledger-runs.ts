import type { Interval } from '../model/interval.ts'
import { IntervalSet } from '../support/interval-set.ts'
import type { Share } from './ledger-state.ts'

/** A part of a run whose tuples were all there before, or none of them. */
export interface RunPiece extends Interval {
  readonly isDuplicate: boolean
}

/** Whether these can be the numbers of tuples. */
export function isValidRun({ from, to }: Interval): boolean {
  return Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from <= to
}

/** A run's parts in order, by whether a job has them already: taken in itself, or brought by a replay. */
export function piecesOf(run: Interval, share: Share, recovered: readonly Share[]): readonly RunPiece[] {
  const { from, to } = run
  const { intervals } = share
  if (recovered.length === 0 && intervals.isBefore(from)) return [{ from, to, isDuplicate: false }]
  const asked = IntervalSet.of([{ from, to }])
  let present = asked.intersect(intervals)
  for (const older of recovered) present = present.union(asked.intersect(older.intervals))
  const pieces: RunPiece[] = []
  let next = from
  for (const known of present.intervals()) {
    if (known.from > next) pieces.push({ from: next, to: known.from - 1, isDuplicate: false })
    pieces.push({ ...known, isDuplicate: true })
    next = known.to + 1
  }
  if (next <= to) pieces.push({ from: next, to, isDuplicate: false })
  return pieces
}
