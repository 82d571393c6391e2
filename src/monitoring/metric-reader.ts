// One-off reads of metrics, from the three places where users have them. Whatever goes wrong is an answer without a value and with
// the reason: a metric that could not be read must never count as zero.

import type { MetricSource } from '../model/check.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { StreamsClient } from '../model/streams-client.ts'
import { authorizedUrl, withoutCredentials } from '../support/authorized-url.ts'
import { parsePrometheusText, prometheusValue } from './prometheus-text.ts'

/** A value, or why there is none. */
export type MetricReading = { readonly value: number } | { readonly value: null; readonly problem: string }

/** What a read may use. */
export interface MetricSurroundings {
  readonly streams: (dc: DatacenterName) => StreamsClient
  /** Null while the DC has no job. */
  readonly jobId: (dc: DatacenterName) => string | null
  readonly signal?: AbortSignal
}

/** Real time for an answer. */
const timeoutMs = 5000

/** Reads a metric now. */
export async function readMetric(
  metric: { readonly source: MetricSource; readonly name: string },
  around: MetricSurroundings,
): Promise<MetricReading> {
  const { source, name } = metric
  const end = AbortSignal.timeout(timeoutMs)
  const signal = around.signal === undefined ? end : AbortSignal.any([around.signal, end])
  try {
    switch (source.kind) {
      case 'rest':
        return await readRest({ ...source, name }, { ...around, signal })
      case 'prometheus':
        return source.query === undefined
          ? await readPage(source.url, name, signal)
          : await readQuery(source.url, source.query, signal)
      case 'jmx':
        return await readJolokia({ ...source, attribute: name }, signal)
      default:
        return source satisfies never
    }
  } catch (error) {
    around.signal?.throwIfAborted()
    return missing(end.aborted ? `no answer within ${timeoutMs} ms (real time)` : reasonOf(error))
  }
}

/** A metric of one operator, or, without one, the sum over the job's operators that have it. */
async function readRest(
  metric: { readonly dc: DatacenterName; readonly operator?: string; readonly name: string },
  { streams, jobId: jobOf, signal }: MetricSurroundings,
): Promise<MetricReading> {
  const { dc, operator, name } = metric
  const jobId = jobOf(dc)
  if (jobId === null) return missing(`${dc} has no job`)
  const client = streams(dc)
  const wait = signal === undefined ? {} : { signal }
  const names = operator === undefined ? (await client.operators(jobId, wait)).map((one) => one.name) : [operator]
  const lists = await Promise.all(names.map(async (one) => await client.operatorMetrics(jobId, one, wait)))
  const found = lists.flat().filter((one) => one.name === name)
  if (found.length > 0) return { value: found.reduce((sum, { value }) => sum + value, 0) }
  const known = [...new Set(lists.flat().map((one) => one.name))].slice(0, 8).join(', ')
  return missing(
    `${operator ?? `job ${jobId}`} in ${dc} has no metric ${name}${known === '' ? '' : `; it has ${known}`}`,
  )
}

async function readPage(url: string, name: string, signal: AbortSignal): Promise<MetricReading> {
  const value = prometheusValue(parsePrometheusText(await get(url, signal)), name)
  if (value === undefined) return missing(`the page ${withoutCredentials(url)} has no sample ${name}`)
  return finite(value)
}

/** An instant query of the server's HTTP API; several series of the answer are added up. */
async function readQuery(url: string, query: string, signal: AbortSignal): Promise<MetricReading> {
  const asked = new URL('api/v1/query', url.endsWith('/') ? url : `${url}/`)
  asked.searchParams.set('query', query)
  const answer: unknown = JSON.parse(await get(asked.href, signal))
  const values = valuesOf(answer)
  if (values.length === 0) return missing(`the query ${query} gave no series`)
  return finite(values.reduce((sum, value) => sum + value, 0))
}

/** `{data: {result: [{value: [time, "1"]}]}}` or, for a scalar, `{data: {result: [time, "1"]}}`. */
function valuesOf(answer: unknown): readonly number[] {
  const result = field(field(answer, 'data'), 'result')
  if (!Array.isArray(result)) return []
  if (field(field(answer, 'data'), 'resultType') === 'scalar') return [Number(result[1])]
  return result.map((series: unknown) => {
    const value = field(series, 'value')
    return Array.isArray(value) ? Number(value[1]) : Number.NaN
  })
}

/** An MBean's attribute through a Jolokia agent; `name.inner` reads inside a composite one. */
async function readJolokia(
  of: { readonly url: string; readonly mbean: string; readonly attribute: string },
  signal: AbortSignal,
): Promise<MetricReading> {
  const { url, mbean, attribute } = of
  const [outer = '', ...inner] = attribute.split('.')
  const { url: address, headers } = authorizedUrl(url)
  const response = await fetch(address, {
    method: 'POST',
    signal,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({
      type: 'read',
      mbean,
      attribute: outer,
      ...(inner.length === 0 ? {} : { path: inner.join('/') }),
    }),
  })
  const answer: unknown = await response.json()
  if (field(answer, 'status') !== 200) {
    return missing(`Jolokia said: ${textOr(field(answer, 'error'), `status ${response.status}`).slice(0, 200)}`)
  }
  const value = field(answer, 'value')
  return typeof value === 'number' ? finite(value) : missing(`${mbean} ${attribute} is no number`)
}

async function get(url: string, signal: AbortSignal): Promise<string> {
  const { url: address, headers } = authorizedUrl(url)
  const response = await fetch(address, { signal, headers })
  if (!response.ok) throw new Error(`${withoutCredentials(url)} answered with status ${response.status}`)
  return await response.text()
}

function finite(value: number): MetricReading {
  return Number.isFinite(value) ? { value } : missing(`its value is ${value}`)
}

function missing(problem: string): MetricReading {
  return { value: null, problem }
}

function textOr(value: unknown, other: string): string {
  return typeof value === 'string' ? value : other
}

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error && error.cause.message !== ''
    ? `${error.message} (${error.cause.message})`
    : error.message
}
