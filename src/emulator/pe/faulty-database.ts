// A database between the toolkit's operators and the real one that suffers what a StoreFault says, at the place of the JDBC driver:
// statements fail with its exceptions, a lost connection is one that is really ended, and what the operators make of it is their own
// (toolkit reference §5.6).

import type { StoreFault } from '../../model/testbed-act.ts'
import {
  SnapshotStoreError,
  type ConnectLimits,
  type DatabaseConnection,
  type Row,
  type SnapshotDatabase,
  type SqlValue,
} from './snapshot-database.ts'
import type { StoreFaults } from './store-faults.ts'

type Words = Readonly<Record<Exclude<StoreFault['mode'], 'slow'>, string>>

/** What the servers themselves say, by the marker of their SQL. */
const words: Readonly<Record<SnapshotDatabase['marker'], Words>> = {
  // PostgreSQL's conditions disk_full, read_only_sql_transaction and io_error (its manual, appendix A), and the driver's own.
  $: {
    full: 'could not extend file: No space left on device',
    readonly: 'cannot execute the statement in a read-only transaction',
    error: 'could not access the file: Input/output error',
    lost: 'This connection has been closed',
  },
  // SQLite's result codes SQLITE_FULL, SQLITE_READONLY, SQLITE_IOERR and SQLITE_CANTOPEN (sqlite.org/rescode.html).
  '?': {
    full: 'database or disk is full',
    readonly: 'attempt to write a readonly database',
    error: 'disk I/O error',
    lost: 'unable to open database file',
  },
}

/** The database, as it is under the faults that there are when it is used. Slowness is no business of single statements. */
export function faultyDatabase(database: SnapshotDatabase, faults: StoreFaults): SnapshotDatabase {
  const { marker } = database
  return {
    marker,
    connect: async (limits: ConnectLimits) => {
      const refuse = (): void => {
        if (faults.current?.mode !== 'lost') return
        throw new SnapshotStoreError('Could not connect to the database: Connection refused.')
      }
      refuse()
      const connection = await database.connect(limits)
      try {
        refuse()
      } catch (error) {
        await connection.close()
        throw error
      }
      return new FaultyConnection({ connection, faults, words: words[marker] })
    },
  }
}

class FaultyConnection implements DatabaseConnection {
  readonly #options: { readonly connection: DatabaseConnection; readonly faults: StoreFaults; readonly words: Words }
  readonly #stop: () => void
  #closed: Promise<void> | undefined

  constructor(options: { connection: DatabaseConnection; faults: StoreFaults; words: Words }) {
    this.#options = options
    // A connection that broke stays so when the database is there again.
    this.#stop = options.faults.onChange((fault) => (fault?.mode === 'lost' ? void this.close() : undefined))
  }

  async change(sql: string, values: readonly SqlValue[]): Promise<number> {
    this.#refuse(sql)
    return await this.#options.connection.change(sql, values)
  }

  async query(sql: string, values: readonly SqlValue[]): Promise<readonly Row[]> {
    this.#refuse(sql)
    return await this.#options.connection.query(sql, values)
  }

  /** The server is asked for nothing that is on its disk. */
  async isValid(timeoutMs: number): Promise<boolean> {
    return this.#closed === undefined && (await this.#options.connection.isValid(timeoutMs))
  }

  async close(): Promise<void> {
    this.#stop()
    await (this.#closed ??= this.#options.connection.close())
  }

  #refuse(sql: string): void {
    const mode = this.#closed === undefined ? this.#options.faults.current?.mode : 'lost'
    if (mode === undefined || mode === 'slow' || !isRefused(mode, sql)) return
    throw new Error(this.#options.words[mode])
  }
}

function isRefused(mode: keyof Words, sql: string): boolean {
  if (mode === 'full') return sql.startsWith('INSERT ')
  if (mode === 'readonly') return sql.startsWith('INSERT ') || sql.startsWith('DELETE ')
  return true
}
