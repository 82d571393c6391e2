import type { Command } from 'commander'
import { defaultPlaces, runPhases } from '../simulator/phases/run-phases.ts'
import { phaseDocument, phaseText, phaseVerdict } from '../simulator/phases/phase-text.ts'
import { placesMax } from '../simulator/phases/places.ts'
import { simulateLazily } from './simulate-lazily.ts'
import { addEachScenarioOptions, eachScenario, inProcess } from './each-scenario.ts'
import type { EachScenarioOptions, Output } from './each-scenario.ts'
import { numberOf } from './scenario-selection.ts'

/** As the command line gives them. */
export interface PhasesOptions extends EachScenarioOptions {
  /** How many places. */
  readonly phases?: string
}

/** `failover phases`: the fault all around the heartbeat and the snapshot cycle, in virtual time. */
export function addPhases(program: Command): void {
  const command = program
    .command('phases')
    .summary('place a fault around the heartbeat and snapshot cycles')
    .description('simulate scenarios with their fault at many places of the heartbeat and snapshot cycles')
    .option('--phases <count>', `how many places (default: ${defaultPlaces})`)
  addEachScenarioOptions(command).action(async (files: string[], options: PhasesOptions) => {
    await inProcess(async (output) => await phasesOfFiles(files, options, output))
  })
}

/**
 * Simulates every scenario at its places.
 * @returns the exit code: 1 where a run failed or lies outside of the prediction
 * @throws SettingsError for what the options say wrongly
 */
export async function phasesOfFiles(files: readonly string[], options: PhasesOptions, output: Output): Promise<number> {
  const count = numberOf('--phases', {
    text: options.phases ?? String(defaultPlaces),
    min: 1,
    max: placesMax,
    isWhole: true,
  })
  return await eachScenario(files, options, {
    output,
    look: async ({ scenario, seed, extensions }) => {
      const summary = await runPhases({ scenario, count, seed, simulate: simulateLazily, more: { extensions } })
      return { verdict: phaseVerdict(summary), text: phaseText(summary), document: phaseDocument(summary) }
    },
  })
}
