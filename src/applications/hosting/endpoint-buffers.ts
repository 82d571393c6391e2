// The buffers of the Data Exchange operators (data-exchange reference §2).

/** Items that EndpointSource takes ahead of the operators behind it. The product's default is not public. */
export const sourceBufferSize = 20_000
/** EndpointSink's default is 1000; the ledger asks for this, so that a reader may pause at full load. */
export const sinkBufferSize = 200_000
/** Items that the operators take in one go, so that a large batch does not hold up a tick. */
const stepItems = 1000

/** What an EndpointSource is made from. */
export interface SourceOptions {
  readonly bufferSize: number
  /** Runs a step later, after what is under way. */
  readonly defer: (step: () => void) => void
  readonly onItems: (items: readonly object[]) => void
}

/** EndpointSource: takes as many items as fit and passes them on in order, a step at a time. */
export class EndpointSource {
  readonly #options: SourceOptions
  #waiting: readonly object[] = []
  #isDraining = false
  #isHeld = false
  #submitted = 0

  constructor(options: SourceOptions) {
    this.#options = options
  }

  /** nTuplesSubmitted. */
  get submitted(): number {
    return this.#submitted
  }

  /** @returns how many leading items fitted */
  offer(items: readonly object[]): number {
    const added = Math.min(items.length, this.#options.bufferSize - this.#waiting.length)
    const taken = added === items.length ? items : items.slice(0, added)
    this.#waiting = this.#waiting.length === 0 ? taken : this.#waiting.concat(taken)
    this.#drain()
    return added
  }

  /** Items that went past its buffer. */
  count(items: number): void {
    this.#submitted += items
  }

  /** Held, it fills up: the operators behind it take nothing now. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    this.#drain()
  }

  /** Forgets what waits, and what it counted. */
  restart(): void {
    this.#waiting = []
    this.#submitted = 0
  }

  #drain(): void {
    if (this.#isDraining || this.#waiting.length === 0) return
    this.#isDraining = true
    this.#options.defer(() => {
      if (this.#isHeld) {
        this.#isDraining = false
        return
      }
      const step = this.#waiting.slice(0, stepItems)
      this.#waiting = this.#waiting.slice(stepItems)
      this.#submitted += step.length
      this.#isDraining = false
      this.#options.onItems(step)
      this.#drain()
    })
  }
}

/** EndpointSink with consumingReads: a ring that forgets its oldest items when it is full. */
export class EndpointSink {
  readonly #bufferSize: number
  #items: object[] = []
  #processed = 0

  constructor(bufferSize: number) {
    this.#bufferSize = bufferSize
  }

  /** nTuplesProcessed. */
  get processed(): number {
    return this.#processed
  }

  push(item: object): void {
    this.#processed += 1
    this.#items.push(item)
    // Cut in large steps: shifting a long array item by item is slow.
    if (this.#items.length >= 2 * this.#bufferSize) this.#items = this.#newest()
  }

  /** Everything that is buffered, oldest first; the buffer is empty afterwards. */
  take(): readonly object[] {
    const items = this.#newest()
    this.#items = []
    return items
  }

  #newest(): object[] {
    return this.#items.length > this.#bufferSize ? this.#items.slice(-this.#bufferSize) : this.#items
  }
}
