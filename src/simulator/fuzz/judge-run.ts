import type { ToolkitInvariant } from '../../model/check.ts'
import { toolkitInvariants } from '../../model/check.ts'
import type { RunReport } from '../../model/run-report.ts'
import type { Scenario } from '../../model/scenario.ts'
import { simulateScenario } from '../simulate.ts'

/** What one simulated run showed. */
export type RunOutcome =
  | { readonly kind: 'held' }
  /** The run itself could not be carried out, or nothing was seen: no finding, and no proof of anything. */
  | { readonly kind: 'inconclusive'; readonly reason: string }
  | { readonly kind: 'violated'; readonly invariant: ToolkitInvariant; readonly message: string }

/** Simulates a scenario whose checks are the toolkit's invariants, and says which of them it violates first. */
export async function judgeRun(scenario: Scenario, seed: number, signal?: AbortSignal): Promise<RunOutcome> {
  const { report } = await simulateScenario({ scenario, seed, ...(signal === undefined ? {} : { signal }) })
  return outcomeOf(report)
}

/** The outcome of a run by its report. What could not be put back is a finding whatever the checks say. */
function outcomeOf({ checks, reason }: Pick<RunReport, 'checks' | 'reason'>): RunOutcome {
  const failed = checks.find(({ check, verdict }) => check === 'toolkit_invariants' && verdict === 'fail')
  if (failed !== undefined) {
    const invariant = toolkitInvariants.find((name) => failed.message.startsWith(`${name} `))
    if (invariant !== undefined) return { kind: 'violated', invariant, message: failed.message }
  }
  const left = checks.find(({ check, verdict }) => check === 'restored' && verdict === 'fail')
  if (left !== undefined) return { kind: 'violated', invariant: 'faults_healed', message: left.message }
  return checks.every(({ verdict }) => verdict === 'pass') ? { kind: 'held' } : { kind: 'inconclusive', reason }
}
