import { z } from 'zod'

// The JSON Schema of a zod schema, for editors. zod can say by itself what a map, a list or a number is; of a schema that takes text
// apart it knows nothing, so each of those says here what it accepts.

/** A JSON Schema, or a part of one. */
export type JsonSchema = z.core.JSONSchema.BaseSchema

/** What a schema accepts, or how that follows from what zod says of it. */
type Accepted = JsonSchema | ((json: JsonSchema) => JsonSchema)

const accepted = new WeakMap<z.core.$ZodType, Accepted>()

/** Says what a schema accepts, and gives it back. */
export function accepts<Schema extends z.core.$ZodType>(schema: Schema, json: Accepted): Schema {
  accepted.set(schema, json)
  return schema
}

/** Makes a schema accept something else beside what it accepts already; `others` come first. */
export function alsoAccepts<Schema extends z.core.$ZodType>(schema: Schema, ...others: readonly JsonSchema[]): Schema {
  return accepts(schema, (json) => ({ anyOf: [...others, json] }))
}

/** The JSON Schema (draft 2020-12) of what may be written where `schema` reads. */
export function editorSchemaOf(schema: z.ZodType): JsonSchema {
  return withoutDetours(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', cycles: 'ref', override }))
}

/** A definition that only refers to another one, as zod makes them of recursion, is left out. */
function withoutDetours(schema: JsonSchema): JsonSchema {
  const ends = new Map<unknown, string>()
  for (const [name, definition] of Object.entries(schema.$defs ?? {})) {
    const keys = Object.keys(definition)
    if (keys.length === 1 && definition.$ref !== undefined) ends.set(`#/$defs/${name}`, definition.$ref)
  }
  const direct: JsonSchema = JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (key === '$ref' ? (ends.get(value) ?? value) : value)),
  )
  const names = [...ends.keys()].map((ref) => String(ref).replace('#/$defs/', ''))
  const $defs = Object.fromEntries(Object.entries(direct.$defs ?? {}).filter(([name]) => !names.includes(name)))
  return { ...direct, $defs }
}

function override({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodType; jsonSchema: JsonSchema }): void {
  // A default is what the schema makes of nothing; only where it looks as one would write it does it help an editor.
  if (typeof jsonSchema.default === 'object') delete jsonSchema.default
  const said = acceptedBy(zodSchema, jsonSchema)
  if (said === undefined) return
  const { description, default: standard, id, ...rest } = jsonSchema
  const outer = Object.fromEntries(
    Object.entries({ id, description, default: standard }).filter(([, value]) => value !== undefined),
  )
  const next = typeof said === 'function' ? said(rest) : said
  for (const key of Object.keys(jsonSchema)) delete jsonSchema[key]
  Object.assign(jsonSchema, { ...next, ...outer })
}

/** A schema with another description is a copy whose parent is the one that was registered. */
function acceptedBy(schema: z.core.$ZodType, json: JsonSchema): Accepted | undefined {
  // What it accepts stands behind the reference.
  if ('$ref' in json) return undefined
  let place: z.core.$ZodType | undefined = schema
  while (place !== undefined) {
    const found = accepted.get(place)
    if (found !== undefined) return found
    place = place._zod.parent
  }
  return undefined
}
