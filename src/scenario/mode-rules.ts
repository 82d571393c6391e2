import { builtinFacts } from '../model/builtin-applications.ts'
import { datacenterNames } from '../model/datacenter.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { InputProblem } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import { faultSteps } from '../model/step.ts'
import { trafficPath } from './rule-input.ts'
import type { RuleInput } from './rule-input.ts'

// What does not go with a scenario's mode or with its application.

/** Everything in a scenario that its mode or its application cannot do. */
export function modeRules(input: RuleInput): readonly InputProblem[] {
  return [...withoutPassiveSide(input), ...trafficIntoPassive(input), ...withoutEndpoints(input)]
}

const passiveAdvice = 'Write `mode: active-passive`, or leave it out.'

/** Only a passive side launches a script. */
function withoutPassiveSide({ scenario, fields, positionOf }: RuleInput): readonly InputProblem[] {
  if (scenario.mode === 'active-passive') return []
  const message = (what: string): string =>
    `${what} needs a passive side, which launches the script, and \`mode\` is ${scenario.mode}.`
  return [
    ...(fields.launch_script === undefined
      ? []
      : [{ message: message('`launch_script`'), position: positionOf(['launch_script']), advice: passiveAdvice }]),
    ...(fields.failover_trigger_method === 'script'
      ? [
          {
            message: message('`failover_trigger_method: script`'),
            position: positionOf(['failover_trigger_method']),
            advice: passiveAdvice,
          },
        ]
      : []),
    ...scenario.checks.flatMap((check, index) =>
      check.kind === 'script'
        ? [
            {
              message: message('The check `script`'),
              position: positionOf(['post_failover_validation_checks', index]),
              advice: passiveAdvice,
            },
          ]
        : [],
    ),
  ]
}

function trafficIntoPassive(input: RuleInput): readonly InputProblem[] {
  const { scenario, positionOf } = input
  if (scenario.mode !== 'active-passive') return []
  return scenario.traffic.flatMap(({ into }, index) => {
    if (!into.includes('dc2')) return []
    const message = 'Expected `into` to be dc1, since dc2 is passive and takes no traffic, got dc2 or both.'
    return [{ message, position: positionOf(trafficPath(input, index, 'into')), advice: 'Leave `into` out.' }]
  })
}

/** An application without Data Exchange endpoints takes neither tuples nor the words of an operator. */
function withoutEndpoints(input: RuleInput): readonly InputProblem[] {
  const { scenario, built, positionOf } = input
  const closed = datacenterNames.filter((dc) => builtinFacts(applicationOf(scenario, dc))?.hasLedgerEndpoints === false)
  const use = 'Use builtin:ledger.'
  return [
    ...scenario.traffic.flatMap(({ into }, index) => {
      const dc = into.find((one) => closed.includes(one))
      if (dc === undefined) return []
      const message = `${applicationOf(scenario, dc)} takes no traffic: it makes its own and has no Data Exchange endpoints.`
      const advice = 'Remove `pre_failover_data`, or use builtin:ledger.'
      return [{ message, position: positionOf(trafficPath(input, index)), advice }]
    }),
    ...faultSteps(scenario.steps).flatMap(({ id, fault }) => {
      if (fault.kind !== 'orderly_shutdown' && fault.kind !== 'special_message') return []
      const dc = closed.find((one) => one === fault.target.dc)
      if (dc === undefined) return []
      const what = fault.kind === 'orderly_shutdown' ? 'tell' : 'send a message to'
      const to = fault.kind === 'orderly_shutdown' ? ' to shut down' : ''
      const message = `The step \`${id}\` cannot ${what} ${applicationOf(scenario, dc)}${to}: it has no Data Exchange endpoints.`
      return [{ message, position: positionOf(built.paths.get(id) ?? []), advice: use }]
    }),
  ]
}

function applicationOf({ sab, emulateAs }: Scenario, dc: DatacenterName): string {
  return sab[dc].startsWith('builtin:') ? sab[dc] : (emulateAs ?? sab[dc])
}
