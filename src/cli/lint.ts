import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { formatProblem, SettingsError } from '../model/errors.ts'
import { counted } from '../model/units.ts'
import type { TestbedKind } from '../model/testbed.ts'
import { lintFiles } from '../scenario/lint.ts'
import type { LintResult } from '../scenario/lint.ts'
import type { LintFinding } from '../scenario/lint/finding.ts'
import { lintRules } from '../scenario/lint/rules.ts'
import { testbedFit, testbedText } from '../scenario/lint/testbeds.ts'
import { adviceFor } from '../support/suggest.ts'
import { embeddedCapabilities } from '../model/testbed-capabilities.ts'
import { exitCodes } from './exit-codes.ts'
import { addExtensionsOption, givenExtensions } from './extensions-option.ts'
import type { ExtensionsOption } from './extensions-option.ts'

interface LintCommandOptions extends ExtensionsOption {
  readonly json?: true
  readonly rule?: readonly string[]
  readonly maxWarnings?: number
  readonly testbeds?: true
}

/** What `failover lint` prints, and its exit code. */
interface LintOutcome {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

/** `failover lint`: checks scenario files without running them. */
export function addLint(program: Command): void {
  const command = program
    .command('lint')
    .summary('check scenario files')
    .description('check scenario files; exit code 2 when there is an error')
    .argument('<files...>', 'scenario files, folders of them, or globs such as "scenarios/**"')
    .option('--json', 'print the findings, and where each scenario can run, as JSON')
    .option('--rule <id...>', 'only the findings of these rules; `failover explain --rules` lists them')
    .option('--max-warnings <count>', 'exit code 2 also with more warnings than these', wholeNumber)
    .option('--testbeds', 'also say on which testbeds each scenario can run')
  addExtensionsOption(command).action(async (files: string[], options: LintCommandOptions) => {
    const { stdout, stderr, exitCode } = await lintOutcome(files, options)
    process.stderr.write(stderr)
    process.stdout.write(stdout)
    process.exitCode = exitCode
  })
}

/**
 * Checks the files.
 * @throws SettingsError for a rule that is none, or a file of extensions that cannot be loaded
 */
export async function lintOutcome(paths: readonly string[], options: LintCommandOptions): Promise<LintOutcome> {
  refuseUnknownRules(options.rule ?? [])
  const { all: extensions } = await givenExtensions(options)
  const result = await lintFiles(paths, { extensions })
  const findings =
    options.rule === undefined ? result.findings : result.findings.filter(({ rule }) => options.rule?.includes(rule))
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const warnings = findings.length - errors
  const isFailed = errors > 0 || warnings > (options.maxWarnings ?? Number.POSITIVE_INFINITY)
  const exitCode = isFailed ? exitCodes.usage : exitCodes.pass
  if (options.json === true) {
    const report = { findings, errors, warnings, files: result.files.length, scenarios: fits(result) }
    return { stdout: `${JSON.stringify(report)}\n`, stderr: '', exitCode }
  }
  const summary = `${counted(result.files.length, 'file')}, ${counted(result.scenarios.length, 'scenario')}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}.\n`
  const testbeds = options.testbeds === true ? fits(result).map(fitLine).join('') : ''
  return { stdout: `${testbeds}${summary}`, stderr: findings.map(findingLine).join(''), exitCode }
}

function findingLine(finding: LintFinding): string {
  return `${finding.severity} ${finding.rule}: ${formatProblem(finding)}\n`
}

/** Where one scenario can run. */
interface ScenarioFit {
  readonly testId: string
  readonly file: string
  readonly runsOn: readonly TestbedKind[]
  readonly notOn: Readonly<Partial<Record<TestbedKind, readonly string[]>>>
}

function fits({ scenarios }: LintResult): readonly ScenarioFit[] {
  return scenarios.map(({ scenario, positions }) => ({
    testId: scenario.testId,
    file: positions.testId.file,
    ...testbedFit(scenario, embeddedCapabilities),
  }))
}

function fitLine({ testId, runsOn, notOn }: ScenarioFit): string {
  return `${testId}: ${testbedText({ runsOn, notOn })}\n`
}

function refuseUnknownRules(rules: readonly string[]): void {
  const ids = lintRules.map(({ id }) => id)
  const unknown = rules.find((rule) => !ids.includes(rule))
  if (unknown === undefined) return
  const advice = adviceFor(unknown, ids)
  throw new SettingsError(`Expected --rule to be a rule of lint, got ${unknown}. ${advice}`)
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 0 up.')
  return Number(text)
}
