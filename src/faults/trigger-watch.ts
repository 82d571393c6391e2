import type { Clock } from '../model/clock.ts'
import type { Effect, EventSource } from '../model/testbed.ts'
import type { TestbedTrigger } from '../model/testbed-act.ts'
import { waitUntil } from '../support/wait-until.ts'

/** Nobody but the caller's signal ends a wait for an event: how long it may take is for the run to say. */
const patienceSeconds = Number.MAX_SAFE_INTEGER

/**
 * Waits for events of the testbed where the testbed cannot act on them by itself. It hears every event from its making on, so that
 * ones that came before a wait began count as well.
 */
export class TriggerWatch implements Disposable {
  readonly #clock: Clock
  readonly #toSystemTime: (leaseTime: number) => number
  /** Times on the lease's clock, by event and DC, in the order heard. */
  readonly #heard = new Map<string, Effect[]>()
  readonly #waiting = new Set<() => void>()
  readonly #unsubscribe: () => void

  constructor(options: { events: EventSource; clock: Clock; toSystemTime: (leaseTime: number) => number }) {
    this.#clock = options.clock
    this.#toSystemTime = options.toSystemTime
    this.#unsubscribe = options.events.subscribe(({ event, dc, time, uncertainty }) => {
      const name = nameOf({ event, dc })
      const times = this.#heard.get(name)
      if (times === undefined) this.#heard.set(name, [{ time, uncertainty }])
      else times.push({ time, uncertainty })
      for (const recheck of this.#waiting) recheck()
    })
  }

  /**
   * Resolves with the time of the event, on the lease's clock, once `afterSeconds` have passed since.
   * @throws the signal's reason
   */
  async wait(trigger: TestbedTrigger, signal: AbortSignal): Promise<Effect> {
    const { occurrence, sinceTime, afterSeconds, event, dc } = trigger
    const clock = this.#clock
    const came = await waitUntil({
      what: `${dc}.${event}`,
      clock,
      timeoutSeconds: patienceSeconds,
      signal,
      subscribe: (recheck) => {
        this.#waiting.add(recheck)
        return () => this.#waiting.delete(recheck)
      },
      probe: () => this.#heard.get(nameOf(trigger))?.filter(({ time }) => time >= sinceTime)[occurrence - 1],
    })
    await clock.until(this.#toSystemTime(came.time) + afterSeconds, { signal })
    return came
  }

  [Symbol.dispose](): void {
    this.#unsubscribe()
    this.#heard.clear()
  }
}

function nameOf({ event, dc }: { readonly event: string; readonly dc?: string | undefined }): string {
  return `${dc ?? ''}.${event}`
}
