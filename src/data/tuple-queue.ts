import type { Tuple } from '../model/tuple.ts'

/** Tuples and when each of them was due. */
export interface DueTuples {
  readonly tuples: readonly Tuple[]
  /** As many. */
  readonly dueTimes: readonly number[]
}

/** Tuples in order. Taking the first ones costs as much as they are many, however many wait behind them. */
export class TupleQueue {
  #chunks: DueTuples[] = []
  #first = 0
  /** Of the first chunk, already taken. */
  #taken = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  add(chunk: DueTuples): void {
    if (chunk.tuples.length === 0) return
    this.#chunks.push(chunk)
    this.#length += chunk.tuples.length
  }

  /** The first ones, at most so many. */
  take(countMax: number): DueTuples {
    const whole = this.#wholeChunk(countMax)
    if (whole !== undefined) return whole
    const tuples: Tuple[] = []
    const dueTimes: number[] = []
    while (tuples.length < countMax && this.#length > 0) {
      const chunk = this.#chunks[this.#first]
      if (chunk === undefined) throw new RangeError(`Expected ${this.#length} tuples more, got none`)
      const end = Math.min(chunk.tuples.length, this.#taken + countMax - tuples.length)
      for (let index = this.#taken; index < end; index += 1) {
        const tuple = chunk.tuples[index]
        if (tuple !== undefined) tuples.push(tuple)
        dueTimes.push(chunk.dueTimes[index] ?? Number.NaN)
      }
      this.#drop(end - this.#taken, chunk.tuples.length)
    }
    return { tuples, dueTimes }
  }

  /** The first chunk itself, where it is what is asked for. */
  #wholeChunk(countMax: number): DueTuples | undefined {
    const chunk = this.#chunks[this.#first]
    if (chunk === undefined || this.#taken > 0) return undefined
    const { length } = chunk.tuples
    if (length > countMax || (length < countMax && this.#length > length)) return undefined
    this.#drop(length, length)
    return chunk
  }

  /** Leaves tuples of the first chunk behind, and the chunk itself after its last one. */
  #drop(count: number, chunkLength: number): void {
    this.#length -= count
    this.#taken += count
    if (this.#taken < chunkLength) return
    this.#taken = 0
    this.#first += 1
    // Now and then, so that a long queue is not moved at every step.
    if (this.#first < 1024 && this.#first < this.#chunks.length) return
    this.#chunks = this.#chunks.slice(this.#first)
    this.#first = 0
  }
}
