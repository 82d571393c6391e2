import { z } from 'zod'
import { adviceFor } from '../support/suggest.ts'
import { accepts } from './editor-schema.ts'
import type { JsonSchema } from './editor-schema.ts'

// What the schemas are made of. Every schema's error is what was expected, as the end of the sentence "Expected `path` to be …";
// schema-problems.ts makes the sentence and finds the place. What takes text apart says in `accepts` what text it takes.

/** What a custom issue says beyond "expected": read by schema-problems.ts. */
export type IssueDetail =
  | { readonly kind: 'unknown_key'; readonly known: readonly string[] }
  | { readonly kind: 'said'; readonly message: string; readonly advice?: string }

/** Whether a custom issue's detail is one of ours; zod does not know what is in it. */
export function isIssueDetail(detail: unknown): detail is IssueDetail {
  return typeof detail === 'object' && detail !== null && 'kind' in detail
}

/** Something wrong, and what to do about it. */
export interface Complaint {
  readonly message: string
  readonly advice?: string
}

/** A rule between the keys of a map, which is looked at even where the value of one of them is wrong. */
export interface KeyRule {
  /** What is wrong, if anything is. */
  readonly find: (keys: ReadonlySet<string>) => Complaint | undefined
  /** The same for editors, as far as a JSON Schema can say it. */
  readonly json?: JsonSchema
}

/**
 * A map with these keys and no other. Of the rules between its keys the first broken one is complained about: one slip often
 * breaks several.
 */
export function fields<Shape extends z.ZodRawShape>(
  shape: Shape,
  options: {
    readonly expected: string
    readonly rules?: readonly KeyRule[]
    /** Keys that are gone by now and are still suggested. */
    readonly suggested?: readonly string[]
  },
): z.ZodObject<Shape, z.core.$catchall<z.ZodUnknown>> {
  const { expected, rules = [], suggested = [] } = options
  const detail: IssueDetail = { kind: 'unknown_key', known: [...Object.keys(shape), ...suggested] }
  const refused = z.unknown().superRefine((_value, ctx) => refuse(ctx, detail))
  const schema = z.object(shape, { error: () => expected }).catchall(refused)
  const allOf = rules.map(({ json }) => json).filter((json) => json !== undefined)
  return accepts(rules.length === 0 ? schema : schema.check(keyCheck(rules)), (json) => ({
    ...json,
    additionalProperties: false,
    ...(allOf.length === 0 ? {} : { allOf }),
  }))
}

function keyCheck(rules: readonly KeyRule[]): z.core.$ZodCheck<object> {
  const check = z.superRefine<object>((value, ctx) => {
    const present = Object.entries(value).filter(([, one]) => one !== undefined)
    const keys: ReadonlySet<string> = new Set(present.map(([key]) => key))
    const complaint = rules.map(({ find }) => find(keys)).find((one) => one !== undefined)
    if (complaint !== undefined) refuse(ctx, { kind: 'said', ...complaint })
  })
  // Also where a value of the map is wrong, so that everything is said in one go.
  check._zod.def.when = ({ value }) => typeof value === 'object' && value !== null
  return check
}

/** A rule that of two keys at most one may be there. */
export function notBoth(first: string, second: string, complaint: Complaint): KeyRule {
  return {
    find: (keys) => (keys.has(first) && keys.has(second) ? complaint : undefined),
    json: { not: { required: [first, second] } },
  }
}

/** A rule that a key is there only with another one. */
export function onlyWith(key: string, other: string, complaint: Complaint): KeyRule {
  return {
    find: (keys) => (keys.has(key) && !keys.has(other) ? complaint : undefined),
    json: { dependentRequired: { [key]: [other] } },
  }
}

/** A rule that at least one of these is there. */
export function atLeastOne(subject: string, names: readonly string[]): KeyRule {
  const listed = names.map((name) => `\`${name}\``)
  const wanted = names.length === 2 ? listed.join(' or ') : `at least one of ${listed.join(', ')}`
  const message = `Expected \`${subject}\` to have ${wanted}, got ${names.length === 2 ? 'neither' : 'none'}.`
  return {
    find: (keys) => (names.some((name) => keys.has(name)) ? undefined : { message }),
    json: { anyOf: names.map((name) => ({ required: [name] })) },
  }
}

/** A rule that exactly one of these is there, beside others; where a key is misspelt, only that is complained about. */
export function exactlyOne(
  names: readonly string[],
  options: { readonly beside?: readonly string[]; readonly complain: (got: string) => Complaint },
): KeyRule {
  const { beside = [], complain } = options
  return {
    find: (keys) => {
      const named = names.filter((name) => keys.has(name))
      const isMisspelt = [...keys].some((key) => !names.includes(key) && !beside.includes(key))
      if (named.length === 1 || (named.length === 0 && isMisspelt)) return undefined
      const isPair = names.length === 2
      if (named.length === 0) return complain(isPair ? 'neither' : 'none')
      return complain(isPair ? 'both' : named.join(' and '))
    },
    json: { oneOf: names.map((name) => ({ required: [name] })) },
  }
}

/** Adds an issue that ends the validation of its value. */
export function refuse(ctx: z.core.$RefinementCtx, detail: IssueDetail): never {
  ctx.addIssue({ code: 'custom', params: { detail } })
  return z.NEVER
}

/** Adds an issue that says what was expected here, as the end of "Expected `path` to be …". */
export function expectedHere(ctx: z.core.$RefinementCtx, expected: string): never {
  ctx.addIssue({ code: 'custom', message: expected })
  return z.NEVER
}

/** Characters of a text that is read by people or taken apart by an expression; what is longer is no such text. */
const textLengthMax = 10_000

/** A text that is not empty. */
export function text(expected: string): z.ZodString {
  const error = (): string => expected
  return z
    .string({ error })
    .min(1, { error })
    .max(textLengthMax, { error: () => `${expected} of at most ${textLengthMax} characters` })
}

/** A text for people: what would move a terminal's cursor or ring its bell has no place in it. */
export function sentence(expected: string): z.ZodString {
  return text(expected).regex(/^(?:[\t\n]|\P{Cc})*$/u, { error: () => `${expected} without control characters` })
}

/** A short text of a certain form. */
export function textLike(pattern: RegExp, expected: string): z.ZodString {
  const error = (): string => expected
  return z.string({ error }).max(formLengthMax, { error }).regex(pattern, { error })
}

/** Ids are taken apart by expressions that take time quadratic in the length. */
const formLengthMax = 1000

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

/** `true`, which says a thing aloud. */
export const yes: z.ZodLiteral<true> = z.literal(true, { error: () => 'true' })

/** `true` or `false`. */
export const trueOrFalse: z.ZodBoolean = z.boolean({ error: () => 'true or false' })

/** A text, or a number that is used as text. */
export const textOrNumber: z.ZodType<string> = z
  .union([z.string(), z.number()], { error: () => 'a text or a number' })
  .transform((given) => String(given))

/** One word of a list. */
export function word<const Words extends readonly string[]>(words: Words): z.ZodType<Words[number]> {
  const schema = z.unknown().transform((input, ctx) => {
    const found = words.find((candidate) => candidate === input)
    if (found !== undefined) return found
    const advice = typeof input === 'string' ? nearWord(input, words) : undefined
    ctx.addIssue({ code: 'custom', message: oneOf(words), ...(advice === undefined ? {} : { params: { advice } }) })
    return z.NEVER
  })
  return accepts(schema, { enum: [...words] })
}

/** `Did you mean "x"?`, where one of the words is near. */
function nearWord(given: string, words: readonly string[]): string | undefined {
  const advice = adviceFor(given, words)
  return advice.startsWith('Did') ? advice : undefined
}

/** `a, b or c` */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

/** A list of at least one. */
export function listOf<Item extends z.ZodType>(item: Item, expected: string): z.ZodArray<Item> {
  return z.array(item, { error: () => expected }).min(1, { error: () => expected })
}

/** A map's values without those that are undefined, which the model's optional fields do not allow. */
export type Given<Values> = {
  [Key in keyof Values as undefined extends Values[Key] ? never : Key]: Values[Key]
} & { [Key in keyof Values as undefined extends Values[Key] ? Key : never]?: Exclude<Values[Key], undefined> }

/** The same without the keys that have no value. */
export function given<Values extends object>(values: Values): Given<Values>
export function given(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
