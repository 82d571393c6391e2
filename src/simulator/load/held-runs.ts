import type { TupleRun } from '../../model/load-carrier.ts'

/** Runs that an application's source has taken and the application has not. */
export class HeldRuns {
  /** Of the life of the PE that took them. */
  readonly launchCount: number
  readonly runs: TupleRun[] = []
  #tuples = 0

  constructor(launchCount: number) {
    this.launchCount = launchCount
  }

  get tuples(): number {
    return this.#tuples
  }

  add(runs: readonly TupleRun[]): void {
    for (const run of runs) {
      this.runs.push(run)
      this.#tuples += run.to - run.from + 1
    }
  }
}
