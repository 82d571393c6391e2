import type { Command } from 'commander'
import { scenarioExtensions } from '../extensions/scenario-extensions.ts'
import type { ExtensionSet } from '../extensions/extension-set.ts'
import { formatProblem, TestbedError } from '../model/errors.ts'
import type { RunReport } from '../model/run-report.ts'
import type { TimelineEvent } from '../model/timeline.ts'
import { counted, formatSeconds } from '../model/units.ts'
import { worstVerdict } from '../model/verdict.ts'
import { countVerdicts } from '../reports/run-file.ts'
import { formatRunReport } from '../reports/terminal.ts'
import { unmatchedMacros } from '../scenario/load-scenarios.ts'
import type { LoadedScenario } from '../scenario/loaded-scenario.ts'
import { simulateLazily } from './simulate-lazily.ts'
import type { Simulated } from '../simulator/simulate.ts'
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
export interface SimulateCommandOptions extends ExtensionsOption {
  readonly json?: true
  readonly seed?: string
  readonly testNamePattern?: string
}

/** Where what is said goes to. */
export interface Output {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  /** Whether colours are wanted. @default false */
  readonly color?: boolean
}

/** `failover simulate`: runs scenarios in virtual time, in this process. */
export function addSimulate(program: Command): void {
  const command = program
    .command('simulate')
    .summary('run scenarios in virtual time')
    .description('run scenarios in virtual time; exit code 0 pass, 1 fail, 2 usage, 3 inconclusive')
    .argument('<files...>', 'scenario files, folders of them and globs')
    .option('--json', 'print one JSON object a line: each event, then the outcome of each scenario')
    .option('--seed <number>', 'seed of everything random, as a report names it (default: FAILOVER_SEED, or 0)')
    .option('-t, --test-name-pattern <pattern>', 'only scenarios whose id and description match')
  addExtensionsOption(command).action(async (files: string[], options: SimulateCommandOptions) => {
    const exitCode = await simulateFiles(
      files,
      { ...seedFrom(process.env), ...options },
      {
        stdout: (text) => process.stdout.write(text),
        stderr: (text) => process.stderr.write(text),
        color: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
      },
    )
    if (exitCode !== exitCodes.pass) process.exitCode = exitCode
  })
}

/**
 * Simulates the scenarios of some files, one after the other, each told when it is done.
 * @returns the exit code
 * @throws SettingsError for what the options say wrongly
 */
export async function simulateFiles(
  files: readonly string[],
  options: SimulateCommandOptions,
  output: Output,
): Promise<number> {
  const { json = false, testNamePattern } = options
  const seed = numberOf('--seed', { text: options.seed ?? '0', min: 0, max: seedMax, isWhole: true })
  const extensions = await givenExtensions(options)
  const { loaded, problems } = await loadScenarioFiles(files, extensions.all)
  if (problems.length > 0) {
    const { stdout, stderr, exitCode } = problemsOutput(problems, { json })
    output.stderr(stderr)
    output.stdout(stdout)
    return exitCode
  }
  const chosen = chosenScenarios(loaded, testNamePattern)
  for (const warning of unmatchedMacros(loaded)) output.stderr(`warning: ${formatProblem(warning)}\n`)
  const tell = json ? jsonTeller(output) : textTeller(output)
  const summary = new Summary()
  for (const one of chosen) await simulateOne(one, { seed, extensions, tell, summary, output })
  if (!json) output.stdout(summary.text())
  return summary.exitCode()
}

/** How what comes of scenarios is told. */
interface Teller {
  readonly simulated: (simulated: Simulated) => void
  readonly skipped: (about: { readonly testId: string; readonly why: string }) => void
}

async function simulateOne(
  { scenario, skip }: LoadedScenario,
  on: {
    readonly seed: number
    readonly extensions: ExtensionSet
    readonly tell: Teller
    readonly summary: Summary
    readonly output: Output
  },
): Promise<void> {
  const { seed, extensions, tell, summary, output } = on
  const { testId } = scenario
  if (skip !== undefined) {
    tell.skipped({ testId, why: skip })
    return
  }
  const beganMs = performance.now()
  try {
    const simulated = await simulateLazily({ scenario, seed, extensions: scenarioExtensions(scenario, extensions) })
    summary.add(simulated, performance.now() - beganMs)
    tell.simulated(simulated)
  } catch (error) {
    // What the testbed cannot do; the other scenarios may well be run.
    if (!(error instanceof TestbedError)) throw error
    if (scenario.opts.bestEffort === true) {
      tell.skipped({ testId, why: error.message })
      return
    }
    summary.refuse()
    output.stderr(`failover: ${error.message}\n`)
  }
}

function jsonTeller({ stdout }: Output): Teller {
  const print = (line: object): void => stdout(`${JSON.stringify(line)}\n`)
  return {
    simulated: ({ report, timeline }) => {
      const { testId: scenario } = report
      stdout(timeline.events.map((event) => `${JSON.stringify(eventLine(scenario, event))}\n`).join(''))
      print(outcomeLine(report))
    },
    skipped: ({ testId: scenario, why: skip }) => print({ scenario, skip }),
  }
}

/** Who, when and what first: most lines are read by people all the same. */
function eventLine(scenario: string, { t, dc, event, ...rest }: TimelineEvent): object {
  return { scenario, t, ...(dc === undefined ? {} : { dc }), event, ...rest }
}

function outcomeLine({ testId: scenario, verdict, reason, takeovers, rto, loss, seed, checks }: RunReport): object {
  const missed = checks.filter((check) => check.verdict !== 'pass')
  return { scenario, verdict, takeovers, rto, loss, seed, ...(verdict === 'pass' ? {} : { reason, missed }) }
}

function textTeller({ stdout, color = false }: Output): Teller {
  return {
    simulated: ({ report }) => stdout(`${formatRunReport(report, { color })}\n\n`),
    skipped: ({ testId, why }) => stdout(` ${testId} was skipped: ${why}\n\n`),
  }
}

/** All scenarios of a command together. */
class Summary {
  readonly #reports: RunReport[] = []
  #systemSeconds = 0
  #realMs = 0
  #hasRefused = false

  add({ report, timeline }: Simulated, realMs: number): void {
    this.#reports.push(report)
    this.#systemSeconds += Math.max(0, timeline.events.at(-1)?.t ?? 0)
    this.#realMs += realMs
  }

  /** A scenario that the simulated testbed cannot run. */
  refuse(): void {
    this.#hasRefused = true
  }

  exitCode(): number {
    if (this.#hasRefused) return exitCodes.usage
    return exitCodes[worstVerdict(this.#reports.map(({ verdict }) => verdict))]
  }

  text(): string {
    const count = this.#reports.length
    if (count === 0) return 'Nothing was simulated.\n'
    const speedUp = Math.round((this.#systemSeconds * 1000) / this.#realMs)
    const seeds = [...new Set(this.#reports.map(({ seed }) => seed))].join(', ')
    const time = `${formatSeconds(this.#systemSeconds)} of system time in ${formatSeconds(this.#realMs / 1000)}`
    return `${counted(count, 'scenario')}: ${countVerdicts(this.#reports)}. ${time} (${speedUp} times as fast), seed ${seeds}.\n`
  }
}
