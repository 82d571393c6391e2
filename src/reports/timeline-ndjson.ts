// A timeline as NDJSON: a header line, then one record a line, so that a file of any size can be read with the usual tools and a
// run that broke off still leaves whole lines. No line is longer than its record. Beside the timeline stands what the scenario asked of
// it, so that the file alone is enough to judge it again.

import type { AskedCheck, Objectives } from '../model/check.ts'
import { SettingsError } from '../model/errors.ts'
import { withoutCredentials } from '../support/authorized-url.ts'
import type { Timeline } from '../model/timeline.ts'

/** What a scenario asks of its timeline. */
export interface AskedOfTimeline {
  readonly checks: readonly AskedCheck[]
  readonly objectives: Objectives
  readonly knownIssue?: string
}

/** A timeline's file. */
export interface SavedTimeline {
  readonly timeline: Timeline
  /** Absent where nothing was written down, as for a test that asserts by itself. */
  readonly asked?: AskedOfTimeline
}

/** Which list of the timeline each kind of record belongs to, in the order of the file. */
const lists = {
  event: 'events',
  delivery: 'deliveries',
  output: 'outputs',
  state: 'states',
  measuring_fault: 'measuringFaults',
} as const

/** Lists that a timeline may lack: none at all says something else than an empty one. */
const optionalLists = {
  load: 'load',
  sample: 'samples',
  probe: 'probes',
  snapshot: 'snapshots',
  log: 'logs',
} as const satisfies Readonly<Record<string, keyof Timeline>>

type ListName = (typeof lists)[keyof typeof lists] | (typeof optionalLists)[keyof typeof optionalLists]

const listOf: Readonly<Record<string, ListName>> = { ...lists, ...optionalLists }

/** The lines of a timeline's file, without line ends: `{record: 'timeline', …}` first, then one record each. */
export function* timelineLines(timeline: Timeline, asked?: AskedOfTimeline): Generator<string, void, undefined> {
  const { events, deliveries, outputs, states, measuringFaults, load, samples, probes, snapshots, logs, ...header } =
    timeline
  const records = { events, deliveries, outputs, states, measuringFaults, load, samples, probes, snapshots, logs }
  const collected = Object.values(optionalLists).filter((list) => records[list] !== undefined)
  yield JSON.stringify({
    record: 'timeline',
    ...header,
    ...(collected.length === 0 ? {} : { collected }),
    ...(asked === undefined ? {} : { asked: { ...asked, checks: asked.checks.map(withoutSecrets) } }),
  })
  for (const [record, list] of Object.entries(listOf)) {
    for (const fields of records[list] ?? []) yield JSON.stringify({ record, ...fields })
  }
}

/** The URL of a metric's source may hold a password; samples name their source without it as well. */
function withoutSecrets(check: AskedCheck): AskedCheck {
  if (check.kind !== 'metric' || check.source.kind === 'rest') return check
  return { ...check, source: { ...check.source, url: withoutCredentials(check.source.url) } }
}

/** A timeline as one text, each line ended. */
export function formatTimeline(timeline: Timeline, asked?: AskedOfTimeline): string {
  return [...timelineLines(timeline, asked), ''].join('\n')
}

/**
 * Reads back what `timelineLines` wrote. Records may come in any order after the header; empty lines are skipped.
 * @throws SettingsError that names the line.
 */
export function parseTimeline(lines: Iterable<string>): SavedTimeline {
  let header: ParsedHeader | undefined
  const records: Partial<Record<ListName, object[]>> = {}
  for (const list of Object.values(lists)) records[list] = []
  let number = 0
  for (const line of lines) {
    number += 1
    if (line.trim() === '') continue
    const { record, ...fields } = parseLine(line, number)
    if (header === undefined) {
      header = parsedHeader(record, fields, number)
      for (const list of header.collected) records[list] = []
    } else {
      const list = typeof record === 'string' && Object.hasOwn(listOf, record) ? listOf[record] : undefined
      if (list === undefined) {
        const got = JSON.stringify(record)
        throw new SettingsError(`Timeline, line ${number}: expected a record of a known kind, got ${got}.`)
      }
      const known = records[list] ?? []
      known.push(fields)
      records[list] = known
    }
  }
  if (header === undefined) throw new SettingsError('Timeline: expected a header line, got an empty file.')
  const { fields, asked } = header
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `timelineLines` and of our schema version: the fields are taken on trust
  const timeline = { ...fields, ...records } as unknown as Timeline
  return { timeline, ...(asked === undefined ? {} : { asked }) }
}

interface ParsedHeader {
  readonly fields: object
  readonly collected: readonly ListName[]
  readonly asked: AskedOfTimeline | undefined
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

function parsedHeader(
  record: unknown,
  all: { readonly schemaVersion?: unknown; readonly collected?: unknown; readonly asked?: unknown },
  number: number,
): ParsedHeader {
  const { collected: named, asked, ...fields } = all
  const version = fields.schemaVersion
  if (record !== 'timeline' || version !== 1) {
    const got =
      record === 'timeline' ? `version ${JSON.stringify(version)}` : `a record of kind ${JSON.stringify(record)}`
    throw new SettingsError(
      `Timeline, line ${number}: expected the header of a timeline of schemaVersion 1, got ${got}.`,
    )
  }
  const collected = Object.values(optionalLists).filter((list) => Array.isArray(named) && named.includes(list))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `timelineLines` from a scenario that was validated
  return { fields, collected, asked: asked as AskedOfTimeline | undefined }
}
