import { builtinFacts } from '../model/builtin-applications.ts'
import type { InputProblem } from '../model/errors.ts'
import type { RuleInput } from './scenario-rules.ts'

// What does not go with a scenario's mode or with its application.

/** Everything in a scenario that its mode or its application cannot do. */
export function modeRules(input: RuleInput): readonly InputProblem[] {
  return [...withoutPassiveSide(input), ...trafficIntoPassive(input), ...withoutEndpoints(input)]
}

const advice = 'Write `mode: active-passive`, or leave it out.'

/** Only a passive side launches a script. */
function withoutPassiveSide({ scenario, fields, positionOf }: RuleInput): readonly InputProblem[] {
  if (scenario.mode === 'active-passive') return []
  const message = (what: string): string =>
    `${what} needs a passive side, which launches the script, and \`mode\` is ${scenario.mode}.`
  return [
    ...(fields.launch_script === undefined
      ? []
      : [{ message: message('`launch_script`'), position: positionOf(['launch_script']), advice }]),
    ...(fields.failover_trigger_method === 'script'
      ? [
          {
            message: message('`failover_trigger_method: script`'),
            position: positionOf(['failover_trigger_method']),
            advice,
          },
        ]
      : []),
    ...scenario.checks.flatMap((check, index) =>
      check.kind === 'script'
        ? [
            {
              message: message('The check `script`'),
              position: positionOf(['post_failover_validation_checks', index]),
              advice,
            },
          ]
        : [],
    ),
  ]
}

function trafficIntoPassive({ scenario, positionOf }: RuleInput): readonly InputProblem[] {
  const { mode, traffic } = scenario
  if (mode !== 'active-passive' || traffic?.into.includes('dc2') !== true) return []
  const message = 'Expected `into` to be dc1, since dc2 is passive and takes no traffic, got dc2 or both.'
  return [{ message, position: positionOf(['pre_failover_data', 'into']), advice: 'Leave `into` out.' }]
}

/** An application without Data Exchange endpoints takes neither tuples nor the words of an operator. */
function withoutEndpoints({ scenario, positionOf }: RuleInput): readonly InputProblem[] {
  const { sab, traffic, steps } = scenario
  if (builtinFacts(sab)?.hasLedgerEndpoints !== false) return []
  const use = 'Use builtin:ledger.'
  return [
    ...(traffic === undefined
      ? []
      : [
          {
            message: `${sab} takes no traffic: it makes its own and has no Data Exchange endpoints.`,
            position: positionOf(['pre_failover_data']),
            advice: 'Remove `pre_failover_data`, or use builtin:ledger.',
          },
        ]),
    ...steps.flatMap((step, index) =>
      step.fault.kind === 'orderly_shutdown'
        ? [
            {
              message: `The step \`${step.id}\` cannot tell ${sab} to shut down: it has no Data Exchange endpoints.`,
              position: positionOf(['fault_scenario', index]),
              advice: use,
            },
          ]
        : [],
    ),
  ]
}
