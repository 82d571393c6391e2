import type { LinkRule } from '../../model/testbed.ts'
import type { LinkRate } from '../../support/link-effect.ts'

/** There: from the DC that connects to the other one; back: its answers. A wire carries both at once. */
export type Way = 'there' | 'back'

/** Real time that a piece of data takes at its rate: connections that share a rate take turns in pieces of this size. */
const pieceMs = 10

/** Counts out a rate: what is reserved is through once all that was reserved before it is. It holds no credit for idle times. */
export class RateBucket {
  /** Of real time. */
  readonly #bitsPerMs: number
  #freeMs = 0

  constructor(bitsPerMs: number) {
    this.#bitsPerMs = bitsPerMs
  }

  /** How much of the data goes through in one piece. */
  get pieceBytes(): number {
    return Math.max(1, Math.floor((this.#bitsPerMs * pieceMs) / 8))
  }

  /**
   * Lets so many bytes through that were there at `readyMs`.
   * @returns the monotonic time at which the last of them is through
   */
  reserve(bytes: number, readyMs: number): number {
    this.#freeMs = Math.max(this.#freeMs, readyMs) + (bytes * 8) / this.#bitsPerMs
    return this.#freeMs
  }
}

/** The buckets of one direction's rules: one a rule and way, for all ports of the rule. */
export class RateBuckets {
  readonly #buckets = new Map<string, RateBucket>()

  /** The buckets of these rates, made where there are none. `secondMs`: real milliseconds of a system second. */
  of(rates: readonly LinkRate[], way: Way, secondMs: number): readonly RateBucket[] {
    return rates.map((rate) => {
      const key = keyOf(rate, way)
      const bucket = this.#buckets.get(key) ?? new RateBucket(rate.bitsPerSecond / secondMs)
      this.#buckets.set(key, bucket)
      return bucket
    })
  }

  /** Forgets the buckets of all other rules, and of these where their rates changed. */
  keep(rules: Iterable<LinkRule>): void {
    const kept = new Set(
      [...rules].flatMap(({ id, effect }) => {
        if (effect.kind !== 'rate') return []
        const rate = { ruleId: id, bitsPerSecond: effect.bitsPerSecond }
        return [keyOf(rate, 'there'), keyOf(rate, 'back')]
      }),
    )
    for (const key of this.#buckets.keys()) if (!kept.has(key)) this.#buckets.delete(key)
  }
}

function keyOf({ ruleId, bitsPerSecond }: LinkRate, way: Way): string {
  return `${way} ${bitsPerSecond} ${ruleId}`
}
