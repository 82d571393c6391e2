import type { Command } from 'commander'
import { evaluateTimeline } from '../checks/evaluate.ts'
import type { CustomChecks } from '../checks/judge-check.ts'
import type { ExtensionSet } from '../extensions/extension-set.ts'
import type { AskedCheck } from '../model/check.ts'
import { SettingsError } from '../model/errors.ts'
import type { RunReport } from '../model/run-report.ts'
import { worstVerdict } from '../model/verdict.ts'
import type { CheckResult } from '../model/verdict.ts'
import { countVerdicts } from '../reports/run-file.ts'
import { formatRunReport } from '../reports/terminal.ts'
import type { AskedOfTimeline } from '../reports/timeline-ndjson.ts'
import { parseChecks } from './asked-checks.ts'
import { exitCodes } from './exit-codes.ts'
import { addExtensionsOption, givenExtensions, type ExtensionsOption } from './extensions-option.ts'
import { findRun, readSavedTests, type SavedTest } from './saved-run.ts'

interface AnalyzeOptions extends ExtensionsOption {
  readonly check?: readonly string[]
  readonly results: string
  readonly color?: boolean
  readonly json?: true
}

/** What `failover analyze` prints, and its exit code. */
export interface AnalyzeOutcome {
  readonly stdout: string
  readonly exitCode: number
}

/** `failover analyze`: judges the timelines of a saved run again. */
export function addAnalyze(program: Command): void {
  const command = program
    .command('analyze')
    .summary('judge a saved run again')
    .description('judge a saved run again; exit code 0 pass, 1 fail, 2 usage, 3 inconclusive')
    .argument('<run>', "folder of a run's results, its run.json, its id, or latest")
    .argument('[test-ids...]', 'only these tests of it')
    .option('--check <yaml...>', "other checks than the scenario's own, such as 'loss: { at_most: 10 s }'")
    .option('--results <folder>', 'the folder of all results', 'failover-results')
    .option('--json', 'print the reports as JSON')
  addExtensionsOption(command).action(async (run: string, testIds: string[], options: AnalyzeOptions) => {
    const color = process.stdout.isTTY
    const { stdout, exitCode } = await analyze({ run, testIds }, { ...options, color })
    process.stdout.write(stdout)
    process.exitCode = exitCode
  })
}

/**
 * Judges what a run left behind; nothing of it is changed.
 * @throws SettingsError or ScenarioError when the run cannot be read, or the checks cannot
 */
export async function analyze(
  which: { readonly run: string; readonly testIds: readonly string[] },
  options: AnalyzeOptions,
): Promise<AnalyzeOutcome> {
  const { check, results, color = false, json } = options
  const extensions = await givenExtensions(options)
  const checks = check === undefined ? undefined : parseChecks(check, extensions.all)
  const folder = await findRun(which.run, results)
  const tests = await readSavedTests(folder, which.testIds)
  const custom = customChecks(extensions)
  const judgeable = checks === undefined ? withChecks(tests, which.testIds) : tests
  const reports = judgeable.map((test) => judged(test, { checks, custom }))
  const verdict = worstVerdict(reports.map((report) => report.verdict))
  const exitCode = exitCodes[verdict]
  if (json === true) return { stdout: `${JSON.stringify({ verdict, run: folder, scenarios: reports })}\n`, exitCode }
  const texts = reports.map((report) => formatRunReport(report, { color, resultsPath: folder }))
  return { stdout: `${[...texts, countVerdicts(reports)].join('\n\n')}\n`, exitCode }
}

function customChecks(extensions: ExtensionSet): CustomChecks {
  return new Map([...extensions.behaviours('check')].map(([name, { judge }]) => [name, judge]))
}

function judged(
  { timeline, asked, report, figures, kept }: SavedTest,
  by: { readonly checks: readonly AskedCheck[] | undefined; readonly custom: CustomChecks },
): RunReport {
  const question = by.checks === undefined ? askedOf(report.testId, asked) : { checks: by.checks, objectives: {} }
  const { mode, timeScale, resolutionSeconds, seed } = timeline
  const evaluation = evaluateTimeline({ timeline, custom: by.custom, ...question })
  const judgement = { ...report, mode, timeScale, resolutionSeconds, seed, figures, ...evaluation }
  // Other checks are asked about the system; by its own ones the whole run is judged, its clean-up included.
  return by.checks === undefined ? withKept(judgement, kept) : judgement
}

function withKept(report: RunReport, kept: readonly CheckResult[]): RunReport {
  const verdict = worstVerdict([...kept.map((result) => result.verdict), report.verdict])
  const deciding = verdict === report.verdict ? undefined : kept.find((result) => result.verdict === verdict)
  const reason = deciding === undefined ? report.reason : `${deciding.check}: ${deciding.message}`
  return { ...report, verdict, reason, checks: [...kept, ...report.checks] }
}

/**
 * The tests that can be judged by their own checks. A spec that asserts by itself leaves none behind: in a whole run it is passed over.
 * @throws SettingsError when it is asked for by name, or when no test is left
 */
function withChecks(tests: readonly SavedTest[], named: readonly string[]): readonly SavedTest[] {
  const found = tests.filter(({ asked }) => asked !== undefined)
  return named.length > 0 || found.length === 0 ? tests : found
}

function askedOf(testId: string, asked: AskedOfTimeline | undefined): AskedOfTimeline {
  if (asked !== undefined) return asked
  throw new SettingsError(
    `The timeline of ${testId} was saved without checks: name some, such as --check 'loss: { at_most: 10 s }'.`,
  )
}
