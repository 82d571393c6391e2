import type { InputProblem } from '../model/errors.ts'
import { allSteps, innerSteps } from '../model/step.ts'
import type { Step, Trigger } from '../model/step.ts'
import { adviceFor } from '../support/suggest.ts'
import type { RuleInput } from './rule-input.ts'
import type { Path } from './schema-problems.ts'

// What steps say of each other: ids, and who is waited for, healed or judged.

/** More than any run can hold; the rules below compare steps with each other. */
const stepsMax = 1000

/** Everything in the steps, and in the checks that name one, that cannot be meant. */
export function stepRules(input: RuleInput): readonly InputProblem[] {
  const { scenario } = input
  const all = allSteps(scenario.steps)
  if (all.length > stepsMax) {
    const message = `Expected at most ${stepsMax} steps, those inside others counted, got ${all.length}.`
    return [{ message, position: input.positionOf(['fault_scenario']), advice: 'Make several scenarios of it.' }]
  }
  return [
    ...repeatedIds(input),
    ...all.flatMap((step) => referenceProblems(step, input)),
    ...siblingsOf(scenario.steps).flatMap((list) => laterSteps(list, input)),
    ...scopeProblems(input),
    ...drawnAtTimes(all, input),
    ...loadWithoutTraffic(all, input),
  ]
}

function pathOf({ built }: RuleInput, step: Step, ...below: readonly PropertyKey[]): Path {
  return [...(built.paths.get(step.id) ?? ['fault_scenario']), ...below]
}

function repeatedIds({ built, positionOf }: RuleInput): readonly InputProblem[] {
  return built.repeated.map(({ id, path }) => {
    const { line } = positionOf(built.paths.get(id) ?? [])
    return {
      message: `The step id \`${id}\` is taken by the step in line ${line}.`,
      position: positionOf([...path, 'id']),
      advice: 'Give it another.',
    }
  })
}

/** A step that another one names. */
interface Reference {
  readonly id: string
  /** Where it is named. */
  readonly path: Path
  /** What must be true of it: `since` and `for` may name any step. */
  readonly must: 'be a step' | 'be a fault'
  /** It would wait for itself. */
  readonly isOwnBeginning: boolean
}

function referencesOf(step: Step, input: RuleInput): readonly Reference[] {
  const path = (...below: readonly PropertyKey[]): Path => pathOf(input, step, ...below)
  const found: Reference[] = [...(step.when === undefined ? [] : triggerReferences(step.when, path(), 'when'))]
  if ('fault' in step && step.until !== undefined) {
    const references = triggerReferences(step.until, path('until'), 'event')
    found.push(...references.map((one) => ({ ...one, isOwnBeginning: false })))
  }
  if (!('action' in step)) return found
  const { action } = step
  if (action.kind === 'wait' && action.until !== undefined) {
    found.push(...triggerReferences(action.until, path('wait'), 'for'))
  }
  if (action.kind === 'heal') {
    found.push({ id: action.step, path: path('heal'), must: 'be a fault', isOwnBeginning: true })
  }
  if (action.kind === 'check' && action.check.for !== undefined) {
    found.push({ id: action.check.for, path: path('check', 'for'), must: 'be a step', isOwnBeginning: false })
  }
  return found
}

function triggerReferences({ event, since }: Trigger, path: Path, key: string): readonly Reference[] {
  return [
    ...(event.of === 'step'
      ? [{ id: event.step, path: [...path, key], must: 'be a fault', isOwnBeginning: true } as const]
      : []),
    ...(since === undefined
      ? []
      : [{ id: since, path: [...path, 'since'], must: 'be a step', isOwnBeginning: true } as const]),
  ]
}

function referenceProblems(step: Step, input: RuleInput): readonly InputProblem[] {
  const all = allSteps(input.scenario.steps)
  return referencesOf(step, input).flatMap(({ id, path, must, isOwnBeginning }) => {
    const position = input.positionOf(path)
    const named = all.find((other) => other.id === id)
    if (named === undefined) {
      const ids = all.filter((other) => must === 'be a step' || 'fault' in other).map((other) => other.id)
      return [
        {
          message: `There is no step \`${id}\`.`,
          position,
          advice: adviceFor(
            id,
            ids.filter((other) => other !== step.id),
          ),
        },
      ]
    }
    if (isOwnBeginning && id === step.id) {
      return [{ message: `The step \`${id}\` waits for itself.`, position, advice: 'Name another step.' }]
    }
    if (must === 'be a step' || 'fault' in named) return []
    return [
      {
        message: `The step \`${id}\` is no fault, so it has no effect and no healing.`,
        position,
        advice: insteadOf(named),
      },
    ]
  })
}

function insteadOf(step: Step): string {
  const inner = innerSteps(step).filter((one) => 'fault' in one)
  return inner.length === 0 ? 'Name a fault.' : `Name one of the faults in it: ${inner.map(({ id }) => id).join(', ')}.`
}

/** Steps that follow each other: those of the scenario, of a sequence, and inside a fault. */
function siblingsOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const inner = allSteps(steps)
    .filter((step) => !('group' in step) || step.group === 'sequence')
    .map(innerSteps)
  return [steps, ...inner.filter((list) => list.length > 0)]
}

/** A step without a time of its own begins after those before it, so they can wait for nothing of it. */
function laterSteps(list: readonly Step[], input: RuleInput): readonly InputProblem[] {
  return list.flatMap((step, index) => {
    const followers = new Set<string>()
    for (const later of list.slice(index + 1)) {
      if (later.at !== undefined || later.when !== undefined) break
      for (const { id } of [later, ...allSteps(innerSteps(later))]) followers.add(id)
    }
    return referencesOf(step, input)
      .filter(({ id, isOwnBeginning }) => isOwnBeginning && followers.has(id))
      .map(({ id, path }) => ({
        message: `The step \`${step.id}\` comes before the step \`${id}\`, which follows it, so it cannot wait for it.`,
        position: input.positionOf(path),
        advice: `Move it behind \`${id}\`, or give \`${id}\` a time of its own.`,
      }))
  })
}

/** `for: STEP` of the checks at the end. */
function scopeProblems({ scenario, positionOf }: RuleInput): readonly InputProblem[] {
  const ids = allSteps(scenario.steps).map(({ id }) => id)
  return scenario.checks.flatMap(({ for: id }, index) =>
    id === undefined || ids.includes(id)
      ? []
      : [
          {
            message: `There is no step \`${id}\` for the check to be judged of.`,
            position: positionOf(['post_failover_validation_checks', index, 'for']),
            advice: ids.length === 0 ? 'Remove `for`.' : adviceFor(id, ids),
          },
        ],
  )
}

/** What is drawn begins when it is drawn. */
function drawnAtTimes(all: readonly Step[], input: RuleInput): readonly InputProblem[] {
  const drawn = all.flatMap((step) => ('group' in step && step.group === 'random' ? step.steps : []))
  return drawn
    .filter((step) => step.at !== undefined)
    .map((step) => ({
      message: `The step \`${step.id}\` begins when it is drawn, so it cannot have \`at\`.`,
      position: input.positionOf(pathOf(input, step, 'at')),
      advice: 'Give the time to the step `random`, or remove it.',
    }))
}

function loadWithoutTraffic(all: readonly Step[], input: RuleInput): readonly InputProblem[] {
  if (input.scenario.traffic.length > 0) return []
  return all.flatMap((step) =>
    'action' in step && (step.action.kind === 'load' || step.action.kind === 'quiesce')
      ? [
          {
            message: `The step \`${step.id}\` changes the traffic, and there is none.`,
            position: input.positionOf(pathOf(input, step)),
            advice: 'Add `pre_failover_data`, or remove the step.',
          },
        ]
      : [],
  )
}
