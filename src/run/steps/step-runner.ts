import type { AskedCheck } from '../../model/check.ts'
import type { InjectedFault } from '../../model/fault.ts'
import type { JsonObject } from '../../model/json.ts'
import { allSteps, innerSteps } from '../../model/step.ts'
import type { ActionStep, FaultStep, GroupStep, Step } from '../../model/step.ts'
import type { Session } from '../session.ts'
import { performAction } from './actions.ts'
import { createLatch } from './latch.ts'
import type { Latch } from './latch.ts'
import { resolveFault } from './roles.ts'
import { StepError } from './step-error.ts'
import { awaitTrigger, describeTrigger, testbedTrigger } from './triggers.ts'
import { over } from '../../support/over.ts'

/** Where a list of steps runs. */
interface Frame {
  /** What `at` counts from, system seconds from t = 0. */
  readonly base: number
  readonly signal: AbortSignal
}

/** How far a step has got. */
interface Progress {
  /** Its fault took effect, or its action or group is done: what follows it may begin. */
  readonly acted: Promise<void>
  /** Also healed, as far as it heals before the run's end. */
  readonly done: Promise<void>
}

export interface StepRunnerOptions {
  readonly session: Session
  /** Of the plan: nothing is left to chance in them. */
  readonly steps: readonly Step[]
  readonly signal: AbortSignal
  /** Judges what was seen so far, and keeps the result for the report. */
  readonly judgeNow: (check: AskedCheck) => Promise<JsonObject>
  readonly custom: (name: string, args: JsonObject, signal: AbortSignal) => Promise<JsonObject>
  /** Once, when the first fault is due and nothing is injected yet. @default nothing */
  readonly beforeFirstFault?: (() => Promise<void>) | undefined
}

/**
 * Carries out the steps of a scenario: each when it is due, side by side where the scenario says so. Every promise that is begun is
 * waited for; the first error ends the others.
 */
export class StepRunner {
  readonly #options: StepRunnerOptions
  readonly #session: Session
  readonly #injected = new Map<string, InjectedFault>()
  /** When each step began; a fault's beginning is its effect. */
  readonly #beginnings: ReadonlyMap<string, Latch<number>>
  /** What a step that has not begun waits for. */
  readonly #awaited = new Map<string, string>()
  readonly #background: Promise<void>[] = []
  /** Steps inside background groups: the end of the run may cut those off. */
  readonly #inBackground: ReadonlySet<string>
  /** Actions and groups that have ended, and faults that took effect. */
  readonly #acted = new Set<string>()
  /** Actions and groups that have begun. */
  readonly #begun = new Set<string>()
  readonly #stop = new AbortController()
  readonly #failed = new AbortController()
  #beforeFirstFault: (() => Promise<void>) | undefined

  constructor(options: StepRunnerOptions) {
    this.#options = options
    this.#session = options.session
    this.#beforeFirstFault = options.beforeFirstFault
    const all = allSteps(options.steps)
    this.#beginnings = new Map(all.map(({ id }) => [id, createLatch<number>()]))
    const background = all.filter((step) => 'group' in step && step.group === 'background')
    this.#inBackground = new Set(background.flatMap((step) => allSteps(innerSteps(step)).map(({ id }) => id)))
  }

  /**
   * Resolves when every step is done, those in the background left aside.
   * @throws StepError, or the signal's reason
   */
  async run(): Promise<void> {
    const { steps, signal } = this.#options
    const ends = AbortSignal.any([signal, this.#stop.signal, this.#failed.signal])
    await this.#list(steps, { base: 0, signal: ends }, 'language')
  }

  /**
   * Ends what still waits or acts in the background; faults stay as they are.
   * @throws StepError for a step whose event never came, or that the end cut off, or what went wrong in the background
   */
  async stop(): Promise<void> {
    const [never] = [...this.#awaited].filter(([step]) => !this.#inBackground.has(step))
    this.#stop.abort(new DOMException('The steps of the scenario are over.', 'AbortError'))
    await Promise.allSettled(this.#background)
    if (this.#failed.signal.aborted) throw this.#failed.signal.reason
    if (never !== undefined) {
      const [step, what] = never
      throw new StepError(
        step,
        new Error(`The step ${step} waited for ${what}, which did not come before the run's end.`),
      )
    }
    this.#refuseUnreached()
  }

  /** `language`: a step without a time of its own follows the beginning of the one before it; `sequence`: its end, always. */
  async #list(steps: readonly Step[], frame: Frame, order: 'language' | 'sequence' | 'parallel'): Promise<void> {
    const failed = new AbortController()
    const inner = { ...frame, signal: AbortSignal.any([frame.signal, failed.signal]) }
    let before: { readonly step: Step; readonly progress: Progress } | undefined
    const running: Promise<void>[] = []
    for (const step of steps) {
      const progress = this.#begin(step, inner, predecessorOf(step, before, order))
      progress.done.catch((error: unknown) => failed.abort(error))
      running.push(progress.done)
      before = { step, progress }
    }
    await Promise.allSettled(running)
    frame.signal.throwIfAborted()
    if (failed.signal.aborted) throw failed.signal.reason
  }

  #begin(step: Step, frame: Frame, predecessor: Promise<unknown> | undefined): Progress {
    const acted = createLatch<void>()
    const live = async (): Promise<void> => {
      try {
        await predecessor
        frame.signal.throwIfAborted()
        if (step.at !== undefined) await this.#session.clock.until(frame.base + step.at, { signal: frame.signal })
        if ('fault' in step) await this.#fault(step, frame, acted)
        else await this.#other(step, frame, acted)
      } catch (error) {
        const named = frame.signal.aborted || error instanceof StepError ? error : new StepError(step.id, error)
        acted.fail(named)
        this.#beginnings.get(step.id)?.fail(named)
        throw named
      }
    }
    const done = live()
    return { acted: acted.promise, done }
  }

  async #fault(step: FaultStep, frame: Frame, acted: Latch<void>): Promise<void> {
    const injected = await this.#inject(step, frame)
    this.#injected.set(step.id, injected)
    this.#beginnings.get(step.id)?.open(injected.effectiveAt)
    this.#acted.add(step.id)
    acted.open()
    const { signal } = frame
    const inside = this.#list(step.during ?? [], { base: injected.effectiveAt, signal }, 'language')
    const held = this.#hold(step, injected, signal)
    await Promise.all([inside, held])
    if (endsBefore(step)) await injected.heal()
  }

  async #inject(step: FaultStep, { signal }: Frame): Promise<InjectedFault> {
    const session = this.#session
    const { id, when: trigger } = step
    const inject = async (options: Parameters<Session['inject']>[1] = {}): Promise<InjectedFault> => {
      await this.#prepareFirstFault()
      return await session.inject(resolveFault(step.fault, session.recorder.events()), { id, signal, ...options })
    }
    if (trigger === undefined) return await inject()
    const since = await this.#sinceOf(trigger.since)
    // What is to be done before a fault takes the run's own hand.
    const canTestbed = isNamed(step) && this.#beforeFirstFault === undefined
    const when = canTestbed ? testbedTrigger(session, { trigger, since }) : undefined
    return await this.#whileAwaiting(step, async () => {
      if (when === undefined) {
        await this.#awaitTrigger(step, since, signal)
        return await inject()
      }
      // The testbed acts by itself; the run only watches that the event comes at all.
      const giveUp = new AbortController()
      const injection = inject({ when, signal: AbortSignal.any([signal, giveUp.signal]) })
      const came = awaitTrigger(session, { trigger, since, signal: AbortSignal.any([signal, giveUp.signal]) })
      came.catch((error: unknown) => giveUp.abort(error))
      try {
        const injected = await injection
        session.recorder.note('trigger_fired', { fault: id, detail: { event: trigger.event.event } })
        return injected
      } finally {
        giveUp.abort(over)
        await Promise.allSettled([came])
      }
    })
  }

  async #prepareFirstFault(): Promise<void> {
    const prepare = this.#beforeFirstFault
    this.#beforeFirstFault = undefined
    await prepare?.()
  }

  async #awaitTrigger(step: Step, since: number, signal: AbortSignal): Promise<void> {
    const { when: trigger, id } = step
    if (trigger === undefined) return
    const event = await awaitTrigger(this.#session, { trigger, since, signal })
    this.#session.recorder.note('trigger_fired', { fault: id, detail: { event: event.event, seenAt: event.t } })
  }

  async #hold(step: FaultStep, injected: InjectedFault, signal: AbortSignal): Promise<void> {
    const { until: trigger } = step
    const seconds = holdSeconds(step)
    if (seconds !== undefined) await this.#session.clock.until(injected.effectiveAt + seconds, { signal })
    if (trigger === undefined) return
    const since = trigger.since === undefined ? injected.effectiveAt : await this.#sinceOf(trigger.since)
    this.#awaited.set(step.id, describeTrigger(trigger))
    await awaitTrigger(this.#session, { trigger, since, signal })
    this.#awaited.delete(step.id)
  }

  async #other(step: ActionStep | GroupStep, frame: Frame, acted: Latch<void>): Promise<void> {
    const session = this.#session
    const { when: trigger, id } = step
    if (trigger !== undefined) {
      const since = await this.#sinceOf(trigger.since)
      await this.#whileAwaiting(step, async () => await this.#awaitTrigger(step, since, frame.signal))
    }
    this.#beginnings.get(id)?.open(session.clock.now())
    this.#begun.add(id)
    const kind = 'action' in step ? step.action.kind : step.group
    session.recorder.note('step_started', { fault: id, detail: { kind } })
    const detail = 'action' in step ? await this.#act(step, frame) : await this.#group(step, frame)
    session.recorder.note('step_ended', { fault: id, detail: { ...detail, kind } })
    this.#acted.add(id)
    acted.open()
  }

  /** What was to happen and did not must not go unnoticed. In the background only a fault counts: the rest goes on until it is ended. */
  #refuseUnreached(): void {
    const unreached = allSteps(this.#options.steps).find(
      (step) => !this.#acted.has(step.id) && ('fault' in step || !this.#inBackground.has(step.id)),
    )
    if (unreached === undefined) return
    const { id } = unreached
    const isBegun = 'action' in unreached && this.#begun.has(id)
    const how = isBegun ? 'was cut off by' : 'was not reached before'
    throw new StepError(
      id,
      new Error(`The step ${id} ${how} the run's end. Let the run last longer: \`opts.run_for\`.`),
    )
  }

  async #act(step: ActionStep, { signal }: Frame): Promise<JsonObject> {
    const { judgeNow, custom } = this.#options
    const around = {
      session: this.#session,
      injected: this.#injected,
      beginningOf: async (id: string) => await this.#sinceOf(id),
      judgeNow,
      custom,
    }
    const isWaiting = step.action.kind === 'wait' && step.action.until !== undefined
    if (!isWaiting) return await performAction(step, around, signal)
    return await this.#whileAwaiting(step, async () => await performAction(step, around, signal))
  }

  async #group(step: GroupStep, frame: Frame): Promise<JsonObject> {
    const { group, steps, id } = step
    if (steps.length === 0) {
      throw new StepError(
        id,
        new Error(`The group ${id} has no steps: its budget has room for none of those it could draw.`),
      )
    }
    if (group === 'background') {
      const running = this.#list(steps, frame, 'sequence').catch((error: unknown) => {
        if (!frame.signal.aborted) this.#failed.abort(error)
      })
      this.#background.push(running)
      return { steps: steps.length }
    }
    await this.#list(steps, frame, group === 'parallel' ? 'parallel' : 'sequence')
    return { steps: steps.length }
  }

  /** When the step began that a trigger names; t = 0 without one. */
  async #sinceOf(step: string | undefined): Promise<number> {
    return step === undefined ? 0 : ((await this.#beginnings.get(step)?.promise) ?? 0)
  }

  /** Notes what the step waits for, for as long as it does. */
  async #whileAwaiting<T>(step: Step, act: () => Promise<T>): Promise<T> {
    const trigger = step.when ?? ('action' in step && step.action.kind === 'wait' ? step.action.until : undefined)
    if (trigger !== undefined) this.#awaited.set(step.id, describeTrigger(trigger))
    const result = await act()
    this.#awaited.delete(step.id)
    return result
  }
}

function predecessorOf(
  step: Step,
  before: { readonly step: Step; readonly progress: Progress } | undefined,
  order: 'language' | 'sequence' | 'parallel',
): Promise<unknown> | undefined {
  if (before === undefined || order === 'parallel') return undefined
  if (order === 'sequence') return before.progress.done
  const isFree = step.at === undefined && step.when === undefined
  // Two steps of the same moment keep the order of the file.
  const isTie = step.at !== undefined && step.at === before.step.at
  return isFree || isTie ? before.progress.acted : undefined
}

/** Whether the fault names its DCs, so that the testbed can act without asking who failed. */
function isNamed({ fault }: FaultStep): boolean {
  if (fault.kind === 'custom') return true
  const refs: readonly string[] = 'target' in fault ? [fault.target.dc] : [fault.from, fault.to]
  return !refs.some((ref) => ref === 'survivor' || ref === 'failed')
}

/** How long a fault is held: as the step says, or as long as its kind takes by itself. */
function holdSeconds({ fault, forSeconds }: FaultStep): number | undefined {
  if (forSeconds !== undefined) return forSeconds
  return fault.kind === 'flap' ? fault.times * (fault.downSeconds + fault.upSeconds) : undefined
}

/** Whether the step heals its fault before the run's end. A restart without a time comes up again at once. */
function endsBefore(step: FaultStep): boolean {
  return (
    step.heal === 'end' &&
    (holdSeconds(step) !== undefined || step.until !== undefined || step.fault.kind === 'restart')
  )
}
