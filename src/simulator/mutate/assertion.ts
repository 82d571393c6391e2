// What a scenario asserts, one by one: its critical checks and its objectives. What only warns does not count, for it lets a
// failure pass.

import type { AskedCheck } from '../../model/check.ts'
import type { Scenario } from '../../model/scenario.ts'
import type { PhaseName } from '../../model/takeover.ts'

export type Assertion =
  | { readonly kind: 'check'; readonly check: AskedCheck }
  | { readonly kind: 'rto'; readonly part: 'total' | PhaseName; readonly limit: number }
  | { readonly kind: 'loss'; readonly unit: 'percent' | 'seconds'; readonly limit: number }
  /** The run itself: that every fault can be undone. */
  | { readonly kind: 'restored' }

/** Everything that a scenario asserts at its end. Checks that are steps are left out: what they see depends on their time. */
export function assertionsOf({ checks, objectives }: Scenario): readonly Assertion[] {
  const { rto = {}, lossPercent, lossSeconds } = objectives
  return [
    ...checks
      .filter(({ severity = 'critical' }) => severity === 'critical')
      .map((check): Assertion => ({ kind: 'check', check })),
    ...Object.entries(rto).map(([part, limit]): Assertion => {
      // eslint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets that the keys are names
      return { kind: 'rto', part: part as 'total' | PhaseName, limit }
    }),
    ...(lossPercent === undefined ? [] : [{ kind: 'loss', unit: 'percent', limit: lossPercent } as const]),
    ...(lossSeconds === undefined ? [] : [{ kind: 'loss', unit: 'seconds', limit: lossSeconds } as const]),
    { kind: 'restored' },
  ]
}

/** How a report names it. */
export function assertionName(assertion: Assertion): string {
  switch (assertion.kind) {
    case 'check':
      return assertion.check.kind === 'custom' ? assertion.check.name : assertion.check.kind
    case 'rto':
      return assertion.part === 'total'
        ? 'expected_recovery_time_seconds'
        : `expected_recovery_time_seconds.${assertion.part}`
    case 'loss':
      return assertion.unit === 'percent' ? 'expected_data_loss_percentage' : 'expected_data_loss_seconds'
    case 'restored':
      return 'restored'
    default:
      return assertion satisfies never
  }
}
