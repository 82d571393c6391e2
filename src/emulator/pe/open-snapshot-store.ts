import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { Quirks } from '../../model/toolkit-behaviour.ts'
import type { LeaseTime } from '../lease-time.ts'
import { SnapshotFiles } from './snapshot-files.ts'
import { jdbcDatabase, missingJdbcParameters } from './snapshot-jdbc.ts'
import type { StoreTrace } from './snapshot-store.ts'
import { databaseOperatorNames, SnapshotTable, traceIdle } from './snapshot-table.ts'

/** What a PE's store is chosen and opened by. */
export interface SnapshotStoreOptions {
  readonly settings: CrossDcSettings
  readonly quirks: Quirks
  /** The DC's storage directory, where relative paths of SQLite lead. */
  readonly storageDirectory: string
  readonly time: LeaseTime
  readonly trace: StoreTrace
}

/**
 * Opens the store that the settings name: a table as soon as there is a URL, else files. A URL without all the other parameters is
 * a table that nothing is ever stored in.
 * @throws SnapshotStoreError when the table's parameters are wrong or the database cannot be reached: the PE fails at its start
 */
export async function openSnapshotStore(options: SnapshotStoreOptions): Promise<SnapshotFiles | SnapshotTable> {
  const { settings, trace } = options
  if (settings.dataSnapshotJdbcUrl === '') {
    // The database operators are part of every composite, and say that they have nothing to do.
    for (const name of databaseOperatorNames) traceIdle({ name, settings, trace })
    return new SnapshotFiles(settings.dataSnapshotStorageDirectory)
  }
  const isComplete = missingJdbcParameters(settings).length === 0
  return await SnapshotTable.open({ ...options, database: isComplete ? jdbcDatabase(options) : null })
}
