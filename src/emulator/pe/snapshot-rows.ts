// The table's SQL and rows (toolkit reference §1.4 and §5.6). Names are concatenated into the SQL as the toolkit does it: a wrong
// one makes a statement that the database refuses when it is used.

import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { Quirks } from '../../model/toolkit-behaviour.ts'
import type { StoredEntry } from '../../toolkit/io.ts'
import type { Row, SnapshotDatabase } from './snapshot-database.ts'

/** The statements of the four operators. */
export interface TableStatements {
  /** Values: key, time as text, body. */
  readonly insert: string
  /** Value: key, as for `deleteOne`. */
  readonly selectOne: string
  readonly selectAll: string
  readonly deleteOne: string
  readonly deleteAll: string
}

interface TableNames {
  readonly settings: CrossDcSettings
  readonly quirks: Quirks
  readonly marker: SnapshotDatabase['marker']
}

/** The statements for the table that the settings name. */
export function tableStatements({ settings, quirks, marker }: TableNames): TableStatements {
  const { dataSnapshotTableName: table } = settings
  const [first, second, third] = marker === '$' ? ['$1', '$2', '$3'] : ['?', '?', '?']
  const where = `WHERE ${keyColumnName(settings, quirks)} = ${first}`
  return {
    insert: `INSERT INTO ${table} VALUES (${first}, ${second}, ${third})`,
    selectOne: `SELECT * FROM ${table} ${where}`,
    selectAll: `SELECT * FROM ${table}`,
    deleteOne: `DELETE FROM ${table} ${where}`,
    deleteAll: `DELETE FROM ${table}`,
  }
}

/** Quirk Q5: an empty name takes the place of the default, which makes SQL that no database takes. */
function keyColumnName({ dataSnapshotPrimaryKeyColumnName: name }: CrossDcSettings, { Q5 }: Quirks): string {
  return name === '' && !Q5 ? 'id' : name
}

/** A row by position: key, time, body. */
export function entryOf([key, , body]: Row): StoredEntry {
  return { name: String(key), body: bytesOf(body) }
}

function bytesOf(value: unknown): Uint8Array | null {
  if (value instanceof Uint8Array) return value
  // A column that somebody filled as text.
  return typeof value === 'string' ? Buffer.from(value) : null
}

/** Local time as C's ctime has it, without the line's end: `Sat Nov 21 09:05:07 2026`. */
export function ctimeText(date: Date): string {
  const [weekday, month] = date.toDateString().split(' ')
  const day = String(date.getDate()).padStart(2)
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0'))
  return `${weekday} ${month} ${day} ${time.join(':')} ${date.getFullYear()}`
}
