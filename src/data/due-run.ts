/** Tuples that come due evenly: the first at `firstTime`, the last at `lastTime`, in seconds of the traffic's clock. */
export interface DueRun {
  /** 1 and up. */
  readonly count: number
  readonly firstTime: number
  readonly lastTime: number
}

/** When the tuple at a place, counted from 0, is due. */
export function dueTime({ count, firstTime, lastTime }: DueRun, index: number): number {
  return index === 0 ? firstTime : firstTime + (index * (lastTime - firstTime)) / (count - 1)
}

/** The tuples of a run from one place to another, the second one not included. */
export function partOfRun(run: DueRun, from: number, to: number): DueRun {
  if (from === 0 && to === run.count) return run
  return { count: to - from, firstTime: dueTime(run, from), lastTime: dueTime(run, to - 1) }
}

/** How many of a run's tuples, the first ones, are due by a time. */
export function dueBy(run: DueRun, time: number): number {
  const { count, firstTime, lastTime } = run
  if (time >= lastTime) return count
  if (time < firstTime) return 0
  // Rounding may put it one off.
  let due = Math.floor(((time - firstTime) / (lastTime - firstTime)) * (count - 1)) + 1
  while (due < count && dueTime(run, due) <= time) due += 1
  while (due > 0 && dueTime(run, due - 1) > time) due -= 1
  return due
}

/** Splits tuples, by their places, into runs in which each comes due within the tolerance of where an even pace would put it. */
export function evenRuns(of: {
  readonly first: number
  readonly last: number
  readonly timeOf: (place: number) => number
  readonly toleranceSeconds: number
}): readonly DueRun[] {
  const { first, last, timeOf, toleranceSeconds } = of
  const firstTime = timeOf(first)
  const lastTime = timeOf(last)
  const run = { count: last - first + 1, firstTime, lastTime }
  if (run.count <= 2) return [run]
  // A pace that rises or falls all the way is farthest off near the middle; one that changes once may be so anywhere.
  const isEven = [0.25, 0.5, 0.75].every((share) => {
    const index = Math.round(share * (run.count - 1))
    return Math.abs(timeOf(first + index) - dueTime(run, index)) <= toleranceSeconds
  })
  if (isEven) return [run]
  const middle = first + Math.floor((last - first) / 2)
  return [...evenRuns({ ...of, last: middle }), ...evenRuns({ ...of, first: middle + 1 })]
}
