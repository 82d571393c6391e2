import { TestbedError } from '../../model/errors.ts'
import type { ActOutcome, PerformedActs, TestbedAct, TestbedTrigger } from '../../model/testbed-act.ts'
import type { Effect, TestbedEvent } from '../../model/testbed.ts'
import type { LeaseTime } from '../lease-time.ts'
import { EventMoments } from '../../support/event-moments.ts'
import { atMoment } from './precise-timer.ts'

/** So many acts of one lease may wait at the same time. */
const armedMax = 1000

/** What becomes of acts that waited for an event: performed, or disarmed before it came. */
export type TriggeredActs = PerformedActs | { readonly isDisarmed: true }

interface PairActsOptions {
  /** Performs one act; begins it before it returns. */
  readonly perform: (act: TestbedAct) => Promise<ActOutcome>
  readonly time: () => LeaseTime
}

/** Acts to perform, and what they wait for. `id` is the holder's, to disarm them by. */
export interface ActRequest {
  readonly id: number
  readonly acts: readonly TestbedAct[]
  readonly when: TestbedTrigger | null
}

interface Armed {
  readonly request: ActRequest
  readonly when: TestbedTrigger
  readonly settle: (outcome: TriggeredActs | Promise<PerformedActs>) => void
  readonly fail: (error: unknown) => void
  /** Ends the wait for `afterSeconds`, once the event has come. */
  callOff: (() => void) | null
}

/** Performs the acts of a lease: at once, or at an event of the lease. */
export class PairActs {
  readonly #options: PairActsOptions
  readonly #moments = new EventMoments()
  readonly #armed = new Map<number, Armed>()
  readonly #running = new Set<Promise<unknown>>()
  /** Rises with each lease: what belongs to an earlier one goes no further. */
  #lease = 0

  constructor(options: PairActsOptions) {
    this.#options = options
  }

  /** A lease begins. */
  begin(): void {
    this.#lease += 1
    this.#moments.clear()
  }

  /** The lease is over: what waits is disarmed, and of what is under way no further act begins. */
  end(): void {
    this.#lease += 1
    for (const { request, when, callOff, fail } of this.#armed.values()) {
      callOff?.()
      fail(new TestbedError(`The lease ended before ${listed(request.acts)} at ${when.event} of ${when.dc}.`))
    }
    this.#armed.clear()
  }

  /** Resolves when no act is under way any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running)
  }

  /**
   * Performs the acts one after the other, each begun once the one before took hold.
   * @throws TestbedError when one of them cannot be done; those before it stay done
   */
  async perform(request: ActRequest): Promise<TriggeredActs> {
    const { id, acts, when } = request
    if (when === null) return await this.#run(acts)
    if (this.#armed.size >= armedMax) {
      throw new TestbedError(`Expected at most ${armedMax} acts of a lease to wait for events, got one more.`)
    }
    if (this.#armed.has(id)) throw new TestbedError(`Acts with the id ${id} wait already.`)
    return await new Promise((settle, fail) => {
      const armed: Armed = { request, when, settle, fail, callOff: null }
      this.#armed.set(id, armed)
      this.#look(armed)
    })
  }

  /** Calls off what still waits. */
  disarm(id: number): void {
    const armed = this.#armed.get(id)
    if (armed === undefined) return
    this.#armed.delete(id)
    armed.callOff?.()
    armed.settle({ isDisarmed: true })
  }

  /** An event of this lease happened. What waits for it and is due begins before this returns. */
  seen(event: TestbedEvent): void {
    this.#moments.add(event)
    for (const armed of this.#armed.values()) {
      const { when, callOff } = armed
      if (callOff === null && when.event === event.event && when.dc === event.dc) this.#look(armed)
    }
  }

  /** Sets the acts off if the event has come. */
  #look(armed: Armed): void {
    const { request, when, settle, fail } = armed
    let trigger: Effect | undefined
    try {
      trigger = this.#moments.of(when)
    } catch (error) {
      this.#armed.delete(request.id)
      fail(error)
      return
    }
    if (trigger === undefined) return
    const { time, uncertainty } = trigger
    const { originMs, timeScale } = this.#options.time()
    const dueMs = originMs + ((time + when.afterSeconds) * 1000) / timeScale
    const fire = (): void => {
      this.#armed.delete(request.id)
      settle(this.#run(request.acts).then((performed) => ({ trigger: { time, uncertainty }, ...performed })))
    }
    // A moment that is past calls back before this returns.
    armed.callOff = () => undefined
    armed.callOff = atMoment(dueMs, fire)
  }

  async #run(acts: readonly TestbedAct[]): Promise<PerformedActs> {
    const running = this.#performAll(acts, this.#lease)
    this.#running.add(running)
    try {
      return { outcomes: await running }
    } finally {
      this.#running.delete(running)
    }
  }

  async #performAll(acts: readonly TestbedAct[], lease: number): Promise<readonly ActOutcome[]> {
    const outcomes: ActOutcome[] = []
    for (const act of acts) {
      if (lease !== this.#lease)
        throw new TestbedError(`The lease ended before ${listed(acts.slice(outcomes.length))}.`)
      try {
        outcomes.push(await this.#options.perform(act))
      } catch (cause) {
        throw explained(cause, { acts, done: outcomes.length })
      }
    }
    return outcomes
  }
}

function explained(cause: unknown, of: { readonly acts: readonly TestbedAct[]; readonly done: number }): unknown {
  const { acts, done } = of
  if (acts.length === 1) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  const before = done === 0 ? '' : ` Done before it, and not undone: ${listed(acts.slice(0, done))}.`
  return new TestbedError(`Act ${done + 1} of ${acts.length}, ${acts[done]?.kind}, failed: ${why}${before}`, { cause })
}

function listed(acts: readonly TestbedAct[]): string {
  return acts.map(({ kind }) => kind).join(', ')
}
