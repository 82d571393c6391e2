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
  readonly #to: number[] = []
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
    if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from <= to)) {
      throw new RangeError(`Expected an interval of whole numbers, got ${from} to ${to}`)
    }
    const last = this.#from.length - 1
    const end = this.#to[last] ?? Number.NEGATIVE_INFINITY
    if (from === end + 1) {
      this.#to[last] = to
      this.#count += to - from + 1
      return nothing
    }
    if (from > end) {
      this.#from.push(from)
      this.#to.push(to)
      this.#count += to - from + 1
      return nothing
    }
    return this.#insert(from, to)
  }

  has(value: number): boolean {
    const at = this.#firstEndingAtOrAfter(value)
    return at < this.#from.length && this.#fromAt(at) <= value
  }

  /** The runs in ascending order; a copy. */
  intervals(): readonly Interval[] {
    return this.#from.map((from, at) => ({ from, to: this.#toAt(at) }))
  }

  union(other: IntervalSet): IntervalSet {
    const [large, small] = this.runs >= other.runs ? [this, other] : [other, this]
    const result = IntervalSet.of(large.intervals())
    for (const { from, to } of small.intervals()) result.add(from, to)
    return result
  }

  intersect(other: IntervalSet): IntervalSet {
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

  #insert(from: number, to: number): readonly Interval[] {
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
    return present
  }

  #firstEndingAtOrAfter(value: number): number {
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
