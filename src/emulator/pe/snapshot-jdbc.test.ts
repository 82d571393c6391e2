import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { jdbcDatabase, missingJdbcParameters } from './snapshot-jdbc.ts'
import { leaseTime, sqliteSettings, storeSettings, testFolder } from './testing/store-settings.ts'

function databaseFor(overrides: Partial<CrossDcSettings>): void {
  jdbcDatabase({ settings: sqliteSettings(overrides), storageDirectory: '', time: leaseTime(60) })
}

test('names the parameters that the operators miss', () => {
  expect(missingJdbcParameters(sqliteSettings({ dataSnapshotPrimaryKeyColumnName: '' }))).toEqual([])
  expect(missingJdbcParameters(sqliteSettings({ dataSnapshotTableName: '' }))).toEqual(['dataSnapshotTableName'])
  expect(missingJdbcParameters(storeSettings())).toHaveLength(4)
})

test.each(['opt/sqlite-jdbc.jar', 'opt/drivers/any.jar', './opt/sqlite-jdbc.jar', 'opt/'])(
  'takes %s for a library of the application directory',
  (dataSnapshotJdbcDriverLib) => {
    expect(() => databaseFor({ dataSnapshotJdbcDriverLib })).not.toThrow()
  },
)

test.each(['lib/sqlite-jdbc.jar', 'sqlite-jdbc.jar', 'opt/../lib/sqlite-jdbc.jar', '../opt/sqlite-jdbc.jar'])(
  'finds no library at %s',
  (dataSnapshotJdbcDriverLib) => {
    expect(() => databaseFor({ dataSnapshotJdbcDriverLib })).toThrow('Expected dataSnapshotJdbcDriverLib to lie below')
  },
)

test('looks into the directory of a library with an absolute path for any jar', () => {
  const folder = testFolder()
  writeFileSync(join(folder, 'driver.zip'), '')
  const dataSnapshotJdbcDriverLib = join(folder, 'sqlite-jdbc.jar')
  expect(() => databaseFor({ dataSnapshotJdbcDriverLib })).toThrow('to hold a .jar')
  writeFileSync(join(folder, 'other.jar'), '')
  databaseFor({ dataSnapshotJdbcDriverLib })
  const missing = join(folder, 'missing', 'sqlite-jdbc.jar')
  expect(() => databaseFor({ dataSnapshotJdbcDriverLib: missing })).toThrow('ENOENT')
})

test('refuses a class that is not there, and one that does not take the URL', () => {
  expect(() => databaseFor({ dataSnapshotJdbcClassName: 'com.ibm.db2.jcc.DB2Driver' })).toThrow(
    'Expected dataSnapshotJdbcClassName to be org.postgresql.Driver or org.sqlite.JDBC, got com.ibm.db2.jcc.DB2Driver',
  )
  expect(() => databaseFor({ dataSnapshotJdbcClassName: 'org.postgresql.Driver' })).toThrow('no suitable driver')
})

test('shows no password of a URL that is refused', () => {
  const urls = ['jdbc:db2://host/db?password=secret', 'jdbc:postgresql://me:secret@host/db']
  for (const dataSnapshotJdbcUrl of urls) {
    expect(() => databaseFor({ dataSnapshotJdbcUrl })).toThrow(/^(?!.*secret).*no suitable driver/s)
  }
})
