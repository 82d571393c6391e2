import type { Command } from 'commander'
import { mutateScenario, mutateVerdict, type MutateSummary } from '../simulator/mutate/mutate-scenario.ts'
import { mutateDocument, mutateText, totalText } from '../simulator/mutate/mutate-text.ts'
import { adviceFor } from '../support/suggest.ts'
import { SettingsError } from '../model/errors.ts'
import { plantKinds, type PlantKind } from '../simulator/world/plant.ts'
import { simulateLazily } from './simulate-lazily.ts'
import { addEachScenarioOptions, eachScenario, inProcess } from './each-scenario.ts'
import type { EachScenarioOptions, Output } from './each-scenario.ts'

/** As the command line gives them. */
export interface MutateCommandOptions extends EachScenarioOptions {
  /** Kinds of failures. */
  readonly only?: readonly string[]
}

/** `failover mutate`: whether scenarios would notice a system that fails otherwise than they think. */
export function addMutate(program: Command): void {
  const command = program
    .command('mutate')
    .summary('plant failures and see whether scenarios notice')
    .description(
      'plant failures in the simulated system, one at a time, and see whether scenarios fail where they assert',
    )
    .option('--only <kinds...>', 'plant these failures only, by their names in --json')
  addEachScenarioOptions(command).action(async (files: string[], options: MutateCommandOptions) => {
    await inProcess(async (output) => await mutateFiles(files, options, output))
  })
}

/**
 * Plants failures in the runs of the scenarios of some files.
 * @returns the exit code: 1 where a failure that a scenario asserts went by
 * @throws SettingsError for what the options say wrongly
 */
export async function mutateFiles(
  files: readonly string[],
  options: MutateCommandOptions,
  output: Output,
): Promise<number> {
  const only = options.only?.map(plantKind)
  const summaries: MutateSummary[] = []
  return await eachScenario(files, options, {
    output,
    look: async ({ scenario, seed, extensions }) => {
      const summary = await mutateScenario({
        scenario,
        seed,
        simulate: simulateLazily,
        more: { extensions },
        ...(only === undefined ? {} : { only }),
      })
      summaries.push(summary)
      return { verdict: mutateVerdict(summary), text: mutateText(summary), document: mutateDocument(summary) }
    },
    end: () => totalText(summaries),
  })
}

function plantKind(name: string): PlantKind {
  const kind = plantKinds.find((known) => known === name)
  if (kind !== undefined) return kind
  throw new SettingsError(`Expected --only to name planted failures, got ${name}. ${adviceFor(name, plantKinds)}`)
}
