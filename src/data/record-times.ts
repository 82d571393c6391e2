import { SettingsError } from '../model/errors.ts'
import { fieldsOf } from './record-file.ts'
import type { FileRecord } from './record-file.ts'

/** A date, and a time of day to the minute at least, with its offset or none. */
const iso8601 = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/

/**
 * When each record is due, in seconds from the first one's time, `speed` times as fast as recorded.
 * @throws SettingsError that names the first record without a time, or with one before its predecessor's
 */
export function recordTimes(options: {
  readonly path: string
  readonly records: readonly FileRecord[]
  readonly timeField: string
  readonly speed: number
}): Float64Array {
  const { path, records, timeField, speed } = options
  const times = new Float64Array(records.length)
  let first = 0
  let last = Number.NEGATIVE_INFINITY
  for (const [index, record] of records.entries()) {
    const { fields, line } = record
    const time = secondsOf(fields[timeField])
    if (time === undefined) {
      throw new SettingsError(
        `${path}:${line}: expected field \`${timeField}\`, the time, to be seconds or an ISO 8601 time, got ${JSON.stringify(fields[timeField]) ?? 'nothing'}.${fieldsOf(record)}`,
      )
    }
    if (time < last) {
      throw new SettingsError(
        `${path}:${line}: expected times in ascending order, got ${JSON.stringify(fields[timeField])} after a later one. Sort the file by \`${timeField}\`.`,
      )
    }
    if (index === 0) first = time
    last = time
    times[index] = (time - first) / speed
  }
  return times
}

function secondsOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const number = Number(value)
  if (Number.isFinite(number)) return number
  const milliseconds = iso8601.test(value.trim()) ? Date.parse(value.trim()) : Number.NaN
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000
}
