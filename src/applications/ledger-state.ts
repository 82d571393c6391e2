import type { Interval } from '../model/interval.ts'
import { addChecksums } from '../support/checksum.ts'
import { IntervalSet } from '../support/interval-set.ts'

/**
 * What one life of one job accepted of one key: the numbers, the sum of the tuples' checksums, and what was wrong with them.
 * A share only grows, so an older snapshot of it is a part of a newer one.
 */
export interface Share {
  intervals: IntervalSet
  /** Of the numbers in `intervals`, each counted once. */
  checksum: number
  duplicates: IntervalSet
  corrupt: number
}

function emptyShare(): Share {
  return { intervals: new IntervalSet(), checksum: 0, duplicates: new IntervalSet(), corrupt: 0 }
}

/** Takes in one tuple's number, and says whether it was there already. */
export function acceptTuple(share: Share, tuple: { readonly seq: number; readonly checksum: number }): boolean {
  const present = share.intervals.add(tuple.seq, tuple.seq)
  if (present.length > 0) {
    share.duplicates.add(tuple.seq, tuple.seq)
    return true
  }
  share.checksum = addChecksums(share.checksum, tuple.checksum)
  return false
}

/**
 * One key of one origin, as one channel holds it. `accepted` is what this job took in itself; `recovered` are the shares that
 * replays brought, one for each life of a job that took them in. They are kept apart because a checksum of a sum cannot be
 * split: a newer snapshot of a share replaces the older one as a whole.
 */
export interface KeyState {
  readonly accepted: Share
  readonly recovered: Share[]
}

/** A key's state that holds nothing. */
export function emptyKeyState(): KeyState {
  return { accepted: emptyShare(), recovered: [] }
}

/**
 * Takes a replayed share in (decisions 6): what a replay brings again is no duplicate, unless this job itself had accepted it.
 * A share that contains one brought before is its newer snapshot and replaces it; one contained in it is older and dropped.
 * Shares that overlap otherwise come from tuples sent to two lives of a job: the numbers count as duplicates, and the checksum
 * does not fit, for the overlap's part of it is not known.
 */
export function mergeShare(state: KeyState, share: Share): void {
  const { accepted, recovered } = state
  for (const { from, to } of share.intervals.intersect(accepted.intervals).intervals())
    accepted.duplicates.add(from, to)
  if (contains(accepted.intervals, share.intervals)) return
  if (recovered.some((older) => contains(older.intervals, share.intervals))) return
  const kept = recovered.filter((older) => !contains(share.intervals, older.intervals))
  for (const older of kept) {
    for (const { from, to } of share.intervals.intersect(older.intervals).intervals()) share.duplicates.add(from, to)
  }
  recovered.splice(0, recovered.length, ...kept, share)
}

/** A key's state as a whole. */
export interface KeySummary {
  readonly intervals: readonly Interval[]
  readonly checksum: number
  readonly duplicates: readonly Interval[]
  readonly corrupt: number
}

/** All shares of a key together. */
export function summarize(state: KeyState): KeySummary {
  const shares = sharesOf(state)
  let intervals = new IntervalSet()
  let duplicates = new IntervalSet()
  let checksum = 0
  let corrupt = 0
  for (const share of shares) {
    intervals = intervals.union(share.intervals)
    duplicates = duplicates.union(share.duplicates)
    checksum = addChecksums(checksum, share.checksum)
    corrupt += share.corrupt
  }
  return { intervals: intervals.intervals(), checksum, duplicates: duplicates.intervals(), corrupt }
}

/** The shares that hold something. */
export function sharesOf(state: KeyState): readonly Share[] {
  const { accepted, recovered } = state
  const isEmpty = accepted.intervals.count === 0 && accepted.duplicates.count === 0 && accepted.corrupt === 0
  return isEmpty ? recovered : [accepted, ...recovered]
}

function contains(outer: IntervalSet, inner: IntervalSet): boolean {
  return outer.count >= inner.count && inner.intersect(outer).count === inner.count
}
