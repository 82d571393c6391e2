// What `phases`, `mutate` and `twin` have in common: each does something with every scenario of some files, one after the other,
// tells of each as it is done, and ends with the worst exit code.

import type { Command } from 'commander'
import { scenarioExtensions } from '../extensions/scenario-extensions.ts'
import { formatProblem, ScenarioError, TestbedError } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import type { Verdict } from '../model/verdict.ts'
import type { ScenarioExtensions } from '../run/run-on-testbed.ts'
import { unmatchedMacros } from '../scenario/load-scenarios.ts'
import type { LoadedScenario } from '../scenario/loaded-scenario.ts'
import { exitCodes } from './exit-codes.ts'
import { addExtensionsOption, givenExtensions } from './extensions-option.ts'
import type { ExtensionsOption } from './extensions-option.ts'
import {
  chosenScenarios,
  loadScenarioFiles,
  numberOf,
  problemsOutput,
  seedFrom,
  seedMax,
} from './scenario-selection.ts'

/** As the command line gives them. */
export interface EachScenarioOptions extends ExtensionsOption {
  readonly json?: true
  readonly seed?: string
  readonly testNamePattern?: string
}

/** Where what is said goes to. */
export interface Output {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
}

/** What came of a scenario: text for people, an object for programs. */
export interface Told {
  readonly verdict: Verdict
  readonly text: string
  readonly document: object
}

/** A scenario that is to be looked at, with what it needs to run. */
export interface GivenScenario {
  readonly scenario: Scenario
  readonly seed: number
  readonly extensions: ScenarioExtensions
}

/** What a command does with the scenarios. */
export interface EachScenario {
  readonly look: (given: GivenScenario) => Promise<Told>
  /** The last words, for people. @default none */
  readonly end?: () => string
}

/** Adds the options that all of these commands have, and its arguments. */
export function addEachScenarioOptions(command: Command): Command {
  command
    .argument('<files...>', 'scenario files, folders of them and globs')
    .option('--json', 'print one JSON object a line, one for each scenario')
    .option('--seed <number>', 'seed of everything random, as a report names it (default: FAILOVER_SEED, or 0)')
    .option('-t, --test-name-pattern <pattern>', 'only scenarios whose id and description match')
  return addExtensionsOption(command)
}

/** Runs a command's action with the process's own streams and exit code. */
export async function inProcess(run: (output: Output) => Promise<number>): Promise<void> {
  const exitCode = await run({
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
  })
  if (exitCode !== exitCodes.pass) process.exitCode = exitCode
}

/**
 * Looks at the scenarios of some files.
 * @returns the exit code: of wrong files or a scenario that cannot be run 2, else of the worst verdict
 * @throws SettingsError for what the options say wrongly
 */
export async function eachScenario(
  files: readonly string[],
  options: EachScenarioOptions,
  { output, look, end }: EachScenario & { readonly output: Output },
): Promise<number> {
  const { json = false, testNamePattern } = options
  const { seed: seedText = '0' } = { ...seedFrom(process.env), ...options }
  const seed = numberOf('--seed', { text: seedText, min: 0, max: seedMax, isWhole: true })
  const extensions = await givenExtensions(options)
  const { loaded, problems } = await loadScenarioFiles(files, extensions.all)
  if (problems.length > 0) return refused(problemsOutput(problems, { json }), output)
  for (const warning of unmatchedMacros(loaded)) output.stderr(`warning: ${formatProblem(warning)}\n`)
  const codes: number[] = []
  for (const { scenario, skip } of onceEach(chosenScenarios(loaded, testNamePattern))) {
    const { testId } = scenario
    if (skip !== undefined) {
      output.stdout(json ? `${JSON.stringify({ scenario: testId, skip })}\n` : `${testId} was skipped: ${skip}\n\n`)
      continue
    }
    try {
      const told = await look({ scenario, seed, extensions: scenarioExtensions(scenario, extensions) })
      output.stdout(json ? `${JSON.stringify({ ...told.document, seed })}\n` : `${told.text}\n`)
      codes.push(exitCodes[told.verdict])
    } catch (error) {
      // What cannot be done with this one; the others may well be looked at.
      if (!(error instanceof TestbedError || error instanceof ScenarioError)) throw error
      output.stderr(`failover: ${testId}: ${error.message}\n`)
      codes.push(exitCodes.usage)
    }
  }
  if (!json && end !== undefined) output.stdout(end())
  return worst(codes)
}

/** A repeated scenario is looked at once, and so is one at several phases, at the first of them. */
function onceEach(scenarios: readonly LoadedScenario[]): readonly LoadedScenario[] {
  return scenarios.flatMap((loaded) => {
    const { testId } = loaded.scenario
    if (/\[(?:phase|run)=(?!1[\]/])/.test(testId)) return []
    return [{ ...loaded, scenario: { ...loaded.scenario, testId: testId.replaceAll(/\[(?:phase|run)=[^\]]*\]/g, '') } }]
  })
}

/** A failure counts most, then what could not be run, then what could not be told. */
function worst(codes: readonly number[]): number {
  const order = [exitCodes.fail, exitCodes.usage, exitCodes.inconclusive]
  if (codes.length === 0) return exitCodes.inconclusive
  return order.find((code) => codes.includes(code)) ?? exitCodes.pass
}

function refused(
  { stdout, stderr, exitCode }: { readonly stdout: string; readonly stderr: string; readonly exitCode: number },
  output: Output,
): number {
  output.stderr(stderr)
  output.stdout(stdout)
  return exitCode
}
