import { otherDatacenter, type DatacenterName } from '../../model/datacenter.ts'
import type { JsonObject } from '../../model/json.ts'
import type { EventName } from '../../model/timeline.ts'
import type { PeLog } from './pe-log.ts'

interface PeEventsOptions {
  readonly dc: DatacenterName
  readonly log: PeLog
}

/** What the operators tell, in the words of timelines. */
export class PeEvents {
  readonly #options: PeEventsOptions
  #awaitsFirstOutput = false

  constructor(options: PeEventsOptions) {
    this.#options = options
  }

  /** From the composite. */
  event(event: EventName, about: { readonly of?: DatacenterName; readonly detail?: JsonObject }): void {
    const { dc, log } = this.#options
    // The composite says whose state is safe here; timelines name that DC first (src/toolkit/io.ts).
    if (event === 'protected' && about.of !== undefined) log.event(event, { ...about, dc: about.of, of: dc })
    else log.event(event, about)
  }

  /** The remote's state is being taken over: the next output for its keys is the first. */
  takeoverStarted(): void {
    this.#awaitsFirstOutput = true
  }

  /** The application put something out. */
  put(item: { readonly origin: DatacenterName; readonly key: string }): void {
    const { dc, log } = this.#options
    const of = otherDatacenter(dc)
    if (!this.#awaitsFirstOutput || item.origin !== of) return
    this.#awaitsFirstOutput = false
    log.event('first_output', { of, detail: { key: item.key } })
  }
}
