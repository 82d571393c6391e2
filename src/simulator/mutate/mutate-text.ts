// What `failover mutate` prints: the score, each planted failure, and for those that went by the check that would have caught them.

import { counted } from '../../model/units.ts'
import {
  countOutcomes,
  mutateVerdict,
  type MutateSummary,
  type PlantOutcome,
  type PlantResult,
} from './mutate-scenario.ts'

const words: Readonly<Record<PlantOutcome, string>> = {
  killed: 'killed',
  survived: 'SURVIVED',
  undecided: 'undecided',
  noticed: 'noticed',
  unnoticed: 'unnoticed',
  not_applicable: 'no place',
}

const order: readonly PlantOutcome[] = ['survived', 'undecided', 'killed', 'noticed', 'unnoticed', 'not_applicable']
const indent = '             '

export function mutateText(summary: MutateSummary): string {
  const { testId, results, problem } = summary
  if (problem !== null) return `${testId}: nothing planted. ${problem}\n`
  return [
    `${testId}: ${scoreText(results)}`,
    '',
    ...order.flatMap((outcome) => results.filter((result) => result.outcome === outcome)).flatMap(resultLines),
    '',
  ].join('\n')
}

/** All scenarios together. */
export function totalText(summaries: readonly MutateSummary[]): string {
  const results = summaries.flatMap((summary) => summary.results)
  if (results.length === 0) return 'Nothing was planted.\n'
  return `${counted(summaries.length, 'scenario')}: ${scoreText(results)}.\n`
}

export function mutateDocument(summary: MutateSummary): object {
  const { testId: scenario, results, problem } = summary
  const { asserted, killed, ...rest } = countOutcomes(results)
  return {
    scenario,
    verdict: mutateVerdict(summary),
    score: asserted === 0 ? null : killed / asserted,
    asserted,
    killed,
    ...rest,
    ...(problem === null ? {} : { problem }),
    plants: results,
  }
}

function scoreText(results: readonly PlantResult[]): string {
  const { asserted, killed, noticed, unnoticed } = countOutcomes(results)
  const applicable = asserted + noticed + unnoticed
  return `kill score ${killed} of ${asserted}; ${asserted} of ${counted(applicable, 'planted failure')} asserted`
}

function resultLines({ outcome, what, assertedBy, failedBy, advice }: PlantResult): readonly string[] {
  const line = `  ${words[outcome].padEnd(9)}  ${what}`
  switch (outcome) {
    case 'killed':
      return [line, `${indent}asserted by ${assertedBy.join(', ')}; failed ${failedBy.join(', ')}`]
    case 'noticed':
      return [line, `${indent}${failedBy.length === 0 ? 'could not be told' : `failed ${failedBy.join(', ')}`}`]
    case 'survived':
    case 'undecided':
      return [line, `${indent}asserted by ${assertedBy.join(', ')}`, ...adviceLines(advice)]
    case 'unnoticed':
      return [line, ...adviceLines(advice)]
    case 'not_applicable':
      return [line]
    default:
      return outcome satisfies never
  }
}

function adviceLines(advice: string | null): readonly string[] {
  return [`${indent}${advice === null ? 'none of the checks tried tells it from the run without it' : advice}`]
}
