import type { JsonObject } from '../model/json.ts'
import { answerError, parseAnswer } from './representation.ts'
import type { Answer } from './representation.ts'
import { hasUnsafeInteger } from './safe-integers.ts'

/**
 * The tuples of an answer, oldest first: `{"items": [{attribute: value, …}, …]}` (data-exchange reference §5).
 * @throws RequestError when the answer has no such form, or holds numbers that would come out changed
 */
export function itemsOf(answer: Answer): readonly JsonObject[] {
  const json = parseAnswer(answer)
  const items: unknown = typeof json === 'object' && json !== null && 'items' in json ? json.items : undefined
  if (!Array.isArray(items)) throw answerError(answer, `Expected \`items\` to be an array, got ${typeof items}`)
  return items.map((item: unknown, index) => {
    if (!isJsonObject(item))
      throw answerError(answer, `Expected \`items[${index}]\` to be an object, got ${String(item)}`)
    if (hasUnsafeInteger(item)) {
      throw answerError(answer, `Expected whole numbers below 2^53 in \`items[${index}]\`, got ${JSON.stringify(item)}`)
    }
    return item
  })
}

/** What JSON.parse made is JSON. */
function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
