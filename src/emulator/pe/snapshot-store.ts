import type { StoreRead, StoreReader, StoredEntry } from '../../toolkit/io.ts'

/** What a store tells of its own accord. */
export type StoreTrace = (level: 'error' | 'info', text: string) => void

/** What the store could not do and the toolkit makes nothing of: it ignores what deleting says, and some failed reads. */
export interface StoreFailure {
  readonly operation: 'read' | 'read_all' | 'delete' | 'delete_all'
  /** Of the file or row, where it is about a single one. */
  readonly name?: string
  readonly error: string
}

/** Hears of what a store could not do. */
export type StoreFailureListener = (failure: StoreFailure) => void

/**
 * Where a PE keeps the remote's snapshots: files, or a table. Calls are answered in the order in which they were made, each
 * before the next begins, as the operators that make them wait for each other.
 */
export interface SnapshotStore extends AsyncDisposable {
  /** @returns the error's text, or null */
  write(name: string, body: Uint8Array): Promise<string | null> | string | null
  read(name: string): Promise<StoreRead> | StoreRead
  /** @returns null when the store cannot be reached and says nothing of it */
  readAll(reader: StoreReader): Promise<readonly StoredEntry[] | null> | readonly StoredEntry[] | null
  delete(name: string): Promise<void> | void
  /**
   * `files`: those of the storage directory whose name contains ".snapshot", also where the table is in use (toolkit reference
   * §1.4, row 10). `table`: every row.
   */
  deleteAll(from: 'files' | 'table'): Promise<void> | void
}
