import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { Quirks } from '../../model/toolkit-behaviour.ts'
import { Disposables } from '../../support/disposal.ts'
import type { StoreRead, StoreReader, StoredEntry } from '../../toolkit/io.ts'
import type { OperatorCounts } from '../../toolkit/operators.ts'
import type { LeaseTime } from '../lease-time.ts'
import { probeLimitMs, sameAnswers, type ProbeAnswers, type ProbeMarker } from './probe-marker.ts'
import { probeTable } from './probe-table.ts'
import type { SnapshotDatabase } from './snapshot-database.ts'
import { SnapshotFiles } from './snapshot-files.ts'
import { missingJdbcParameters } from './snapshot-jdbc.ts'
import { DatabaseOperator, type DatabaseOperatorName, type Performed } from './snapshot-operator.ts'
import { ctimeText, entryOf, tableStatements, type TableStatements } from './snapshot-rows.ts'
import type { SnapshotStore, StoreFailure, StoreFailureListener, StoreTrace } from './snapshot-store.ts'
import type { StoreFaults } from './store-faults.ts'

/** The database operators, in the order in which they are started. */
export const databaseOperatorNames = [
  'SnapshotRemover',
  'SnapshotReaderOnRemoteDCFirstContact',
  'SnapshotInserter',
  'SnapshotReaderOnRemoteDCFailureOrOnSpecialMessage',
] as const satisfies readonly DatabaseOperatorName[]

const readerNames: Readonly<Record<StoreReader, DatabaseOperatorName>> = {
  first_contact: 'SnapshotReaderOnRemoteDCFirstContact',
  failure: 'SnapshotReaderOnRemoteDCFailureOrOnSpecialMessage',
}

const notConnected = 'the database is not connected, so nothing was done'

interface SnapshotTableOptions {
  readonly settings: CrossDcSettings
  readonly quirks: Quirks
  /** null: parameters are missing, so that nothing is ever stored. */
  readonly database: SnapshotDatabase | null
  readonly time: LeaseTime
  readonly trace: StoreTrace
  /** What the storage directory suffers, in which the start-up deletion may take place; the database's own are in `database`. */
  readonly faults: StoreFaults
  /** Hears of what the operators keep to themselves. @default nobody does */
  readonly onFailure?: StoreFailureListener
}

/** What a database operator counted. */
export interface DatabaseOperatorCounts {
  readonly name: DatabaseOperatorName
  readonly counts: OperatorCounts
}

/**
 * The toolkit's storage in a database's table (toolkit reference §5.6): three columns by position, namely key, time as text, body.
 * Each of the four operators has a connection of its own. A write deletes, then inserts, each committed by itself: what fails
 * between them loses the row. A reader that is not connected says nothing.
 */
export class SnapshotTable implements SnapshotStore {
  readonly #options: SnapshotTableOptions
  readonly #operators = new Map<DatabaseOperatorName, DatabaseOperator>()
  readonly #statements: TableStatements
  #turn: Promise<unknown> = Promise.resolve()

  /** @throws SnapshotStoreError when a connection fails */
  static async open(options: SnapshotTableOptions): Promise<SnapshotTable> {
    const table = new SnapshotTable(options)
    await using undo = new Disposables()
    undo.use(table)
    // One after the other: the first that fails ends the PE.
    for (const name of databaseOperatorNames) await table.#start(name)
    undo.move()
    return table
  }

  private constructor(options: SnapshotTableOptions) {
    this.#options = options
    const { settings, quirks, database } = options
    this.#statements = tableStatements({ settings, quirks, marker: database?.marker ?? '?' })
  }

  async write(name: string, body: Uint8Array): Promise<string | null> {
    return await this.#inTurn('SnapshotInserter', async (operator) => {
      const { deleteOne, insert } = this.#statements
      const result = await operator.perform(async (connection) => {
        await connection.change(deleteOne, [name])
        return await connection.change(insert, [name, ctimeText(new Date()), body])
      })
      // A statement that failed is traced, and no result is sent on.
      if (result.kind === 'failed') return result.error
      const error = writeError(result)
      operator.submit(1)
      this.#traceResult('SnapshotInserter', `row ${name}: ${error ?? 'inserted'}`)
      return error
    })
  }

  async read(name: string): Promise<StoreRead> {
    return await this.#inTurn(readerNames.failure, async (operator) => {
      const result = await operator.perform(
        async (connection) => await connection.query(this.#statements.selectOne, [name]),
      )
      if (result.kind !== 'done') return { kind: 'dropped', why: whyNot(result) }
      operator.submit(result.value.length)
      const [row] = result.value
      // No row, no tuple: whoever asked never hears of it.
      if (row === undefined) return { kind: 'dropped', why: 'there is no such row' }
      const { body } = entryOf(row)
      return body === null ? { kind: 'error', error: `row ${name} holds no snapshot` } : { kind: 'body', body }
    })
  }

  async readAll(reader: StoreReader): Promise<readonly StoredEntry[] | null> {
    return await this.#inTurn(readerNames[reader], async (operator) => {
      const result = await operator.perform(
        async (connection) => await connection.query(this.#statements.selectAll, []),
      )
      if (result.kind !== 'done') {
        this.#options.onFailure?.({ operation: 'read_all', error: whyNot(result) })
        return null
      }
      operator.submit(result.value.length)
      return result.value.map(entryOf)
    })
  }

  async delete(name: string): Promise<void> {
    const failure = { operation: 'delete', name } as const
    await this.#remove({ sql: this.#statements.deleteOne, values: [name], what: `row ${name}`, failure })
  }

  /** Rows: all of the table, whoever wrote them. Files are no business of the operators, and never wait for the database. */
  async deleteAll(from: 'files' | 'table'): Promise<void> {
    const { settings, ...listening } = this.#options
    const failure = { operation: 'delete_all' } as const
    if (from === 'files') new SnapshotFiles(settings.dataSnapshotStorageDirectory, listening).deleteAll(from)
    else await this.#remove({ sql: this.#statements.deleteAll, values: [], what: 'all rows', failure })
  }

  /** Tries the table with a row of its own, between what the operators do. */
  async probe(marker: ProbeMarker): Promise<ProbeAnswers> {
    const { database } = this.#options
    if (database === null) return sameAnswers('parameters of the database are missing, so nothing is ever stored')
    const statements = this.#statements
    return await this.#afterOthers(
      async () => await probeTable({ database, statements, marker, timeoutMs: probeLimitMs }),
    )
  }

  /** What each operator counted since it was last started. */
  operators(): readonly DatabaseOperatorCounts[] {
    return [...this.#operators].map(([name, operator]) => ({ name, counts: operator.counts }))
  }

  /**
   * Restarts one operator: a statement of its own under way fails, its connection is a new one, its counters begin at 0.
   * @throws SnapshotStoreError when the connection fails: the operator's PE cannot start
   */
  async reconnect(name: DatabaseOperatorName): Promise<void> {
    await this.#operators.get(name)?.[Symbol.asyncDispose]()
    await this.#start(name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using operators = new Disposables()
    for (const operator of this.#operators.values()) operators.use(operator)
  }

  async #start(name: DatabaseOperatorName): Promise<void> {
    const { database, time, trace, settings } = this.#options
    if (database === null) traceIdle({ name, settings, trace })
    this.#operators.set(name, await DatabaseOperator.open({ name, database, time, trace }))
  }

  async #remove(deletion: {
    readonly sql: string
    readonly values: readonly string[]
    readonly what: string
    readonly failure: Omit<StoreFailure, 'error'>
  }): Promise<void> {
    const { sql, values, what, failure } = deletion
    await this.#inTurn('SnapshotRemover', async (operator) => {
      const result = await operator.perform(async (connection) => await connection.change(sql, values))
      if (result.kind !== 'done') this.#options.onFailure?.({ ...failure, error: whyNot(result) })
      if (result.kind === 'failed') return
      operator.submit(1)
      const said = result.kind === 'disconnected' ? notConnected : result.value > 0 ? 'deleted' : 'not deleted'
      this.#traceResult('SnapshotRemover', `${what}: ${said}`)
    })
  }

  /** The operators that ask for all this wait for each other, which their answers' order relies on. */
  async #inTurn<T>(name: DatabaseOperatorName, act: (operator: DatabaseOperator) => Promise<T>): Promise<T> {
    return await this.#afterOthers(async () => {
      const operator = this.#operators.get(name)
      if (operator === undefined) throw new Error(`The operator ${name} is not started.`)
      return await act(operator)
    })
  }

  async #afterOthers<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(act)
    this.#turn = result.catch(() => undefined)
    return await result
  }

  #traceResult(name: DatabaseOperatorName, text: string): void {
    this.#options.trace('info', `${name}: ${text}`)
  }
}

function whyNot(result: Performed<unknown> & { kind: 'failed' | 'disconnected' }): string {
  return result.kind === 'failed' ? result.error : notConnected
}

function writeError(result: Performed<number> & { kind: 'done' | 'disconnected' }): string | null {
  if (result.kind === 'disconnected') return notConnected
  return result.value > 0 ? null : 'the row was not inserted'
}

/** What each database operator says at its start where parameters are missing; with files that is as it should be. */
export function traceIdle(about: { name: DatabaseOperatorName; settings: CrossDcSettings; trace: StoreTrace }): void {
  const missing = missingJdbcParameters(about.settings).join(', ')
  about.trace('error', `${about.name}: not all of its parameters are set, so it does nothing; missing: ${missing}`)
}
