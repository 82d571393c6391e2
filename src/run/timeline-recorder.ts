import type { JsonObject } from '../model/json.ts'
import type { EventSource, TestbedEvent } from '../model/testbed.ts'
import type { EventName, TimelineEvent } from '../model/timeline.ts'
import type { RunClock } from './run-clock.ts'

/** An event of the testbed with its time on the lease's clock, or one of the run's own. */
type Arrived = { readonly testbed: TestbedEvent } | { readonly run: TimelineEvent }

/** Gathers the events of a run, those of the testbed and those that the run itself sees, and tells subscribers of each. */
export class TimelineRecorder implements Disposable {
  readonly #clock: RunClock
  readonly #arrived: Arrived[] = []
  readonly #listeners = new Set<(event: TimelineEvent) => void>()
  readonly #unsubscribe: () => void
  /** By time, those of one time as they arrived; right for as long as t = 0 stays where it is. */
  #sorted: TimelineEvent[] = []
  #sortedFor: number
  #given: readonly TimelineEvent[] | undefined

  constructor(options: { clock: RunClock; events: EventSource }) {
    this.#clock = options.clock
    this.#sortedFor = options.clock.fromLease(0)
    this.#unsubscribe = options.events.subscribe((event) => this.#take({ testbed: event }))
  }

  /** Everything so far, in order of time. Testbed events of before t = 0 have negative times. */
  events(): readonly TimelineEvent[] {
    if (this.#sortedFor !== this.#clock.fromLease(0)) this.#sortAnew()
    this.#given ??= [...this.#sorted]
    return this.#given
  }

  record(event: TimelineEvent): void {
    this.#take({ run: event })
  }

  /** Records something of the run's own, now. */
  note(
    event: EventName,
    fields: Partial<Pick<TimelineEvent, 'dc' | 'of' | 'fault'>> & { detail?: JsonObject } = {},
  ): void {
    this.record({ t: this.#clock.now(), uncertainty: 0, event, seenBy: 'run', ...fields })
  }

  /** Calls back for each event from now on; returns what ends it. */
  subscribe(listener: (event: TimelineEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  [Symbol.dispose](): void {
    this.#unsubscribe()
    this.#listeners.clear()
  }

  #take(arrived: Arrived): void {
    const event = this.#convert(arrived)
    this.#arrived.push(arrived)
    this.#insert(event)
    for (const listener of this.#listeners) listener(event)
  }

  #convert(arrived: Arrived): TimelineEvent {
    if ('run' in arrived) return arrived.run
    const { time, ...event } = arrived.testbed
    return { ...event, t: this.#clock.fromLease(time), seenBy: 'testbed' }
  }

  /** Most events come in order; one that was told late goes behind those of its own time. */
  #insert(event: TimelineEvent): void {
    this.#given = undefined
    const sorted = this.#sorted
    let place = sorted.length
    for (let before = sorted[place - 1]; before !== undefined && before.t > event.t; before = sorted[place - 1]) {
      place -= 1
    }
    if (place === sorted.length) sorted.push(event)
    else sorted.splice(place, 0, event)
  }

  #sortAnew(): void {
    this.#sortedFor = this.#clock.fromLease(0)
    this.#given = undefined
    this.#sorted = this.#arrived.map((arrived) => this.#convert(arrived)).toSorted((a, b) => a.t - b.t)
  }
}
