import type { LogLine } from '../../model/timeline.ts'

/** So many lines of a lease are kept: its last ones. */
const linesMax = 10_000

/** The lines of level warn and error of one lease. */
export class LeaseLogs {
  readonly #linesMax: number
  #lines: LogLine[] = []
  readonly #leftOut = new Map<LogLine['dc'], number>()

  /** @param max so many lines are kept; 10,000 unless given */
  constructor(max = linesMax) {
    this.#linesMax = max
  }

  /** Forgets the lease before. */
  clear(): void {
    this.#lines = []
    this.#leftOut.clear()
  }

  add(line: LogLine): void {
    this.#lines.push(line)
    // In large steps: shifting one line of many at each new one would cost more than all the rest.
    if (this.#lines.length >= 2 * this.#linesMax) this.#trim()
  }

  /** The last lines, oldest first; before them, for each DC that lost some, one that says how many. */
  read(): readonly LogLine[] {
    this.#trim()
    const t = this.#lines[0]?.t ?? 0
    const notes = [...this.#leftOut].map(([dc, count]): LogLine => ({
      t,
      dc,
      level: 'warn',
      source: 'testbed',
      message: `${count} earlier lines of ${dc} were left out: only the last ${this.#linesMax} of a lease are kept.`,
    }))
    return [...notes, ...this.#lines.toSorted((one, other) => one.t - other.t)]
  }

  #trim(): void {
    for (const { dc } of this.#lines.splice(0, this.#lines.length - this.#linesMax)) {
      this.#leftOut.set(dc, (this.#leftOut.get(dc) ?? 0) + 1)
    }
  }
}
