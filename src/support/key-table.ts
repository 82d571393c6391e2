/** An entry, and the one that was asked for after it last time. */
interface Entry<T> {
  readonly key: string
  readonly value: T
  next: Entry<T> | undefined
}

/**
 * A map for keys that come in a certain order again and again, as those of even traffic do: what is asked for is mostly what was asked
 * for after the same key last time, and then costs a comparison in place of a search.
 */
export class KeyTable<T> {
  readonly #entries = new Map<string, Entry<T>>()
  #last: Entry<T> | undefined

  /** The value of a key, made when the key is new. */
  at(key: string, make: () => T): T {
    const guess = this.#last?.next
    if (guess?.key === key) {
      this.#last = guess
      return guess.value
    }
    const entry = this.#entries.get(key) ?? this.#open(key, make())
    if (this.#last !== undefined) this.#last.next = entry
    this.#last = entry
    return entry.value
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.value
  }

  /** Puts another value in a key's place. */
  set(key: string, value: T): void {
    this.#open(key, value)
    // What pointed to the old one must not be followed.
    for (const entry of this.#entries.values()) entry.next = undefined
    this.#last = undefined
  }

  *[Symbol.iterator](): Generator<[string, T], void, undefined> {
    for (const { key, value } of this.#entries.values()) yield [key, value]
  }

  #open(key: string, value: T): Entry<T> {
    const entry: Entry<T> = { key, value, next: undefined }
    this.#entries.set(key, entry)
    return entry
  }
}
