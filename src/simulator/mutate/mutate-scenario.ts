import { judgeCheck } from '../../checks/evaluate.ts'
import type { Scenario } from '../../model/scenario.ts'
import type { Timeline } from '../../model/timeline.ts'
import { worstVerdict, type Verdict } from '../../model/verdict.ts'
import type { Simulated, SimulateOptions } from '../simulate.ts'
import type { PlantAct, PlantKind } from '../world/plant.ts'
import { assertionName, assertionsOf } from './assertion.ts'
import { Baseline } from './baseline.ts'
import { dataCases } from './data-cases.ts'
import { otherCases } from './other-cases.ts'
import { parseAdvice } from './parse-advice.ts'
import type { PlantCase } from './plant-case.ts'
import { takeoverCases } from './takeover-cases.ts'

/**
 * What came of a planted failure. `killed`, `survived` and `undecided`: the scenario asserts the property, and failed, passed or could
 * not tell. `noticed` and `unnoticed`: it does not, and did not pass all the same, or passed. `not_applicable`: the failure never came
 * to act.
 */
export type PlantOutcome = 'killed' | 'survived' | 'undecided' | 'noticed' | 'unnoticed' | 'not_applicable'

/** One planted failure and what came of it. */
export interface PlantResult {
  readonly plant: PlantKind
  readonly what: string
  readonly outcome: PlantOutcome
  /** The assertions that do not allow what the plant did. */
  readonly assertedBy: readonly string[]
  /** The checks that failed. */
  readonly failedBy: readonly string[]
  /** A check that was tried on both runs and tells them apart, as it stands in YAML; null where it took none, or none does. */
  readonly advice: string | null
}

/** All planted failures of one scenario. */
export interface MutateSummary {
  readonly testId: string
  readonly results: readonly PlantResult[]
  /** Why nothing was planted. */
  readonly problem: string | null
}

export interface MutateOptions {
  readonly scenario: Scenario
  readonly seed: number
  /** Plants only these. @default all */
  readonly only?: readonly PlantKind[]
  readonly simulate: (options: SimulateOptions) => Promise<Simulated>
  readonly more?: Pick<SimulateOptions, 'extensions' | 'signal'>
}

/**
 * Runs a scenario as it is, and then once for every failure that can be planted.
 * @throws what the simulation throws
 */
export async function mutateScenario(options: MutateOptions): Promise<MutateSummary> {
  const { scenario, seed, only, simulate, more } = options
  const { testId, knownIssue } = scenario
  if (knownIssue !== undefined)
    return nothing(testId, `It is expected to fail (${knownIssue}), so there is nothing to kill.`)
  const unplanted = await simulate({ ...more, scenario, seed })
  if (unplanted.report.verdict !== 'pass') {
    const { verdict, reason } = unplanted.report
    return nothing(testId, `Without anything planted it does not pass: ${verdict}: ${reason}`)
  }
  const baseline = new Baseline(scenario, unplanted)
  const results: PlantResult[] = []
  for (const one of plantCases(baseline)) {
    if (only === undefined || only.includes(one.failure.kind)) results.push(await tryPlant(one, baseline, options))
  }
  return { testId, results, problem: null }
}

function plantCases(baseline: Baseline): readonly PlantCase[] {
  return [...dataCases(baseline), ...takeoverCases(baseline), ...otherCases(baseline)]
}

function nothing(testId: string, problem: string): MutateSummary {
  return { testId, results: [], problem }
}

/** Some plants act all the time; how often does not matter. */
const actsMax = 1000

/** A run in which something never comes need not wait for it as long as the settings would allow: with snapshots off, that is years. */
function withTimeout(scenario: Scenario, { end }: Baseline): Scenario {
  return { ...scenario, opts: { timeoutSeconds: 3 * end + 7200, ...scenario.opts } }
}

async function tryPlant(one: PlantCase, baseline: Baseline, options: MutateOptions): Promise<PlantResult> {
  const { scenario, seed, simulate, more } = options
  const acts: PlantAct[] = []
  const tell = (act: PlantAct): void => {
    if (acts.length < actsMax) acts.push(act)
  }
  const { report, timeline } = await simulate({
    ...more,
    scenario: withTimeout(scenario, baseline),
    seed,
    plants: [{ ...one.failure, tell }],
  })
  const result = { plant: one.failure.kind, what: one.what }
  if (acts.length === 0) {
    return { ...result, outcome: 'not_applicable', assertedBy: [], failedBy: [], advice: null }
  }
  const asserting = assertionsOf(scenario).filter((assertion) => one.violates(assertion, acts))
  const outcome = outcomeOf(report.verdict, asserting.length > 0)
  const failed = report.checks.filter(
    ({ verdict, severity = 'critical' }) => verdict === 'fail' && severity === 'critical',
  )
  const isCaught = outcome === 'killed' || outcome === 'noticed'
  return {
    ...result,
    outcome,
    assertedBy: [...new Set(asserting.map(assertionName))],
    failedBy: [...new Set(failed.map(({ check }) => check))],
    advice: isCaught ? null : adviceFor(one, baseline.timeline, timeline),
  }
}

function outcomeOf(verdict: Verdict, isAsserted: boolean): PlantOutcome {
  if (!isAsserted) return verdict === 'pass' ? 'unnoticed' : 'noticed'
  return verdict === 'fail' ? 'killed' : verdict === 'pass' ? 'survived' : 'undecided'
}

/** The first check that passes without the plant and fails with it. */
function adviceFor({ advice }: PlantCase, without: Timeline, planted: Timeline): string | null {
  const fits = advice.find((text) => {
    const check = parseAdvice(text)
    return judgeCheck(check, without).verdict === 'pass' && judgeCheck(check, planted).verdict === 'fail'
  })
  return fits ?? null
}

/** How many of the planted failures came to what. */
export function countOutcomes(results: readonly PlantResult[]): Readonly<Record<PlantOutcome, number>> & {
  /** Those that the scenario is to fail by. */
  readonly asserted: number
} {
  const count = (outcome: PlantOutcome): number => results.filter((result) => result.outcome === outcome).length
  const [killed, survived, undecided] = [count('killed'), count('survived'), count('undecided')]
  return {
    killed,
    survived,
    undecided,
    asserted: killed + survived + undecided,
    noticed: count('noticed'),
    unnoticed: count('unnoticed'),
    not_applicable: count('not_applicable'),
  }
}

/** A failure where an asserted one survived; not told where the scenario did not pass to begin with, could not tell, or asserts nothing. */
export function mutateVerdict({ results, problem }: MutateSummary): Verdict {
  const { survived, undecided, asserted } = countOutcomes(results)
  if (problem !== null || asserted === 0) return 'inconclusive'
  return worstVerdict([survived > 0 ? 'fail' : 'pass', undecided > 0 ? 'inconclusive' : 'pass'])
}
