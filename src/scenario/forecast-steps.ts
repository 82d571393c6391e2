import type { DatacenterName } from '../model/datacenter.ts'
import type { ActionStep, FaultStep, GroupStep, Step } from '../model/step.ts'
import { triggerSpan } from './forecast-events.ts'
import type { ForecastSetting } from './forecast-setting.ts'
import { silencesOf } from './forecast-silence.ts'
import type { Silence } from './forecast-silence.ts'
import { atSecond, later, latest } from './forecast-time.ts'
import type { Span } from './forecast-time.ts'

/** When a step is expected to begin and to be over. */
export interface ScheduledStep {
  readonly step: Step
  readonly depth: number
  readonly began: Span
  /** A fault's effect; for everything else its beginning. */
  readonly effective: Span
  /** When a fault is healed, or an action or a group is done; null: with the run's end, or never. */
  readonly ended: Span | null
  /** When a fault is healed; null with the run's end. */
  readonly healed: Span | null
  readonly isInBackground: boolean
}

/** The steps of a run with their times, and the silences that they bring about. */
export interface StepSchedule {
  /** In the order of the file, with those inside a step behind it. */
  readonly steps: readonly ScheduledStep[]
  readonly silences: readonly Silence[]
  /** When everything is done that the run waits for. */
  readonly done: Span
}

/** Lays the steps out in time, by the same rules as the run: what has no time of its own follows the one before. */
export function scheduleSteps(steps: readonly Step[], start: Span, setting: ForecastSetting): StepSchedule {
  const scheduler = new Scheduler(setting)
  const { done } = scheduler.list(steps, {
    base: atSecond(0),
    start,
    depth: 0,
    order: 'language',
    isInBackground: false,
  })
  return { steps: scheduler.inOrder(steps), silences: scheduler.silences, done }
}

interface Frame {
  /** What `at` counts from. */
  readonly base: Span
  /** When the first step without a time begins. */
  readonly start: Span
  readonly depth: number
  /** `language`: a step without a time follows the effect of the one before it; `sequence`: its end, always. */
  readonly order: 'language' | 'sequence' | 'parallel'
  readonly isInBackground: boolean
}

/** A step's own time, and how far it got. */
interface Progress {
  /** Its fault took effect, or its action or group is done. */
  readonly acted: Span
  readonly done: Span
}

class Scheduler {
  readonly #setting: ForecastSetting
  readonly #scheduled = new Map<string, ScheduledStep>()
  readonly silences: Silence[] = []

  constructor(setting: ForecastSetting) {
    this.#setting = setting
  }

  inOrder(steps: readonly Step[]): readonly ScheduledStep[] {
    return steps.flatMap((step) => {
      const scheduled = this.#scheduled.get(step.id)
      const inner = 'steps' in step ? step.steps : 'fault' in step ? (step.during ?? []) : []
      return [...(scheduled === undefined ? [] : [scheduled]), ...this.inOrder(inner)]
    })
  }

  list(steps: readonly Step[], frame: Frame): { readonly done: Span } {
    let before: Progress | undefined
    let after = { min: frame.start.min, max: frame.start.max, isKnown: frame.start.isKnown }
    for (const step of steps) {
      const begins = this.#beginning(step, frame, before)
      const progress = this.#step(step, begins, frame)
      before = progress
      after = latest([after, progress.done], after)
    }
    return { done: after }
  }

  #beginning(step: Step, frame: Frame, before: Progress | undefined): Span {
    const isSequence = frame.order === 'sequence'
    const follows =
      before === undefined || frame.order === 'parallel' ? frame.start : isSequence ? before.done : before.acted
    const isFree = step.at === undefined && step.when === undefined
    const earliest = isFree || isSequence ? follows : frame.start
    const at = step.at === undefined ? earliest : later(frame.base, { min: step.at, max: step.at })
    const begins = latest([at, earliest], at)
    return step.when === undefined ? begins : triggerSpan(step.when, this.#known(), begins)
  }

  #step(step: Step, began: Span, frame: Frame): Progress {
    if ('fault' in step) return this.#fault(step, began, frame)
    return 'action' in step ? this.#action(step, began, frame) : this.#group(step, began, frame)
  }

  #fault(step: FaultStep, began: Span, frame: Frame): Progress {
    const { actingSeconds } = this.#setting
    const effective = later(began, { min: 0, max: actingSeconds })
    this.#note(step, { began, effective, ended: null, healed: null }, frame)
    const of = { fault: step.fault, effective, ...heldFor(step) }
    // Until its end is known it lasts, or its end would wait for a DOWN that its end keeps from coming.
    const silencesBefore = this.silences.length
    this.silences.push(...silencesOf({ ...of, healed: null }, this.#setting))
    const held = this.#heldUntil(step, effective)
    const atFirst = silencesOf({ ...of, healed: held }, this.#setting)
    this.silences.splice(silencesBefore, this.silences.length, ...atFirst)
    // And until what is inside is done: the steps in it may wait for its DOWN.
    const frameInside = {
      ...frame,
      base: effective,
      start: effective,
      depth: frame.depth + 1,
      order: 'language',
    } as const
    const inside = this.list(step.during ?? [], frameInside).done
    const until = held === null ? null : latest([held, inside], effective)
    const healed = until === null ? null : later(until, { min: 0, max: actingSeconds })
    const own = silencesOf({ ...of, healed: until }, this.#setting)
    this.silences.splice(silencesBefore, atFirst.length, ...own)
    this.#note(step, { began, effective, ended: healed, healed }, frame)
    return { acted: effective, done: healed ?? latest([effective, inside], effective) }
  }

  /** Null: until the run's end. */
  #heldUntil(step: FaultStep, effective: Span): Span | null {
    const { fault, forSeconds, until, heal } = step
    if (heal === 'none') return null
    const flap = fault.kind === 'flap' ? fault.times * (fault.downSeconds + fault.upSeconds) : undefined
    const seconds = forSeconds ?? flap
    if (seconds !== undefined) return later(effective, { min: seconds, max: seconds })
    if (until !== undefined) {
      const since = until.since === undefined ? { ...until, since: step.id } : until
      return triggerSpan(since, this.#known(), effective)
    }
    return fault.kind === 'restart' ? later(effective, { min: 0, max: this.#setting.startupSeconds }) : null
  }

  #action(step: ActionStep, began: Span, frame: Frame): Progress {
    const done = this.#actionDone(step, began)
    this.#note(step, { began, effective: began, ended: done, healed: null }, frame)
    if (step.action.kind === 'heal') this.#heal(step.action.step, began)
    return { acted: done, done }
  }

  #actionDone({ id, action }: ActionStep, began: Span): Span {
    const { actingSeconds } = this.#setting
    if (action.kind === 'wait') {
      if (action.seconds !== undefined) return later(began, { min: action.seconds, max: action.seconds })
      if (action.until === undefined) return began
      // What a wait waits for counts from its own beginning, unless it says from where.
      const span = triggerSpan({ since: id, ...action.until }, this.#known(), began)
      return action.within === undefined ? span : { ...span, max: Math.min(span.max, began.max + action.within) }
    }
    if (action.kind === 'mark' || action.kind === 'check') return began
    if (action.kind === 'exec' || action.kind === 'http') {
      const longest = action.timeoutRealSeconds * this.#setting.timeScale
      return { min: began.min, max: began.max + longest, isKnown: false }
    }
    return { min: began.min, max: began.max + actingSeconds, isKnown: began.isKnown && action.kind !== 'custom' }
  }

  /** A step heals the fault of another: from now on that one has an end. */
  #heal(id: string, began: Span): void {
    const healedStep = this.#scheduled.get(id)
    if (healedStep === undefined || healedStep.healed !== null) return
    const healed = later(began, { min: 0, max: this.#setting.actingSeconds })
    this.#scheduled.set(id, { ...healedStep, healed, ended: healed })
    if (!('fault' in healedStep.step)) return
    const { effective } = healedStep
    const own = silencesOf({ fault: healedStep.step.fault, effective, healed: null }, this.#setting)
    const mended = silencesOf({ fault: healedStep.step.fault, effective, healed }, this.#setting)
    for (const [index, silence] of own.entries()) {
      const place = this.silences.findIndex(
        (one) => one.observer === silence.observer && one.from === silence.from && one.until === null,
      )
      const replacement = mended[index]
      if (place >= 0 && replacement !== undefined) this.silences[place] = replacement
    }
  }

  #group(step: GroupStep, began: Span, frame: Frame): Progress {
    this.#note(step, { began, effective: began, ended: null, healed: null }, frame)
    const isBackground = step.group === 'background'
    const order = step.group === 'parallel' ? 'parallel' : 'sequence'
    const isInBackground = frame.isInBackground || isBackground
    const inner = { ...frame, start: began, depth: frame.depth + 1, order, isInBackground } as const
    const { done } = this.list(step.steps, inner)
    this.#note(step, { began, effective: began, ended: done, healed: null }, frame)
    return isBackground ? { acted: began, done: began } : { acted: done, done }
  }

  #note(step: Step, times: Pick<ScheduledStep, 'began' | 'effective' | 'ended' | 'healed'>, frame: Frame): void {
    this.#scheduled.set(step.id, { step, depth: frame.depth, isInBackground: frame.isInBackground, ...times })
  }

  #known(): Parameters<typeof triggerSpan>[1] {
    return { setting: this.#setting, silences: this.silences, steps: this.#scheduled }
  }
}

const verdicts: readonly string[] = [
  'remote_down',
  'takeover_started',
  'takeover_done',
  'first_output',
  'script_launched',
]

/** The DC whose notice of the fault ends it. */
function heldFor({ until }: FaultStep): { readonly heldFor?: DatacenterName } {
  if (until?.event.of !== 'datacenter' || !verdicts.includes(until.event.event)) return {}
  const { dc } = until.event
  return dc === 'survivor' || dc === 'failed' ? {} : { heldFor: dc }
}
