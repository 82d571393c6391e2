// A PostgreSQL server of a test's own: Debian's binaries, an unprivileged account, a temporary directory, a loopback port, a
// throw-away password. It can be killed, frozen and started again on the same port with the same data. Linux only.

import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { monotonicNowMs } from '../../../support/monotonic-clock.ts'
import { createScaledClock } from '../../../support/scaled-clock.ts'
import { waitUntil } from '../../../support/wait-until.ts'

/** Set to 1, the tests that need PostgreSQL are skipped; otherwise they fail where it is missing. */
export const skipsPostgres = process.env['FAILOVER_SKIP_POSTGRES'] === '1'

const run = promisify(execFile)
const clock = createScaledClock({ originMs: monotonicNowMs(), timeScale: 1 })
const startSeconds = 30
const startAttemptsMax = 5
const user = 'failover'
const database = 'postgres'
const host = '127.0.0.1'

/** Who the server runs as; none where the tests themselves are unprivileged. */
type Account = { readonly uid: number; readonly gid: number } | Record<string, never>

/**
 * Makes a cluster and starts its server.
 * @throws Error with what to install when there are no binaries
 */
export async function startPostgres(): Promise<TestPostgres> {
  const binaries = findBinaries()
  const account = unprivilegedAccount()
  const directory = mkdtempSync(join(tmpdir(), 'failover-postgres-'))
  const server = new TestPostgres({ binaries, account, directory })
  try {
    await server.create()
    return server
  } catch (error) {
    await server[Symbol.asyncDispose]()
    throw error
  }
}

/** A running server, or one that a test has killed. */
export class TestPostgres implements AsyncDisposable {
  readonly host = host
  readonly database = database
  readonly user = user
  readonly password = randomBytes(12).toString('hex')
  readonly #place: { readonly binaries: string; readonly account: Account; readonly directory: string }
  readonly #log: string[] = []
  #port = 0
  #server: ChildProcess | undefined
  #frozen: readonly number[] = []

  constructor(place: { binaries: string; account: Account; directory: string }) {
    this.#place = place
  }

  get port(): number {
    return this.#port
  }

  /** The database for JDBC, without credentials. */
  get url(): string {
    return `jdbc:postgresql://${host}:${this.#port}/${database}`
  }

  /** The server's processes. */
  get pids(): readonly number[] {
    const pid = this.#server?.pid
    return pid === undefined ? [] : [pid, ...childrenOf(pid)]
  }

  /** Makes the cluster and starts the server, on another port if the chosen one was taken meanwhile. */
  async create(): Promise<void> {
    const { binaries, account, directory } = this.#place
    if ('uid' in account) chownSync(directory, account.uid, account.gid)
    const passwordFile = join(directory, 'password')
    writeFileSync(passwordFile, this.password)
    if ('uid' in account) chownSync(passwordFile, account.uid, account.gid)
    const cluster = ['-D', this.#data, '-U', user, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`]
    const quick = ['-E', 'UTF8', '--no-locale', '--no-sync', '--no-instructions']
    await run(join(binaries, 'initdb'), [...cluster, ...quick], { ...account, cwd: directory, env: environment })
    for (let attempt = 1; ; attempt += 1) {
      this.#port = await freePort()
      try {
        await this.start()
        return
      } catch (error) {
        if (attempt === startAttemptsMax || !String(error).includes('Address already in use')) throw error
      }
    }
  }

  /** Starts the server that was killed or stopped, on its port, with its data. */
  async start(): Promise<void> {
    const { binaries, account, directory } = this.#place
    this.#log.length = 0
    const settings = {
      listen_addresses: host,
      port: String(this.#port),
      unix_socket_directories: '',
      fsync: 'off',
      // Files of the data directory: nothing is left in /dev/shm by a server that was killed.
      dynamic_shared_memory_type: 'mmap',
      max_wal_senders: '0',
      shared_buffers: '16MB',
    }
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const server = spawn(join(binaries, 'postgres'), ['-D', this.#data, ...options], {
      ...account,
      cwd: directory,
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#server = server
    process.once('exit', this.#endAtExit)
    const lines = createInterface({ input: server.stderr })
    const isReady = new Promise<boolean>((resolve) => {
      lines.on('line', (line) => {
        this.#log.push(line)
        if (line.includes('database system is ready to accept connections')) resolve(true)
      })
      lines.once('close', () => resolve(false))
    })
    const what = 'PostgreSQL to accept connections'
    const lastSeen = (): readonly string[] => this.#log.slice(-5)
    const limits = { clock, clockName: 'real' as const, timeoutSeconds: startSeconds, lastSeen }
    if (await waitUntil({ what, ...limits, probe: async () => await isReady })) return
    await this.#ended()
    throw new Error(`PostgreSQL did not start:\n${this.#log.join('\n')}`)
  }

  /** Ends all of the server's processes at once. */
  async kill(): Promise<void> {
    const { pids } = this
    const segment = this.#sharedMemory()
    for (const pid of pids) signal(pid, 'SIGKILL')
    await this.#ended()
    await waitUntil({
      what: 'the processes of PostgreSQL to be gone',
      clock,
      clockName: 'real',
      timeoutSeconds: 10,
      pollSeconds: 0.01,
      probe: () => (pids.some(isAlive) ? undefined : true),
    })
    // A killed server leaves its segment to the one that comes after it, which may never come.
    if (segment !== undefined) await run('ipcrm', ['-m', segment]).catch(() => undefined)
  }

  /** Ends the server as an operator would who does not wait for clients. */
  async stop(): Promise<void> {
    if (this.#server?.pid !== undefined) signal(this.#server.pid, 'SIGINT')
    await this.#ended()
  }

  /** Stops all processes where they are: connections stay, and nothing answers. */
  freeze(): void {
    this.#frozen = this.pids
    for (const pid of this.#frozen) signal(pid, 'SIGSTOP')
  }

  /** Undoes `freeze`. */
  thaw(): void {
    for (const pid of this.#frozen) signal(pid, 'SIGCONT')
    this.#frozen = []
  }

  /** Runs statements in a connection of the test's own; rows by position. */
  async sql(text: string, values: readonly unknown[] = []): Promise<readonly (readonly unknown[])[]> {
    const client = new Client({ host, port: this.#port, database, user, password: this.password })
    await client.connect()
    try {
      return (await client.query<unknown[]>({ text, values: [...values], rowMode: 'array' })).rows
    } finally {
      await client.end()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.thaw()
    await this.kill()
    rmSync(this.#place.directory, { recursive: true, force: true })
  }

  get #data(): string {
    return join(this.#place.directory, 'data')
  }

  readonly #endAtExit = (): void => {
    for (const pid of this.pids) signal(pid, 'SIGKILL')
    rmSync(this.#place.directory, { recursive: true, force: true })
  }

  async #ended(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    const hasEnded = server.exitCode !== null || server.signalCode !== null
    if (server.pid !== undefined && !hasEnded) await once(server, 'exit')
    process.off('exit', this.#endAtExit)
    this.#server = undefined
  }

  /** The id of the System V segment by which servers keep each other off their data. */
  #sharedMemory(): string | undefined {
    const file = join(this.#data, 'postmaster.pid')
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n')[6]?.trim().split(/\s+/)[1] : undefined
  }
}

/** Messages in English, and nothing of the caller's own PostgreSQL settings. */
const environment = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' }

function findBinaries(): string {
  const debian = globSync('/usr/lib/postgresql/*/bin').sort((a, b) => Number(b.split('/')[4]) - Number(a.split('/')[4]))
  const folders = [...debian, ...(process.env['PATH'] ?? '').split(delimiter)]
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
  if (found !== undefined) return found
  const advice =
    'Install them (Debian: `apt-get install postgresql`), or set FAILOVER_SKIP_POSTGRES=1 to skip these tests.'
  throw new Error(
    `PostgreSQL's binaries initdb and postgres are neither under /usr/lib/postgresql nor on the PATH. ${advice}`,
  )
}

/** PostgreSQL refuses to run as root. */
function unprivilegedAccount(): Account {
  if (process.getuid?.() !== 0) return {}
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody')
  if (entry === undefined)
    throw new Error('PostgreSQL does not run as root, and there is no account `nobody` to run it as.')
  return { uid: Number(entry[2]), gid: Number(entry[3]) }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no port.')
  return address.port
}

function childrenOf(pid: number): readonly number[] {
  const file = `/proc/${pid}/task/${pid}/children`
  return existsSync(file) ? readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number) : []
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself.
  }
}

/** A zombie is not: it holds nothing, and waits for its parent alone. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
