// Records of a user's file: read as a stream, held in memory, and bounded by what a generator may hold, since they are sent over and
// over again. Whatever cannot be read is named by its line.

import { parse } from 'csv-parse'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { SettingsError } from '../model/errors.ts'
import type { JsonValue } from '../model/json.ts'

/** How a file holds its records: comma-separated with a head line, one JSON object a line, or any text a line. */
export type RecordFormat = 'csv' | 'ndjson' | 'lines'

/** One record of a file. */
export interface FileRecord {
  /** Its text as a payload: the line; of CSV a JSON object by the names of the head line. */
  readonly payload: string
  /** Its fields by name; none of `lines`. */
  readonly fields: Readonly<Record<string, JsonValue | undefined>>
  /** In the file, from 1. */
  readonly line: number
}

/** The most that is held of one file. */
export interface RecordLimits {
  readonly recordsMax: number
  readonly bytesMax: number
}

const defaultLimits: RecordLimits = { recordsMax: 1_000_000, bytesMax: 256 * 1024 * 1024 }

/**
 * All records of a file, without its empty lines.
 * @throws SettingsError that names file and line
 */
export async function readRecords(
  file: { readonly path: string; readonly format: RecordFormat },
  limits: RecordLimits = defaultLimits,
): Promise<readonly FileRecord[]> {
  const { path, format } = file
  const records: FileRecord[] = []
  try {
    await checkSize(path, limits.bytesMax)
    for await (const record of format === 'csv' ? csvRecords(path) : lineRecords(path, format)) {
      records.push(record)
      if (records.length > limits.recordsMax) throw tooLarge(`${path}:${record.line}`, `${limits.recordsMax} records`)
    }
  } catch (error) {
    throw readFailure(path, error)
  }
  if (records.length === 0) throw new SettingsError(`${path}: expected at least one record, got none.`)
  return records
}

/** What a record has, as the end of a message about what it does not have. */
export function fieldsOf({ fields }: FileRecord): string {
  const names = Object.keys(fields)
  return names.length === 0 ? ' The record has no fields.' : ` The record has ${names.slice(0, 20).join(', ')}.`
}

async function* lineRecords(path: string, format: 'ndjson' | 'lines'): AsyncGenerator<FileRecord, void, undefined> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })
  let line = 0
  for await (const text of lines) {
    line += 1
    if (text.trim() === '') continue
    yield { payload: text, fields: format === 'ndjson' ? jsonFields(path, line, text) : {}, line }
  }
}

async function* csvRecords(path: string): AsyncGenerator<FileRecord, void, undefined> {
  const parser = parse({ columns: true, bom: true, info: true, skip_empty_lines: true, trim: true })
  const input = createReadStream(path)
  input.on('error', (error) => parser.destroy(error))
  input.pipe(parser)
  for await (const row of parser) {
    // With `columns` and `info` that is its form; quoted fields may hold line ends, so a record's last line is counted.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const { record: fields, info } = row as { record: Record<string, string>; info: { lines: number } }
    yield { payload: JSON.stringify(fields), fields, line: info.lines }
  }
}

function jsonFields(path: string, line: number, text: string): FileRecord['fields'] {
  const got = text.length > 60 ? `${text.slice(0, 60)}…` : text
  try {
    const value: unknown = JSON.parse(text)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object that JSON.parse made has names and JSON
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as FileRecord['fields']
  } catch (cause) {
    throw new SettingsError(`${path}:${line}: expected one JSON object a line, got ${got}`, { cause })
  }
  throw new SettingsError(`${path}:${line}: expected a JSON object, got ${got}`)
}

async function checkSize(path: string, bytesMax: number): Promise<void> {
  const found = await stat(path)
  if (!found.isFile()) throw new SettingsError(`${path}: expected a file of records, got something else.`)
  if (found.size > bytesMax) throw tooLarge(path, `${bytesMax} bytes`)
}

function tooLarge(where: string, most: string): SettingsError {
  return new SettingsError(
    `${where}: expected at most ${most}, got more. Use a part of the file: it is held in memory.`,
  )
}

function readFailure(path: string, error: unknown): unknown {
  if (error instanceof SettingsError || !(error instanceof Error)) return error
  const { message } = error
  const line = 'lines' in error && typeof error.lines === 'number' ? `:${error.lines}` : ''
  const why = 'code' in error && error.code === 'ENOENT' ? 'expected a file of records, got no such file' : message
  return new SettingsError(`${path}${line}: ${why}`, { cause: error })
}
