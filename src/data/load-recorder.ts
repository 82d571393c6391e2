import type { DatacenterName } from '../model/datacenter.ts'
import type { DeliveryOutcome, LoadSeries, LoadSlice } from '../model/timeline.ts'
import { dueBy, dueTime } from './due-run.ts'
import type { DueRun } from './due-run.ts'
import { LatencyCounts } from './latency-counts.ts'

/** The most slices of a series; a longer one has wider slices. */
const slicesMax = 720

/** Seconds of a slice at the beginning of a series. */
const sliceSecondsMin = 1

/** Differences of times leave dust; it must not make a slice. */
const dust = 1e-6

/** One slice while it fills. */
interface OpenSlice {
  due: number
  skipped: number
  readonly outcomes: Record<DeliveryOutcome, number>
  readonly latency: LatencyCounts
}

/**
 * What became of one generator's tuples into one DC, by the time at which they were due: a tuple that an answer held up counts where
 * it would have been sent, with all its waiting (no omission by coordination with the system under test).
 */
export class LoadRecorder {
  readonly into: DatacenterName
  readonly startTime: number
  readonly #name: string | undefined
  readonly #warmupUntil: number
  #sliceSeconds = sliceSecondsMin
  #slices: OpenSlice[] = []

  constructor(options: {
    readonly into: DatacenterName
    readonly name?: string | undefined
    /** Seconds of the run's clock, as all times here. */
    readonly startTime: number
    readonly warmupUntil: number
  }) {
    this.into = options.into
    this.startTime = options.startTime
    this.#name = options.name
    this.#warmupUntil = options.warmupUntil
  }

  /** A tuple came due at a time. */
  due(time: number): void {
    this.#at(time).due += 1
  }

  /** A tuple that came due at a time is not made. */
  skipped(time: number): void {
    this.#at(time).skipped += 1
  }

  /** A tuple that was due at a time got its outcome. */
  answered(dueAt: number, outcome: DeliveryOutcome, time: number): void {
    const slice = this.#at(dueAt)
    slice.outcomes[outcome] += 1
    if (outcome === 'accepted') slice.latency.add((time - dueAt) * 1000)
  }

  /** Tuples came due. */
  dueRun(run: DueRun): void {
    this.#share(run, (slice, from, to) => {
      slice.due += to - from
    })
  }

  /** Tuples that came due are not made. */
  skippedRun(run: DueRun): void {
    this.#share(run, (slice, from, to) => {
      slice.skipped += to - from
    })
  }

  /** Tuples that were due got their outcome, all at a time or, without one, each when it was due. */
  answeredRun(run: DueRun, outcome: DeliveryOutcome, time?: number): void {
    this.#share(run, (slice, from, to) => {
      slice.outcomes[outcome] += to - from
      if (outcome !== 'accepted') return
      if (time === undefined) slice.latency.add(0, to - from)
      // They waited, which only so many can as the backlog holds: for each another latency.
      else for (let at = from; at < to; at += 1) slice.latency.add((time - dueTime(run, at)) * 1000)
    })
  }

  /** The series up to a time, without gaps; what came due and has no outcome yet is in `due` alone. */
  series(until: number): LoadSeries {
    const { into, startTime } = this
    this.#reach(until)
    const width = this.#sliceSeconds
    const count = Math.max(this.#slices.length, Math.ceil((until - startTime) / width - dust))
    const slices = Array.from({ length: count }, (_, index): LoadSlice => {
      const from = startTime + index * width
      const full = startTime + (index + 1) * width
      // The last one ends with the traffic, so that its rate is that of the time in which there was any.
      const to = index === count - 1 && until > from ? Math.min(full, until) : full
      return { from, to, ...told(this.#slices[index] ?? emptySlice()) }
    })
    const name = this.#name
    return { into, ...(name === undefined ? {} : { name }), warmupUntil: this.#warmupUntil, slices }
  }

  /** Deals a run's tuples, by their places from and to, out to the slices in which they were due. */
  #share(run: DueRun, take: (slice: OpenSlice, from: number, to: number) => void): void {
    this.#reach(run.lastTime)
    for (let from = 0; from < run.count;) {
      const index = this.#indexAt(dueTime(run, from))
      const end = this.startTime + (index + 1 + dust) * this.#sliceSeconds
      const to = Math.max(from + 1, dueBy(run, end))
      take(this.#slice(index), from, to)
      from = to
    }
  }

  #at(time: number): OpenSlice {
    this.#reach(time)
    return this.#slice(this.#indexAt(time))
  }

  /** What is due at the end of a slice belongs to it, so that nothing lies beyond the traffic's end. */
  #indexAt(time: number): number {
    return Math.max(0, Math.ceil((time - this.startTime) / this.#sliceSeconds - dust) - 1)
  }

  #slice(index: number): OpenSlice {
    for (let next = this.#slices.length; next <= index; next += 1) this.#slices.push(emptySlice())
    const slice = this.#slices[index]
    if (slice === undefined) throw new RangeError(`Expected a slice ${index} of ${this.#slices.length}`)
    return slice
  }

  /** Makes the slices wide enough to reach a time. */
  #reach(time: number): void {
    while ((time - this.startTime) / this.#sliceSeconds - dust > slicesMax) this.#widen()
  }

  #widen(): void {
    const wide: OpenSlice[] = []
    for (const [index, slice] of this.#slices.entries()) {
      const before = index % 2 === 0 ? undefined : wide.at(-1)
      if (before === undefined) wide.push(slice)
      else addTo(before, slice)
    }
    this.#slices = wide
    this.#sliceSeconds *= 2
  }
}

function emptySlice(): OpenSlice {
  return { due: 0, skipped: 0, outcomes: { accepted: 0, rejected: 0, unknown: 0 }, latency: new LatencyCounts() }
}

function addTo(slice: OpenSlice, other: OpenSlice): void {
  slice.due += other.due
  slice.skipped += other.skipped
  slice.outcomes.accepted += other.outcomes.accepted
  slice.outcomes.rejected += other.outcomes.rejected
  slice.outcomes.unknown += other.outcomes.unknown
  slice.latency.merge(other.latency)
}

function told({ due, skipped, outcomes, latency }: OpenSlice): Omit<LoadSlice, 'from' | 'to'> {
  const encoded = latency.encode()
  return { due, skipped, ...outcomes, ...(encoded === undefined ? {} : { latency: encoded }) }
}
