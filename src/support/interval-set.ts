import type { Interval } from '../model/interval.ts'

const nothing: readonly Interval[] = []

/**
 * A set of whole numbers kept as sorted runs that neither touch nor overlap. Adding at the end, which is what a sequence does,
 * costs a comparison; adding elsewhere costs a binary search and at worst moves the runs behind. Only `add` changes a set:
 * `union`, `minus` and `intersect` give new ones.
 */
export class IntervalSet {
  // Two flat arrays rather than run objects: a ledger holds many sets and appends to them for every tuple.
  readonly #from: number[] = []
  /** The last run's end is in `#end`; it is written here only when somebody looks. */
  readonly #to: number[] = []
  #end = Number.NEGATIVE_INFINITY
  #count = 0

  /** The set of all numbers of these intervals, which may overlap and come in any order. */
  static of(intervals: Iterable<Interval>): IntervalSet {
    const set = new IntervalSet()
    for (const { from, to } of intervals) set.add(from, to)
    return set
  }

  /** How many numbers the set holds. */
  get count(): number {
    return this.#count
  }

  /** How many runs the set holds. */
  get runs(): number {
    return this.#from.length
  }

  /**
   * Adds `from` to `to`, both included, and returns the part of it that was there already.
   * @throws RangeError when the ends are no whole numbers or the wrong way round.
   */
  add(from: number, to: number): readonly Interval[] {
    // The next number of a sequence: nothing else of this set changes so often.
    if (from === this.#end + 1 && from === to && to <= Number.MAX_SAFE_INTEGER) {
      this.#end = to
      this.#count += 1
      return nothing
    }
    if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from <= to)) {
      throw new RangeError(`Expected an interval of whole numbers, got ${from} to ${to}`)
    }
    if (from <= this.#end) return this.#insert(from, to)
    if (from > this.#end + 1) {
      this.#settle()
      this.#from.push(from)
      this.#to.push(to)
    }
    this.#end = to
    this.#count += to - from + 1
    return nothing
  }

  /** Whether every number of the set is below this one. */
  isBefore(value: number): boolean {
    return this.#end < value
  }

  has(value: number): boolean {
    const at = this.#firstEndingAtOrAfter(value)
    return at < this.#from.length && this.#fromAt(at) <= value
  }

  /** The runs in ascending order; a copy. */
  intervals(): readonly Interval[] {
    this.#settle()
    return this.#from.map((from, at) => ({ from, to: this.#toAt(at) }))
  }

  union(other: IntervalSet): IntervalSet {
    const [large, small] = this.runs >= other.runs ? [this, other] : [other, this]
    const result = IntervalSet.of(large.intervals())
    for (const { from, to } of small.intervals()) result.add(from, to)
    return result
  }

  intersect(other: IntervalSet): IntervalSet {
    this.#settle()
    other.#settle()
    const result = new IntervalSet()
    let mine = 0
    let theirs = 0
    while (mine < this.runs && theirs < other.runs) {
      const from = Math.max(this.#fromAt(mine), other.#fromAt(theirs))
      const to = Math.min(this.#toAt(mine), other.#toAt(theirs))
      if (from <= to) result.add(from, to)
      if (this.#toAt(mine) < other.#toAt(theirs)) mine += 1
      else theirs += 1
    }
    return result
  }

  minus(other: IntervalSet): IntervalSet {
    other.#settle()
    const result = new IntervalSet()
    let theirs = 0
    for (const { from, to } of this.intervals()) {
      let next = from
      while (theirs < other.runs && other.#toAt(theirs) < from) theirs += 1
      for (let at = theirs; at < other.runs && other.#fromAt(at) <= to; at += 1) {
        if (other.#fromAt(at) > next) result.add(next, other.#fromAt(at) - 1)
        next = other.#toAt(at) + 1
      }
      if (next <= to) result.add(next, to)
    }
    return result
  }

  /** Writes the last run's end where the others are. */
  #settle(): void {
    if (this.#to.length > 0) this.#to[this.#to.length - 1] = this.#end
  }

  #insert(from: number, to: number): readonly Interval[] {
    this.#settle()
    const first = this.#firstEndingAtOrAfter(from - 1)
    const present: Interval[] = []
    let start = from
    let end = to
    let presentCount = 0
    let at = first
    for (; at < this.#from.length && this.#fromAt(at) <= to + 1; at += 1) {
      const overlap = { from: Math.max(from, this.#fromAt(at)), to: Math.min(to, this.#toAt(at)) }
      if (overlap.from <= overlap.to) {
        present.push(overlap)
        presentCount += overlap.to - overlap.from + 1
      }
      start = Math.min(start, this.#fromAt(at))
      end = Math.max(end, this.#toAt(at))
    }
    this.#from.splice(first, at - first, start)
    this.#to.splice(first, at - first, end)
    this.#count += to - from + 1 - presentCount
    this.#end = this.#toAt(this.#to.length - 1)
    return present
  }

  #firstEndingAtOrAfter(value: number): number {
    this.#settle()
    let low = 0
    let high = this.#to.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#toAt(middle) < value) low = middle + 1
      else high = middle
    }
    return low
  }

  #fromAt(index: number): number {
    return this.#from[index] ?? Number.NaN
  }

  #toAt(index: number): number {
    return this.#to[index] ?? Number.NaN
  }
}
