import { momentaryFaultKinds } from '../../model/fault.ts'
import type { FaultStep, Step } from '../../model/step.ts'

/** A step, with what follows from where it stands. */
export interface PlacedStep<S extends Step = Step> {
  readonly step: S
  /** Place in the order of the file. */
  readonly index: number
  /** The fault or group that it is inside of. */
  readonly parent?: PlacedStep
  /** System seconds from t = 0; absent: only the run will tell. */
  readonly startSeconds?: number
  /** It is drawn by chance, so it may not come at all. */
  readonly isDrawn: boolean
  /** A step heals it. */
  readonly isHealedByStep: boolean
}

export type PlacedFault = PlacedStep<FaultStep>

/** All steps with those inside them, in the order of the file. */
export function placeSteps(steps: readonly Step[]): readonly PlacedStep[] {
  const placed: PlacedStep[] = []
  const healed = healedSteps(steps)
  place(steps, { placed, healed })
  return placed
}

/** Whether the fault is over at some time before the run's end. */
export function hasEnd({ step, isHealedByStep, parent }: PlacedFault): boolean {
  const { fault, forSeconds, until, heal } = step
  if (isMomentary(step) || fault.kind === 'flap' || isHealedByStep) return true
  if (heal === 'none') return false
  // A group ends its faults in its own way, and a fault inside another goes with it.
  return forSeconds !== undefined || until !== undefined || parent !== undefined
}

/** Whether a fault acts once, or puts things back by itself. */
function isMomentary({ fault, forSeconds }: FaultStep): boolean {
  return momentaryFaultKinds.includes(fault.kind) || (fault.kind === 'restart' && forSeconds === undefined)
}

/** Whether `outer` is the step itself or one around it. */
export function isWithin(inner: PlacedStep, outer: PlacedStep): boolean {
  if (inner.index === outer.index) return true
  return inner.parent !== undefined && isWithin(inner.parent, outer)
}

function place(
  steps: readonly Step[],
  of: { readonly placed: PlacedStep[]; readonly healed: ReadonlySet<string>; readonly parent?: PlacedStep },
): void {
  const { placed, healed, parent } = of
  let before: PlacedStep | undefined
  for (const step of steps) {
    const startSeconds = startOf(step, { before, parent })
    const one: PlacedStep = {
      step,
      index: placed.length,
      ...(parent === undefined ? {} : { parent }),
      ...(startSeconds === undefined ? {} : { startSeconds }),
      isDrawn: parent !== undefined && (parent.isDrawn || ('group' in parent.step && parent.step.group === 'random')),
      isHealedByStep: healed.has(step.id),
    }
    placed.push(one)
    if ('steps' in step) place(step.steps, { placed, healed, parent: one })
    if ('fault' in step && step.during !== undefined) place(step.during, { placed, healed, parent: one })
    before = one
  }
}

function startOf(
  step: Step,
  of: { readonly before: PlacedStep | undefined; readonly parent: PlacedStep | undefined },
): number | undefined {
  const { before, parent } = of
  if (step.when !== undefined) return undefined
  const isDuring = parent !== undefined && 'fault' in parent.step
  if (step.at !== undefined) {
    if (!isDuring) return step.at
    return parent.startSeconds === undefined ? undefined : parent.startSeconds + step.at
  }
  if (parent !== undefined) return undefined
  return before === undefined ? undefined : startOfNext(before)
}

/** When the step after this one begins, as far as that is plain. */
function startOfNext({ step, startSeconds }: PlacedStep): number | undefined {
  if (startSeconds === undefined || 'group' in step) return undefined
  if ('fault' in step) return step.during === undefined ? startSeconds : undefined
  const { action } = step
  if (action.kind === 'wait') return action.seconds === undefined ? undefined : startSeconds + action.seconds
  return ['exec', 'http', 'custom', 'quiesce', 'heal'].includes(action.kind) ? undefined : startSeconds
}

function healedSteps(steps: readonly Step[]): ReadonlySet<string> {
  const healed = new Set<string>()
  const look = (step: Step): void => {
    if ('action' in step && step.action.kind === 'heal') healed.add(step.action.step)
    if ('steps' in step) step.steps.forEach(look)
    if ('fault' in step) step.during?.forEach(look)
  }
  steps.forEach(look)
  return healed
}
