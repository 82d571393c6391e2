import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { EventName } from '../../model/timeline.ts'
import { defaultBehaviour } from '../../model/toolkit-behaviour.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { createRandom } from '../../support/random.ts'
import { createComposite } from '../composite.ts'
import type { Composite } from '../composite.ts'
import { ToolkitCrashError } from '../errors.ts'
import type { HeartbeatMessage, SendResult, ToolkitEffect, ToolkitInput } from '../io.ts'
import { receiverName } from '../operators.ts'
import type { OperatorName } from '../operators.ts'
import { SimulatedAgenda } from './simulated-agenda.ts'
import { SimulatedApplication } from './simulated-application.ts'
import { SimulatedLinks } from './simulated-links.ts'
import type { LinkFault, MachineFate, SimulatedPost } from './simulated-links.ts'
import { SimulatedStore } from './simulated-store.ts'

/**
 * For tests: two jobs against each other in virtual time, each of one PE or several. Messages take `latencySeconds`; links,
 * machines and stores fail as they are told to. Stores outlive their job; the application is a stand-in.
 */

/** An event of the toolkit, with its time and place. */
export interface SimulatedEvent {
  readonly time: number
  readonly dc: DatacenterName
  readonly event: EventName
  readonly of: DatacenterName | undefined
  readonly detail: Readonly<Record<string, unknown>>
}

/** What a pair is made of. */
export interface PairSimulationOptions {
  readonly dc1: CrossDcSettings
  readonly dc2: CrossDcSettings
  readonly seed: number
  /** Parts of each application's state. @default 1 */
  readonly parts?: number
  /** A part's state. @default one byte, the part's number */
  readonly blobOf?: (part: number, signal: HeartbeatMessage) => Uint8Array
  /** @default the published code's */
  readonly behaviour?: ToolkitBehaviour
  /** On the way of each POST. @default 0 */
  readonly latencySeconds?: number
  /** The PEs of each job: which operators each holds. @default one PE with all */
  readonly pes?: readonly ((operator: OperatorName) => boolean)[]
}

interface Pe {
  readonly isHosted: (operator: OperatorName) => boolean
  /** Null while it is down. */
  composite: Composite | null
  /** Which of its ticks is due. */
  ticks: number
}

interface Side {
  readonly dc: DatacenterName
  readonly settings: CrossDcSettings
  readonly store: SimulatedStore
  readonly pes: readonly Pe[]
  readonly answers: Map<number, (result: SendResult) => void>
  application: SimulatedApplication
}

/** A pair of datacenters that do nothing yet: start both, then run. */
export class PairSimulation {
  readonly events: SimulatedEvent[] = []
  /** Traces of level error. */
  readonly errors: { readonly time: number; readonly dc: DatacenterName; readonly text: string }[] = []
  readonly #options: PairSimulationOptions
  readonly #agenda = new SimulatedAgenda()
  readonly #links: SimulatedLinks
  readonly #sides: Readonly<Record<DatacenterName, Side>>
  #starts = 0
  #posts = 0

  constructor(options: PairSimulationOptions) {
    this.#options = options
    this.#links = new SimulatedLinks({
      agenda: this.#agenda,
      latencySeconds: options.latencySeconds ?? 0,
      deliver: (to, post, answer) => this.#deliver(to, post, answer),
    })
    this.#sides = { dc1: this.#createSide('dc1'), dc2: this.#createSide('dc2') }
  }

  /** Does something at a time. */
  at(time: number, act: (pair: PairSimulation) => void): this {
    this.#agenda.at(time, () => act(this))
    return this
  }

  runUntil(time: number): this {
    this.#agenda.runUntil(time)
    return this
  }

  /** Starts the job, all its PEs. */
  start(dc: DatacenterName): void {
    const side = this.#sides[dc]
    side.application = this.#createApplication(side)
    for (const index of side.pes.keys()) this.startPe(dc, index)
  }

  kill(dc: DatacenterName): void {
    for (const index of this.#sides[dc].pes.keys()) this.killPe(dc, index)
  }

  /** Kills the job and starts it again at once. */
  restart(dc: DatacenterName): void {
    this.kill(dc)
    this.start(dc)
  }

  startPe(dc: DatacenterName, index: number): void {
    this.#starts += 1
    const { settings, pes } = this.#sides[dc]
    const pe = pes[index]
    if (pe === undefined) throw new RangeError(`Expected one of ${pes.length} PEs, got ${index}`)
    const random = createRandom(this.#options.seed).fork(`start ${this.#starts}`)
    const { parts = 1, behaviour = defaultBehaviour } = this.#options
    pe.composite = createComposite({ settings, random, parts, behaviour, isHosted: pe.isHosted })
    this.#give(this.#sides[dc], pe, { kind: 'start' })
  }

  killPe(dc: DatacenterName, index: number): void {
    const { pes, answers } = this.#sides[dc]
    const pe = pes[index]
    if (pe === undefined) return
    pe.composite = null
    for (const answer of answers.values()) answer({ kind: 'exception', text: 'Connection reset' })
    answers.clear()
  }

  restartOperator(dc: DatacenterName, operator: OperatorName): void {
    const side = this.#sides[dc]
    const pe = peOf(side, operator)
    if (pe?.composite) this.#performAll(side, pe, pe.composite.restartOperator(operator))
  }

  /** Adds trouble on the way from a DC: unless it is named or a delay, everything is dropped. */
  cut(fault: DatacenterName | LinkFault): void {
    const named: LinkFault = typeof fault === 'string' ? { from: fault } : fault
    this.#links.add(named.delaySeconds === undefined ? { trouble: 'drop', ...named } : named)
  }

  heal(): void {
    this.#links.heal()
  }

  /** What becomes of POSTs to a machine from now on. */
  machine(name: string, fate: MachineFate): void {
    this.#links.machines.set(name, fate)
  }

  /** The composite of a job's first PE. */
  composite(dc: DatacenterName): Composite | null {
    return this.#sides[dc].pes[0]?.composite ?? null
  }

  application(dc: DatacenterName): SimulatedApplication {
    return this.#sides[dc].application
  }

  replays(dc: DatacenterName): readonly HeartbeatMessage[] {
    return this.#sides[dc].application.replays
  }

  store(dc: DatacenterName): SimulatedStore {
    return this.#sides[dc].store
  }

  /** Names in a DC's store. */
  stored(dc: DatacenterName): readonly string[] {
    return [...this.#sides[dc].store.entries.keys()].toSorted()
  }

  /** The times at which a DC had an event. */
  times(dc: DatacenterName, event: EventName): readonly number[] {
    return this.events.filter((entry) => entry.dc === dc && entry.event === event).map(({ time }) => time)
  }

  special(dc: DatacenterName, message: string): void {
    this.input(dc, { kind: 'special', message })
  }

  /** Gives a running job an input and carries out what it answers. */
  input(dc: DatacenterName, input: ToolkitInput): void {
    const side = this.#sides[dc]
    const pe = peOf(side, operatorFor(input))
    if (pe !== undefined) this.#give(side, pe, input)
  }

  #createSide(dc: DatacenterName): Side {
    const settings = this.#options[dc]
    const { pes = [() => true] } = this.#options
    const isTable = settings.dataSnapshotJdbcUrl !== ''
    const application = new SimulatedApplication({ parts: 0, blobOf: () => new Uint8Array(0), submit: () => undefined })
    return {
      dc,
      settings,
      store: new SimulatedStore({ agenda: this.#agenda, isTable }),
      pes: pes.map((isHosted) => ({ isHosted, composite: null, ticks: 0 })),
      answers: new Map(),
      application,
    }
  }

  #createApplication(side: Side): SimulatedApplication {
    const { parts = 1, blobOf = (part: number) => new Uint8Array([part]) } = this.#options
    return new SimulatedApplication({ parts, blobOf, submit: (input) => this.input(side.dc, input) })
  }

  #give(side: Side, pe: Pe, input: ToolkitInput): void {
    const { composite } = pe
    if (composite === null) return
    try {
      this.#performAll(side, pe, composite.handle(input))
    } catch (error) {
      if (!(error instanceof ToolkitCrashError)) throw error
      this.errors.push({ time: this.#agenda.now, dc: side.dc, text: error.message })
      pe.composite = null
    }
  }

  #performAll(side: Side, pe: Pe, effects: readonly ToolkitEffect[]): void {
    for (const effect of effects) this.#perform(side, pe, effect)
  }

  #perform(side: Side, pe: Pe, effect: ToolkitEffect): void {
    const { composite } = pe
    const back = (input: ToolkitInput): void => {
      if (pe.composite === composite) this.#give(side, pe, input)
    }
    switch (effect.kind) {
      case 'schedule_tick': {
        const tick = (pe.ticks += 1)
        return this.#agenda.in(effect.afterSeconds, () => {
          if (pe.ticks === tick) back({ kind: 'tick' })
        })
      }
      case 'send':
        return this.#links.post({ ...effect, from: side.dc }, (result) => {
          back({ kind: 'sent', sendId: effect.sendId, result })
        })
      case 'accept_post':
        side.answers.get(effect.postId)?.({ kind: 'answer', status: 204 })
        side.answers.delete(effect.postId)
        return undefined
      case 'emit_signal':
        return side.application.signal(effect.signal)
      case 'emit_status':
        side.application.statuses.push(effect.isPlanned ? 'planned' : effect.active ? 'up' : 'down')
        return undefined
      case 'emit_replay':
        side.application.replays.push(effect.message)
        return undefined
      case 'block_application':
        return side.application.block()
      case 'resume_application':
        return side.application.resume()
      case 'tuple':
        return this.input(side.dc, effect)
      case 'trace':
        if (effect.level === 'error') this.errors.push({ time: this.#agenda.now, dc: side.dc, text: effect.text })
        return undefined
      case 'event': {
        const { event, of, detail = {} } = effect
        this.events.push({ time: this.#agenda.now, dc: side.dc, event, of, detail })
        return undefined
      }
      default:
        return side.store.perform(effect, back)
    }
  }

  #deliver(to: DatacenterName, post: SimulatedPost, answer: (result: SendResult) => void): boolean {
    const side = this.#sides[to]
    const { portOffset, body } = post
    const hasPort = portOffset <= side.settings.numberOfHttpSenderReceiverPairs
    if (!hasPort || !peOf(side, receiverName(portOffset))?.composite) return false
    this.#posts += 1
    side.answers.set(this.#posts, answer)
    this.input(to, { kind: 'post', postId: this.#posts, portOffset, body })
    return true
  }
}

function peOf(side: Side, operator: OperatorName): Pe | undefined {
  return side.pes.find(({ isHosted }) => isHosted(operator))
}

/** Whose input it is. Answers to what a PE asked for go back to it by themselves. */
function operatorFor(input: ToolkitInput): OperatorName {
  if (input.kind === 'post') return receiverName(input.portOffset)
  if (input.kind === 'tuple') return input.to
  if (input.kind === 'snapshot') return 'CrossDataCenterSender2[0]'
  if (input.kind === 'tick') return 'HeartbeatSignalGenerator'
  return 'HeartbeatMessagePreparer'
}
