import type { DatacenterName } from '../model/datacenter.ts'
import type { FaultSpec } from '../model/fault.ts'
import type { Effect } from '../model/testbed.ts'
import type { PerformedActs, TestbedAct, TestbedTrigger } from '../model/testbed-act.ts'
import type { FaultContext } from './context.ts'
import type { ActingFault, FaultMoment, Injection, Undo } from './fault-kind.ts'
import type { TriggerWatch } from './trigger-watch.ts'

/** What an injection asks of the ledger. */
export interface InjectionHost {
  readonly context: FaultContext
  readonly triggers: TriggerWatch
  readonly owedJobs: Set<DatacenterName>
  readonly registerUndo: (undo: Undo) => void
  /** Its turn has come; system seconds from t = 0. */
  readonly requested: (when: { readonly t: number; readonly uncertainty: number }) => void
  readonly others: () => readonly ActingFault[]
  readonly tell: (phase: 'fault_effective' | 'fault_healed', when: FaultMoment) => void
  readonly end: () => void
}

/**
 * An injection up to its effect: it waits for its turn, once, by whichever means the kind has. Called off while it waits for an
 * event, it has done nothing.
 */
export class PendingInjection implements Injection {
  readonly id: string
  readonly owedJobs: Set<DatacenterName>
  readonly #spec: FaultSpec
  readonly #host: InjectionHost
  readonly #when: TestbedTrigger | undefined
  readonly #callOff = new AbortController()
  readonly #signal: AbortSignal
  #requestedAt: number | undefined
  #isCalledOff = false

  constructor(options: {
    id: string
    spec: FaultSpec
    host: InjectionHost
    when?: TestbedTrigger | undefined
    signal?: AbortSignal | undefined
  }) {
    const { id, spec, host, when, signal } = options
    this.id = id
    this.owedJobs = host.owedJobs
    this.#spec = spec
    this.#host = host
    this.#when = when
    this.#signal = signal === undefined ? this.#callOff.signal : AbortSignal.any([signal, this.#callOff.signal])
  }

  /** Whether it ended while it still waited: nothing was done. */
  get isCalledOff(): boolean {
    return this.#isCalledOff
  }

  /** When its turn came; undefined while it has not. */
  get requestedAt(): number | undefined {
    return this.#requestedAt
  }

  /** Ends the wait for the event, if there still is one. */
  callOff(reason: Error): void {
    this.#callOff.abort(reason)
  }

  registerUndo(undo: Undo): void {
    this.#host.registerUndo(undo)
  }

  async strike(acts: readonly TestbedAct[]): Promise<PerformedActs> {
    const { context } = this.#host
    const when = this.#requestedAt === undefined ? this.#when : undefined
    if (when === undefined) {
      await this.begin()
      return await context.pair.acts.perform(acts)
    }
    await context.beforeInjection(this.#spec)
    const performed = await this.#waiting(async (signal) => await context.pair.acts.perform(acts, { when, signal }))
    this.#request(this.#turn(when, performed.trigger ?? performed.outcomes[0]?.effect))
    return performed
  }

  async begin(): Promise<void> {
    if (this.#requestedAt !== undefined) return
    const { context, triggers } = this.#host
    const when = this.#when
    const came = when && (await this.#waiting(async (signal) => await triggers.wait(when, signal)))
    await context.beforeInjection(this.#spec)
    // A second look: whoever came first while this one read outputs has asked already.
    if (this.#requestedAt === undefined) this.#request(this.#turn(when, came))
  }

  others(): readonly ActingFault[] {
    return this.#host.others()
  }

  tell(phase: 'fault_effective' | 'fault_healed', when: FaultMoment): void {
    this.#host.tell(phase, when)
  }

  end(): void {
    this.#host.end()
  }

  #request(turn: { readonly t: number; readonly uncertainty: number }): void {
    this.#requestedAt = turn.t
    this.#host.requested(turn)
  }

  #turn(when: TestbedTrigger | undefined, came: Effect | undefined): { t: number; uncertainty: number } {
    const { context } = this.#host
    if (when === undefined || came === undefined) return { t: context.clock.now(), uncertainty: 0 }
    return { t: context.toSystemTime(came.time) + when.afterSeconds, uncertainty: came.uncertainty }
  }

  async #waiting<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const signal = this.#signal
    try {
      return await act(signal)
    } catch (error) {
      // Any other error says that the event came and something was done.
      this.#isCalledOff = signal.aborted && error === signal.reason
      throw error
    }
  }
}
