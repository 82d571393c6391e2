import { Option } from 'commander'
import type { Command } from 'commander'
import { readFile } from 'node:fs/promises'
import { SettingsError } from '../model/errors.ts'
import { resolveSettings } from '../toolkit/settings.ts'
import { explain } from './explain-report.ts'
import { explainRule, listRules } from './explain-rule.ts'
import { refuseUnexplained, sourcedSettings } from './explain-settings.ts'
import { explanationText } from './explain-text.ts'
import { quirksFrom } from './profile-option.ts'

interface ExplainOptions {
  readonly crossdc?: readonly string[]
  readonly dc1?: readonly string[]
  readonly dc2?: readonly string[]
  readonly file?: string
  readonly defaults?: 'reference' | 'code'
  readonly profile: string
  readonly quirk?: readonly string[]
  readonly rules?: true
  readonly json?: true
}

/** `failover explain`: what a pair with these toolkit settings does, without running anything. */
export function addExplain(program: Command): void {
  program
    .command('explain')
    .summary('say what settings come to, or a rule')
    .description(
      "say what toolkit settings come to: detection, snapshots, what may be lost, what won't recover by itself; or what a rule of lint means",
    )
    .argument('[rule]', 'a rule of `failover lint`: its page, in place of the settings')
    .option('--rules', 'list all rules of `failover lint`')
    .option('--crossdc <KEY=VALUE...>', 'settings of both datacenters, such as heartbeatExchangeInterval=10')
    .option('--dc1 <KEY=VALUE...>', 'settings of dc1 alone')
    .option('--dc2 <KEY=VALUE...>', 'settings of dc2 alone')
    .option('--file <path>', "a configuration file of the toolkit's for both datacenters, read as the toolkit reads it")
    .addOption(
      new Option(
        '--defaults <which>',
        "what holds where nothing is given: the reference file's values, or the code's own, which are those of a job with --file",
      ).choices(['reference', 'code']),
    )
    .option(
      '--profile <name>',
      'which toolkit: ibm-1.0.1 (the published code), documented, or a profile that `peer --conformance --out` wrote',
      'ibm-1.0.1',
    )
    .option('--quirk <Qn=on|off...>', 'one quirk of it switched, such as Q4=off')
    .option('--json', 'print everything as JSON')
    .action(async (rule: string | undefined, options: ExplainOptions) => {
      const form = { json: options.json === true }
      if (rule !== undefined || options.rules === true) {
        process.stdout.write(rule === undefined ? listRules(form) : explainRule(rule, form))
        return
      }
      const file = options.file === undefined ? undefined : await textOf(options.file)
      process.stdout.write(await explanationOf(options, file))
    })
}

/**
 * What is printed, from the options and the file's text.
 * @throws SettingsError and SettingsCastError for what the options or the file say wrongly
 */
export async function explanationOf(options: ExplainOptions, file: string | undefined): Promise<string> {
  const { crossdc = [], dc1 = [], dc2 = [], profile, quirk = [] } = options
  const defaults = options.defaults ?? (file === undefined ? 'reference' : 'code')
  const pair = sourcedSettings({ defaults, crossdc, dc1, dc2, ...(file === undefined ? {} : { file }) })
  refuseUnexplained(pair)
  const notes = file === undefined ? [] : resolveSettings({ file }).notes.filter(({ line }) => line !== undefined)
  const behaviour = { quirks: await quirksFrom({ profile, quirk }), isFused: false }
  const explanation = explain({ pair, behaviour, fileNotes: notes.map(({ text }) => text) })
  // JSON has no infinity: what has no end is null.
  return options.json === true ? `${JSON.stringify(explanation)}\n` : explanationText(explanation)
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new SettingsError(
      `Expected --file to be a configuration file, got ${path}: it cannot be read (${code}). The toolkit itself would say nothing, and take its defaults.`,
      { cause: error },
    )
  }
}
