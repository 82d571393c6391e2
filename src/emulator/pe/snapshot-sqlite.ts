import { existsSync } from 'node:fs'
import { isAbsolute, join, normalize } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
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

interface SqliteOptions {
  readonly url: string
  /** Where relative paths lead. */
  readonly storageDirectory: string
  readonly table: string
  /** Of the primary key; `id` when empty. */
  readonly keyColumn: string
  /** How long a statement waits for another connection's lock; it blocks the whole process. */
  readonly busyTimeoutMs: number
}

const urlPattern = /^jdbc:sqlite:([^?]+)$/s

/**
 * A SQLite database. A relative path lies in the DC's storage directory: such a database is the testbed's own, and is created with
 * its table (toolkit reference §5.6) if need be. Any other is the user's and must be there.
 * @throws SnapshotStoreError for a URL that cannot be understood
 */
export function sqliteDatabase(options: SqliteOptions): SnapshotDatabase {
  const path = pathOf(options.url)
  const isOwn = !isAbsolute(path)
  const file = isOwn ? join(options.storageDirectory, path) : path
  return {
    marker: '?',
    connect: async ({ signal }: ConnectLimits) => {
      signal.throwIfAborted()
      if (!isOwn && !existsSync(file)) {
        const advice = 'Create the database and its table, or give a relative path, which makes one in the testbed.'
        throw new SnapshotStoreError(`Could not open the SQLite database ${file}: it is not there. ${advice}`)
      }
      return openConnection({ ...options, file, isOwn })
    },
  }
}

function pathOf(url: string): string {
  const path = urlPattern.exec(url)?.[1] ?? ''
  if (!isAbsolute(path) && path.includes('.snapshot')) {
    throw new SnapshotStoreError(
      `Expected the name of the testbed's own SQLite database not to contain ".snapshot", got ${path}: the toolkit deletes such files when it starts.`,
    )
  }
  const isFile = path !== '' && !path.startsWith(':') && !path.startsWith('file:') && !path.endsWith('/')
  if (isFile && normalize(path).split('/')[0] !== '..') return path
  // One in memory would be another one for each of the four connections.
  const expected = 'jdbc:sqlite:PATH with the path of a file, a relative one within the storage directory'
  throw new SnapshotStoreError(`Expected dataSnapshotJdbcUrl to be ${expected}, got ${withoutCredentials(url)}.`)
}

function openConnection(options: SqliteOptions & { file: string; isOwn: boolean }): DatabaseConnection {
  const { file, isOwn, table, keyColumn, busyTimeoutMs } = options
  let database: DatabaseSync | undefined
  try {
    database = openDatabase(file)
    database.exec(`PRAGMA busy_timeout = ${Math.ceil(busyTimeoutMs)}`)
    if (isOwn) {
      // No power failure is part of the testbed, and a disk's milliseconds times the time scale would show.
      database.exec('PRAGMA synchronous = OFF')
      const key = keyColumn || 'id'
      const columns = `${key} varchar(256) NOT NULL, replicationTime varchar(256), snapshot BLOB, PRIMARY KEY (${key})`
      database.prepare(`CREATE TABLE IF NOT EXISTS ${table} (${columns})`).run()
    }
    return new SqliteConnection(database)
  } catch (error) {
    database?.close()
    throw new SnapshotStoreError(`Could not open the SQLite database ${file}: ${wordsOf(error)}.`, { cause: error })
  }
}

/** Node's own sqlite, loaded when first needed; only its warning that it is experimental is kept back. */
function openDatabase(file: string): DatabaseSync {
  const emitWarning = Object.getOwnPropertyDescriptor(process, 'emitWarning')
  if (emitWarning !== undefined) {
    const apply = (target: (...args: unknown[]) => void, self: unknown, args: unknown[]): void => {
      if (args[1] === 'ExperimentalWarning' && String(args[0]).includes('SQLite')) return
      Reflect.apply(target, self, args)
    }
    Object.defineProperty(process, 'emitWarning', { ...emitWarning, value: new Proxy(emitWarning.value, { apply }) })
  }
  try {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
    return new DatabaseSync(file)
  } finally {
    if (emitWarning !== undefined) Object.defineProperty(process, 'emitWarning', emitWarning)
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync
  #isOpen = true

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  async change(sql: string, values: readonly SqlValue[]): Promise<number> {
    return Number(this.#database.prepare(sql).run(...values).changes)
  }

  async query(sql: string, values: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.#database
      .prepare(sql)
      .all(...values)
      .map((row) => Object.values(row))
  }

  async isValid(): Promise<boolean> {
    try {
      this.#database.prepare('SELECT 1').get()
      return true
    } catch {
      return false
    }
  }

  async close(): Promise<void> {
    if (this.#isOpen) this.#database.close()
    this.#isOpen = false
  }
}
