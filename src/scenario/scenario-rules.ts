import type { InputProblem } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import { allSteps, faultSteps } from '../model/step.ts'
import { modeRules } from './mode-rules.ts'
import { trafficPath } from './rule-input.ts'
import type { RuleInput } from './rule-input.ts'
import { stepRules } from './step-rules.ts'

// What single fields cannot say of each other. Rules that need the toolkit's arithmetic are those of `failover lint`.

/** Everything in a scenario that contradicts itself. */
export function scenarioRules(input: RuleInput): readonly InputProblem[] {
  return [
    ...stepRules(input),
    ...unfittingTrigger(input),
    ...trafficWithoutFault(input),
    ...stepsAfterTheEnd(input),
    ...phasesWithoutFault(input),
    ...modeRules(input),
  ]
}

function unfittingTrigger({ scenario, fields, positionOf }: RuleInput): readonly InputProblem[] {
  if (fields.failover_trigger_method === undefined) return []
  const position = positionOf(['failover_trigger_method'])
  const faults = faultSteps(scenario.steps)
  const isTold = allSteps(scenario.steps).some(tellsToShutDown)
  if (scenario.trigger === 'orderly_shutdown' && !isTold) {
    const message = 'Expected a step `orderly_shutdown`, since `failover_trigger_method` is orderly_shutdown, got none.'
    return [{ message, position, advice: 'Add the step, or write `automatic`.' }]
  }
  if (scenario.trigger === 'automatic' && faults.length > 0 && faults.every(tellsToShutDown)) {
    const message =
      'Expected a fault that the toolkit notices, since `failover_trigger_method` is automatic, got only an orderly shutdown.'
    return [{ message, position, advice: 'Write `orderly_shutdown`.' }]
  }
  return []
}

function tellsToShutDown(step: Scenario['steps'][number]): boolean {
  if (!('fault' in step)) return false
  const { fault } = step
  return fault.kind === 'orderly_shutdown' || (fault.kind === 'special_message' && fault.message === 'OrderlyShutdown')
}

function trafficWithoutFault(input: RuleInput): readonly InputProblem[] {
  const { scenario, positionOf } = input
  if (faultSteps(scenario.steps).length > 0) return []
  return scenario.traffic.flatMap((traffic, index) => [
    ...(traffic.until === 'fault'
      ? [
          {
            message: 'Traffic until the fault needs a fault in `fault_scenario`, got none.',
            position: positionOf(trafficPath(input, index, 'until')),
            advice: 'Remove `until`.',
          },
        ]
      : []),
    ...(traffic.redirect === undefined
      ? []
      : [
          {
            message: 'Traffic is redirected after a fault, and `fault_scenario` has none.',
            position: positionOf(trafficPath(input, index, 'redirect')),
            advice: 'Remove `redirect`.',
          },
        ]),
  ])
}

function stepsAfterTheEnd({ scenario, built, positionOf }: RuleInput): readonly InputProblem[] {
  const { runForSeconds } = scenario.opts
  if (runForSeconds === undefined) return []
  return scenario.steps.flatMap((step) => {
    const held = 'fault' in step ? (step.forSeconds ?? 0) : 0
    const end = step.at === undefined ? undefined : step.at + held
    if (end === undefined || end <= runForSeconds) return []
    const message = `The step \`${step.id}\` ends at ${end} s, after the run's end at ${runForSeconds} s (\`opts.run_for\`).`
    return [{ message, position: positionOf(built.paths.get(step.id) ?? []), advice: 'Let the run last longer.' }]
  })
}

function phasesWithoutFault({ scenario, fields, positionOf }: RuleInput): readonly InputProblem[] {
  if (fields.fault_phases === undefined || faultSteps(scenario.steps).length > 0) return []
  const message = '`fault_phases` puts a fault at places of the heartbeat cycle, and `fault_scenario` has none.'
  return [{ message, position: positionOf(['fault_phases']), advice: 'Remove it, or write `repeat`.' }]
}
