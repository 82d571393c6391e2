import type { Command } from 'commander'
import { SettingsError } from '../model/errors.ts'
import { parseDuration, parseShare } from '../model/units.ts'
import type { ParsedQuantity } from '../model/units.ts'
import { tune } from '../toolkit/oracle.ts'
import type { Tuning, TuningGoal } from '../toolkit/oracle.ts'
import { exitCodes } from './exit-codes.ts'
import { quirksFrom } from './profile-option.ts'
import { tuneText } from './tune-text.ts'

/** As the command line gives them. */
export interface TuneOptions {
  readonly rto: string
  readonly rpo: string
  readonly loss: string
  readonly jitter: string
  readonly delay: string
  readonly machines: string
  readonly replay: string
  readonly store: string
  readonly limit: string
  readonly profile: string
  readonly quirk?: readonly string[]
  readonly json?: true
}

/** What `failover tune` prints; exit code 1 when nothing meets the objectives. */
interface TuneOutput {
  readonly stdout: string
  readonly exitCode: number
}

/** What `failover tune --json` prints. */
export type TuneDocument = Tuning & { readonly schemaVersion: 1; readonly goal: TuningGoal }

/** What holds where the command line says nothing. */
export const tuneDefaults = {
  loss: '1 %',
  jitter: '0 s',
  delay: '20 ms',
  machines: '1',
  replay: '5 s',
  store: '1 s',
  limit: '20',
  profile: 'ibm-1.0.1',
} as const

const machinesMax = 20
const limitMax = 1000

/** `failover tune`: which toolkit settings meet objectives, and what they risk. */
export function addTune(program: Command): void {
  program
    .command('tune')
    .summary('find settings that meet objectives')
    .description(
      'list toolkit settings that meet a recovery time and a loss objective, with what the settings predict and the risk of a takeover without cause',
    )
    .requiredOption('--rto <duration>', 'the longest recovery time, such as "90 s"')
    .requiredOption('--rpo <duration>', 'the most seconds of updates that a crash may lose, such as "60 s"')
    .option('--loss <share>', 'share of heartbeats that do not arrive', tuneDefaults.loss)
    .option('--jitter <duration>', 'how much a heartbeat comes earlier or later than usual', tuneDefaults.jitter)
    .option('--delay <duration>', 'one-way delay between the datacenters', tuneDefaults.delay)
    .option('--machines <count>', 'machines that are listed for the remote', tuneDefaults.machines)
    .option('--replay <duration>', 'what replaying the snapshots takes', tuneDefaults.replay)
    .option('--store <duration>', 'what serialising and storing a snapshot takes', tuneDefaults.store)
    .option('--limit <count>', 'settings to print; those that nothing beats are always printed', tuneDefaults.limit)
    .option('--profile <name>', 'which toolkit: as with `failover explain`', tuneDefaults.profile)
    .option('--quirk <Qn=on|off...>', 'one quirk of it switched, such as Q2=off')
    .option('--json', 'print all that meet the objectives as JSON')
    .action(async (options: TuneOptions) => {
      const { stdout, exitCode } = await tuneOutput(options)
      process.stdout.write(stdout)
      if (exitCode !== exitCodes.pass) process.exitCode = exitCode
    })
}

/**
 * The settings that meet the objectives, as a table or as JSON.
 * @throws SettingsError for what the options say wrongly
 */
export async function tuneOutput(options: TuneOptions): Promise<TuneOutput> {
  const { profile, quirk = [] } = options
  const goal: TuningGoal = {
    rtoSeconds: positive('--rto', options.rto, parseDuration),
    rpoSeconds: positive('--rpo', options.rpo, parseDuration),
    delaySeconds: quantity('--delay', options.delay, parseDuration),
    jitterSeconds: quantity('--jitter', options.jitter, parseDuration),
    lossShare: shareOf(options.loss),
    machines: count('--machines', options.machines, machinesMax),
    replaySeconds: quantity('--replay', options.replay, parseDuration),
    storeSeconds: quantity('--store', options.store, parseDuration),
    behaviour: { quirks: await quirksFrom({ profile, quirk }), isFused: false },
  }
  const limit = count('--limit', options.limit, limitMax)
  const tuning = tune(goal)
  const document: TuneDocument = { schemaVersion: 1, goal, ...tuning }
  const stdout = options.json === true ? `${JSON.stringify(document)}\n` : tuneText(document, limit)
  return { stdout, exitCode: tuning.kind === 'found' ? exitCodes.pass : exitCodes.fail }
}

type Parser = (text: string) => ParsedQuantity

function quantity(option: string, text: string, parse: Parser): number {
  const parsed = parse(text)
  if (parsed.ok) return parsed.value
  throw new SettingsError(`Expected ${option} to be ${parsed.expected}, got ${JSON.stringify(text)}.`)
}

function positive(option: string, text: string, parse: Parser): number {
  const value = quantity(option, text, parse)
  if (value > 0) return value
  throw new SettingsError(`Expected ${option} to be longer than nothing, got ${JSON.stringify(text)}.`)
}

function shareOf(text: string): number {
  const percent = quantity('--loss', text, parseShare)
  if (percent < 100) return percent / 100
  throw new SettingsError(`Expected --loss to be below 100 %, got ${JSON.stringify(text)}: no heartbeat would arrive.`)
}

function count(option: string, text: string, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value
  throw new SettingsError(`Expected ${option} to be a whole number from 1 to ${max}, got ${JSON.stringify(text)}.`)
}
