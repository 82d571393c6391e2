import type { Command } from 'commander'
import { emptyCells, coverageMap } from '../model/coverage-map.ts'
import type { CoverageMap } from '../model/coverage-map.ts'
import { coverageRules } from '../model/coverage.ts'
import type { CoverageCell } from '../model/coverage.ts'
import { formatProblem, SettingsError } from '../model/errors.ts'
import { scenarioCoverage } from '../scenario/coverage/fault-places.ts'
import type { ScenarioCoverage } from '../scenario/coverage/fault-places.ts'
import { lintFiles } from '../scenario/lint.ts'
import { coverageText } from './coverage-text.ts'
import { exitCodes } from './exit-codes.ts'
import { addExtensionsOption, givenExtensions } from './extensions-option.ts'
import type { ExtensionsOption } from './extensions-option.ts'

/** As the command line gives them. */
export interface CoverageOptions extends ExtensionsOption {
  readonly json?: true
  readonly seed?: string
}

/** What `failover coverage` prints, and whether the files can be read. */
interface CoverageOutput {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

/** What `failover coverage --json` prints. */
export interface CoverageDocument extends CoverageMap {
  readonly schemaVersion: 1
  /** Of everything random. */
  readonly seed: number
  /** Tests that were looked at. */
  readonly tests: readonly string[]
  /** Those of them without a fault or a change of load. */
  readonly withoutFault: readonly string[]
  /** Scenarios that are skipped, which cover nothing. */
  readonly skipped: readonly string[]
  /** Faults that no cell is for. */
  readonly outside: readonly { readonly test: string; readonly step: string; readonly reason: string }[]
  /** Databases that keep snapshots, and the tests that use them. */
  readonly databases: Readonly<Record<string, readonly string[]>>
  readonly empty: readonly CoverageCell[]
  /** Why other combinations are none of the map's. */
  readonly rules: readonly { readonly id: string; readonly reason: string }[]
}

const seedMax = 4_294_967_295
/** Narrower than the table nothing gets, and wider lines nobody likes to read. */
const columnsOfText = { min: 80, max: 120 }

/** `failover coverage`: what a suite of scenarios tries, and what it leaves out. */
export function addCoverage(program: Command): void {
  const command = program
    .command('coverage')
    .summary('say what a suite of scenarios tries')
    .description('say which combinations of mode, fault, direction, phase and store scenarios try, and which none does')
    .argument('<files...>', 'scenario files, folders of them and globs')
    .option('--json', 'print the map and the empty cells as JSON')
    .option('--seed <number>', 'seed of everything random (default: FAILOVER_SEED, or 0)')
  addExtensionsOption(command).action(async (files: string[], options: CoverageOptions) => {
    const { FAILOVER_SEED: seed = '' } = process.env
    const given = seed === '' ? options : { seed, ...options }
    const { stdout, stderr, exitCode } = await coverageOutput(files, given, process.stdout.columns)
    process.stderr.write(stderr)
    process.stdout.write(stdout)
    if (exitCode !== exitCodes.pass) process.exitCode = exitCode
  })
}

/**
 * The coverage of scenario files, as text or as JSON; of files that cannot be loaded what is wrong with them.
 * @throws SettingsError for what the options say wrongly
 */
export async function coverageOutput(
  paths: readonly string[],
  options: CoverageOptions,
  columns: number = columnsOfText.min,
): Promise<CoverageOutput> {
  const seed = seedOf(options.seed ?? '0')
  const { all: extensions } = await givenExtensions(options)
  const { findings, scenarios } = await lintFiles(paths, { extensions })
  const problems = findings.filter(({ rule }) => rule === 'invalid')
  if (problems.length > 0) {
    return options.json === true
      ? { stdout: `${JSON.stringify(problems)}\n`, stderr: '', exitCode: exitCodes.usage }
      : {
          stdout: '',
          stderr: problems.map((problem) => `error: ${formatProblem(problem)}\n`).join(''),
          exitCode: exitCodes.usage,
        }
  }
  const run = scenarios.filter(({ skip }) => skip === undefined)
  const skipped = scenarios.filter(({ skip }) => skip !== undefined).map(({ scenario }) => scenario.testId)
  const covered = run.map(({ scenario }) => scenarioCoverage(scenario, { seed }))
  const document = coverageDocument(covered, { seed, skipped })
  const width = Math.min(columnsOfText.max, Math.max(columnsOfText.min, columns))
  const stdout = options.json === true ? `${JSON.stringify(document)}\n` : coverageText(document, width)
  return { stdout, stderr: '', exitCode: exitCodes.pass }
}

function coverageDocument(
  covered: readonly ScenarioCoverage[],
  of: { readonly seed: number; readonly skipped: readonly string[] },
): CoverageDocument {
  const map = coverageMap(covered)
  const databases = [...new Set(covered.flatMap((one) => one.databases))].toSorted()
  const withoutFault = covered.filter(({ places, outside }) => places.length + outside.length === 0)
  return {
    schemaVersion: 1,
    seed: of.seed,
    tests: covered.map(({ testId }) => testId),
    withoutFault: withoutFault.map(({ testId }) => testId),
    skipped: of.skipped,
    ...map,
    outside: covered.flatMap(({ testId, outside }) => outside.map((fault) => ({ test: testId, ...fault }))),
    databases: Object.fromEntries(
      databases.map((name) => [
        name,
        covered.filter((one) => one.databases.includes(name)).map(({ testId }) => testId),
      ]),
    ),
    empty: emptyCells(map),
    rules: coverageRules.map(({ id, reason }) => ({ id, reason })),
  }
}

function seedOf(text: string): number {
  const seed = Number(text)
  if (text.trim() !== '' && Number.isInteger(seed) && seed >= 0 && seed <= seedMax) return seed
  throw new SettingsError(`Expected --seed to be a whole number from 0 to ${seedMax}, got ${JSON.stringify(text)}.`)
}
