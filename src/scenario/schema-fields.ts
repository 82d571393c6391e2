import { z } from 'zod'
import { parseDuration, parseRate, parseSize } from '../model/units.ts'
import type { ParsedQuantity } from '../model/units.ts'

// The leaves that the schemas are made of. Every schema's error is what was expected, as the end of the sentence "Expected
// `path` to be …"; schema-problems.ts makes the sentence and finds the place.

/** What a custom issue says beyond "expected": read by schema-problems.ts. */
export type IssueDetail =
  | { readonly kind: 'unknown_key'; readonly known: readonly string[]; readonly later: readonly string[] }
  | { readonly kind: 'said'; readonly message: string; readonly advice?: string }

/** Whether a custom issue's detail is one of ours; zod does not know what is in it. */
export function isIssueDetail(detail: unknown): detail is IssueDetail {
  return typeof detail === 'object' && detail !== null && 'kind' in detail
}

/** A map with these keys and no other. `later` are keys that the language has and this version cannot do yet. */
export function fields<Shape extends z.ZodRawShape>(
  shape: Shape,
  options: { readonly expected: string; readonly later?: readonly string[] },
): z.ZodObject<Shape, z.core.$catchall<z.ZodUnknown>> {
  const detail: IssueDetail = { kind: 'unknown_key', known: Object.keys(shape), later: options.later ?? [] }
  const refused = z.unknown().superRefine((_value, ctx) => refuse(ctx, detail))
  return z.object(shape, { error: () => options.expected }).catchall(refused)
}

/** Adds an issue that ends the validation of its value. */
export function refuse(ctx: z.core.$RefinementCtx, detail: IssueDetail): never {
  ctx.addIssue({ code: 'custom', params: { detail }, continue: false })
  return z.NEVER
}

/** Adds the issue "not yet supported", for what the language has and this version cannot do. */
export function refuseNotYet(ctx: z.core.$RefinementCtx, what: string): never {
  return refuse(ctx, { kind: 'said', message: `${what} is not yet supported.`, advice: leaveOut })
}

export const leaveOut = 'Leave it out: this version cannot do it.'

/** System seconds, from a duration with a unit. */
export const duration = quantity(parseDuration)
/** Tuples a second, from a rate with a unit. */
export const rate = quantity(parseRate)
/** Bytes, from a size with a unit. */
export const size = quantity(parseSize)

/** A value that is parsed from text with a unit. */
function quantity(parse: (input: unknown) => ParsedQuantity): z.ZodType<number> {
  return z.unknown().transform((input, ctx) => {
    const parsed = parse(input)
    if (parsed.ok) return parsed.value
    ctx.addIssue({ code: 'custom', message: parsed.expected, continue: false })
    return z.NEVER
  })
}

/** A text that is not empty. */
export function text(expected: string): z.ZodString {
  return z.string({ error: () => expected }).min(1, { error: () => expected })
}

/** A finite number from `min` to `max`. */
export function number(limits: { readonly min: number; readonly max?: number; readonly what: string }): z.ZodNumber {
  const { min, max = Number.MAX_SAFE_INTEGER, what } = limits
  const range = limits.max === undefined ? `from ${min} up` : `from ${min} to ${max}`
  const error = (): string => `${what} ${range}`
  return z.number({ error }).min(min, { error }).max(max, { error })
}

/** A whole number from `min` to `max`. */
export function wholeNumber(limits: {
  readonly min: number
  readonly max?: number
  readonly what?: string
}): z.ZodNumber {
  const { what = 'a whole number' } = limits
  return number({ ...limits, what }).int({ error: () => what })
}

/** One word of a list; `later` are words that the language has and this version cannot do yet. */
export function word<const Words extends readonly string[]>(
  words: Words,
  later: readonly string[] = [],
): z.ZodType<Words[number]> {
  return z.unknown().transform((input, ctx) => {
    const found = words.find((candidate) => candidate === input)
    if (found !== undefined) return found
    if (typeof input === 'string' && later.includes(input)) return refuseNotYet(ctx, `\`${input}\``)
    ctx.addIssue({ code: 'custom', message: oneOf(words), continue: false })
    return z.NEVER
  })
}

/** `a, b or c` */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

/** A list of at least one. */
export function listOf<Item extends z.ZodType>(item: Item, expected: string): z.ZodArray<Item> {
  return z.array(item, { error: () => expected }).min(1, { error: () => expected })
}
