import type { AskedCheck } from '../model/check.ts'
import { allSteps } from '../model/step.ts'
import type { Action, ActionStep, FaultStep, GroupStep, RandomBudget, Step, Trigger } from '../model/step.ts'
import { createRandom } from '../support/random.ts'
import type { Random } from '../support/random.ts'

// What a seed makes of `random` groups. A group's draws depend on the seed and on the group's id alone, so that a step that is
// added elsewhere changes nothing about them.

/** Steps that all random groups of a scenario may come to. */
export const drawnStepsMax = 10_000

/**
 * The steps with every `random` group drawn: a `sequence` group of what was drawn, with `wait` steps for the quiet time between.
 * What is drawn first keeps its id, so that other steps can name it; what is drawn again gets a number behind it.
 */
export function drawSteps(steps: readonly Step[], seed: number): readonly Step[] {
  const taken = new Set(allSteps(steps).map(({ id }) => id))
  const draw = (step: Step): Step => {
    if ('group' in step) {
      if (step.group !== 'random') return { ...step, steps: step.steps.map(draw) }
      const { budget, ...rest } = step
      return { ...rest, group: 'sequence', steps: drawn(step, { seed: budget?.seed ?? seed, taken }).map(draw) }
    }
    if ('fault' in step && step.during !== undefined) return { ...step, during: step.during.map(draw) }
    return step
  }
  return steps.map(draw)
}

/** The most steps that drawing can come to. */
export function drawnStepsAtMost(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + stepsAtMost(step), 0)
}

/** System seconds that a step takes at most once it began; infinite where only the run can tell. */
export function longestSeconds(step: Step): number {
  if ('action' in step) return actionSeconds(step.action)
  if ('group' in step) {
    const inner = step.steps.map(longestSeconds)
    if (step.group === 'background') return 0
    if (step.group === 'parallel') return Math.max(0, ...inner)
    if (step.group === 'sequence') return inner.reduce((sum, seconds) => sum + seconds, 0)
    const { count, seconds = Infinity, gapSeconds } = step.budget ?? noBudget
    return Math.min(seconds, count * Math.max(0, ...inner) + (count - 1) * gapSeconds.max)
  }
  const inside = (step.during ?? []).reduce((sum, one) => sum + (one.at ?? 0) + longestSeconds(one), 0)
  return Math.max(inside, heldSeconds(step))
}

const noBudget: RandomBudget = { count: 1, gapSeconds: { min: 0, max: 0 } }

function stepsAtMost(step: Step): number {
  if ('group' in step) {
    const inner = step.steps.map(stepsAtMost)
    if (step.group !== 'random') return 1 + inner.reduce((sum, count) => sum + count, 0)
    const { count } = step.budget ?? noBudget
    return 1 + count * (1 + Math.max(0, ...inner))
  }
  return 'fault' in step ? 1 + drawnStepsAtMost(step.during ?? []) : 1
}

function heldSeconds({ fault, forSeconds, until }: FaultStep): number {
  if (forSeconds !== undefined) return forSeconds
  if (until !== undefined) return Infinity
  // Without a time a fault is healed at once or with the run's end, and so is not in the way of what follows.
  return fault.kind === 'flap' ? fault.times * (fault.downSeconds + fault.upSeconds) : 0
}

function actionSeconds(action: Action): number {
  if (action.kind !== 'wait') return 0
  return action.seconds ?? action.within ?? Infinity
}

function drawn(group: GroupStep, from: { readonly seed: number; readonly taken: Set<string> }): readonly Step[] {
  const { count, seconds = Infinity, gapSeconds } = group.budget ?? noBudget
  const random = createRandom(from.seed).fork(group.id)
  const ids = new Map<string, number>()
  const result: Step[] = []
  let left = seconds
  for (let draws = 0; draws < count; draws += 1) {
    const gap = draws === 0 ? 0 : gapOf(gapSeconds, random)
    const fitting = group.steps.filter((step) => longestSeconds(step) <= left - gap)
    if (fitting.length === 0) break
    const step = random.pick(fitting)
    // Without a limit also what only the run can time is drawn, and infinity less infinity is no number.
    if (seconds !== Infinity) left -= gap + longestSeconds(step)
    if (gap > 0) result.push(pause(fresh(`${group.id}-gap`, from.taken), gap, group))
    const before = ids.get(step.id) ?? 0
    ids.set(step.id, before + 1)
    result.push(before === 0 ? step : renamed(step, from.taken))
  }
  return result
}

function pause(id: string, seconds: number, { source }: GroupStep): ActionStep {
  return { id, ...(source === undefined ? {} : { source }), action: { kind: 'wait', seconds } }
}

/** Whole milliseconds, so that a plan reads the same everywhere. */
function gapOf({ min, max }: RandomBudget['gapSeconds'], random: Random): number {
  return random.integer(Math.ceil(min * 1000), Math.max(Math.ceil(min * 1000), Math.floor(max * 1000))) / 1000
}

/** A copy with ids of its own, which names itself where the original named itself. */
function renamed(step: Step, taken: Set<string>): Step {
  const names = new Map(allSteps([step]).map(({ id }) => [id, fresh(id, taken)]))
  const name = (id: string): string => names.get(id) ?? id
  const trigger = (of: Trigger): Trigger => ({
    ...of,
    event: of.event.of === 'step' ? { ...of.event, step: name(of.event.step) } : of.event,
    ...(of.since === undefined ? {} : { since: name(of.since) }),
  })
  const check = (of: AskedCheck): AskedCheck => (of.for === undefined ? of : { ...of, for: name(of.for) })
  const action = (of: Action): Action => {
    if (of.kind === 'heal') return { ...of, step: name(of.step) }
    if (of.kind === 'check') return { ...of, check: check(of.check) }
    return of.kind === 'wait' && of.until !== undefined ? { ...of, until: trigger(of.until) } : of
  }
  const copy = (of: Step): Step => {
    const begun = { id: name(of.id), ...(of.when === undefined ? {} : { when: trigger(of.when) }) }
    if ('action' in of) return { ...of, ...begun, action: action(of.action) }
    if ('group' in of) return { ...of, ...begun, steps: of.steps.map(copy) }
    const until = of.until === undefined ? {} : { until: trigger(of.until) }
    const during = of.during === undefined ? {} : { during: of.during.map(copy) }
    return { ...of, ...begun, ...until, ...during }
  }
  return copy(step)
}

function fresh(id: string, taken: Set<string>): string {
  let n = 2
  while (taken.has(`${id}-${n}`)) n += 1
  taken.add(`${id}-${n}`)
  return `${id}-${n}`
}
