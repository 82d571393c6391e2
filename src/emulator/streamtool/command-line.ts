import { StreamtoolError } from './streamtool-error.ts'

/** An option of a command, as it is parsed and as the help shows it. */
export interface OptionKind {
  /** All spellings, such as `-d` and `--domain-id`. */
  readonly names: readonly string[]
  /** What stands behind it; absent for a switch. */
  readonly argument?: string
  readonly isRepeatable?: boolean
  readonly help: string
}

/** Options by the name that the command reads them by. */
export type OptionTable = Readonly<Record<string, OptionKind>>

/** A command line taken apart. */
export interface CommandLine {
  readonly operands: readonly string[]
  has(option: string): boolean
  /** Every argument of an option, in order. */
  all(option: string): readonly string[]
  one(option: string): string | undefined
}

/** What every command takes. */
export const commonOptions = {
  domain: { names: ['-d', '--domain-id'], argument: 'DOMAIN', help: 'the domain; the emulator has one' },
  instance: { names: ['-i', '--instance-id'], argument: 'INSTANCE', help: 'the instance; the emulator has one' },
  embeddedZooKeeper: { names: ['--embeddedzk'], help: 'no effect: the emulator has no ZooKeeper' },
  zooKeeper: { names: ['--zkconnect'], argument: 'HOST:PORT', help: 'no effect: the emulator has no ZooKeeper' },
  help: { names: ['-h', '--help'], help: 'show what the command does' },
} as const satisfies OptionTable

/**
 * Takes a command's words apart. Options and operands may be mixed; `-PNAME=VALUE`, `--P=NAME=VALUE` and `--` are understood.
 * @throws StreamtoolError for an option that is not in the table, or one without its argument, or given twice
 */
export function readCommandLine(command: string, words: readonly string[], table: OptionTable): CommandLine {
  const options = new Map<string, string[]>()
  const operands: string[] = []
  const rest = [...words]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') operands.push(...rest.splice(0))
    else if (word.startsWith('-') && word !== '-') readOption({ command, word, rest, table, options })
    else operands.push(word)
  }
  const all = (option: string): readonly string[] => options.get(option) ?? []
  return { operands, all, has: (option) => options.has(option), one: (option) => all(option)[0] }
}

function readOption(state: {
  readonly command: string
  readonly word: string
  readonly rest: string[]
  readonly table: OptionTable
  readonly options: Map<string, string[]>
}): void {
  const { command, word, rest, table, options } = state
  const { name, attached } = split(word)
  const found = Object.entries(table).find(([, { names }]) => names.includes(name))
  if (found === undefined) throw new StreamtoolError(unknown({ command, name, table }))
  const [key, { argument, isRepeatable = false }] = found
  const given = options.get(key) ?? []
  if (given.length > 0 && argument !== undefined && !isRepeatable) {
    throw new StreamtoolError(`Expected ${name} of ${command} once, got it twice.`)
  }
  if (argument === undefined) {
    if (attached !== undefined) throw new StreamtoolError(`Expected ${name} of ${command} alone, got ${word}.`)
    options.set(key, [...given, ''])
    return
  }
  const value = attached ?? rest.shift()
  if (value === undefined) throw new StreamtoolError(`Expected ${argument} behind ${name} of ${command}, got nothing.`)
  options.set(key, [...given, value])
}

/** `--name=value` and `-nvalue`. */
function split(word: string): { readonly name: string; readonly attached: string | undefined } {
  if (!word.startsWith('--')) return { name: word.slice(0, 2), attached: word.length > 2 ? word.slice(2) : undefined }
  const at = word.indexOf('=')
  return at < 0 ? { name: word, attached: undefined } : { name: word.slice(0, at), attached: word.slice(at + 1) }
}

function unknown(of: { readonly command: string; readonly name: string; readonly table: OptionTable }): string {
  const { command, name, table } = of
  const known = Object.values(table).map(({ names }) => names.join(' or '))
  return `The emulator's ${command} does not know the option ${name}; it knows ${known.join(', ')}.`
}
