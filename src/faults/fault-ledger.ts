import { FaultError, HealError } from '../model/errors.ts'
import type { FaultEvidence, FaultSpec, HealedFault, InjectedFault } from '../model/fault.ts'
import type { EventName } from '../model/timeline.ts'
import type { FaultContext } from './context.ts'
import type { Undo } from './fault-kind.ts'
import type { FaultJournal } from './fault-journal.ts'
import { faultKindOf } from './registry.ts'

/**
 * The one place where faults are injected and healed (house style 20): registers the undo before acting, heals newest first,
 * goes on after an error, checks each heal, then throws what went wrong.
 */
export class FaultLedger implements AsyncDisposable {
  readonly #context: FaultContext
  readonly #journal: FaultJournal
  readonly #entries: Entry[] = []
  readonly #underWay = new Set<Promise<InjectedFault>>()
  #isClosed = false
  #count = 0

  constructor(options: { context: FaultContext; journal: FaultJournal }) {
    this.#context = options.context
    this.#journal = options.journal
  }

  /** Faults not proved gone, oldest first. */
  get active(): readonly string[] {
    return this.#entries.filter(({ isGone }) => !isGone).map(({ id }) => id)
  }

  /**
   * Injects a fault and proves that it took hold.
   * @throws FaultError when the fault cannot be injected or has no effect; what was begun is undone first.
   */
  async inject(spec: FaultSpec, options: { id?: string } = {}): Promise<InjectedFault> {
    if (this.#isClosed)
      throw new FaultError(`Fault ${spec.kind} comes too late: the run is over and everything has been put back.`)
    const injection = this.#inject(spec, options)
    this.#underWay.add(injection)
    try {
      return await injection
    } finally {
      this.#underWay.delete(injection)
    }
  }

  async #inject(spec: FaultSpec, options: { id?: string }): Promise<InjectedFault> {
    const entry: Entry = {
      id: options.id ?? `${spec.kind}-${++this.#count}`,
      spec,
      undo: undefined,
      healed: undefined,
      isGone: false,
    }
    const kind = faultKindOf(spec)
    await this.#refuseUnavailable(entry)
    await this.#context.beforeInjection(spec)

    const requestedAt = this.#context.clock.now()
    this.#record(entry, 'fault_requested', { t: requestedAt, uncertainty: 0 })
    const registerUndo = (undo: Undo): void => {
      this.#journal.write({ id: entry.id, state: 'registered', spec })
      entry.undo = undo
      this.#entries.push(entry)
    }
    try {
      const effective = await kind.inject(spec, this.#context, { id: entry.id, registerUndo })
      this.#journal.write({ id: entry.id, state: 'effective', spec })
      const { effectiveAt, uncertainty, evidence } = effective
      this.#record(entry, 'fault_effective', { t: effectiveAt, uncertainty, evidence })
      return this.#injected(entry, { requestedAt, effectiveAt, uncertainty, evidence })
    } catch (cause) {
      throw await this.#giveUp(entry, cause)
    }
  }

  /**
   * Heals whatever still acts, newest first, and goes on after an error.
   * @throws HealError, or AggregateError of several.
   */
  async healAll(): Promise<void> {
    const failures: unknown[] = []
    // An injection under way would act after it was undone.
    await Promise.allSettled(this.#underWay)
    for (const entry of this.#entries.toReversed()) {
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
    const index = this.#entries.findIndex((entry) => entry.id === id)
    if (index >= 0) this.#entries.splice(index, 1)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await this.healAll()
  }

  async #refuseUnavailable({ id, spec }: Entry): Promise<void> {
    if (!this.#context.supported.includes(spec.kind)) {
      throw new FaultError(
        `Fault ${id}: this testbed cannot inject "${spec.kind}". It can: ${this.#context.supported.join(', ')}.`,
      )
    }
    const reason = await faultKindOf(spec).unavailable(spec, this.#context)
    if (reason !== null) throw new FaultError(`Fault ${id} (${spec.kind}) cannot be injected: ${reason}.`)
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
      const evidence = undo === undefined ? { probe: 'none', observed: {} } : await undo()
      const healedAt = this.#context.clock.now()
      entry.isGone = true
      this.#journal.write({ id, state: 'healed', spec })
      this.#record(entry, 'fault_healed', { t: healedAt, uncertainty: 0, evidence })
      return { id, spec, healedAt, evidence }
    } catch (cause) {
      this.#journal.write({ id, state: 'failed', spec })
      this.#record(entry, 'fault_failed', { t: this.#context.clock.now(), uncertainty: 0 })
      if (cause instanceof HealError) throw cause
      throw new HealError(`Fault ${id} (${spec.kind}) could not be undone: ${messageOf(cause)}`, { cause })
    }
  }

  /** After a failed injection: undo what was begun, and tell both stories when that fails too. */
  async #giveUp(entry: Entry, cause: unknown): Promise<unknown> {
    const failure =
      cause instanceof FaultError
        ? cause
        : new FaultError(`Fault ${entry.id} (${entry.spec.kind}) could not be injected: ${messageOf(cause)}`, { cause })
    this.#record(entry, 'fault_failed', { t: this.#context.clock.now(), uncertainty: 0 })
    if (entry.undo === undefined) return failure
    try {
      await this.#heal(entry)
      return failure
    } catch (error) {
      return new AggregateError([failure, error], `${failure.message} Undoing it failed as well.`)
    }
  }

  #record(entry: Entry, event: EventName, when: { t: number; uncertainty: number; evidence?: FaultEvidence }): void {
    const { t, uncertainty, evidence } = when
    const detail =
      evidence === undefined
        ? { kind: entry.spec.kind }
        : { kind: entry.spec.kind, probe: evidence.probe, observed: evidence.observed }
    const target = 'target' in entry.spec ? { dc: entry.spec.target.dc } : {}
    this.#context.record({ t, uncertainty, event, fault: entry.id, seenBy: 'run', ...target, detail })
  }
}

interface Entry {
  readonly id: string
  readonly spec: FaultSpec
  undo: Undo | undefined
  healed: Promise<HealedFault> | undefined
  /** Proved. */
  isGone: boolean
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
