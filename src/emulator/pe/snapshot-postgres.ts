import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { userInfo } from 'node:os'
import type { ConnectionOptions } from 'node:tls'
import type { Client, QueryArrayConfig } from 'pg'
import {
  SnapshotStoreError,
  withoutCredentials,
  wordsOf,
  type ConnectLimits,
  type DatabaseConnection,
  type Row,
  type SnapshotDatabase,
  type SqlValue,
} from './snapshot-database.ts'

interface PostgresOptions {
  readonly url: string
  /** Empty: the URL's parameter. */
  readonly user: string
  readonly password: string
}

/** How TLS is used, by libpq's words for it. */
type SslMode = 'disable' | 'require' | 'verify-ca' | 'verify-full'

/** Where the database is and who asks. */
export interface PostgresTarget {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
  readonly sslMode: SslMode
  /** File of the certificates to trust; null: the usual ones. */
  readonly sslRootCert: string | null
}

const urlForm = 'jdbc:postgresql://host[:port]/database[?user=…&password=…&ssl=true&sslmode=…&sslrootcert=…]'
const urlPattern = /^jdbc:postgresql:\/\/(\[[0-9a-fA-F:.]+\]|[^/?#:,@[\]\s]+)(?::(\d{1,5}))?\/([^/?#]+)(?:\?(.*))?$/s
const knownParameters = ['user', 'password', 'ssl', 'sslmode', 'sslrootcert']

/**
 * A PostgreSQL database. Its type for the column that is a BLOB elsewhere is `bytea`: the table has
 * `id varchar(256) NOT NULL, replicationTime varchar(256), snapshot bytea, PRIMARY KEY (id)`.
 * @throws SnapshotStoreError for a URL that cannot be understood
 */
export function postgresDatabase(options: PostgresOptions): SnapshotDatabase {
  const target = postgresTarget(options)
  return {
    marker: '$',
    connect: async (limits) => await connect(target, limits),
  }
}

/**
 * The parts of a URL; the settings' user and password win over the URL's.
 * @throws SnapshotStoreError
 */
export function postgresTarget({ url, user, password }: PostgresOptions): PostgresTarget {
  const [, host = '', port = '5432', database = '', query = ''] = urlPattern.exec(url) ?? []
  const portNumber = Number(port)
  if (host === '' || portNumber < 1 || portNumber > 65_535) throw malformed(url)
  const parameters = new URLSearchParams(query)
  for (const name of parameters.keys()) {
    if (knownParameters.includes(name)) continue
    const known = `Expected the parameters of dataSnapshotJdbcUrl to be among ${knownParameters.join(', ')}`
    throw new SnapshotStoreError(`${known}, got \`${name}\` in ${withoutCredentials(url)}.`)
  }
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port: portNumber,
    database: decoded(database, url),
    // A driver without any user name takes the account's.
    user: user || parameters.get('user') || userInfo().username,
    password: password || (parameters.get('password') ?? ''),
    sslMode: sslModeOf(parameters),
    sslRootCert: parameters.get('sslrootcert'),
  }
}

function malformed(url: string): SnapshotStoreError {
  return new SnapshotStoreError(`Expected dataSnapshotJdbcUrl to be ${urlForm}, got ${withoutCredentials(url)}.`)
}

function decoded(text: string, url: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw malformed(url)
  }
}

/** `allow` and `prefer` do without TLS where they may; `ssl=true` alone means full verification, as in the JDBC driver. */
function sslModeOf(parameters: URLSearchParams): SslMode {
  const ssl = parameters.get('ssl')
  const mode = parameters.get('sslmode') ?? (ssl === 'true' || ssl === '' ? 'verify-full' : 'disable')
  switch (mode) {
    case 'disable':
    case 'allow':
    case 'prefer':
      return 'disable'
    case 'require':
    case 'verify-ca':
    case 'verify-full':
      return mode
    default:
      throw new SnapshotStoreError(
        `Expected \`sslmode\` in dataSnapshotJdbcUrl to be disable, allow, prefer, require, verify-ca or verify-full, got ${mode}.`,
      )
  }
}

async function connect(target: PostgresTarget, { timeoutMs, signal }: ConnectLimits): Promise<DatabaseConnection> {
  const { host, port, database, user, password } = target
  signal.throwIfAborted()
  // Loaded here: a PE without a table does not pay for it.
  const { Client } = await import('pg')
  // The socket is ours, so that it can be ended also where the server does not answer any more.
  const socket = new Socket()
  // A function: where the password is empty, pg would look for one in the environment and in ~/.pgpass.
  const client = new Client({
    host,
    port,
    database,
    user,
    password: () => password,
    ssl: tlsOptions(target),
    stream: () => socket,
  })
  // A connection that breaks shows at its next statement or validity check, as in JDBC.
  client.on('error', () => undefined)
  const giveUp = (): void => void socket.destroy(new Error('the store was closed'))
  const timer = setTimeout(() => socket.destroy(new Error(`no login within ${timeoutMs} ms of real time`)), timeoutMs)
  signal.addEventListener('abort', giveUp)
  try {
    await client.connect()
    return new PostgresConnection(client, socket)
  } catch (error) {
    socket.destroy()
    const where = `PostgreSQL at ${host}:${port}, database ${database}, user ${user}`
    throw new SnapshotStoreError(`Could not connect to ${where}: ${wordsOf(error)}.`, { cause: error })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}

function tlsOptions({ sslMode, sslRootCert }: PostgresTarget): ConnectionOptions | false {
  if (sslMode === 'disable') return false
  return {
    ...(sslRootCert !== null && { ca: readRootCert(sslRootCert) }),
    // `require` asks for encryption and for nothing else; only `verify-full` looks at the host's name.
    rejectUnauthorized: sslMode !== 'require',
    ...(sslMode === 'verify-ca' && { checkServerIdentity: () => undefined }),
  }
}

function readRootCert(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new SnapshotStoreError(`Could not read \`sslrootcert\` of dataSnapshotJdbcUrl: ${wordsOf(error)}.`, {
      cause: error,
    })
  }
}

class PostgresConnection implements DatabaseConnection {
  readonly #client: Client
  readonly #socket: Socket

  constructor(client: Client, socket: Socket) {
    this.#client = client
    this.#socket = socket
  }

  async change(sql: string, values: readonly SqlValue[]): Promise<number> {
    return (await this.#run(sql, values)).rowCount ?? 0
  }

  async query(sql: string, values: readonly SqlValue[]): Promise<readonly Row[]> {
    return (await this.#run(sql, values)).rows
  }

  async isValid(timeoutMs: number): Promise<boolean> {
    // Ending the socket makes the query fail, so that no answer of a hanging server is waited for.
    const timer = setTimeout(() => this.#socket.destroy(), timeoutMs)
    try {
      await this.#run('SELECT 1', [])
      return true
    } catch {
      return false
    } finally {
      clearTimeout(timer)
    }
  }

  async close(): Promise<void> {
    if (this.#socket.closed) return
    const closed = once(this.#socket, 'close')
    // Says goodbye, or ends the socket at once when a statement is under way.
    const ended = this.#client.end()
    this.#socket.destroySoon()
    await Promise.allSettled([closed, ended])
  }

  async #run(text: string, values: readonly SqlValue[]): Promise<{ rows: readonly Row[]; rowCount: number | null }> {
    // The extended protocol takes one statement only, also where there are no values.
    const config: QueryArrayConfig & { queryMode: 'extended' } = {
      text,
      values: [...values],
      rowMode: 'array',
      queryMode: 'extended',
    }
    return await this.#client.query<unknown[]>(config)
  }
}
