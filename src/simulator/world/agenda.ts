/** Something that is due. */
export interface Entry {
  /** It is not done any more. Once it was, this does nothing. */
  cancel(): void
}

interface Due extends Entry {
  readonly time: number
  /** Things at one time are done in the order in which they were asked for. */
  readonly order: number
  act: (() => void) | null
}

/**
 * What happens when, in virtual time: a binary heap by time. Nothing is ever due in the past, and one thing is done at a time, so
 * that the same things asked for in the same order happen in the same order, always.
 */
export class Agenda {
  readonly #heap: Due[] = []
  #now = 0
  #asked = 0

  /** System seconds since the beginning. */
  get now(): number {
    return this.#now
  }

  /** When the next thing is due; undefined when there is none. */
  nextDue(): number | undefined {
    this.#dropCancelled()
    return this.#heap[0]?.time
  }

  /** Has something done at a time; at one that is past, now. */
  at(time: number, act: () => void): Entry {
    this.#asked += 1
    const due: Due = {
      time: time > this.#now ? time : this.#now,
      order: this.#asked,
      act,
      cancel: () => {
        due.act = null
      },
    }
    this.#push(due)
    return due
  }

  /** Has something done so many seconds from now. */
  in(seconds: number, act: () => void): Entry {
    return this.at(this.#now + seconds, act)
  }

  /** Does what is due next, and moves time there; false when nothing is. */
  runNext(): boolean {
    for (let due = this.#pop(); due !== undefined; due = this.#pop()) {
      const { act } = due
      if (act === null) continue
      this.#now = due.time
      due.act = null
      act()
      return true
    }
    return false
  }

  /** Does everything that is due until a time, and moves time there. */
  runUntil(time: number): void {
    for (let next = this.nextDue(); next !== undefined && next <= time; next = this.nextDue()) this.runNext()
    if (time > this.#now) this.#now = time
  }

  /** Forgets everything that is due. */
  clear(): void {
    this.#heap.length = 0
  }

  #dropCancelled(): void {
    while (this.#heap[0]?.act === null) this.#pop()
  }

  #push(due: Due): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(due)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent]
      if (above === undefined || isBefore(above, due)) break
      heap[at] = above
      at = parent
    }
    heap[at] = due
  }

  #pop(): Due | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (last === undefined || first === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const right = left + 1
      const l = heap[left]
      if (l === undefined) break
      const r = heap[right]
      const isRight = r !== undefined && isBefore(r, l)
      const least = isRight ? r : l
      if (isBefore(last, least)) break
      heap[at] = least
      at = isRight ? right : left
    }
    heap[at] = last
    return first
  }
}

function isBefore(one: Due, other: Due): boolean {
  return one.time < other.time || (one.time === other.time && one.order < other.order)
}
