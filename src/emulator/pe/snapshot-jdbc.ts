// What the JDBC parameters of the toolkit come to here (toolkit reference §1.4, rows 10 to 16). No jar is ever loaded: the driver
// library is looked for as the toolkit does, and the class name chooses which of the testbed's own drivers stands in for it.

import { readdirSync } from 'node:fs'
import { isAbsolute, normalize } from 'node:path'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { LeaseTime } from '../lease-time.ts'
import {
  databaseLimitMs,
  SnapshotStoreError,
  withoutCredentials,
  wordsOf,
  type SnapshotDatabase,
} from './snapshot-database.ts'
import { postgresDatabase } from './snapshot-postgres.ts'
import { sqliteDatabase } from './snapshot-sqlite.ts'

/** The URL's beginning that each driver class takes. */
const driverClasses: Readonly<Record<string, string>> = {
  'org.postgresql.Driver': 'jdbc:postgresql:',
  'org.sqlite.JDBC': 'jdbc:sqlite:',
}

const requiredParameters = [
  'dataSnapshotJdbcUrl',
  'dataSnapshotJdbcDriverLib',
  'dataSnapshotJdbcClassName',
  'dataSnapshotTableName',
] as const

/** SQLite's JDBC driver waits so long for a lock: system seconds. */
const lockSeconds = 3

/** The parameters without which the database operators stay idle, as far as they are empty. */
export function missingJdbcParameters(settings: CrossDcSettings): readonly string[] {
  return requiredParameters.filter((name) => settings[name] === '')
}

interface JdbcOptions {
  readonly settings: CrossDcSettings
  /** Where relative paths of SQLite lead. */
  readonly storageDirectory: string
  readonly time: LeaseTime
}

/**
 * The database that complete JDBC parameters name.
 * @throws SnapshotStoreError for a driver library that is not there, an unknown class, or a URL that it does not take
 */
export function jdbcDatabase({ settings, storageDirectory, time }: JdbcOptions): SnapshotDatabase {
  const { dataSnapshotJdbcUrl: url, dataSnapshotJdbcClassName: className } = settings
  checkDriverLibrary(settings.dataSnapshotJdbcDriverLib)
  const prefix = driverClasses[className]
  if (prefix === undefined) {
    const known = Object.keys(driverClasses).join(' or ')
    throw new SnapshotStoreError(`Expected dataSnapshotJdbcClassName to be ${known}, got ${className}: no such class.`)
  }
  if (!url.startsWith(prefix)) {
    const shown = withoutCredentials(url)
    throw new SnapshotStoreError(
      `Expected dataSnapshotJdbcUrl to begin with ${prefix} for the driver ${className}, got ${shown}: no suitable driver.`,
    )
  }
  if (prefix === 'jdbc:sqlite:') {
    const { dataSnapshotTableName: table, dataSnapshotPrimaryKeyColumnName: keyColumn } = settings
    const busyTimeoutMs = databaseLimitMs(time, lockSeconds)
    return sqliteDatabase({ url, storageDirectory, table, keyColumn, busyTimeoutMs })
  }
  return postgresDatabase({ url, user: settings.dataSnapshotJdbcUser, password: settings.dataSnapshotJdbcPassword })
}

/** Every jar of the library's directory would be loaded, so there must be one. */
function checkDriverLibrary(library: string): void {
  // Without a slash, or with none but the first, the whole text is taken for the directory.
  const slash = library.lastIndexOf('/')
  const directory = slash > 0 ? library.slice(0, slash) : library
  if (!isAbsolute(directory)) {
    const [top] = normalize(directory).split('/')
    if (top === 'opt') return
    throw new SnapshotStoreError(
      `Expected dataSnapshotJdbcDriverLib to lie below \`opt/\` of the application directory, such as opt/postgresql.jar, got ${library}: I/O error.`,
    )
  }
  if (jarsIn(directory, library).length > 0) return
  throw new SnapshotStoreError(
    `Expected the directory of dataSnapshotJdbcDriverLib to hold a .jar, got ${library}: I/O error.`,
  )
}

function jarsIn(directory: string, library: string): readonly string[] {
  try {
    return readdirSync(directory).filter((name) => name.endsWith('.jar'))
  } catch (error) {
    throw new SnapshotStoreError(
      `Could not read the directory of dataSnapshotJdbcDriverLib ${library}: ${wordsOf(error)}.`,
      {
        cause: error,
      },
    )
  }
}
