import type { JsonObject } from '../model/json.ts'
import type { EventSource, TestbedEvent } from '../model/testbed.ts'
import type { EventName, TimelineEvent } from '../model/timeline.ts'
import type { RunClock } from './run-clock.ts'

/** Gathers the events of a run, those of the testbed and those that the run itself sees, and tells subscribers of each. */
export class TimelineRecorder implements Disposable {
  readonly #clock: RunClock
  readonly #fromTestbed: TestbedEvent[] = []
  readonly #fromRun: TimelineEvent[] = []
  readonly #listeners = new Set<(event: TimelineEvent) => void>()
  readonly #unsubscribe: () => void

  constructor(options: { clock: RunClock; events: EventSource }) {
    this.#clock = options.clock
    this.#unsubscribe = options.events.subscribe((event) => {
      this.#fromTestbed.push(event)
      this.#tell(this.#convert(event))
    })
  }

  /** Everything so far, in order of time. Testbed events of before t = 0 have negative times. */
  events(): readonly TimelineEvent[] {
    return [...this.#fromTestbed.map((event) => this.#convert(event)), ...this.#fromRun].toSorted((a, b) => a.t - b.t)
  }

  record(event: TimelineEvent): void {
    this.#fromRun.push(event)
    this.#tell(event)
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

  #convert({ time, ...event }: TestbedEvent): TimelineEvent {
    return { ...event, t: this.#clock.fromLease(time), seenBy: 'testbed' }
  }

  #tell(event: TimelineEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}
