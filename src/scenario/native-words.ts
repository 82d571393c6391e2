import type { z } from 'zod'
import { oneOf } from './schema-fields.ts'

// Users write the schemas of their own kinds with zod alone, whose messages are sentences of their own. Here is what zod found, as the
// end of "Expected `path` to be …". A schema that has a message of its own keeps that.

/** What zod's own checks expected, where the schema does not say it. */
export const expectedWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return typeWords.get(issue.expected) ?? `of type ${issue.expected}`
    case 'invalid_value':
      return oneOf(issue.values.map((value) => (typeof value === 'string' ? value : String(value))))
    case 'too_small':
      return sizeWords(issue, `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`)
    case 'too_big':
      return sizeWords(issue, `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`)
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`
    case 'invalid_format':
      return issue.pattern === undefined || issue.format !== 'regex'
        ? `a text of the form ${issue.format}`
        : `a text that matches ${issue.pattern}`
    case 'unrecognized_keys':
      return `a map without ${oneOf(issue.keys.map((key) => `\`${key}\``))}`
    case 'invalid_key':
      return 'a map whose keys fit its schema'
    case 'invalid_union':
    case 'invalid_element':
    case 'custom':
      return 'what its schema accepts'
    default:
      return undefined
  }
}

const typeWords: ReadonlyMap<string, string> = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['tuple', 'a list'],
  ['object', 'a map'],
  ['record', 'a map'],
  ['null', 'nothing'],
  ['undefined', 'nothing'],
])

function sizeWords(issue: { readonly origin: string }, limit: string): string {
  if (issue.origin === 'string') return `a text of ${limit} characters`
  if (issue.origin === 'array') return `a list of ${limit}`
  return `${typeWords.get(issue.origin) ?? issue.origin} of ${limit}`
}
