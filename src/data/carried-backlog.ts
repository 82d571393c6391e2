import { dueBy, partOfRun } from './due-run.ts'
import type { DueRun } from './due-run.ts'
import type { LoadRecorder } from './load-recorder.ts'

/** Tuples that were made: those from a number among all of their traffic's on, as many as came due. */
export interface MadeRun {
  readonly first: number
  readonly due: DueRun
  /** In which they count. */
  readonly load: LoadRecorder
}

/** The request whose answer is waited for: the first so many of those that wait. */
export interface UnderWay {
  readonly tuples: number
  readonly sentTime: number
}

/** Tuples that were made and have no outcome yet, in order. */
export class CarriedBacklog {
  readonly #runs: MadeRun[] = []
  #tuples = 0
  #underWay: UnderWay | undefined

  get tuples(): number {
    return this.#tuples
  }

  get underWay(): UnderWay | undefined {
    return this.#underWay
  }

  /** When the first of them was due; undefined when none waits. */
  get firstTime(): number | undefined {
    return this.#runs[0]?.due.firstTime
  }

  add(run: MadeRun): void {
    this.#runs.push(run)
    this.#tuples += run.due.count
  }

  /** How many of them were due by a time. */
  dueBy(time: number): number {
    return this.#runs.reduce((sum, { due }) => sum + dueBy(due, time), 0)
  }

  /** The first so many are sent. */
  send(underWay: UnderWay): void {
    this.#underWay = underWay
  }

  /** Takes those of the request under way, as far as they are among the first so many; there is none afterwards. */
  takeUnderWay(countMax = Infinity): readonly MadeRun[] {
    const tuples = Math.min(countMax, this.#underWay?.tuples ?? 0)
    this.#underWay = undefined
    return this.take(tuples)
  }

  /** Takes the first so many. */
  take(count: number): readonly MadeRun[] {
    const taken: MadeRun[] = []
    for (let left = Math.min(count, this.#tuples); left > 0;) {
      const run = this.#runs.shift()
      if (run === undefined) break
      const { first, due, load } = run
      const part = Math.min(left, due.count)
      taken.push({ first, due: partOfRun(due, 0, part), load })
      if (part < due.count) this.#runs.unshift({ first: first + part, due: partOfRun(due, part, due.count), load })
      left -= part
      this.#tuples -= part
    }
    return taken
  }

  /** Takes those that were not sent. */
  takeUnsent(): readonly MadeRun[] {
    const sent = this.#underWay?.tuples ?? 0
    const kept = this.take(sent)
    const unsent = this.take(this.#tuples)
    for (const run of kept) this.add(run)
    return unsent
  }
}
