import type { CommandLine, OptionTable } from './command-line.ts'
import { text, type Resource, type RestConnection } from './rest-connection.ts'
import { StreamtoolError } from './streamtool-error.ts'
import { domainId } from './streamtool-variables.ts'

/** What a command has to work with. */
export interface CommandWork {
  readonly line: CommandLine
  readonly connection: RestConnection
  readonly instance: Resource
  /** Writes a line to standard output. */
  readonly out: (line: string) => void
  /** Writes a line to standard error. */
  readonly error: (line: string) => void
}

/** A command of the shim. */
export interface Command {
  /** What stands behind the command's name, such as `SAB`. */
  readonly operands: string
  readonly help: string
  /** Beside the common ones. */
  readonly options: OptionTable
  /** @returns the exit status */
  run(work: CommandWork): Promise<number>
}

/** The instance that the command line asks for. @throws StreamtoolError when it is not the one that there is */
export async function askedInstance(line: CommandLine, connection: RestConnection): Promise<Resource> {
  const domain = line.one('domain')
  if (domain !== undefined && domain !== domainId) throw new StreamtoolError(notThere('domain', domain, domainId))
  const instance = await connection.instance()
  const [asked, id] = [line.one('instance'), text(instance, 'id')]
  if (asked !== undefined && asked !== id) throw new StreamtoolError(notThere('instance', asked, id))
  return instance
}

/** The jobs of the instance, restricted by `--jobs` and `--jobnames` where they are given. */
export async function askedJobs({ line, connection, instance }: CommandWork): Promise<readonly Resource[]> {
  const ids = line.has('jobs') ? separated(line.all('jobs')) : undefined
  const names = line.has('jobNames') ? separated(line.all('jobNames')) : undefined
  const jobs = await connection.list(text(instance, 'jobs'), 'jobs')
  return jobs.filter((job) => (ids?.includes(text(job, 'id')) ?? true) && (names?.includes(text(job, 'name')) ?? true))
}

/** Values that are separated by commas or given one by one. */
export function separated(words: readonly string[]): readonly string[] {
  return words.flatMap((word) => word.split(',')).filter((word) => word !== '')
}

/** How jobs are chosen. */
export const jobOptions = {
  jobs: { names: ['-j', '--jobs'], argument: 'ID[,ID]', isRepeatable: true, help: 'jobs by their ids' },
  jobNames: { names: ['--jobnames'], argument: 'NAME[,NAME]', isRepeatable: true, help: 'jobs by their names' },
} as const satisfies OptionTable

function notThere(kind: 'domain' | 'instance', asked: string, known: string): string {
  return `Expected the ${kind} ${known}, the one that this emulated datacenter has, got ${asked}: use $STREAMS_${kind.toUpperCase()}_ID.`
}
