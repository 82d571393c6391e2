import { z } from 'zod'
import type { ExtensionDescriptor, ExtensionKind } from '../model/extension.ts'
import type { JsonObject } from '../model/json.ts'
import { asJson, isJsonObject } from '../support/plain-json.ts'
import { nearestWord } from '../support/suggest.ts'
import { accepts, editorSchemaOf } from './editor-schema.ts'
import type { JsonSchema } from './editor-schema.ts'
import { expectedWords } from './native-words.ts'
import { refuse, text } from './schema-fields.ts'

// Names that users add to the language. A registered kind stands where a built-in one would, with a map of arguments that its own
// schema judges.

/** What a registered kind says in a scenario. */
export interface ExtensionUse {
  readonly name: string
  readonly args: JsonObject
}

/** The registered names of a kind. */
export function registered(
  extensions: readonly ExtensionDescriptor[],
  kind: ExtensionKind,
): readonly ExtensionDescriptor[] {
  return extensions.filter((extension) => extension.kind === kind)
}

/** A name of a registered kind that takes no arguments. */
export function registeredName(
  extensions: readonly ExtensionDescriptor[],
  kind: 'probe' | 'snapshot_decoder',
): z.ZodType<string> {
  const names = registered(extensions, kind).map(({ name }) => name)
  const noun = kind.replace('_', ' ')
  const schema = text(`the name of a ${noun}`).superRefine((name, ctx) => {
    if (names.includes(name)) return
    const near = nearestWord(name, names)
    const define = kind === 'probe' ? 'defineProbe' : 'defineSnapshotDecoder'
    const known = names.length === 0 ? `None is: register it with ${define}.` : `Known here: ${names.join(', ')}.`
    const advice = near === undefined ? known : `Did you mean "${near}"?`
    refuse(ctx, { kind: 'said', message: `No ${noun} \`${name.slice(0, 80)}\` is registered.`, advice })
  })
  return names.length === 0 ? schema : accepts(schema, { enum: names })
}

/**
 * The arguments of a registered kind; nothing is taken for none. The kind's own schema is kept apart from the language's: it may come
 * of another copy of zod, and its ids may be those of the language.
 */
export function extensionArguments({ name, schema }: ExtensionDescriptor): z.ZodType<ExtensionUse> {
  const judged = z.unknown().transform((input, ctx): ExtensionUse => {
    const result = schema.safeParse(input ?? {}, { error: expectedWords })
    if (!result.success) {
      for (const issue of result.error.issues) ctx.addIssue({ ...issue })
      return z.NEVER
    }
    const args = asJson(result.data)
    if (isJsonObject(args)) return { name, args }
    const message = `The schema of \`${name}\` must give an object that JSON can hold, and it gave something else.`
    return refuse(ctx, { kind: 'said', message, advice: 'Mend the schema where the kind is registered.' })
  })
  return accepts(judged, () => ({ anyOf: [{ type: 'null' }, whole(editorSchemaOf(schema))] }))
}

/** The same schema without definitions: each stands where it is meant, and a recursive one accepts anything in itself. */
function whole(schema: JsonSchema): JsonSchema {
  const { $defs = {} } = schema
  const resolve = (value: unknown, open: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((item) => resolve(item, open))
    if (typeof value !== 'object' || value === null) return value
    const { $ref, ...rest }: { readonly $ref?: unknown } = { ...value }
    const own = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, resolve(inner, open)]))
    if (typeof $ref !== 'string') return own
    const definition = $defs[$ref.replace('#/$defs/', '')]
    if (definition === undefined || typeof definition === 'boolean' || open.includes($ref)) return own
    return { ...objectOf(resolve(without(definition, ['id']), [...open, $ref])), ...own }
  }
  return objectOf(resolve(without(schema, ['$defs', '$schema']), []))
}

function without(schema: JsonSchema, names: readonly string[]): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => !names.includes(name)))
}

function objectOf(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
