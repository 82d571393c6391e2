/** For tests: what happens when. Things at one time happen in the order in which they were asked for. */
export class SimulatedAgenda {
  readonly #entries: { readonly time: number; readonly act: () => void }[] = []
  #now = 0

  /** Seconds since the simulation began. */
  get now(): number {
    return this.#now
  }

  at(time: number, act: () => void): void {
    if (time < this.#now) throw new RangeError(`Expected a time from ${this.#now} s on, got ${time} s`)
    const behind = this.#entries.findIndex((entry) => entry.time > time)
    this.#entries.splice(behind === -1 ? this.#entries.length : behind, 0, { time, act })
  }

  in(seconds: number, act: () => void): void {
    this.at(this.#now + seconds, act)
  }

  runUntil(time: number): void {
    for (let next = this.#entries[0]; next !== undefined && next.time <= time; next = this.#entries[0]) {
      this.#entries.shift()
      this.#now = next.time
      next.act()
    }
    this.#now = time
  }
}
