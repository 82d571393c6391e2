import type { JsonObject, JsonValue } from '../model/json.ts'

/** What another's code gave, as plain JSON; undefined where JSON cannot hold it: a bigint, a cycle, a function. */
export function asJson(value: unknown): JsonValue | undefined {
  try {
    const text: string | undefined = JSON.stringify(value)
    const plain: JsonValue = text === undefined ? null : JSON.parse(text)
    return text === undefined ? undefined : plain
  } catch {
    return undefined
  }
}

/** Whether a JSON value is an object. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value is an object whose members can be looked at. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** Characters of a value that a message shows. */
const shownMax = 100

/** A value in a message: as JSON where that can hold it, cut where it is long. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value instanceof Promise) return 'a promise'
  const json = asJson(value)
  if (json !== undefined) return JSON.stringify(json).slice(0, shownMax)
  return typeof value === 'function' ? 'a function' : `${typeof value} that JSON cannot hold`
}
