import type { InjectedFault } from '../model/fault.ts'
import type { Scenario, Step } from '../model/scenario.ts'
import { planOf } from '../scenario/plan.ts'
import type { PlanAction } from '../scenario/plan.ts'
import { waitForEnd } from './ending.ts'
import type { Session } from './session.ts'

/** A step went wrong; `step` names it, so that the report can point at its line. */
export class StepError extends Error {
  override readonly name = 'StepError'
  readonly step: string

  constructor(step: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.step = step
  }
}

/**
 * Carries out a scenario's plan up to the verification, which is due also when this fails and is therefore the caller's.
 * @throws StepError, or the signal's reason.
 */
export async function followPlan(options: {
  scenario: Scenario
  session: Session
  signal: AbortSignal
}): Promise<void> {
  const { scenario, session, signal } = options
  const follower = new PlanFollower(options)
  try {
    for (const { at, action } of planOf(scenario)) {
      signal.throwIfAborted()
      if (at !== undefined) await Promise.race([session.clock.until(at, { signal }), follower.failedHeal])
      if (action.kind === 'verify') break
      await follower.perform(action)
    }
    await follower.settled()
  } finally {
    // Also after a failure: a heal under way must not meet the next one.
    await Promise.allSettled([follower.settled()])
  }
}

/** What stands between the entries of a plan: which faults act, and the heals whose time was not known beforehand. */
class PlanFollower {
  readonly #scenario: Scenario
  readonly #session: Session
  readonly #signal: AbortSignal
  readonly #injected = new Map<string, InjectedFault>()
  readonly #heals: Promise<void>[] = []
  /** Rejects as soon as a heal in the background fails; never resolves. */
  readonly failedHeal: Promise<never>
  #reportFailedHeal: (error: unknown) => void = () => undefined

  constructor(options: { scenario: Scenario; session: Session; signal: AbortSignal }) {
    this.#scenario = options.scenario
    this.#session = options.session
    this.#signal = options.signal
    this.failedHeal = new Promise((_, reject) => {
      this.#reportFailedHeal = reject
    })
    this.failedHeal.catch(() => undefined)
  }

  async perform(action: Exclude<PlanAction, { kind: 'verify' }>): Promise<void> {
    const session = this.#session
    switch (action.kind) {
      case 'start_job':
        return await session.startJob(action.dc)
      case 'await_healthy':
        return await session.awaitHealthy()
      case 'start_traffic':
        for (const dc of action.traffic.into) await session.send(dc, action.traffic)
        return
      case 'stop_traffic':
        await session.stopTraffic()
        await Promise.all([session.readOutputs('dc1'), session.readOutputs('dc2')])
        return
      case 'inject':
        return await this.#inject(action.step)
      case 'heal':
        return await this.#heal(action)
      case 'await_outcome':
        return await waitForEnd({ scenario: this.#scenario, session, signal: this.#signal })
      case 'end':
        return
      default:
        return action satisfies never
    }
  }

  /** Waits for the heals under way. @throws the first failure of one. */
  async settled(): Promise<void> {
    await Promise.all(this.#heals)
  }

  async #inject(step: Step): Promise<void> {
    try {
      this.#injected.set(step.id, await this.#session.inject(step.fault, { id: step.id }))
    } catch (error) {
      throw new StepError(step.id, error)
    }
  }

  async #heal(action: Extract<PlanAction, { kind: 'heal' }>): Promise<void> {
    const { stepId, afterSeconds } = action
    const injected = this.#injected.get(stepId)
    if (injected === undefined) return
    const heal = this.#healAt(injected, injected.effectiveAt + afterSeconds)
    heal.catch(this.#reportFailedHeal)
    this.#heals.push(heal)
  }

  async #healAt(injected: InjectedFault, time: number): Promise<void> {
    await this.#session.clock.until(time, { signal: this.#signal })
    try {
      await injected.heal()
    } catch (error) {
      throw new StepError(injected.id, error)
    }
  }
}
