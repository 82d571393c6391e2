// What a table of snapshots needs of a database, whichever it is. One file a database: snapshot-postgres.ts, snapshot-sqlite.ts.

import { FailoverError } from '../../model/errors.ts'
import { realMilliseconds, type LeaseTime } from '../lease-time.ts'

/** The table cannot be used: wrong settings, no driver, or no connection at the start. The PE fails (toolkit reference §5.6). */
export class SnapshotStoreError extends FailoverError {
  override readonly name = 'SnapshotStoreError'
  readonly code = 'ERR_FAILOVER_SNAPSHOT_STORE'
}

/** A row's values by position. */
export type Row = readonly unknown[]

/** What a statement is given. */
export type SqlValue = string | Uint8Array

/** One connection: each statement commits by itself, one runs at a time, and none has a time limit, as in JDBC. */
export interface DatabaseConnection {
  /** @returns how many rows changed */
  change(sql: string, values: readonly SqlValue[]): Promise<number>
  query(sql: string, values: readonly SqlValue[]): Promise<readonly Row[]>
  /** Whether the database answers within the time. */
  isValid(timeoutMs: number): Promise<boolean>
  /** A statement under way fails. */
  close(): Promise<void>
}

/** How long a connection may take, and what ends the attempt. */
export interface ConnectLimits {
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** A database that connections can be made to. */
export interface SnapshotDatabase {
  /** What stands for a value in SQL: `$1`, `$2`, … or `?` each time. */
  readonly marker: '$' | '?'
  /** @throws SnapshotStoreError when there is no connection within the time */
  connect(limits: ConnectLimits): Promise<DatabaseConnection>
}

/** Real databases do not run faster with the time scale, so they get at least this long. */
const limitMsMin = 250

/** A time limit of so many system seconds on what a database does: real milliseconds. */
export function databaseLimitMs(time: LeaseTime, seconds: number): number {
  return Math.max(realMilliseconds(time, seconds), limitMsMin)
}

/** An error's words, also where a failed connection is a bundle of errors without any of its own. */
export function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(wordsOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}

/** A JDBC URL as it may be shown: parameters may hold a password, and so may what stands before an `@`. */
export function withoutCredentials(url: string): string {
  return url.replace(/\?.*$/s, '?…').replace(/\/\/[^/]*@/, '//…@')
}
