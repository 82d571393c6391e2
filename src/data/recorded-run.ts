// The deliveries of a recorded run as a recording to replay: when which key's tuple was sent. Payloads are not recorded; the replay
// makes its own.

import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { DatacenterName } from '../model/datacenter.ts'
import { SettingsError } from '../model/errors.ts'

/** What was sent into one DC, in order of time. */
export interface RecordedDeliveries {
  /** Seconds from the first one. */
  readonly times: Float64Array
  /** Names of the keys, without their DC's. */
  readonly keys: readonly string[]
  /** Of each tuple: place in `keys`. */
  readonly keyOf: Uint32Array
}

/** Part of a delivery span, as the timeline's file holds it. */
interface RecordedSpan {
  readonly into: string
  readonly key: string
  readonly from: number
  readonly to: number
  readonly startTime: number
  readonly endTime: number
  readonly sentTime?: number
}

/** The most tuples that a replay holds. */
const tuplesMax = 5_000_000

/**
 * Reads what a recorded run sent into a DC.
 * @param path a timeline's file, or the results folder of a run with one timeline
 * @throws SettingsError that says what the folder or the file has instead
 */
export async function readRecordedRun(path: string, into: DatacenterName): Promise<RecordedDeliveries> {
  const file = await timelineFile(path)
  const spans = await spansOf(file)
  const own = spans.filter((span) => span.into === into)
  const count = own.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  if (count === 0) {
    const others = [...new Set(spans.map((span) => span.into))].join(', ')
    throw new SettingsError(
      `${file}: expected deliveries into ${into}, got ${others === '' ? 'none' : `only such into ${others}`}.`,
    )
  }
  if (count > tuplesMax)
    throw new SettingsError(`${file}: expected at most ${tuplesMax} deliveries to replay, got ${count}.`)
  return inOrder(own, count)
}

async function timelineFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() === true) return path
  if (found === undefined)
    throw new SettingsError(`${path}: expected a results folder or a timeline, got no such file.`)
  const folder = join(path, 'timelines')
  const names = await readdir(folder).catch((): string[] => [])
  const timelines = names.filter((name) => name.endsWith('.ndjson')).toSorted()
  const [only] = timelines
  if (only !== undefined && timelines.length === 1) return join(folder, only)
  const got = timelines.length === 0 ? 'none' : `${timelines.slice(0, 10).join(', ')}. Name one of them`
  throw new SettingsError(`${folder}: expected one timeline to replay, got ${got}.`)
}

async function spansOf(file: string): Promise<readonly RecordedSpan[]> {
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })
  const spans: RecordedSpan[] = []
  let number = 0
  for await (const line of lines) {
    number += 1
    // Most lines are of other kinds; they need not be read.
    if (!line.includes('"delivery"')) continue
    const span = parseSpan(line)
    if (span === 'other') continue
    if (span === undefined) {
      throw new SettingsError(
        `${file}:${number}: expected a delivery with into, key, from, to and times, got ${line.slice(0, 80)}`,
      )
    }
    spans.push(span)
  }
  return spans
}

function parseSpan(line: string): RecordedSpan | 'other' | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null || !('record' in value) || value.record !== 'delivery')
      return 'other'
    return isSpan(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isSpan(value: object): value is RecordedSpan {
  const { into, key, from, to, startTime, endTime, sentTime }: Partial<Record<keyof RecordedSpan, unknown>> = value
  const numbers = [from, to, startTime, endTime, sentTime ?? 0]
  return (
    typeof into === 'string' && typeof key === 'string' && numbers.every(Number.isFinite) && Number(from) <= Number(to)
  )
}

function inOrder(spans: readonly RecordedSpan[], count: number): RecordedDeliveries {
  const keys = [...new Set(spans.map(({ key }) => withoutDatacenter(key)))]
  const places = new Map(keys.map((key, index) => [key, index]))
  const times = new Float64Array(count)
  const keyOf = new Uint32Array(count)
  let at = 0
  for (const { key, from, to, startTime, endTime, sentTime = startTime } of spans) {
    const place = places.get(withoutDatacenter(key)) ?? 0
    const step = to === from ? 0 : (endTime - startTime) / (to - from)
    for (let seq = from; seq <= to; seq += 1, at += 1) {
      times[at] = sentTime + (seq - from) * step
      keyOf[at] = place
    }
  }
  const order = Uint32Array.from({ length: count }, (_, index) => index).sort(
    (a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b,
  )
  const first = times[order[0] ?? 0] ?? 0
  return {
    keys,
    times: Float64Array.from(order, (index) => (times[index] ?? 0) - first),
    keyOf: Uint32Array.from(order, (index) => keyOf[index] ?? 0),
  }
}

/** The replay's keys get its own DC's name. */
function withoutDatacenter(key: string): string {
  return key.replace(/^dc\d[-:]/, '')
}
