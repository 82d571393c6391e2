/** A project of somebody else's: the packed package and Vitest installed in a temporary folder, and Vitest run there. */
import { execFile, spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { processesMarked } from './processes.ts'

const run = promisify(execFile)

const config = `import { defineConfig } from 'vitest/config'
import { failover } from 'vitest-failover/plugin'

export default defineConfig({
  plugins: [failover()],
})
`

/** How a command of the project ended. */
export interface Outcome {
  readonly exitCode: number | null
  /** Standard output and error, as they came. */
  readonly output: string
}

/** A command that runs in the project. */
export interface RunningCommand {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  readonly ended: Promise<Outcome>
}

/** An outsider's project. Disposing ends what still runs in it and removes it. */
export class OutsiderProject implements AsyncDisposable {
  readonly directory: string
  /** In the environment or the command line of every process that comes from here, so that what is left can be found. */
  readonly mark: string
  /** The temporary folder of the project's processes. */
  readonly temporary: string

  readonly #env: Readonly<Record<string, string>>

  private constructor(directory: string, env: Readonly<Record<string, string>>) {
    this.directory = directory
    this.#env = env
    this.mark = directory
    this.temporary = join(directory, 'tmp')
    mkdirSync(this.temporary)
  }

  /** Packs the package and installs it beside Vitest, as a user would; `env` is in the environment of every command. */
  static async install({
    env = {},
  }: { readonly env?: Readonly<Record<string, string>> } = {}): Promise<OutsiderProject> {
    const project = new OutsiderProject(mkdtempSync(join(tmpdir(), 'outsider-')), env)
    const packed = await run('npm', ['pack', '--json', '--pack-destination', project.directory])
    const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }]
    const manifest: unknown = JSON.parse(readFileSync('package.json', 'utf8'))
    const { devDependencies } = manifest as { devDependencies: { vitest: string } }
    project.write('package.json', JSON.stringify({ name: 'outsider', private: true, type: 'module' }))
    const packages = [`./${filename}`, `vitest@${devDependencies.vitest}`]
    await run(
      'npm',
      ['install', '--save-dev', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', ...packages],
      {
        cwd: project.directory,
      },
    )
    project.write('vitest.config.ts', config)
    return project
  }

  write(path: string, text: string): void {
    const target = join(this.directory, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
  }

  /** Removes a file, or a folder with everything in it, if it is there. */
  remove(path: string): void {
    rmSync(join(this.directory, path), { recursive: true, force: true })
  }

  read(path: string): string {
    return readFileSync(join(this.directory, path), 'utf8')
  }

  /** Removes the tests and results of the last use, and puts in others. */
  reset(files: Readonly<Record<string, string>>): void {
    for (const path of ['scenarios', 'specs', 'failover-results']) this.remove(path)
    this.write('vitest.config.ts', config)
    for (const [path, text] of Object.entries(files)) this.write(path, text)
  }

  /** Starts a command of the project's own packages. */
  start(
    command: 'vitest' | 'failover',
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): RunningCommand {
    const script = { vitest: 'vitest/vitest.mjs', failover: 'vitest-failover/dist/src/cli.js' }[command]
    const child = spawn(process.execPath, [join(this.directory, 'node_modules', script), ...args], {
      cwd: this.directory,
      env: { ...environment(), NO_COLOR: '1', TMPDIR: this.temporary, OUTSIDER_MARK: this.mark, ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, as a terminal gives to each command.
      detached: true,
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
    const ended = new Promise<Outcome>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exitCode) => resolve({ exitCode, output }))
    })
    return { child, ended }
  }

  async run(
    command: 'vitest' | 'failover',
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<Outcome> {
    return await this.start(command, args, env).ended
  }

  /** Processes of the project that still run, and files that they left in the temporary folder. */
  leftovers(): { readonly processes: readonly string[]; readonly files: readonly string[] } {
    const processes = processesMarked(this.mark).map(({ pid, command }) => `${pid} ${command}`)
    return { processes, files: readdirSync(this.temporary) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { pid } of processesMarked(this.mark)) process.kill(pid, 'SIGKILL')
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The machine's environment without what Vitest puts into that of its workers: the project runs a Vitest of its own. */
function environment(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|TEST$|NODE_ENV$|FAILOVER_|TALLY_FILE$|DEV$|PROD$|MODE$|BASE_URL$)/.test(name),
  )
  return Object.fromEntries(own.filter((entry): entry is [string, string] => entry[1] !== undefined))
}
