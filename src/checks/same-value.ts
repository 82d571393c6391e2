import type { JsonValue } from '../model/json.ts'

/** Whether two JSON values are the same, in whatever order the fields of objects stand. */
export function isSameValue(one: JsonValue, other: JsonValue): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const names = Object.keys(one)
  if (names.length !== Object.keys(other).length) return false
  return names.every((name) => {
    if (!Object.hasOwn(other, name)) return false
    return isSameValue(fieldOf(one, name), fieldOf(other, name))
  })
}

function fieldOf(value: object, name: string): JsonValue {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a field of a JSON value, or an item of its list, is one too
  return Reflect.get(value, name) as JsonValue
}
