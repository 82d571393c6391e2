import type { DatacenterName } from '../model/datacenter.ts'
import { TestbedError } from '../model/errors.ts'
import type { TestbedTrigger } from '../model/testbed-act.ts'
import type { Effect, TestbedEvent } from '../model/testbed.ts'
import type { EventName } from '../model/timeline.ts'

/** So many are kept of a kind in a DC: its last ones. A lease of hours has fewer heartbeats. */
const keptMax = 100_000

interface Moments {
  kept: Effect[]
  /** The last one that was let go. */
  forgottenUntil: number
}

/** When the events of a lease were, so that a trigger counts those before it was armed too. */
export class EventMoments {
  readonly #keptMax: number
  readonly #moments = new Map<string, Moments>()

  /** @param max so many are kept of a kind in a DC; 100,000 unless given */
  constructor(max = keptMax) {
    this.#keptMax = max
  }

  /** Forgets the lease before. */
  clear(): void {
    this.#moments.clear()
  }

  add({ event, dc, time, uncertainty }: TestbedEvent): void {
    if (dc === undefined) return
    const moments = this.#moments.get(keyOf(event, dc)) ?? { kept: [], forgottenUntil: Number.NEGATIVE_INFINITY }
    this.#moments.set(keyOf(event, dc), moments)
    moments.kept.push({ time, uncertainty })
    // In large steps: shifting one of many at each new one would cost more than all the rest.
    if (moments.kept.length < 2 * this.#keptMax) return
    for (const { time: forgotten } of moments.kept.splice(0, this.#keptMax)) {
      moments.forgottenUntil = Math.max(moments.forgottenUntil, forgotten)
    }
  }

  /**
   * The moment of the event that a trigger waits for; undefined where it has not come yet.
   * @throws TestbedError when that can no longer be told
   */
  of({ event, dc, occurrence, sinceTime }: Omit<TestbedTrigger, 'afterSeconds'>): Effect | undefined {
    const moments = this.#moments.get(keyOf(event, dc))
    if (moments === undefined) return undefined
    if (sinceTime <= moments.forgottenUntil) {
      throw new TestbedError(
        `Expected \`sinceTime\` to be within the last ${this.#keptMax} events ${event} of ${dc}, got ${sinceTime}: ` +
          `those until ${moments.forgottenUntil} are no longer known.`,
      )
    }
    // Several processes tell of some events, and not always in their order.
    const counted = moments.kept.filter(({ time }) => time >= sinceTime)
    return counted.toSorted((one, other) => one.time - other.time)[occurrence - 1]
  }
}

function keyOf(event: EventName, dc: DatacenterName): string {
  return `${event} ${dc}`
}
