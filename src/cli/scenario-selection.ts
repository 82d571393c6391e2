import { readFile } from 'node:fs/promises'
import { formatProblem, ScenarioError, SettingsError } from '../model/errors.ts'
import type { InputProblem } from '../model/errors.ts'
import type { ExtensionDescriptor } from '../model/extension.ts'
import { loadScenarioFile, repeatedTestIds } from '../scenario/load-scenarios.ts'
import type { ScenarioFile } from '../scenario/load-scenarios.ts'
import { scenarioPaths } from '../scenario/scenario-paths.ts'
import { exitCodes } from './exit-codes.ts'

/** What a command prints, and its exit code. */
export interface CommandOutput {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

/** Largest seed of everything random. */
export const seedMax = 4_294_967_295

/** Scenario files, folders and globs as they are loaded; `problems` holds everything that is wrong with them. */
export async function loadScenarioFiles(
  paths: readonly string[],
  extensions: readonly ExtensionDescriptor[],
): Promise<{ readonly loaded: readonly ScenarioFile[]; readonly problems: readonly InputProblem[] }> {
  const loaded: ScenarioFile[] = []
  const { files, empty } = await scenarioPaths(paths)
  const problems: InputProblem[] = empty.map((path) => ({
    message: `Expected scenario files at ${path}, got none.`,
    advice: 'Check the path; folders below node_modules are not searched, but single files there are read.',
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

/** What is said of files that cannot be loaded, as `failover lint` says it. */
export function problemsOutput(problems: readonly InputProblem[], { json }: { readonly json: boolean }): CommandOutput {
  const errors = problems.map((problem) => ({ ...problem, rule: 'invalid', severity: 'error' }))
  const lines = problems.map((problem) => `error: ${formatProblem(problem)}\n`)
  return json
    ? { stdout: `${JSON.stringify(errors)}\n`, stderr: '', exitCode: exitCodes.usage }
    : { stdout: '', stderr: lines.join(''), exitCode: exitCodes.usage }
}

/**
 * The scenarios whose id and description match `--test-name-pattern`; all without one.
 * @throws SettingsError when there is none, or the pattern is no regular expression
 */
export function chosenScenarios(
  files: readonly ScenarioFile[],
  testNamePattern: string | undefined,
): ScenarioFile['scenarios'] {
  const all = files.flatMap(({ scenarios }) => scenarios)
  if (testNamePattern === undefined) return all
  const pattern = patternOf(testNamePattern)
  const matching = all.filter(({ scenario }) => pattern.test(`${scenario.testId} ${scenario.description}`))
  if (matching.length > 0) return matching
  const shownMax = 10
  const known = all.slice(0, shownMax).map(({ scenario }) => scenario.testId)
  const more = all.length > shownMax ? ` and ${all.length - shownMax} more` : ''
  throw new SettingsError(
    `No scenario matches --test-name-pattern ${pattern.source}. There are: ${known.join(', ')}${more}.`,
  )
}

/** As for a run, except that without any seed it is always the same one. */
export function seedFrom({ FAILOVER_SEED: seed = '' }: Readonly<Partial<Record<string, string>>>): {
  readonly seed?: string
} {
  return seed === '' ? {} : { seed }
}

/** The value of an option that is a number. @throws SettingsError for anything else */
export function numberOf(
  option: string,
  of: { readonly text: string; readonly min: number; readonly max: number; readonly isWhole?: boolean },
): number {
  const { text, min, max, isWhole = false } = of
  const value = Number(text)
  if (text.trim() !== '' && value >= min && value <= max && (!isWhole || Number.isInteger(value))) return value
  const what = isWhole ? 'a whole number' : 'a number'
  throw new SettingsError(`Expected ${option} to be ${what} from ${min} to ${max}, got ${JSON.stringify(text)}.`)
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

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, 'i')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new SettingsError(`Expected --test-name-pattern to be a regular expression: ${why}.`, { cause: error })
  }
}
