import { coverageMap } from '../model/coverage-map.ts'
import type { CoverageMap } from '../model/coverage-map.ts'
import type { PhaseSpread, RunEnvironment, RunFile, RunReport } from '../model/run-report.ts'
import { worstVerdict } from '../model/verdict.ts'
import { phaseSpreads } from './phase-spreads.ts'

/** What a run knows of itself apart from its scenarios. */
export interface RunFacts {
  readonly runId: string
  readonly startedAt: Date
  readonly endedAt: Date
  readonly environment: RunEnvironment
  readonly testbed: string
  readonly timeScale: number
  readonly seed: number
}

/** The content of run.json. Its verdict is the worst of the scenarios' (decisions 18). */
export function composeRunFile(facts: RunFacts, scenarios: readonly RunReport[]): RunFile {
  const { runId, startedAt, endedAt, environment, testbed, timeScale, seed } = facts
  const resolutions = scenarios.map(({ resolutionSeconds }) => resolutionSeconds)
  return {
    schemaVersion: 1,
    runId,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    environment,
    testbed,
    timeScale,
    resolutionSeconds: resolutions.length === 0 ? null : Math.max(...resolutions),
    seed,
    verdict: worstVerdict(scenarios.map(({ verdict }) => verdict)),
    scenarios,
    ...coverageOf(scenarios),
    ...phasesOf(scenarios),
  }
}

function coverageOf(scenarios: readonly RunReport[]): { readonly coverage?: CoverageMap } {
  const known = scenarios.flatMap(({ testId, coverage }) =>
    coverage === undefined ? [] : [{ testId, places: coverage }],
  )
  return known.length === 0 ? {} : { coverage: coverageMap(known) }
}

function phasesOf(scenarios: readonly RunReport[]): { readonly phases?: readonly PhaseSpread[] } {
  const phases = phaseSpreads(scenarios)
  return phases.length === 0 ? {} : { phases }
}

/** run.json as text. */
export function formatRunFile(file: RunFile): string {
  return `${JSON.stringify(file, null, 2)}\n`
}

/** `2 pass, 1 fail, 0 inconclusive` */
export function countVerdicts(scenarios: readonly Pick<RunReport, 'verdict'>[]): string {
  const count = (wanted: RunReport['verdict']): number => scenarios.filter(({ verdict }) => verdict === wanted).length
  return `${count('pass')} pass, ${count('fail')} fail, ${count('inconclusive')} inconclusive`
}
