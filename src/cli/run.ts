import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, extname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { formatProblem } from '../model/errors.ts'
import { outcomeVariable, parseOutcome } from '../reports/run-outcome.ts'
import type { RunOutcome } from '../reports/run-outcome.ts'
import { lintFiles } from '../scenario/lint.ts'
import { scenarioPaths } from '../scenario/scenario-paths.ts'
import { exitCodes } from './exit-codes.ts'
import { addExtensionsOption, givenExtensions, type ExtensionsOption } from './extensions-option.ts'
import { findProjectConfig, findVitest, readProjectConfig } from './project-config.ts'

/** Options of `failover run`. */
interface RunOptions extends ExtensionsOption {
  readonly config?: string
  readonly testNamePattern?: string
  readonly tagsFilter?: string
  readonly shard?: string
  readonly seed?: string
  readonly testbed?: string
  readonly retryInconclusive?: string
  readonly lint: boolean
  readonly json?: true
}

/** `failover run`: lints scenario files, runs them with Vitest, and ends with the verdict's exit code. */
export function addRun(program: Command): void {
  const command = program
    .command('run')
    .summary('run scenarios and specs')
    .description('run scenarios and specs; exit code 0 pass, 1 fail, 2 usage, 3 inconclusive')
    .argument('[files...]', "scenario files, or Vitest's own filters; all of the project without any")
    .option(
      '--config <file>',
      "Vitest's configuration (default: the project's own, or the plugin alone where there is none)",
    )
    .option('-t, --test-name-pattern <pattern>', 'only tests whose name matches')
    .option('--tags-filter <expression>', 'only tests with these tags, such as "smoke and not slow"')
    .option('--shard <index/count>', 'this part of the selection, such as 2/4')
    .option('--seed <number>', 'seed of everything random, as a report names it (default: a new one)')
    .option('--testbed <kind>', 'where the datacenters live: embedded or simulated')
    .option(
      '--retry-inconclusive <times>',
      'run an inconclusive scenario again, at most so often; a failed one never is',
    )
    .option('--no-lint', 'do not lint the scenario files first')
    .option('--json', 'print the outcome as JSON, and all else on stderr')
  addExtensionsOption(command).action(async (files: string[], options: RunOptions) => {
    process.exitCode = await run(files, options)
  })
}

async function run(files: readonly string[], options: RunOptions): Promise<number> {
  const scenarios = await scenarioFilesOf(files)
  const config = configOf(options)
  if (config !== undefined && options.extensions !== undefined) {
    process.stderr.write(
      `failover: --extensions is passed over: ${relative('', config)} says which files count, by failover({ extensions }).\n`,
    )
  }
  if (options.lint && !(await isClean(scenarios, { ...options, config }))) return exitCodes.usage
  const folder = mkdtempSync(join(tmpdir(), 'failover-run-'))
  try {
    const outcomeFile = join(folder, 'outcome.json')
    const status = await runVitest({ files, scenarios, options, outcomeFile })
    const outcome = existsSync(outcomeFile) ? parseOutcome(readFileSync(outcomeFile, 'utf8')) : undefined
    const exitCode = exitCodeOf(outcome, status)
    tell({ outcome, exitCode, isJson: options.json === true })
    return exitCode
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What of the arguments are scenario files, in folders and by globs too; the rest are filters of Vitest's. */
async function scenarioFilesOf(paths: readonly string[]): Promise<readonly string[]> {
  const { files } = await scenarioPaths(paths)
  return files.filter((file) => /\.ya?ml$/.test(file) && existsSync(file))
}

/** Path of the configuration that counts; undefined where there is none. */
function configOf({ config }: RunOptions): string | undefined {
  return config === undefined ? findProjectConfig(process.cwd()) : resolve(config)
}

/** Errors stop the run; warnings are told. Where there is a configuration, its own extensions count. */
async function isClean(
  scenarios: readonly string[],
  { config, extensions }: { readonly config: string | undefined } & ExtensionsOption,
): Promise<boolean> {
  if (scenarios.length === 0) return true
  const language =
    config === undefined
      ? { extensions: (await givenExtensions(extensions === undefined ? {} : { extensions })).all }
      : await readProjectConfig(config, process.cwd())
  const { findings } = await lintFiles(scenarios, language)
  for (const finding of findings) process.stderr.write(`${finding.severity}: ${formatProblem(finding)}\n`)
  return findings.every(({ severity }) => severity !== 'error')
}

/** How the child ended: its status, or the signal that ended it. */
interface ChildStatus {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

async function runVitest(task: {
  readonly files: readonly string[]
  readonly scenarios: readonly string[]
  readonly options: RunOptions
  readonly outcomeFile: string
}): Promise<ChildStatus> {
  const { files, scenarios, options, outcomeFile } = task
  const { seed, testbed, retryInconclusive, extensions } = options
  const root = process.cwd()
  const child = spawn(process.execPath, [findVitest(root), 'run', ...files, ...vitestArguments(options, root)], {
    stdio: options.json === true ? ['ignore', process.stderr, 'inherit'] : ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      [outcomeVariable]: outcomeFile,
      ...(seed === undefined ? {} : { FAILOVER_SEED: seed }),
      ...(testbed === undefined ? {} : { FAILOVER_TESTBED: testbed }),
      ...(retryInconclusive === undefined ? {} : { FAILOVER_RETRY_INCONCLUSIVE: retryInconclusive }),
      // Read by run-config.ts only.
      ...(scenarios.length === 0
        ? {}
        : { FAILOVER_RUN_SCENARIOS: scenarios.map((file) => relative(root, resolve(file))).join('\n') }),
      ...(extensions === undefined ? {} : { FAILOVER_RUN_EXTENSIONS: extensions.join('\n') }),
    },
  })
  const forward = (signal: NodeJS.Signals): void => {
    // A terminal signals the whole group: the child has had its SIGINT then, and a second one would cut its healing short.
    if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal)
  }
  process.on('SIGINT', forward).on('SIGTERM', forward)
  try {
    return await new Promise<ChildStatus>((done, failed) => {
      child.once('error', failed)
      child.once('close', (code, signal) => done({ code, signal }))
    })
  } finally {
    process.off('SIGINT', forward).off('SIGTERM', forward)
  }
}

function vitestArguments(options: RunOptions, root: string): readonly string[] {
  const { config, testNamePattern, tagsFilter, shard } = options
  return [
    ...configArguments(config, root),
    ...(testNamePattern === undefined ? [] : ['-t', testNamePattern]),
    ...(tagsFilter === undefined ? [] : ['--tags-filter', tagsFilter]),
    ...(shard === undefined ? [] : ['--shard', shard]),
  ]
}

/** A folder without a configuration gets one that has the plugin and nothing else. */
function configArguments(config: string | undefined, root: string): readonly string[] {
  if (config !== undefined) return ['--config', config]
  if (findProjectConfig(root) !== undefined) return []
  const here = fileURLToPath(import.meta.url)
  return ['--config', join(dirname(here), '..', `run-config${extname(here)}`), '--root', root]
}

/** What shells expect of a program that a signal ended is this and the signal's number. */
const signalled = 128

function exitCodeOf(outcome: RunOutcome | undefined, { code, signal }: ChildStatus): number {
  if (signal !== null) return signal === 'SIGINT' ? 130 : 143
  if (code === 130 || code === 143) return code
  // Nothing ran that could be judged: a wrong filter, a broken configuration.
  if (outcome === undefined) return exitCodes.usage
  if (outcome.verdict === 'pass') return code === 0 ? exitCodes.pass : exitCodes.fail
  return exitCodes[outcome.verdict]
}

function tell(end: {
  readonly outcome: RunOutcome | undefined
  readonly exitCode: number
  readonly isJson: boolean
}): void {
  const { outcome, exitCode, isJson } = end
  if (isJson) process.stdout.write(`${JSON.stringify({ ...outcome, exitCode })}\n`)
  else if (exitCode >= signalled) process.stderr.write('failover: the run was interrupted.\n')
  else if (outcome === undefined) {
    process.stderr.write(
      'failover: no failover test ran: nothing matched the files and filters, or all of it was skipped.\n',
    )
  }
}
