import type { InputProblem, SourcePosition } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import { modeRules } from './mode-rules.ts'
import type { ScenarioFields } from './scenario-schema.ts'

// What single fields cannot say of each other. Rules that need the toolkit's arithmetic are in oracle-lint.ts.

/** A scenario, and where it stands. */
export interface RuleInput {
  readonly fields: ScenarioFields
  readonly scenario: Scenario
  readonly positionOf: (path: readonly PropertyKey[]) => SourcePosition
}

/** Everything in a scenario that contradicts itself. */
export function scenarioRules(input: RuleInput): readonly InputProblem[] {
  return [
    ...repeatedStepIds(input),
    ...unfittingTrigger(input),
    ...trafficWithoutFault(input),
    ...stepsAfterTheEnd(input),
    ...modeRules(input),
  ]
}

function repeatedStepIds({ scenario, positionOf }: RuleInput): readonly InputProblem[] {
  return scenario.steps.flatMap((step, index) => {
    const first = scenario.steps.findIndex((other) => other.id === step.id)
    if (first === index) return []
    const line = positionOf(['fault_scenario', first]).line
    const position = positionOf(['fault_scenario', index, 'id'])
    return [
      {
        message: `The step id \`${step.id}\` is taken by the step in line ${line}.`,
        position,
        advice: 'Give it another.',
      },
    ]
  })
}

function unfittingTrigger({ scenario, fields, positionOf }: RuleInput): readonly InputProblem[] {
  if (fields.failover_trigger_method === undefined) return []
  const position = positionOf(['failover_trigger_method'])
  const shutdowns = scenario.steps.filter((step) => step.fault.kind === 'orderly_shutdown')
  if (scenario.trigger === 'orderly_shutdown' && shutdowns.length === 0) {
    const message = 'Expected a step `orderly_shutdown`, since `failover_trigger_method` is orderly_shutdown, got none.'
    return [{ message, position, advice: 'Add the step, or write `automatic`.' }]
  }
  if (scenario.trigger === 'automatic' && scenario.steps.length > 0 && shutdowns.length === scenario.steps.length) {
    const message =
      'Expected a fault that the toolkit notices, since `failover_trigger_method` is automatic, got only an orderly shutdown.'
    return [{ message, position, advice: 'Write `orderly_shutdown`.' }]
  }
  return []
}

function trafficWithoutFault({ scenario, positionOf }: RuleInput): readonly InputProblem[] {
  if (scenario.traffic?.until !== 'fault' || scenario.steps.length > 0) return []
  const position = positionOf(['pre_failover_data', 'until'])
  return [
    {
      message: 'Traffic until the fault needs a step in `fault_scenario`, got none.',
      position,
      advice: 'Remove `until`.',
    },
  ]
}

function stepsAfterTheEnd({ scenario, positionOf }: RuleInput): readonly InputProblem[] {
  const { runForSeconds } = scenario.opts
  if (runForSeconds === undefined) return []
  return scenario.steps.flatMap((step, index) => {
    const end = step.at === undefined ? undefined : step.at + (step.forSeconds ?? 0)
    if (end === undefined || end <= runForSeconds) return []
    const message = `The step \`${step.id}\` ends at ${end} s, after the run's end at ${runForSeconds} s (\`opts.run_for\`).`
    return [{ message, position: positionOf(['fault_scenario', index]), advice: 'Let the run last longer.' }]
  })
}
