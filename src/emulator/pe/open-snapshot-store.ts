import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { Quirks } from '../../model/toolkit-behaviour.ts'
import type { LeaseTime } from '../lease-time.ts'
import { faultyDatabase } from './faulty-database.ts'
import { FaultyStore } from './faulty-store.ts'
import { SnapshotFiles } from './snapshot-files.ts'
import { jdbcDatabase, missingJdbcParameters } from './snapshot-jdbc.ts'
import type { StoreFailureListener, StoreTrace } from './snapshot-store.ts'
import { databaseOperatorNames, SnapshotTable, traceIdle } from './snapshot-table.ts'
import type { StoreFaults } from './store-faults.ts'

/** What a PE's store is chosen and opened by. */
export interface SnapshotStoreOptions {
  readonly settings: CrossDcSettings
  readonly quirks: Quirks
  /** The DC's storage directory, where relative paths of SQLite lead. */
  readonly storageDirectory: string
  readonly time: LeaseTime
  readonly trace: StoreTrace
  /** What the store suffers. */
  readonly faults: StoreFaults
  /** Hears of what the toolkit makes nothing of. @default nobody does */
  readonly onFailure?: StoreFailureListener
}

/**
 * Opens the store that the settings name: a table as soon as there is a URL, else files. A URL without all the other parameters is
 * a table that nothing is ever stored in.
 * @throws SnapshotStoreError when the table's parameters are wrong or the database cannot be reached: the PE fails at its start
 */
export async function openSnapshotStore(options: SnapshotStoreOptions): Promise<FaultyStore> {
  const { settings, trace, faults, onFailure, time } = options
  if (settings.dataSnapshotJdbcUrl === '') {
    // The database operators are part of every composite, and say that they have nothing to do.
    for (const name of databaseOperatorNames) traceIdle({ name, settings, trace })
    const files = { faults, ...(onFailure && { onFailure }) }
    return new FaultyStore({ store: new SnapshotFiles(settings.dataSnapshotStorageDirectory, files), faults, time })
  }
  const isComplete = missingJdbcParameters(settings).length === 0
  const database = isComplete ? faultyDatabase(jdbcDatabase(options), faults) : null
  return new FaultyStore({ store: await SnapshotTable.open({ ...options, database }), faults, time })
}
