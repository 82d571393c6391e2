// A timeline as NDJSON: a header line, then one record a line, so that a file of any size can be read with the usual tools and a
// run that broke off still leaves whole lines. No line is longer than its record.

import { SettingsError } from '../model/errors.ts'
import type { Timeline } from '../model/timeline.ts'

/** Which list of the timeline each kind of record belongs to, in the order of the file. */
const lists = {
  event: 'events',
  delivery: 'deliveries',
  output: 'outputs',
  state: 'states',
  measuring_fault: 'measuringFaults',
} as const

type RecordKind = keyof typeof lists

/** The lines of a timeline's file, without line ends: `{record: 'timeline', …}` first, then one record each. */
export function* timelineLines(timeline: Timeline): Generator<string, void, undefined> {
  const { events, deliveries, outputs, states, measuringFaults, ...header } = timeline
  yield JSON.stringify({ record: 'timeline', ...header })
  const records = { events, deliveries, outputs, states, measuringFaults }
  for (const [record, list] of Object.entries(lists)) {
    for (const fields of records[list]) yield JSON.stringify({ record, ...fields })
  }
}

/** A timeline as one text, each line ended. */
export function formatTimeline(timeline: Timeline): string {
  return [...timelineLines(timeline), ''].join('\n')
}

/**
 * Reads back what `timelineLines` wrote. Records may come in any order after the header; empty lines are skipped.
 * @throws SettingsError that names the line.
 */
export function parseTimeline(lines: Iterable<string>): Timeline {
  let header: object | undefined
  const records: Record<(typeof lists)[RecordKind], object[]> = {
    events: [],
    deliveries: [],
    outputs: [],
    states: [],
    measuringFaults: [],
  }
  let number = 0
  for (const line of lines) {
    number += 1
    if (line.trim() === '') continue
    const { record, ...fields } = parseLine(line, number)
    if (header === undefined) header = checkedHeader(record, fields, number)
    else if (isRecordKind(record)) records[lists[record]].push(fields)
    else
      throw new SettingsError(
        `Timeline, line ${number}: expected a record of a known kind, got ${JSON.stringify(record)}.`,
      )
  }
  if (header === undefined) throw new SettingsError('Timeline: expected a header line, got an empty file.')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `timelineLines` and of our schema version: the fields are taken on trust
  return { ...header, ...records } as unknown as Timeline
}

function parseLine(line: string, number: number): { readonly record?: unknown } {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return value
  } catch (cause) {
    throw new SettingsError(`Timeline, line ${number}: expected JSON, got ${line.slice(0, 60)}.`, { cause })
  }
  throw new SettingsError(`Timeline, line ${number}: expected an object, got ${line.slice(0, 60)}.`)
}

function checkedHeader(record: unknown, fields: object, number: number): object {
  const version: unknown = 'schemaVersion' in fields ? fields.schemaVersion : undefined
  if (record === 'timeline' && version === 1) return fields
  const got =
    record === 'timeline' ? `version ${JSON.stringify(version)}` : `a record of kind ${JSON.stringify(record)}`
  throw new SettingsError(`Timeline, line ${number}: expected the header of a timeline of schemaVersion 1, got ${got}.`)
}

function isRecordKind(record: unknown): record is RecordKind {
  return typeof record === 'string' && Object.hasOwn(lists, record)
}
