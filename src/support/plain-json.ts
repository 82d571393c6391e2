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

/** A value in a message: as JSON where that can hold it, cut where it is long. */
export function shown(value: unknown): string {
  if (value instanceof Promise) return 'a promise'
  if (typeof value === 'function' || value === undefined) return value === undefined ? 'nothing' : 'a function'
  const textMax = 100
  const json = asJson(value)
  return (json === undefined ? typeof value : JSON.stringify(json)).slice(0, textMax)
}
