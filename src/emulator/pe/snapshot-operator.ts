import { realMilliseconds, type LeaseTime } from '../lease-time.ts'
import type { OperatorCounts, OperatorName } from '../../toolkit/operators.ts'
import { databaseLimitMs, wordsOf, type DatabaseConnection, type SnapshotDatabase } from './snapshot-database.ts'
import type { StoreTrace } from './snapshot-store.ts'

/** The composite's operators that talk to a database (toolkit reference §6). */
export type DatabaseOperatorName = Extract<OperatorName, `Snapshot${string}`>

/** System seconds of toolkit reference §5.6. */
const monitorSeconds = 5
const validitySeconds = 2
const loginSeconds = 5
/** Real time: at the highest time scales the connections would be looked at all the time. */
const monitorMsMin = 20

/** What came of a request. `failed` is traced already. */
export type Performed<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'failed'; readonly error: string }

interface DatabaseOperatorOptions {
  readonly name: DatabaseOperatorName
  /** null: not all parameters are set, and the operator stays idle. */
  readonly database: SnapshotDatabase | null
  readonly time: LeaseTime
  readonly trace: StoreTrace
}

/**
 * A database operator: one connection, a monitor that looks at it every 5 s and reconnects for ever, and counters. Nothing is
 * tried twice. A connection that breaks is taken for a connection until the monitor's next look; statements fail so long.
 */
export class DatabaseOperator implements AsyncDisposable {
  readonly #options: DatabaseOperatorOptions
  readonly #closing = new AbortController()
  #connection: DatabaseConnection | null = null
  #attempts = 0
  #processed = 0
  #submitted = 0
  #timer: NodeJS.Timeout | undefined
  #check: Promise<void> = Promise.resolve()
  /** A connection runs one statement at a time; the validity check waits for its turn, as it does in JDBC. */
  #turn: Promise<unknown> = Promise.resolve()

  /** @throws SnapshotStoreError when the first connection fails */
  static async open(options: DatabaseOperatorOptions): Promise<DatabaseOperator> {
    const operator = new DatabaseOperator(options)
    if (options.database === null) return operator
    operator.#connection = await operator.#connect(options.database)
    operator.#schedule(options.database)
    return operator
  }

  private constructor(options: DatabaseOperatorOptions) {
    this.#options = options
  }

  get counts(): OperatorCounts {
    return { processed: [this.#processed], submitted: [this.#submitted] }
  }

  /** Carries out one request. */
  async perform<T>(act: (connection: DatabaseConnection) => Promise<T>): Promise<Performed<T>> {
    this.#processed += 1
    return await this.#inTurn(async () => {
      const connection = this.#connection
      if (connection === null) return { kind: 'disconnected' }
      try {
        return { kind: 'done', value: await act(connection) }
      } catch (error) {
        this.#trace('error', `The SQL statement failed: ${wordsOf(error)}`)
        return { kind: 'failed', error: wordsOf(error) }
      }
    })
  }

  /** Counts what the operator sent on. */
  submit(tuples: number): void {
    this.#submitted += tuples
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    clearTimeout(this.#timer)
    const connection = this.#connection
    this.#connection = null
    await connection?.close()
    await this.#check
    await this.#turn
  }

  async #connect(database: SnapshotDatabase): Promise<DatabaseConnection> {
    const timeoutMs = databaseLimitMs(this.#options.time, loginSeconds)
    return await database.connect({ timeoutMs, signal: this.#closing.signal })
  }

  #schedule(database: SnapshotDatabase): void {
    const intervalMs = Math.max(realMilliseconds(this.#options.time, monitorSeconds), monitorMsMin)
    this.#timer = setTimeout(() => {
      this.#check = this.#look(database)
    }, intervalMs)
  }

  async #look(database: SnapshotDatabase): Promise<void> {
    await this.#inTurn(async () => await this.#dropInvalid())
    if (this.#isClosed()) return
    if (this.#connection === null) await this.#reconnect(database)
    if (!this.#isClosed()) this.#schedule(database)
  }

  async #dropInvalid(): Promise<void> {
    const connection = this.#connection
    if (connection === null) return
    const isValid = await connection.isValid(databaseLimitMs(this.#options.time, validitySeconds))
    if (isValid || this.#isClosed()) return
    this.#trace('error', 'The connection to the database is lost, reconnecting')
    this.#connection = null
    await connection.close()
  }

  async #reconnect(database: SnapshotDatabase): Promise<void> {
    this.#attempts += 1
    try {
      const connection = await this.#connect(database)
      if (this.#isClosed()) {
        await connection.close()
        return
      }
      this.#connection = connection
      this.#trace('error', `Connected to the database again, attempt ${this.#attempts}`)
      this.#attempts = 0
    } catch (error) {
      if (!this.#isClosed()) this.#trace('info', `Attempt ${this.#attempts} to reconnect failed: ${wordsOf(error)}`)
    }
  }

  #isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  async #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(act)
    this.#turn = result.catch(() => undefined)
    return await result
  }

  #trace(level: 'error' | 'info', text: string): void {
    this.#options.trace(level, `${this.#options.name}: ${text}`)
  }
}
