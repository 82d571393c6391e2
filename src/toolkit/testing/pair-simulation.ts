import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { otherDatacenter } from '../../model/datacenter.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { EventName } from '../../model/timeline.ts'
import { createRandom } from '../../support/random.ts'
import { createComposite } from '../composite.ts'
import type { Composite } from '../composite.ts'
import type { HeartbeatMessage, SendResult, ToolkitEffect, ToolkitInput } from '../io.ts'

/**
 * For tests: two composites against each other in virtual time, with messages that arrive at once or not at all. Files outlive
 * their job. The application is a stand-in whose every part answers a signal with one byte.
 */

/** An event of the toolkit, with its time and place. */
export interface SimulatedEvent {
  readonly time: number
  readonly dc: DatacenterName
  readonly event: EventName
  readonly of: DatacenterName | undefined
  readonly detail: Readonly<Record<string, unknown>>
}

interface Side {
  readonly dc: DatacenterName
  readonly settings: CrossDcSettings
  readonly files: Map<string, Uint8Array>
  /** Null while the job is down. */
  composite: Composite | null
  /** Messages that this side's application was given. */
  readonly replays: HeartbeatMessage[]
}

export interface PairSimulationOptions {
  readonly dc1: CrossDcSettings
  readonly dc2: CrossDcSettings
  readonly seed: number
  /** Parts of each application's state. @default 1 */
  readonly parts?: number
}

/** A pair of datacenters that do nothing yet: start both, then run. */
export class PairSimulation {
  readonly events: SimulatedEvent[] = []
  readonly #sides: Readonly<Record<DatacenterName, Side>>
  readonly #agenda: { readonly time: number; readonly act: (pair: PairSimulation) => void }[] = []
  readonly #cut = new Set<DatacenterName>()
  readonly #seed: number
  readonly #parts: number
  #time = 0
  #starts = 0

  constructor(options: PairSimulationOptions) {
    this.#seed = options.seed
    this.#parts = options.parts ?? 1
    const side = (dc: DatacenterName): Side => {
      return { dc, settings: options[dc], files: new Map(), composite: null, replays: [] }
    }
    this.#sides = { dc1: side('dc1'), dc2: side('dc2') }
  }

  /** Does something at a time; things at one time happen in the order they were asked for. */
  at(time: number, act: (pair: PairSimulation) => void): this {
    const behind = this.#agenda.findIndex((entry) => entry.time > time)
    this.#agenda.splice(behind === -1 ? this.#agenda.length : behind, 0, { time, act })
    return this
  }

  start(dc: DatacenterName): void {
    this.#starts += 1
    const random = createRandom(this.#seed).fork(`start ${this.#starts}`)
    const side = this.#sides[dc]
    side.composite = createComposite({ settings: side.settings, random, parts: this.#parts })
    this.input(dc, { kind: 'start' })
  }

  kill(dc: DatacenterName): void {
    this.#sides[dc].composite = null
  }

  /** Loses everything that `from` sends. */
  cut(from: DatacenterName): void {
    this.#cut.add(from)
  }

  heal(): void {
    this.#cut.clear()
  }

  runUntil(time: number): this {
    for (let next = this.#agenda[0]; next !== undefined && next.time <= time; next = this.#agenda[0]) {
      this.#agenda.shift()
      this.#time = next.time
      next.act(this)
    }
    this.#time = time
    return this
  }

  composite(dc: DatacenterName): Composite | null {
    return this.#sides[dc].composite
  }

  replays(dc: DatacenterName): readonly HeartbeatMessage[] {
    return this.#sides[dc].replays
  }

  files(dc: DatacenterName): Map<string, Uint8Array> {
    return this.#sides[dc].files
  }

  /** The times at which a DC had an event. */
  times(dc: DatacenterName, event: EventName): readonly number[] {
    return this.events.filter((entry) => entry.dc === dc && entry.event === event).map(({ time }) => time)
  }

  /** Gives a running composite an input and carries out what it answers. */
  input(dc: DatacenterName, input: ToolkitInput): void {
    const side = this.#sides[dc]
    const { composite } = side
    if (composite === null) return
    for (const effect of composite.handle(input)) this.#perform(side, composite, effect)
  }

  #perform(side: Side, composite: Composite, effect: ToolkitEffect): void {
    const back = (input: ToolkitInput): void => {
      if (side.composite === composite) this.input(side.dc, input)
    }
    switch (effect.kind) {
      case 'schedule_tick':
        this.at(this.#time + effect.afterSeconds, () => back({ kind: 'tick' }))
        break
      case 'send':
        this.at(this.#time, () => {
          const result = this.#deliver(side.dc, effect)
          back({ kind: 'sent', sendId: effect.sendId, result })
        })
        break
      case 'emit_signal':
        for (let part = 0; part < this.#parts; part += 1) {
          back({ kind: 'snapshot', signal: effect.signal, part: String(part), blob: new Uint8Array([part]) })
        }
        break
      case 'event':
        this.events.push({
          time: this.#time,
          dc: side.dc,
          event: effect.event,
          of: effect.of,
          detail: effect.detail ?? {},
        })
        break
      case 'emit_replay':
        side.replays.push(effect.message)
        break
      default:
        this.#store(side, effect, back)
    }
  }

  #deliver(from: DatacenterName, message: { readonly portOffset: number; readonly body: Uint8Array }): SendResult {
    const to = otherDatacenter(from)
    if (this.#cut.has(from)) return { kind: 'exception', text: 'connect timed out' }
    if (this.#sides[to].composite === null) return { kind: 'exception', text: 'Connection refused' }
    this.input(to, { kind: 'post', portOffset: message.portOffset, body: message.body })
    return { kind: 'answer', status: 204 }
  }

  #store(side: Side, effect: ToolkitEffect, back: (input: ToolkitInput) => void): void {
    const { files } = side
    if (effect.kind === 'store_write') {
      files.set(effect.name, effect.body)
      back({ kind: 'stored', name: effect.name, error: null })
    }
    if (effect.kind === 'store_read') {
      const { requestId, name } = effect
      const body = files.get(name) ?? null
      // Answered behind the effects that came with it, among them the file's deletion.
      this.at(this.#time, () => back({ kind: 'store_read', requestId, name, body }))
    }
    if (effect.kind === 'store_delete') files.delete(effect.name)
    if (effect.kind === 'store_delete_all') files.clear()
  }
}
