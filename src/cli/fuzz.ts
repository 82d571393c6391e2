import { randomInt } from 'node:crypto'
import type { Command } from 'commander'
import { SettingsError } from '../model/errors.ts'
import { counted } from '../model/units.ts'
import type { FindingPlace, FuzzFile } from '../simulator/fuzz/fuzz-file.ts'
import type { FuzzFinding, FuzzOptions, FuzzProgress, FuzzResult } from '../simulator/fuzz/run-fuzz.ts'
import { exitCodes } from './exit-codes.ts'
import { numberOf, seedFrom, seedMax } from './scenario-selection.ts'

/** As the command line gives them. */
export interface FuzzCommandOptions {
  readonly runs?: string
  readonly seed?: string
  readonly minutes?: string
  readonly out?: string
  readonly maxFindings?: string
  readonly json?: true
}

/** Where what is said goes to, and who may end it. */
export interface FuzzOutput {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  /** Whether a line can be written over. */
  readonly isTerminal: boolean
  readonly signal: AbortSignal
}

const runsMax = 10_000_000
const minutesMax = 24 * 60
/** As a shell tells of what Ctrl-C ended. */
const interrupted = 130
const defaults = { runs: '1000', minutes: '20', out: 'failover-results/fuzz' }

/** `failover fuzz`: schedules that nobody thought of, simulated, and shrunk where an invariant does not hold. */
export function addFuzz(program: Command): void {
  program
    .command('fuzz')
    .summary('simulate drawn schedules and shrink what fails')
    .description(
      'draw schedules of faults, settings, modes and stores, simulate them, judge them by the invariants of the toolkit, and shrink what fails to a scenario file; exit code 0 nothing found, 1 found, 2 usage, 3 no run could be judged, 130 ended by Ctrl-C with nothing found',
    )
    .option('--runs <count>', `how many runs (default: ${defaults.runs})`)
    .option('--seed <number>', 'seed of all runs, which gives them again (default: FAILOVER_SEED, or a random one)')
    .option('--minutes <number>', `simulated minutes that a run takes at most (default: ${defaults.minutes})`)
    .option('--out <directory>', `where scenario files of findings go (default: ${defaults.out})`)
    .option('--max-findings <count>', 'end after so many findings, each of another invariant (default: all)')
    .option('--json', 'print one JSON object a line: each finding, then what the runs came to')
    .action(async (options: FuzzCommandOptions) => {
      const ends = new AbortController()
      // A second Ctrl-C ends the process as it always does.
      process.once('SIGINT', () => ends.abort())
      const exitCode = await fuzzOutput(
        { ...seedFrom(process.env), ...options },
        {
          stdout: (text) => process.stdout.write(text),
          stderr: (text) => process.stderr.write(text),
          isTerminal: process.stderr.isTTY,
          signal: ends.signal,
        },
      )
      if (exitCode !== exitCodes.pass) process.exitCode = exitCode
    })
}

/**
 * Fuzzes, and tells of it. `judge` is for tests of what is told.
 * @returns the exit code
 * @throws SettingsError for what the options say wrongly
 */
export async function fuzzOutput(
  options: FuzzCommandOptions,
  output: FuzzOutput,
  { judge }: Pick<FuzzOptions, 'judge'> = {},
): Promise<number> {
  const { runs, minutes, seed, findingsMax } = limitsOf(options)
  const { json = false, out = defaults.out } = options
  const command = commandOf(options, { runs, minutes, seed, findingsMax })
  await refuseUnwritable(out)
  if (!json) output.stdout(`Seed ${seed}: ${counted(runs, 'run')} of at most ${minutes} simulated minutes.\n`)
  const progress = new ProgressLine(output, { runs, isSilent: json })
  // Most commands start without the simulator and fast-check.
  const { runFuzz } = await import('../simulator/fuzz/run-fuzz.ts')
  const result = await runFuzz({
    runs,
    seed,
    minutes,
    findingsMax,
    signal: output.signal,
    onProgress: (come) => progress.show(come),
    ...(judge === undefined ? {} : { judge }),
  })
  progress.clear()
  for (const finding of result.found)
    await tellFinding(finding, { place: { directory: out, seed, command }, json, output })
  output.stdout(json ? `${JSON.stringify(resultDocument(result))}\n` : resultText(result, command))
  return exitCodeOf(result, output.signal)
}

interface Limits {
  readonly runs: number
  readonly minutes: number
  readonly seed: number
  readonly findingsMax: number
}

function limitsOf(options: FuzzCommandOptions): Limits {
  const runs = numberOf('--runs', { text: options.runs ?? defaults.runs, min: 1, max: runsMax, isWhole: true })
  const minutes = numberOf('--minutes', { text: options.minutes ?? defaults.minutes, min: 1, max: minutesMax })
  const seed =
    options.seed === undefined
      ? randomInt(seedMax + 1)
      : numberOf('--seed', { text: options.seed, min: 0, max: seedMax, isWhole: true })
  const findingsMax =
    options.maxFindings === undefined
      ? Infinity
      : numberOf('--max-findings', { text: options.maxFindings, min: 1, max: runsMax, isWhole: true })
  return { runs, minutes, seed, findingsMax }
}

/** What gives the same runs again: the seed, and what was given that changes them. */
function commandOf(given: FuzzCommandOptions, { runs, minutes, seed, findingsMax }: Limits): string {
  return [
    `failover fuzz --seed ${seed}`,
    ...(given.runs === undefined ? [] : [`--runs ${runs}`]),
    ...(given.minutes === undefined ? [] : [`--minutes ${minutes}`]),
    ...(given.maxFindings === undefined ? [] : [`--max-findings ${findingsMax}`]),
  ].join(' ')
}

/** Before the runs: what they find would otherwise have nowhere to go. */
async function refuseUnwritable(out: string): Promise<void> {
  const { prepareFolder } = await import('../simulator/fuzz/fuzz-file.ts')
  try {
    await prepareFolder(out)
  } catch (error) {
    if (!isOfFileSystem(error)) throw error
    throw new SettingsError(
      `Expected --out to be a folder that files can be written to, got ${JSON.stringify(out)} (${reasonOf(error)}). Name another one.`,
      { cause: error },
    )
  }
}

function isOfFileSystem(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}

/** Such as `ENOSPC: no space left on device`; what follows the comma is the call. */
function reasonOf({ message }: Error): string {
  return message.split(',', 1)[0] ?? message
}

/** A finding that has no file is one all the same. */
async function tellFinding(
  finding: FuzzFinding,
  on: { readonly place: FindingPlace; readonly json: boolean; readonly output: FuzzOutput },
): Promise<void> {
  const { place, json, output } = on
  const { findingPath, writeFinding } = await import('../simulator/fuzz/fuzz-file.ts')
  if (!json) output.stdout(findingText(finding))
  let file: FuzzFile | { readonly notWritten: string }
  try {
    file = await writeFinding(finding, place)
    if (!json) output.stdout(fileText(file))
  } catch (error) {
    if (!isOfFileSystem(error)) throw error
    file = { notWritten: reasonOf(error) }
    output.stderr(
      `failover: The scenario file ${findingPath(finding, place)} cannot be written (${file.notWritten}). The same finding again: ${place.command} --out ANOTHER_FOLDER\n`,
    )
  }
  if (json) output.stdout(`${JSON.stringify(findingDocument(finding, file))}\n`)
}

function exitCodeOf({ found, runs, inconclusive, isCutShort }: FuzzResult, { aborted }: AbortSignal): number {
  if (found.length > 0) return exitCodes.fail
  if (aborted && isCutShort) return interrupted
  return runs === inconclusive ? exitCodes.inconclusive : exitCodes.pass
}

function findingDocument({ drawn, smallest, ...finding }: FuzzFinding, file: object): object {
  return { ...finding, faultsDrawn: drawn.faults.length, faults: smallest.faults.length, ...file }
}

function findingText({ run, invariant, smallestMessage, drawn, smallest, shrinkTries }: FuzzFinding): string {
  const [before, after] = [drawn, smallest].map(({ faults }) => counted(faults.length, 'fault'))
  return [
    `\nRun ${run}: ${invariant} does not hold.`,
    `  ${smallestMessage}`,
    `  ${before} drawn, shrunk to ${after} in ${counted(shrinkTries, 'try').replace('trys', 'tries')}.\n`,
  ].join('\n')
}

function fileText({ path, isProven, instead = 'it passes' }: FuzzFile): string {
  const proof = isProven
    ? 'read again and simulated, it fails for the same reason'
    : `read again and simulated, it does not fail for that reason: ${instead}`
  return `  ${path}: ${proof}.\n`
}

function resultText(
  { runs, elapsedMs, cells, found, findings, inconclusive, isCutShort }: FuzzResult,
  command: string,
): string {
  const rate = Math.round((1000 * runs) / Math.max(1, elapsedMs))
  const held = runs - findings - inconclusive
  const open = inconclusive === 0 ? '' : `, ${inconclusive} could not be judged`
  const ended = isCutShort ? ' It was ended before all runs were made.' : ''
  return `\n${counted(runs, 'run')} (${rate} a second), ${cells.covered} of ${cells.possible} cells of the coverage map: ${held} held, ${findings} did not${open}.${ended}\n${counted(found.length, 'finding')}. The same runs again: ${command}\n`
}

function resultDocument({ found, elapsedMs, runs, ...result }: FuzzResult): object {
  const runsPerSecond = Number(((1000 * runs) / Math.max(1, elapsedMs)).toFixed(1))
  return {
    ...result,
    runs,
    distinctFindings: found.length,
    seconds: Number((elapsedMs / 1000).toFixed(1)),
    runsPerSecond,
  }
}

/** Real milliseconds between two lines: one that is written over may change often. */
const betweenLinesMs = { terminal: 200, log: 10_000 }

/** How far it has come, in one line. */
class ProgressLine {
  readonly #output: FuzzOutput
  readonly #runs: number
  readonly #isSilent: boolean
  #shownAt = 0
  #isShown = false

  constructor(output: FuzzOutput, { runs, isSilent }: { readonly runs: number; readonly isSilent: boolean }) {
    this.#output = output
    this.#runs = runs
    this.#isSilent = isSilent
  }

  show({ runs, findings, cells, elapsedMs }: FuzzProgress): void {
    const { isTerminal, stderr } = this.#output
    if (this.#isSilent || elapsedMs - this.#shownAt < (isTerminal ? betweenLinesMs.terminal : betweenLinesMs.log))
      return
    this.#shownAt = elapsedMs
    const rate = Math.round((1000 * runs) / Math.max(1, elapsedMs))
    const line = `${runs} of ${this.#runs} runs, ${rate} a second, ${cells.covered} of ${cells.possible} cells, ${counted(findings, 'failure')}`
    stderr(isTerminal ? `\r${line}\x1b[K` : `${line}\n`)
    this.#isShown = isTerminal
  }

  clear(): void {
    if (this.#isShown) this.#output.stderr('\r\x1b[K')
  }
}
