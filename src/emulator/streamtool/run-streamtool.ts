// What a launch script finds as `streamtool` on its PATH: the few commands of the product's that a failover script needs, against
// the REST API of the script's own datacenter. Everything else is refused by name.

import { cancelJob } from './cancel-job.ts'
import { commonOptions, readCommandLine, type OptionTable } from './command-line.ts'
import { askedInstance, type Command } from './command.ts'
import { listJobs, listPes } from './lists.ts'
import { RestConnection, text } from './rest-connection.ts'
import { StreamtoolError } from './streamtool-error.ts'
import { submitJob } from './submit-job.ts'

/** A run of the shim. */
export interface StreamtoolRun {
  /** Behind the program's name. */
  readonly words: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  readonly out: (text: string) => void
  readonly error: (text: string) => void
}

const version: Command = {
  operands: '',
  help: 'Shows the version of the product that is emulated.',
  options: {},
  run: async ({ instance, out }) => {
    out('Teracloud Streams, emulated by vitest-failover')
    out(`Version=${text(instance, 'productVersion')}`)
    return await Promise.resolve(0)
  },
}

const commands: Readonly<Record<string, Command>> = {
  submitjob: submitJob,
  canceljob: cancelJob,
  lsjobs: listJobs,
  lsjob: listJobs,
  lspes: listPes,
  lspe: listPes,
  version,
}

/** Runs one command. @returns the exit status: 0, 1 when it failed, 2 when it was not understood */
export async function runStreamtool(run: StreamtoolRun): Promise<number> {
  const { words, environment } = run
  const out = (line: string): void => run.out(`${line}\n`)
  const error = (line: string): void => run.error(`${line}\n`)
  const [name = '--help', ...rest] = words
  if (['-h', '--help', 'help'].includes(name)) {
    for (const line of overview()) out(line)
    return words.length === 0 ? 2 : 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    const known = Object.keys(commands).join(', ')
    error(`streamtool: The emulator's streamtool has no command ${name}; it has ${known}.`)
    return 2
  }
  try {
    const options = { ...command.options, ...commonOptions }
    const line = readCommandLine(name, rest, options)
    if (line.has('help')) {
      for (const shown of usage(name, command, options)) out(shown)
      return 0
    }
    const connection = new RestConnection(environment)
    const instance = await askedInstance(line, connection)
    return await command.run({ line, connection, instance, out, error })
  } catch (caught) {
    if (!(caught instanceof StreamtoolError)) throw caught
    error(`streamtool: ${caught.message}`)
    return 1
  }
}

function overview(): readonly string[] {
  return [
    'Usage: streamtool COMMAND [OPTION]...',
    'The emulator has these commands; COMMAND --help shows the options of one:',
    ...Object.entries(commands).map(([name, { help }]) => `  ${name.padEnd(10)} ${help}`),
  ]
}

function usage(name: string, command: Command, options: OptionTable): readonly string[] {
  const rows = Object.values(options).map(({ names, argument, help }): readonly [string, string] => [
    `${names.join(', ')}${argument === undefined ? '' : ` ${argument}`}`,
    help,
  ])
  const width = Math.max(...rows.map(([spelling]) => spelling.length))
  return [
    `Usage: streamtool ${name} ${command.operands === '' ? '' : `${command.operands} `}[OPTION]...`,
    command.help,
    ...rows.map(([spelling, help]) => `  ${spelling.padEnd(width)}  ${help}`),
  ]
}
