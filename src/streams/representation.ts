import type { z } from 'zod'
import { RequestError } from '../model/errors.ts'
import { quoteBody } from './server-message.ts'

/** An answer and the request that it belongs to. */
export interface Answer {
  readonly method: string
  readonly url: string
  readonly status: number
  readonly body: string
}

/**
 * The answer's JSON, checked against what is needed of it; more members than needed are no error.
 * @throws RequestError naming the member, what was expected, what came, and the URL
 */
export function readRepresentation<T>(schema: z.ZodType<T>, answer: Answer): T {
  const json = parseAnswer(answer)
  const result = schema.safeParse(json)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const path = issue?.path ?? []
  const expected = issue?.code === 'invalid_type' ? describeType(issue.expected) : (issue?.message ?? 'something else')
  const field = path.length === 0 ? 'the answer' : `\`${formatPath(path)}\``
  throw answerError(answer, `Expected ${field} to be ${expected}, got ${describe(valueAt(json, path))}`)
}

/** The answer's JSON, whatever it is. @throws RequestError when it is no JSON */
export function parseAnswer(answer: Answer): unknown {
  try {
    return JSON.parse(answer.body)
  } catch (cause) {
    const got = quoteBody(answer.body)
    throw answerError(answer, `Expected JSON, got ${got === undefined ? 'nothing' : `"${got}"`}`, { cause })
  }
}

/** The error for an answer that came with the right status and the wrong content. */
export function answerError(answer: Answer, problem: string, options?: ErrorOptions): RequestError {
  const { method, url, status } = answer
  return new RequestError(`${problem}, in the answer to ${method} ${url} (${status})`, { method, url, status }, options)
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? String(part) : `${text}.${String(part)}`
  }, '')
}

function describeType(expected: string): string {
  return expected === 'array' || expected === 'object' ? `an ${expected}` : `a ${expected}`
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null) return undefined
    return Object.entries(value).find(([key]) => key === String(part))?.[1]
  }, json)
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return `${text.length > 80 ? `${text.slice(0, 80)} …` : text} (${Array.isArray(value) ? 'array' : typeof value})`
}
