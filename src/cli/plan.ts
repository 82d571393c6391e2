import type { Command } from 'commander'
import { timeScaleLimits } from '../model/clock.ts'
import { formatProblem } from '../model/errors.ts'
import { unmatchedMacros } from '../scenario/load-scenarios.ts'
import { exitCodes } from './exit-codes.ts'
import { addExtensionsOption, givenExtensions } from './extensions-option.ts'
import type { ExtensionsOption } from './extensions-option.ts'
import { planDocument } from './plan-document.ts'
import { planText } from './plan-text.ts'
import {
  chosenScenarios,
  loadScenarioFiles,
  numberOf,
  problemsOutput,
  seedFrom,
  seedMax,
} from './scenario-selection.ts'
import type { CommandOutput } from './scenario-selection.ts'

/** As the command line gives them. */
export interface PlanOptions extends ExtensionsOption {
  readonly json?: true
  readonly seed?: string
  readonly timeScale?: string
  readonly testNamePattern?: string
}

/** `failover plan`: what scenarios would do, and how long it would take, without running anything. */
export function addPlan(program: Command): void {
  const command = program
    .command('plan')
    .summary('say what scenarios will do')
    .description('say what scenarios do, step by step, and how long they take, without running anything')
    .argument('<files...>', 'scenario files, folders of them and globs')
    .option('--json', 'print the plans and forecasts as JSON')
    .option('--seed <number>', 'seed of everything random, as a report names it (default: FAILOVER_SEED, or 0)')
    .option('--time-scale <number>', 'system seconds per real second where a scenario does not say (default: 60)')
    .option('-t, --test-name-pattern <pattern>', 'only scenarios whose id and description match')
  addExtensionsOption(command).action(async (files: string[], options: PlanOptions) => {
    const { stdout, stderr, exitCode } = await planFiles(files, { ...seedFrom(process.env), ...options })
    process.stderr.write(stderr)
    process.stdout.write(stdout)
    if (exitCode !== exitCodes.pass) process.exitCode = exitCode
  })
}

/**
 * The plans of scenario files, as text or as JSON; of files that cannot be loaded what is wrong with them, as `failover lint` says it.
 * @throws SettingsError for what the options say wrongly
 */
export async function planFiles(files: readonly string[], options: PlanOptions): Promise<CommandOutput> {
  const { json = false, timeScale, testNamePattern } = options
  const settings = {
    seed: numberOf('--seed', { text: options.seed ?? '0', min: 0, max: seedMax, isWhole: true }),
    ...(timeScale === undefined
      ? {}
      : { timeScale: numberOf('--time-scale', { text: timeScale, ...timeScaleLimits }) }),
  }
  const { all: extensions } = await givenExtensions(options)
  const { loaded, problems } = await loadScenarioFiles(files, extensions)
  if (problems.length > 0) return problemsOutput(problems, { json })
  const document = planDocument(chosenScenarios(loaded, testNamePattern), settings)
  const warnings = unmatchedMacros(loaded).map((warning) => `warning: ${formatProblem(warning)}\n`)
  return {
    stdout: json ? `${JSON.stringify(document)}\n` : planText(document),
    stderr: warnings.join(''),
    exitCode: exitCodes.pass,
  }
}
