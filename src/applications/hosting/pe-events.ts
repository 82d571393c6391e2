import { otherDatacenter, type DatacenterName } from '../../model/datacenter.ts'
import type { JsonObject } from '../../model/json.ts'
import type { EventName } from '../../model/timeline.ts'

/** Who an event is about. `dc` @default the DC in which it happened */
export interface EventAbout {
  readonly dc?: DatacenterName
  readonly of?: DatacenterName
  readonly detail?: JsonObject
}

interface PeEventsOptions {
  readonly dc: DatacenterName
  readonly emit: (event: EventName, about: EventAbout) => void
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
    const { dc, emit } = this.#options
    // The composite says whose state is safe here; timelines name that DC first (src/toolkit/io.ts).
    if (event === 'protected' && about.of !== undefined) emit(event, { ...about, dc: about.of, of: dc })
    else emit(event, about)
  }

  /** The remote's state is being taken over: the next output for its keys is the first. */
  takeoverStarted(): void {
    this.#awaitsFirstOutput = true
  }

  /** The application put something out. */
  put(item: { readonly origin: DatacenterName; readonly key: string }): void {
    const { dc, emit } = this.#options
    const of = otherDatacenter(dc)
    if (!this.#awaitsFirstOutput || item.origin !== of) return
    this.#awaitsFirstOutput = false
    emit('first_output', { of, detail: { key: item.key } })
  }
}
