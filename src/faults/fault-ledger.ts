import type { DatacenterName } from '../model/datacenter.ts'
import { FaultError, HealError } from '../model/errors.ts'
import type { FaultEvidence, FaultSpec, HealedFault, InjectedFault } from '../model/fault.ts'
import type { JsonObject } from '../model/json.ts'
import type { TestbedTrigger } from '../model/testbed-act.ts'
import type { EventName } from '../model/timeline.ts'
import type { FaultContext } from './context.ts'
import type { ActingFault, Undo, Undone } from './fault-kind.ts'
import type { FaultJournal } from './fault-journal.ts'
import { PendingInjection } from './pending-injection.ts'
import { faultKindOf } from './registry.ts'
import { TriggerWatch } from './trigger-watch.ts'

/** How and when a fault is injected. */
export interface InjectOptions {
  /** @default the kind and a number */
  readonly id?: string
  /** The event at which it strikes, inside the testbed where the kind's act can be performed there. @default now */
  readonly when?: TestbedTrigger | undefined
  /** Calls the fault off while it waits for its event; what acts is healed, not called off. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The one place where faults are injected and healed (house style 20): registers the undo before acting, heals newest first,
 * goes on after an error, checks each heal, then throws what went wrong.
 */
export class FaultLedger implements AsyncDisposable {
  readonly #context: FaultContext
  readonly #journal: FaultJournal
  readonly #triggers: TriggerWatch
  readonly #entries: Entry[] = []
  readonly #underWay = new Map<PendingInjection, Promise<InjectedFault>>()
  readonly #owedJobs = new Set<DatacenterName>()
  #isClosed = false
  #count = 0

  constructor(options: { context: FaultContext; journal: FaultJournal }) {
    const { context } = options
    this.#context = context
    this.#journal = options.journal
    const { clock, toSystemTime } = context
    this.#triggers = new TriggerWatch({ events: context.pair.events, clock, toSystemTime })
  }

  /** Faults not proved gone, oldest first. */
  get active(): readonly string[] {
    return this.#entries.filter(({ isGone, isAbandoned }) => !isGone && !isAbandoned).map(({ id }) => id)
  }

  /**
   * Injects a fault, at once or at an event, and proves that it took hold.
   * @throws FaultError when the fault cannot be injected or has no effect; what was begun is undone first. The signal's reason when
   * it was called off while it waited.
   */
  async inject(spec: FaultSpec, options: InjectOptions = {}): Promise<InjectedFault> {
    if (this.#isClosed) {
      throw new FaultError(`Fault ${spec.kind} comes too late: the run is over and everything has been put back.`)
    }
    const { id = `${spec.kind}-${++this.#count}`, when, signal } = options
    signal?.throwIfAborted()
    const entry: Entry = {
      id,
      spec,
      undo: undefined,
      healed: undefined,
      isActing: false,
      afterEffect: [],
      isGone: false,
      isAbandoned: false,
    }
    const pending = this.#pending(entry, { when, signal })
    const injection = this.#inject(entry, pending)
    this.#underWay.set(pending, injection)
    try {
      return await injection
    } finally {
      this.#underWay.delete(pending)
    }
  }

  async #inject(entry: Entry, pending: PendingInjection): Promise<InjectedFault> {
    const { id, spec } = entry
    await this.#refuseUnavailable(entry)
    try {
      const { effectiveAt, uncertainty, evidence } = await faultKindOf(spec).inject(spec, this.#context, pending)
      entry.isActing = true
      this.#journal.write({ id, state: 'effective', spec })
      this.#record(entry, 'fault_effective', { t: effectiveAt, uncertainty, evidence })
      for (const late of entry.afterEffect.splice(0)) late()
      return this.#injected(entry, {
        requestedAt: pending.requestedAt ?? effectiveAt,
        effectiveAt,
        uncertainty,
        evidence,
      })
    } catch (cause) {
      if (pending.isCalledOff) {
        this.#forget(entry)
        throw cause
      }
      throw await this.#giveUp(entry, cause)
    }
  }

  #pending(entry: Entry, options: Pick<InjectOptions, 'when' | 'signal'>): PendingInjection {
    const { id, spec } = entry
    return new PendingInjection({
      id,
      spec,
      ...options,
      host: {
        context: this.#context,
        triggers: this.#triggers,
        owedJobs: this.#owedJobs,
        registerUndo: (undo) => {
          this.#journal.write({ id, state: 'registered', spec })
          entry.undo = undo
          this.#entries.push(entry)
        },
        requested: (when) => this.#record(entry, 'fault_requested', when),
        others: () => this.#actingBeside(entry),
        tell: (phase, when) => afterEffect(entry, () => this.#record(entry, phase, when)),
        // Told to whoever heals it.
        end: () => afterEffect(entry, () => void this.#heal(entry).catch(() => undefined)),
      },
    })
  }

  /**
   * Heals whatever still acts, newest first, and goes on after an error. Faults that still wait for their event are called off.
   * @throws HealError, or AggregateError of several.
   */
  async healAll(): Promise<void> {
    const failures: unknown[] = []
    for (const pending of this.#underWay.keys()) {
      pending.callOff(new FaultError(`Fault ${pending.id} was called off: what it waited for had not come by the end.`))
    }
    // An injection under way would act after it was undone.
    await Promise.allSettled(this.#underWay.values())
    for (const entry of this.#entries.filter(({ isAbandoned }) => !isAbandoned).toReversed()) {
      try {
        await this.#heal(entry)
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length === 1) throw failures[0]
    if (failures.length > 1) throw new AggregateError(failures, `${failures.length} faults could not be healed.`)
  }

  /** Leaves a fault as it is: `heal: none`. The testbed's teardown removes what is left. */
  abandon(id: string): void {
    for (const entry of this.#entries) if (entry.id === id) entry.isAbandoned = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    try {
      await this.healAll()
    } finally {
      this.#triggers[Symbol.dispose]()
    }
  }

  async #refuseUnavailable({ id, spec }: Entry): Promise<void> {
    const { supported } = this.#context
    if (spec.kind !== 'custom' && !supported.includes(spec.kind)) {
      throw new FaultError(`Fault ${id}: this testbed cannot inject "${spec.kind}". It can: ${supported.join(', ')}.`)
    }
    const reason = await faultKindOf(spec).unavailable(spec, this.#context)
    if (reason !== null) throw new FaultError(`Fault ${id} (${nameOf(spec)}) cannot be injected: ${reason}.`)
  }

  #actingBeside(entry: Entry): readonly ActingFault[] {
    return this.#entries.filter((other) => other !== entry && other.isActing && !other.isGone)
  }

  #injected(
    entry: Entry,
    when: Pick<InjectedFault, 'requestedAt' | 'effectiveAt' | 'uncertainty' | 'evidence'>,
  ): InjectedFault {
    const { id, spec } = entry
    const heal = (): Promise<HealedFault> => this.#heal(entry)
    return {
      id,
      spec,
      ...when,
      heal,
      [Symbol.asyncDispose]: async () => {
        await heal()
      },
    }
  }

  /** Healed at most once: later callers, and callers meanwhile, get the first one's result. */
  #heal(entry: Entry): Promise<HealedFault> {
    entry.healed ??= this.#undo(entry)
    return entry.healed
  }

  async #undo(entry: Entry): Promise<HealedFault> {
    const { id, spec, undo } = entry
    this.#record(entry, 'fault_heal_requested', { t: this.#context.clock.now(), uncertainty: 0 })
    try {
      const undone: Undone = undo === undefined ? { evidence: { probe: 'none', observed: {} } } : await undo()
      const { evidence, at = { t: this.#context.clock.now(), uncertainty: 0 }, isTold = false } = undone
      entry.isGone = true
      this.#journal.write({ id, state: 'healed', spec })
      if (!isTold) this.#record(entry, 'fault_healed', { ...at, evidence })
      return { id, spec, healedAt: at.t, evidence }
    } catch (cause) {
      this.#journal.write({ id, state: 'failed', spec })
      this.#record(entry, 'fault_failed', { t: this.#context.clock.now(), uncertainty: 0 })
      if (cause instanceof HealError) throw cause
      throw new HealError(`Fault ${id} (${nameOf(spec)}) could not be undone: ${messageOf(cause)}`, { cause })
    }
  }

  /** After a failed injection: undo what was begun, and tell both stories when that fails too. */
  async #giveUp(entry: Entry, cause: unknown): Promise<unknown> {
    const failure =
      cause instanceof FaultError
        ? cause
        : new FaultError(`Fault ${entry.id} (${nameOf(entry.spec)}) could not be injected: ${messageOf(cause)}`, {
            cause,
          })
    this.#record(entry, 'fault_failed', { t: this.#context.clock.now(), uncertainty: 0 })
    if (entry.undo === undefined) return failure
    try {
      await this.#heal(entry)
      return failure
    } catch (error) {
      return new AggregateError([failure, error], `${failure.message} Undoing it failed as well.`)
    }
  }

  /** It was called off before it did anything: there is nothing to undo. */
  #forget(entry: Entry): void {
    const index = this.#entries.indexOf(entry)
    if (index < 0) return
    this.#entries.splice(index, 1)
    this.#journal.write({ id: entry.id, state: 'called_off', spec: entry.spec })
  }

  #record(entry: Entry, event: EventName, when: { t: number; uncertainty: number; evidence?: FaultEvidence }): void {
    const { t, uncertainty, evidence } = when
    const { id, spec } = entry
    const kind = spec.kind === 'custom' ? { kind: spec.kind, name: spec.name } : { kind: spec.kind, ...partOf(spec) }
    const detail = evidence === undefined ? kind : { ...kind, probe: evidence.probe, observed: evidence.observed }
    const target = 'target' in spec ? { dc: spec.target.dc } : {}
    this.#context.record({ t, uncertainty, event, fault: id, seenBy: 'run', ...target, detail })
  }
}

interface Entry {
  readonly id: string
  readonly spec: FaultSpec
  undo: Undo | undefined
  healed: Promise<HealedFault> | undefined
  /** Proved effective. */
  isActing: boolean
  /** What its schedule did while the proof of its effect was under way; due after that. */
  readonly afterEffect: (() => void)[]
  /** Proved gone. */
  isGone: boolean
  /** Left to the testbed's teardown. */
  isAbandoned: boolean
}

/** What of a DC was struck, where it is not its whole job: checks tell a dead job from a dead PE by it. */
function partOf(spec: FaultSpec): JsonObject {
  if (spec.kind === 'special_message') return { message: spec.message }
  if (!('target' in spec)) return {}
  const { pes, management } = { pes: undefined, management: undefined, ...spec.target }
  return { ...(pes === undefined ? {} : { pes }), ...(management === undefined ? {} : { management }) }
}

/** Keeps the timeline in order: a fault that comes and goes may do so before its first effect is proved. */
function afterEffect(entry: Entry, act: () => void): void {
  if (entry.isActing) act()
  else entry.afterEffect.push(act)
}

function nameOf(spec: FaultSpec): string {
  return spec.kind === 'custom' ? spec.name : spec.kind
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
