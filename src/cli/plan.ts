import type { Command } from 'commander'
import { readFile } from 'node:fs/promises'
import { timeScaleLimits } from '../model/clock.ts'
import { formatProblem, ScenarioError, SettingsError } from '../model/errors.ts'
import type { InputProblem } from '../model/errors.ts'
import type { ExtensionDescriptor } from '../model/extension.ts'
import { loadScenarioFile, repeatedTestIds, unmatchedMacros } from '../scenario/load-scenarios.ts'
import type { ScenarioFile } from '../scenario/load-scenarios.ts'
import { scenarioPaths } from '../scenario/scenario-paths.ts'
import { exitCodes } from './exit-codes.ts'
import { addExtensionsOption, givenExtensions } from './extensions-option.ts'
import type { ExtensionsOption } from './extensions-option.ts'
import { planDocument } from './plan-document.ts'
import { planText } from './plan-text.ts'

/** As the command line gives them. */
export interface PlanOptions extends ExtensionsOption {
  readonly json?: true
  readonly seed?: string
  readonly timeScale?: string
  readonly testNamePattern?: string
}

/** What `failover plan` prints, and whether the files can be run. */
export interface PlanOutput {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

const seedMax = 4_294_967_295

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
export async function planFiles(files: readonly string[], options: PlanOptions): Promise<PlanOutput> {
  const { json = false, timeScale } = options
  const settings = {
    seed: numberOf('--seed', { text: options.seed ?? '0', min: 0, max: seedMax, isWhole: true }),
    ...(timeScale === undefined
      ? {}
      : { timeScale: numberOf('--time-scale', { text: timeScale, ...timeScaleLimits }) }),
  }
  const pattern = options.testNamePattern === undefined ? undefined : patternOf(options.testNamePattern)
  const { all: extensions } = await givenExtensions(options)
  const { loaded, problems } = await loadFiles(files, extensions)
  if (problems.length > 0) {
    const errors = problems.map((problem) => ({ ...problem, rule: 'invalid', severity: 'error' }))
    const lines = problems.map((problem) => `error: ${formatProblem(problem)}\n`)
    return json
      ? { stdout: `${JSON.stringify(errors)}\n`, stderr: '', exitCode: exitCodes.usage }
      : { stdout: '', stderr: lines.join(''), exitCode: exitCodes.usage }
  }
  const document = planDocument(chosen(loaded, pattern), settings)
  const warnings = unmatchedMacros(loaded).map((warning) => `warning: ${formatProblem(warning)}\n`)
  return {
    stdout: json ? `${JSON.stringify(document)}\n` : planText(document),
    stderr: warnings.join(''),
    exitCode: exitCodes.pass,
  }
}

async function loadFiles(
  paths: readonly string[],
  extensions: readonly ExtensionDescriptor[],
): Promise<{ readonly loaded: readonly ScenarioFile[]; readonly problems: readonly InputProblem[] }> {
  const loaded: ScenarioFile[] = []
  const { files, empty } = await scenarioPaths(paths)
  const problems: InputProblem[] = empty.map((path) => ({
    message: `Expected scenario files at ${path}, got none.`,
    advice: 'Check the path.',
  }))
  for (const file of files) {
    try {
      loaded.push(loadScenarioFile({ file, text: await textOf(file), extensions }))
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error
      problems.push(...error.problems)
    }
  }
  const scenarios = loaded.flatMap((one) => one.scenarios)
  return { loaded, problems: [...problems, ...repeatedTestIds(scenarios)] }
}

function chosen(files: readonly ScenarioFile[], pattern: RegExp | undefined): ScenarioFile['scenarios'] {
  const all = files.flatMap(({ scenarios }) => scenarios)
  if (pattern === undefined) return all
  const matching = all.filter(({ scenario }) => pattern.test(`${scenario.testId} ${scenario.description}`))
  if (matching.length > 0) return matching
  const shownMax = 10
  const known = all.slice(0, shownMax).map(({ scenario }) => scenario.testId)
  const more = all.length > shownMax ? ` and ${all.length - shownMax} more` : ''
  throw new SettingsError(
    `No scenario matches --test-name-pattern ${pattern.source}. There are: ${known.join(', ')}${more}.`,
  )
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const message = `Expected ${file} to be a scenario file: it cannot be read (${code}).`
    throw new ScenarioError([{ message, advice: 'Check the path.' }], { cause: error })
  }
}

/** As for a run, except that without any seed a plan is always the same one. */
function seedFrom({ FAILOVER_SEED: seed = '' }: Readonly<Partial<Record<string, string>>>): PlanOptions {
  return seed === '' ? {} : { seed }
}

function numberOf(
  option: string,
  of: { readonly text: string; readonly min: number; readonly max: number; readonly isWhole?: boolean },
): number {
  const { text, min, max, isWhole = false } = of
  const value = Number(text)
  if (text.trim() !== '' && value >= min && value <= max && (!isWhole || Number.isInteger(value))) return value
  const what = isWhole ? 'a whole number' : 'a number'
  throw new SettingsError(`Expected ${option} to be ${what} from ${min} to ${max}, got ${JSON.stringify(text)}.`)
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, 'i')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new SettingsError(`Expected --test-name-pattern to be a regular expression: ${why}.`, { cause: error })
  }
}
